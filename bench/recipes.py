"""Every recipe over the same real pages, and docs/recipes.md, which says how they compare.

    .venv/bin/python bench/recipes.py --data ../shared/data/web

Pages are extracted once an extractor; each recipe then runs over one extractor's texts, twice, of which the second is timed, and over those
of its own. No text of the pages goes into the page that is written.
"""

from __future__ import annotations

import argparse
import re
import tarfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import recipes_page

from tilth import Filter, clean, filters, tokenize
from tilth.memory import Evaluation, evaluate
from tilth.recipe import load

ROOT = Path(__file__).resolve().parent.parent
SETS = {  # archive: which of its files are pages
    "trafilatura_eval_html": "", "readability_test_pages": "source.html", "postlight_fixtures_html": ".html",
}  # fmt: skip
NAMES = ("c4", "gopher", "refinedweb", "dolma", "fineweb", "dclm_baseline", "fineweb2", "web_en")
FAMILIES = (  # of rules, by the signals that they decide on
    (r"lang|threshold_lang", "language"), (r"gopher_(dup|top)_|threshold_(dup|top)", "repetition"), (r"gopher_", "Gopher quality"),
    (r"c4_|left_", "C4"), (r"fineweb_", "FineWeb"), (r"line_edits_", "line edits"), (r"repeated_", "duplicates"),
    (r"\w*quality", "classifier"), (r"pii_", "personal data"),
)  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """What rules of one family, one after the other, did: pages left, and how many went for which reason."""

    family: str
    left: int
    reasons: Counter[str]


@dataclass(frozen=True)
class Outcome:
    """What a recipe made of the pages: by page (their number) the reason for which it went, and of those that stay the size of the text."""

    stages: list[Stage]
    reasons: dict[int, str]
    families: dict[int, str]
    kept: dict[int, int]
    tokens: int
    seconds: float


def pages(data: Path) -> pa.Table:
    """Return the pages as rows, each with an address of its own: none of the sets says where its pages are from in one form."""
    found = [page for name, ending in SETS.items() for page in _pages(data / f"{name}.tar.gz", ending)]
    ids = [f"https://{number}.example.com/" for number in range(len(found))]
    return pa.table({"id": pa.array(ids, pa.large_string()), "html": pa.array(found, pa.large_binary())})


def _pages(path: Path, ending: str) -> Iterator[bytes]:
    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name.endswith(ending) else None
            if file:
                yield file.read()


def family(step: Any) -> str:
    step = getattr(step, "stands_for", step)
    if not isinstance(step, Filter):
        return "extraction" if isinstance(step, clean.HtmlText) else "duplicates"
    return next(name for pattern, name in FAMILIES if re.match(rf"(not )?({pattern})", step.rule))


def outcome(done: Evaluation, encode: Any, seconds: float) -> Outcome:
    dropped = [(number(row["id"]), row["reason"], family(done.executed[row["step"]])) for row in done.audit.to_pylist()]
    assert not len(done.quarantine)
    left, stages = len(done.table) + len(dropped), []
    steps = [(family(step), entry["dropped"]) for step, entry in zip(done.executed, done.funnel, strict=True) if entry["dropped"]]
    for name, group in groupby(steps, key=lambda each: each[0]):
        reasons = sum((Counter(each) for _, each in group), Counter())
        left -= reasons.total()
        stages.append(Stage(name, left, reasons))
    kept = {number(id): size for id, size in zip(done.table["id"].to_pylist(), sizes(done.table), strict=True)}
    tokens = sum(pc.sum(encode.apply(batch)["tokens_count"]).as_py() or 0 for batch in done.table.select(["text"]).to_batches())
    return Outcome(stages, {page: why for page, why, _ in dropped}, {page: of for page, _, of in dropped}, kept, tokens, seconds)


def number(id: str) -> int:
    """Return the number of a page, from its address."""
    return int(id.removeprefix("https://").partition(".")[0])


def sizes(table: pa.Table) -> list[int]:
    """Return the bytes of each text."""
    return pc.binary_length(table["text"]).to_pylist()


def steps_of(name: str) -> list[Any]:
    """Return the steps of a recipe that choose and edit texts."""
    made = load(ROOT / "recipes" / f"{name}.py").steps
    return [step for step in made if not isinstance(step, clean.HtmlText | tokenize.Bpe | tokenize.Pack)]


def extractor(name: str) -> clean.HtmlText:
    return next(step for step in load(ROOT / "recipes" / f"{name}.py").steps if isinstance(step, clean.HtmlText))


def extracted(table: pa.Table, steps: set[clean.HtmlText]) -> dict[clean.HtmlText, tuple[pa.Table, float]]:
    """Return what each extractor finds, and the processor seconds that it takes."""
    found = {}
    for step in sorted(steps, key=repr):
        before = time.process_time()
        text = evaluate([step], table).table.select(["row", "id", "source", "text"])
        found[step] = text, time.process_time() - before
    return found


def run(name: str, texts: pa.Table, encode: Any, times: int = 1) -> Outcome:
    steps = steps_of(name)
    for _ in range(times):
        before = time.process_time()
        done = evaluate(steps, texts)
        seconds = time.process_time() - before
    return outcome(done, encode, seconds)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "web", help="the folder with the three archives")
    options.add_argument("--out", type=Path, default=ROOT / "docs" / "recipes.md")
    given = options.parse_args()
    table = pages(given.data)
    common = clean.HtmlText()
    texts = extracted(table, {common, *map(extractor, NAMES)})
    base = texts[common][0]
    encode = evaluate([tokenize.Bpe(vocab=16_000)], base).executed[-1]
    language = evaluate([filters.Language()], base).table
    scores = zip(language["id"].to_pylist(), language["lang_en"].to_pylist(), strict=True)
    english = {number(id) for id, score in scores if (score or 0) >= 0.65}
    outcomes = {name: run(name, base, encode, times=2) for name in NAMES}
    given.out.write_text(recipes_page.page(
        pages=len(table),
        base={number(id): size for id, size in zip(base["id"].to_pylist(), sizes(base), strict=True)},
        english=english,
        outcomes=outcomes,
        own={name: (extractor(name), run(name, texts[extractor(name)][0], encode)) for name in NAMES if extractor(name) != common},
        extraction={step: (len(text), sum(sizes(text)), seconds) for step, (text, seconds) in texts.items()},
    ))  # fmt: skip
    size = sum(sizes(base)) / 1e6
    print(f"{len(base):,} pages of {size:.1f} MB of text, from one extractor\n")
    print("| recipe | pages left | CPU s | MB/CPU s |\n|---|---:|---:|---:|")
    for name, found in outcomes.items():
        print(f"| {name} | {len(found.kept):,} | {found.seconds:.2f} | {size / found.seconds:.1f} |")


if __name__ == "__main__":
    main()
