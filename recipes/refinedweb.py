"""RefinedWeb's recipe (Falcon) as its paper describes it.

Source: Penedo et al. 2023 (RefinedWeb, arXiv 2306.01116), section 3 and appendix G, in its order. No code was published: rules are
measured as DCLM's reproduction does.

Not here, and how to give it:
  its list of 4.6 million domains     UT1's, from which it was made: TILTH_URL_LISTS=folder, with files called `domains` and `urls`
  the words that it scores URLs by    filters.urls(words=..., soft_words=..., substrings=...)
  its tokenizer                       50 words stand for 50 tokens; dedup.substrings(unit="token", encode=...) takes a tokenizer

    TILTH_URL_LISTS=ut1 tilth run recipes/refinedweb.py --input 'crawl/*.warc.gz' --out work/refinedweb
"""

import os

from tilth import Filter, clean, dedup, filters

url_lists = os.environ.get("TILTH_URL_LISTS", "")

recipe = [
    *(filters.urls(domains=url_lists, urls=url_lists, column="id") if url_lists else ()),  # G.1
    clean.HtmlText(extractor="trafilatura"),  # 3.1
    clean.RemoveUrls(),  # 3.1
    clean.LimitNewlines(),  # 3.1: two in a row
    filters.Language(),
    Filter("lang_en >= 0.65", reason="language"),  # 3.1, of fastText's model
    *filters.refinedweb(remove_urls=False),  # 3.2 and G.2: Gopher's repetition and quality; lines edited, 5 % of words at most
    *dedup.near(jaccard=0.8, ngram=5, bands=450, rows=20),  # G.3: 9,000 hashes, 72 kB a page; the paper swaps 450 and 20
    *dedup.substrings(length=50, keep="none", least=4),  # G.3: every copy is cut; at least 20 characters must be left, about four words
    *dedup.urls(column="id", form=dedup.UrlForm(False, False, False, False, False, False, False, False)),  # 3.3: URLs met in another part
]
