"""C4's English recipe as its published code has it (tensorflow_datasets' `c4/en` 3.0.1), for pages or WET files of one crawl.

Sources: Raffel et al. 2020 (JMLR 21), section 2.2; tensorflow_datasets 4.9.10, text/c4.py (the order) and text/c4_utils.py (the figures).

Not here, and how to give it:
  the list of bad words (LDNOOBW, English)    TILTH_BAD_WORDS=path/to/en
  langdetect                                  fastText's lid.176 stands in
  Punkt, which counts sentences               rules stand in; docs/variants.md says where they differ

    TILTH_BAD_WORDS=lists/en tilth run recipes/c4.py --input 'CC-MAIN-2019-18/*.wet.gz' --out work/c4
"""

import os

from tilth import Filter, clean, dedup, filters

bad_words = os.environ.get("TILTH_BAD_WORDS", "")

recipe = [
    clean.HtmlText(main_content=False),  # C4 reads WET: all visible text; text that is there already stays
    *dedup.urls(column="id", variant="c4"),  # normalize_url, dedupe_urls; the id of a page in a WARC or WET file is its URL
    *filters.c4("paper"),  # 190,000 characters, 5 words a line, . ? ! ", 3 sentences; its code looks at the length before the URL
    *dedup.c4_lines(url="id", min_num_sentences=3),  # remove_duplicate_text: each line on one page; 3 sentences again
    filters.Language(),
    Filter("lang_en >= 0.65", reason="language"),  # C4: langdetect, 0.99; of the 1,333 pages of docs/recipes.md they judge 7 otherwise
    *(filters.bad_words(bad_words, lang="en") if bad_words else ()),  # since 3.0: no \w beside the word
]
