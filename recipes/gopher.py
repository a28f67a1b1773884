"""MassiveWeb, the web part of Gopher's MassiveText, as its paper describes it.

Source: Rae et al. 2021 (Gopher, arXiv 2112.11446), appendix A1.1, in its order. No code was published. Rules are measured as DCLM measures
them, which is the nearest to the text: words lie between white space, and a character counts once however many repeated n-grams hold it.
DCLM adds hashes and ellipses up, and counts a stop word each time (docs/variants.md).

Not here, and how to give it:
  Google's SafeSearch                 a list of bad words, the nearest that is public: TILTH_BAD_WORDS=path/to/en
  its extraction from HTML            resiliparse stands in
  its model of languages              fastText's lid.176 stands in
  the test sets it is kept apart from

    tilth run recipes/gopher.py --input 'crawl/*.warc.gz' --out work/gopher
"""

import os

from tilth import Filter, clean, dedup, filters

bad_words = os.environ.get("TILTH_BAD_WORDS", "")

recipe = [
    clean.HtmlText(),
    filters.Language(),
    Filter("lang == 'en'", reason="language"),  # content filtering: no threshold is given
    *(filters.bad_words(bad_words, lang="en") if bad_words else ()),
    # 50 to 100,000 words of 3 to 10 letters on average, symbols 0.1, bullets 0.9, ellipses 0.3, words with letters 0.8, 2 stop words
    *filters.gopher_quality("dclm"),
    *filters.gopher_repetition("dclm"),  # table A1: lines and paragraphs 0.3, their characters 0.2, n-grams 0.2 to 0.1
    *dedup.exact(),
    *dedup.near(  # 13-grams, Jaccard above 0.8, white space and punctuation not counting; of two a random one stays: here the first
        jaccard=0.8, ngram=13, normalise=dedup.Normalise(lower=False, numbers=False, marks=False)
    ),
]
