"""docs/recipes.md: the tables and the text, from what bench/recipes.py measured."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import Any, NamedTuple


class About(NamedTuple):
    title: str
    what: str
    source: str
    missing: str


ABOUT = {
    "c4": About(
        "C4", "English, line by line: whole sentences stay, the rest of a page goes",
        "Raffel et al. 2020; tensorflow_datasets, `c4/en` 3.0.1",
        "list of bad words; langdetect (lid.176 stands in), Punkt (rules stand in)",
    ),
    "gopher": About(
        "MassiveWeb", "English pages of prose, whole; the rules that later recipes took over", "Rae et al. 2021, appendix A1.1; no code",
        "SafeSearch, its extraction, its test sets",
    ),
    "refinedweb": About(
        "RefinedWeb", "English at the size of the web, by rules and deduplication alone", "Penedo et al. 2023, appendix G; no code",
        "lists of URLs; its tokenizer (50 words for 50 tokens)",
    ),
    "dolma": About(
        "Dolma", "English of which only complete sentences and new paragraphs stay",
        "Soldaini et al. 2024; dolma, `configs/` (1.7, Common Crawl)",
        "its models of hate and obscenity (toxicity is measured, nothing goes by it), CCNet's perplexity, its test sets",
    ),
    "fineweb": About(
        "FineWeb", "English for pretraining, one crawl at a time; the strictest rules",
        "Penedo et al. 2024; datatrove, `examples/fineweb.py`", "lists of URLs",
    ),
    "dclm_baseline": About(
        "DCLM-Baseline", "a small English corpus of the best pages", "Li et al. 2024; dclm, `baselines_configs/`",
        "lists of URLs; its classifier, for which Tilth's `quality-1` stands in and is another thing",
    ),
    "fineweb2": About(
        "FineWeb-2", "other languages, each by its own thresholds: those of twelve ship, learn or bring more",
        "Penedo et al. 2025; fineweb-2, `fineweb-2-pipeline.py`",
        "GlotLID (lid.176 stands in); lists of URLs; the parameters of 1,800 languages",
    ),
    "web_en": About(
        "Tilth's own", "English on any machine, technical prose and code kept; trains a tokenizer and packs", "Tilth", "nothing"
    ),
}  # fmt: skip
INTRODUCTION = """<!-- made by bench/recipes.py -->

# Recipes

Eight pipelines from pages to a corpus, each a file of Python and the same in YAML. Seven are published ones; every figure in them has
its source beside it, and what is missing is named at the top with the environment variable that brings it in.

