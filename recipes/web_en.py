"""The main job: raw pages and files become an English corpus without duplicates, a tokenizer of its own, and packed token shards.

    tilth collect work/input
    tilth run recipes/web_en.py
    tilth run recipes/web_en.py --input 's3://bucket/crawl/*.warc.gz'
"""

from tilth import Filter, clean, dedup, filters, read, tokenize

corpus = read.Machine("work/input")  # what `tilth collect` finds on every machine; --input reads your own
out = "work/web-en"

recipe = [
    clean.HtmlText(),
    clean.FixUnicode(),
    clean.Whitespace(),
    filters.Language(),
    # Code is in no language of people: it passes here, and what is prose in it is for the rules below to say.
    Filter("lang_en >= 0.65 or source == 'python'", reason="not English"),
    # Published: 0.8 of the words have a letter. spaCy counts punctuation as words, and technical prose is full of it. A share of 0.1 of
    # repeated lines is the paper's figure; 0.01 is what its script ran with, and drops reference pages for their headings.
    *filters.fineweb(min_alpha_words_ratio=0.65, char_duplicates_ratio=0.1),
    *dedup.exact(),
    *dedup.near(jaccard=0.8, keep="longest"),
    clean.RedactPii(),
    tokenize.Bpe(vocab=16_000),
    tokenize.Pack(length=2048),
]
