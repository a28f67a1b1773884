"""Books, laws, how-to pages and web pages in five languages, and code: mixed to a budget of tokens, evaluation sets kept out.

Every source meets its own rules: pages FineWeb-2's for their language (FineWeb's for English, which it lacks), code those of code corpora,
books and laws none beyond the language; all are mended, rid of copies and of test items, and drawn to the plan in tokens.

What to give:
  a folder with books/, laws/, howto/ (JSON Lines with `text`), pages/ (HTML), and items/   TILTH_DATA=data
  how many tokens to draw                                                               TILTH_TOKENS=20000000
Code is the standard library of the Python that runs this. The items of evaluation sets are JSON Lines named after their set: GSM8K's, as
published, have the `question`; HumanEval's the `prompt`; MMLU's are a CSV file a subject in items/mmlu/, with a column `question`.

    TILTH_DATA=data tilth run recipes/multilingual.py --out work/multilingual
"""

import os
import sysconfig

from tilth import Filter, clean, decontaminate, dedup, filters, learn_from, only, read, select, tokenize

data = os.environ.get("TILTH_DATA", "data")

corpus = read.union(
    books=read.Jsonl(f"{data}/books/"), laws=read.Jsonl(f"{data}/laws/"), howto=read.Jsonl(f"{data}/howto/"),
    web=read.Html(f"{data}/pages/"),
    code=read.Text(sysconfig.get_path("stdlib"), include=("*.py",), exclude=("site-packages/*", "test/*", "*/test/*", "*/tests/*")),
)
items = read.union(
    gsm8k=read.Jsonl(f"{data}/items/gsm8k*", text="question", columns=()),
    humaneval=read.Jsonl(f"{data}/items/HumanEval*", text="prompt", columns=()),
    mmlu=read.Csv(f"{data}/items/mmlu/", text="question", columns=()),
)
out = "work/multilingual"

recipe = [
    clean.HtmlText(),
    clean.FixUnicode(),
    clean.Whitespace(),
    # Books and laws were chosen for their language: what their `lang` says stays. Verse and lists of articles are hard to tell.
    *only("source not in ('books', 'laws')", [filters.Language(scores=())]),
    Filter("lang in ('en', 'de', 'fr', 'es', 'zh') or source in ('books', 'laws', 'code')", reason="another language"),
    Filter("lang_score >= 0.65 or source != 'web'", reason="language in doubt"),
    *only("source == 'web' and lang == 'en'", filters.fineweb(min_alpha_words_ratio=0.65, char_duplicates_ratio=0.1)),
    *only("source == 'web' and lang != 'en'", filters.fineweb2(identify=False)),
    *only("source == 'code'", filters.code()),
    *dedup.exact(),
    *dedup.near(jaccard=0.8, keep="longest"),
    *only("source == 'web'", [clean.RedactPii()]),
    learn_from(items, decontaminate.NGrams(n=0, share=0.5)),  # half of an item; n is 13, less for sets of short items (GPT-3)
    tokenize.Bpe(vocab=32_000, sample_bytes=30_000_000),
    select.Mix(
        (("books", 0.4), ("web", 0.2), ("laws", 0.15), ("howto", 0.1), ("code", 0.15)),
        budget=int(os.environ.get("TILTH_TOKENS", "20_000_000")), cap=4, by="tokens",
    ),
    tokenize.Pack(length=2048),
]