```sh
tilth check recipes/fineweb.py --input 'crawl/*.warc.gz'   # what it would do to some hundred pages
tilth run recipes/fineweb.py --input 'crawl/*.warc.gz' --out work/fineweb
```
"""


def page(
    pages: int, base: dict[int, int], english: set[int], outcomes: dict[str, Any], own: dict[str, Any], extraction: dict[Any, Any]
) -> str:
    """Return the page. `base` are the bytes of each page's text, `outcomes` what each recipe made of them, `own` of its own extractor's."""
    rivals = {name: each for name, each in outcomes.items() if name != "fineweb2"}
    parts = [
        INTRODUCTION, choice(), summary(pages, base, english, outcomes), funnels(outcomes), overlap(english, rivals),
        alone(english, rivals), extractors(outcomes, own, extraction), reading(base, english, rivals),
    ]  # fmt: skip
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def table(head: list[str], rows: list[list[str]], right: int = 0) -> str:
    """Return a table whose last `right` columns are numbers."""
    rule = ["---"] * (len(head) - right) + ["---:"] * right
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows))


def link(name: str) -> str:
    return f"[{ABOUT[name].title}](../recipes/{name}.py)"


def text(*sentences: str) -> str:
    return textwrap.fill(" ".join(sentences), 136, break_on_hyphens=False)


def point(*sentences: str) -> str:
    return textwrap.fill("- " + " ".join(sentences), 136, subsequent_indent="  ", break_on_hyphens=False)


def choice() -> str:
    rows = [[link(name), about.what, about.source, about.missing] for name, about in ABOUT.items()]
    return "## Which one\n\n" + table(["recipe", "what it is for", "source", "missing here"], rows)


def summary(pages: int, base: dict[int, int], english: set[int], outcomes: dict[str, Any]) -> str:
    said = text(
        f"{pages:,} real pages: trafilatura's evaluation set, Mozilla Readability's test pages and Postlight",
        "parser's fixtures, mostly news,",
        "blogs and articles in many languages. All recipes read the text that `clean.HtmlText()` finds on",
        f"{len(base):,} of them, whatever",
        f"their own extractor, so that what differs is the rules; lid.176 takes {len(english):,} for English, and",
        f"{outcomes['c4'].stages[0].reasons['lorem_ipsum']} are Latin filler in which extractors are tested. No",
        "lists and no models were given.",
        "Tokens are those of a BPE of 16,000 learned on these pages; seconds are of one processor, warm, extraction not counted.",
    )
    rows = [
        [
            link(name), f"{len(o.kept):,}", f"{len(english & o.kept.keys()):,}", f"{sum(o.kept.values()) / 1e6:.2f}",
            f"{o.tokens / 1e3:,.0f}", f"{100 * left_of_text(base, o):.0f} %", f"{o.seconds:.1f}",
        ]
        for name, o in outcomes.items()
    ]  # fmt: skip
    head = ["recipe", "pages kept", "of the English", "MB", "thousand tokens", "of the text of pages kept", "seconds"]
    return f"## The same pages through each\n\n{said}\n\n{table(head, rows, 6)}"


def left_of_text(base: dict[int, int], outcome: Any) -> float:
    """Return the share of the text of the pages kept that is still there."""
    return sum(outcome.kept.values()) / sum(base[number] for number in outcome.kept)


def funnels(outcomes: dict[str, Any]) -> str:
    said = text(
        "Stages in the order of each recipe. A page goes by the first rule that it fails, so a rule that comes late",
        "shows less. The share is",
        "of the pages that came to the stage.",
    )
    rows = []
    for name, outcome in outcomes.items():
        for at, stage in enumerate(outcome.stages):
            gone = stage.reasons.total()
            share = f"{100 * gone / (stage.left + gone):.1f} %"
            rows.append([link(name) if at == 0 else "", stage.family, named(stage.reasons), f"{stage.left:,}", share])
    return f"## Where pages go\n\n{said}\n\n{table(['recipe', 'stage', 'most by', 'pages left', 'dropped'], rows, 2)}"


def named(reasons: Counter[str], most: int = 3) -> str:
    """Return the first reasons with their counts; equal counts by name."""
    first = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))[:most]
    return ", ".join(f"`{reason}` {count:,}" for reason, count in first) or "–"


def overlap(english: set[int], rivals: dict[str, Any]) -> str:
    kept = {name: english & outcome.kept.keys() for name, outcome in rivals.items()}
    rows = [[link(a), *("–" if a == b else str(len(kept[a] - kept[b])) for b in rivals)] for a in rivals]
    times = Counter(sum(number in kept[name] for name in rivals) for number in english)
    said = text(
        f"Of the {len(english):,} English pages, those that the recipe of the row keeps and that of the column",
        "drops. FineWeb-2 has no part in",
        "this: English is not among its languages.",
    )
    spread = f"Kept by how many of the {len(rivals)}: " + ", ".join(f"{times[k]} by {k}" for k in range(len(rivals), -1, -1)) + "."
    grid = table(["keeps \\ drops", *(ABOUT[name].title for name in rivals)], rows, len(rivals))
    return f"## What one keeps and another drops\n\n{said}\n\n{grid}\n\n{spread}"


def alone(english: set[int], rivals: dict[str, Any]) -> str:
    rows = []
    for name, outcome in rivals.items():
        others = [each for other, each in rivals.items() if other != name]
        gone = [(number, sum(number in each.kept for each in others)) for number in english if number not in outcome.kept]
        for but, title in ((0, "keep"), (1, "but one keep")):
            reasons = Counter(outcome.reasons[number] for number, times in gone if times == len(others) - but)
            rows.append([link(name) if not but else "", f"all others {title}", named(reasons), str(reasons.total())])
    head = ["recipe drops", "what", "most by", "pages"]
    return f"## Where a recipe stands alone\n\nEnglish pages, and by which of its rules they go.\n\n{table(head, rows, 1)}"


def extractors(outcomes: dict[str, Any], own: dict[str, Any], extraction: dict[Any, Any]) -> str:
    found = [[called(step), f"{count:,}", f"{size / 1e6:.1f}", f"{cpu:.0f}"] for step, (count, size, cpu) in extraction.items()]
    kept = []
    for name, (step, theirs) in own.items():
        both = outcomes[name], theirs
        kept.append([link(name), called(step), *(f"{len(o.kept):,}" for o in both), *(f"{o.tokens / 1e3:,.0f}" for o in both)])
    first = table(["extractor", "pages with text", "MB", "seconds"], found, 3)
    second = table(["recipe", "its extractor", "pages, common text", "pages, own", "thousand tokens, common text", "own"], kept, 4)
    return f"## With its own extractor\n\n{first}\n\n{second}"


def called(step: Any) -> str:
    return str(step.extractor) + ("" if step.main_content else ", all visible text")


def reading(base: dict[int, int], english: set[int], rivals: dict[str, Any]) -> str:
    """Return what the figures say. Where a sentence holds only as long as they are so, it is asserted."""
    kept = {name: len(english & outcome.kept.keys()) for name, outcome in rivals.items()}
    strict, mild = min(kept, key=kept.__getitem__), max(kept, key=kept.__getitem__)
    all_keep = sum(all(number in each.kept for each in rivals.values()) for number in english)

    def gone(name: str, reason: str) -> int:
        return sum(why == reason for number, why in rivals[name].reasons.items() if number in english)

    def by(name: str, family: str) -> int:
        return sum(of == family for number, of in rivals[name].families.items() if number in english)

    letters = gone("fineweb", "gopher_below_alpha_threshold")
    as_words = [gone(name, "alphabetic_word_ratio_filter") for name in ("gopher", "refinedweb", "dclm_baseline")]
    in_dolma = gone("dolma", "fraction_of_words_with_alpha_character")
    copies, loosely = gone("fineweb", "char_dup_ratio"), gone("web_en", "char_dup_ratio")
    cut = [100 * (1 - left_of_text(base, rivals[name])) for name in ("c4", "dolma")]
    copied = max(by(name, "duplicates") for name in rivals)
    assert (strict, mild) == ("fineweb", "c4") and min(cut) > 15 and letters > 3 * max(*as_words, in_dolma) and copies > 3 * loosely
    assert copied < 0.03 * len(english) and sorted(kept, key=kept.__getitem__)[-2:] == ["dolma", "c4"]
    return "## Reading\n\n" + "\n".join([
        point(
            f"**Most agree on most.** All {len(rivals)} keep {all_keep} of the {len(english)} English pages; the",
            f"strictest, {ABOUT[strict].title},",
            f"keeps {kept[strict]}, the mildest, {ABOUT[mild].title}, {kept[mild]}. That most pages go for their",
            "language says something of the",
            "sets and not of the recipes.",
        ),
        point(
            f"**FineWeb is strict by two figures.** `gopher_below_alpha_threshold` drops {letters} English pages,",
            f"`char_dup_ratio` {copies}. The",
            "first is Gopher's 0.8 of the words that must have a letter, which five of them have: measured as DCLM does it drops",
            f"{min(as_words)} to {max(as_words)} pages, as Dolma does {in_dolma}, because these count no punctuation",
            "marks as words and datatrove does.",
            "The second lets lines that repeat hold 0.01 of a page's characters; FineWeb's paper has 0.1, and at",
            "0.1, in `web_en`, the rule",
            f"drops {loosely}.",
        ),
        point(
            f"**C4 and Dolma drop lines, the others pages.** They keep the most pages, and cut {cut[0]:.0f} and",
            f"{cut[1]:.0f} % of the text of those",
            "they keep: headings, lists, tables, captions, whatever ends without a full stop. That cleans up after",
            "bad extraction, and takes",
            "the form of a page away after good.",
        ),
        point(
            "**Repetition has one table of limits and three codes.** They drop",
            f"{by('gopher', 'repetition')} English pages in MassiveWeb, {by('refinedweb', 'repetition')} in",
            f"RefinedWeb and {by('dclm_baseline', 'repetition')}",
            f"in DCLM-Baseline (DCLM's code: every copy of a line counts), {by('fineweb', 'repetition')} in FineWeb",
            "(datatrove's: the second copy and",
            f"later ones) and {by('dolma', 'repetition')} in Dolma (dolma's, which the most common n-gram does not",
            "stop, on pages whose lines without full",
            "stops are gone).",
        ),
        point(
            f"**The classifier is its own.** `quality-1` at 0.9 drops {by('dclm_baseline', 'classifier')} English",
            "pages that all of DCLM's rules keep. It was",
            "trained on the main content of these very sets, so on others it should drop more; DCLM's model keeps a tenth",
            "of a crawl. Bring that",
            "model before you call the result DCLM-Baseline.",
        ),
        point(
            f"**Deduplication hardly shows**: it drops {copied} English pages at most, for nearly every page is from",
            "another site. A crawl is where to",
            "compare it; [duplicates](duplicates.md) says what each kind takes for a copy.",
        ),
        point(
            "**The sets are kind.** Somebody chose these pages for the article on them. Read the order and the",
            "reasons, not the shares, and",
            "`tilth check` pages of your own before you choose.",
        ),
    ])  # fmt: skip
