"""FineWeb-2's recipe for many languages, each with its own words, stop words and thresholds.

Sources: Penedo et al. 2025 (FineWeb2, arXiv 2506.20920); `fineweb-2-pipeline.py` and `configs/` of its repository, in the script's order.

The languages are the twelve whose parameters ship (Arabic, Chinese, French, German, Hindi, Japanese, Russian, Spanish, Swahili, Telugu,
Thai, Turkish); documents in others go. Not here, and how to give it:
  the parameters of 1,800 languages   TILTH_FINEWEB2_CONFIGS=fineweb-2/configs; or learn them from a clean corpus of yours, in the place
                                      of filters.fineweb2: tilth.learn_from(corpus, filters.LanguageThresholds(), [filters.Language()])
  GlotLID, which tells the language   TILTH_GLOTLID=model.bin; without it fastText's lid.176 stands in, whose scores are of another kind
  datatrove's lists of URLs           TILTH_URL_LISTS=folder, with files called `domains` and `urls`

    TILTH_GLOTLID=model_v3.bin tilth run recipes/fineweb2.py --input 'crawl/*.warc.gz' --out work/fineweb2
"""

import os

from tilth import clean, dedup, filters

configs = os.environ.get("TILTH_FINEWEB2_CONFIGS", "")  # none: those that ship
glotlid = os.environ.get("TILTH_GLOTLID", "")
url_lists = os.environ.get("TILTH_URL_LISTS", "")

recipe = [
    *(filters.urls(domains=url_lists, urls=url_lists, column="id") if url_lists else ()),
    clean.HtmlText(extractor="trafilatura"),  # favour_precision=True
    filters.Language(scores=(), model=glotlid),
    # 14 bands of 8, 5-grams: copies go before the rules. Its thresholds of language scores come before both; here they are among the rules.
    *dedup.near(jaccard=0.8, ngram=5, bands=14, rows=8),
    # Per language: configs. For all: char_duplicates_ratio 0.1, 2 stop words; no C4, no rules on paragraphs or on short lines.
    *filters.fineweb2(configs, identify=False, char_duplicates_ratio=0.1, min_stop_words=2),
    clean.FixUnicode(),  # FTFYFormatter
    clean.RedactPii(phone=()),  # PIIFormatter: e-mail and public IP addresses
    clean.DropLines(r"^\s*\|[|\s]*$"),  # SymbolLinesFormatter(["|"]): what trafilatura leaves of tables
]
