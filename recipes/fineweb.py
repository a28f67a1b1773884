"""FineWeb's English recipe as it was published, for one crawl of Common Crawl.

Sources: Penedo et al. 2024, The FineWeb Datasets (arXiv 2406.17557), section 3; the script `examples/fineweb.py` of datatrove 0.10,
which made the data and is followed where the two differ: lines that are copies may hold 1 % of a text's characters (the paper: 10 %).
Each crawl was deduplicated on its own, so give one.

Not here, and how to give it:
  datatrove's lists of URLs     TILTH_URL_LISTS=folder, with files called `domains` and `urls` (datatrove's archive of lists, unpacked)

    tilth run recipes/fineweb.py --input 'CC-MAIN-2024-10/*.warc.gz' --out work/fineweb
"""

import os

from tilth import Filter, clean, dedup, filters

url_lists = os.environ.get("TILTH_URL_LISTS", "")

recipe = [
    *(filters.urls(domains=url_lists, urls=url_lists, column="id") if url_lists else ()),
    clean.HtmlText(extractor="trafilatura"),  # main content, precision before recall
    filters.Language(),
    Filter("lang_en > 0.65", reason="language"),
    *filters.fineweb(char_duplicates_ratio=0.01),  # Gopher repetition, Gopher quality, C4 without its terminal punctuation, its own
    *dedup.near(jaccard=0.8, ngram=5, bands=14, rows=8),  # 112 hashes; ours checks the pairs that theirs trusts
    clean.RedactPii(phone=()),  # e-mail and public IP addresses
]
