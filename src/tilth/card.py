"""The card of a corpus: what it holds, where it comes from, what was left out and why, and what it is not good for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow.compute as pc
import yaml

from tilth.contamination import contamination
from tilth.lineage import Lineage, lineage_of, nameless
from tilth.piece import read_piece, schema_of
from tilth.run import Run

_LICENCES, _LANGUAGES = ("license", "licence", "licenses"), ("lang", "language")
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10_000_000, "1M<n<10M"),
          (100_000_000, "10M<n<100M"), (1_000_000_000, "100M<n<1B"))  # fmt: skip
_LOOKED_FOR = (  # what a reader of a card wants to know was done, and the names of steps that do it
    ("Exact duplicates were removed.", "Exact duplicates were not looked for.", r"^(Exact|Spans|Passages)"),
    ("Near duplicates were removed.", "Near duplicates were not looked for.", r"^(NearDuplicates|Semantic|SimHash)"),
    ("Personal data was looked for and replaced; patterns miss some.", "Personal data was not looked for.", r"Redact|Pii|Entities"),
    ("Documents that share text with evaluation sets were looked for.", "It was not held against any evaluation set.",
     r"^(Overlap|DatatroveOverlap|Paraphrased)$"),
    ("Toxic text was measured.", "Toxic or hateful text was not looked for.", r"toxic|BadWords|bad words"),
)
MOST = 20  # rows of a table


def card(run: Run, name: str = "Corpus") -> str:
    """Return the card of a finished run as Markdown, headed by the YAML that the Hugging Face hub reads.

    It is made of what the run wrote down, so equal runs have equal cards, and names no folder of this machine. `name` is the title.
    """
    counts = _counted(run, (*_LICENCES, *_LANGUAGES))
    licences = next((counts[column] for column in _LICENCES if column in counts), Counter())
    languages = next((counts[column] for column in _LANGUAGES if column in counts), Counter())
    from_where = nameless(lineage_of(run))
    parts = [
        _head(run, licences, languages), f"# {name}\n", _about(run),
        "## Sources\n\n" + _table(("source", "documents read", "documents kept"), _sources(run)),
        "## Licences\n\n" + (_table(("licence", "documents"), licences.most_common(MOST)) if licences else _NO_LICENCE),
        *(["## Languages\n\n" + _table(("language", "documents"), languages.most_common(MOST))] if languages else []),
        "## What was left out\n\n" + _table(("step", "came", "left", "edited"), _funnel(run)) + _idle(run),
        *_evaluation(run),
        "## Known limits\n\n" + "\n".join(f"- {limit}" for limit in _limits(run, from_where)),
        "## Lineage\n\n```\n" + str(from_where) + "\n```",
    ]
    return "\n".join(part.rstrip() + "\n" for part in parts)


_NO_LICENCE = (
    "The input has no column of licences (`license`), so this card cannot say under which terms its documents stand. "
    "Find out before you pass it on.\n"
)


def _counted(run: Run, columns: Sequence[str]) -> dict[str, Counter[str]]:
    """How often each value stands in these columns of the output, of those that there are."""
    found: dict[str, Counter[str]] = {}
    store = run.store()
    for piece in run.pieces().values():
        there = [name for name in columns if name in schema_of(store, piece).names]
        for batch in read_piece(store, piece, there) if there else ():
            for name in there:
                counts = pc.value_counts(batch[name].cast("large_string") if not _is_text(batch[name]) else batch[name])
                found.setdefault(name, Counter()).update({row["values"] or "unknown": row["counts"] for row in counts.to_pylist()})
    return {name: Counter(dict(sorted(counts.items()))) for name, counts in found.items()}


def _is_text(column: Any) -> bool:
    return str(column.type) in ("string", "large_string")


def _head(run: Run, licences: Counter[str], languages: Counter[str]) -> str:
    size = next((name for most, name in _SIZES if run.rows < most), "n>1B")
    head: dict[str, Any] = {"configs": [{"config_name": "default", "data_files": "data/*.parquet", "default": True}]}
    head |= {"size_categories": [size], "tags": ["tilth"]}
    some = run.rows / 1000  # documents: of fewer, the language is as likely mistaken
    if codes := sorted({name for name, rows in languages.items() if rows >= some and re.fullmatch(r"[a-z]{2,3}", name)}):
        head["language"] = codes
    if licences:
        head["license"] = "other" if len(licences) > 1 else next(iter(licences)).lower()
    return f"---\n{yaml.safe_dump(head, sort_keys=True, allow_unicode=True)}---"


def _about(run: Run) -> str:
    data = run.data
    mean = data["text_bytes"] / max(1, run.rows)
    return (
        f"{run.rows:,} documents, {data['text_bytes'] / 1e6:,.1f} MB of text, {mean:,.0f} bytes each on average. Made by Tilth "
        f"{data['version']} from {data['rows_in']:,} documents: {data['audited']:,} were left out for a reason that the audit names, "
        f"{data['quarantined']:,} could not be read or broke a step.\n"
    )


def _sources(run: Run) -> list[tuple[Any, ...]]:
    kept = run.data["sources"]
    return [(name, came, kept.get(name, 0)) for name, came in sorted(run.data["sources_in"].items())]


def _funnel(run: Run) -> list[tuple[Any, ...]]:
    return [(entry["step"], entry["came"], entry["left"], entry["edited"]) for entry in run.funnel if not _is_idle(entry)]


def _is_idle(entry: dict[str, Any]) -> bool:
    return entry["step"] == "read" or (entry["came"] == entry["left"] and not entry["edited"])


def _idle(run: Run) -> str:
    rules = sum(entry["step"].startswith("Filter: ") and _is_idle(entry) for entry in run.funnel)
    return f"\nOf the other steps {rules} are rules that every document passed.\n" if rules else ""


def _evaluation(run: Run) -> list[str]:
    """How much of the evaluation sets was found, and what became of it."""
    found = contamination(run)
    if found is None:
        return []
    rows = [(row["set"], row["items"], row["hit"], row["dirty"]) for row in found.exposed.to_pylist()]
    done = {"cut": "was cut out", "drop": "was dropped with its document", "mark": "was marked and is still there"}[found.action]
    return [
        "## Evaluation sets\n\n" + _table(("set", "items", "items of which it had a part", "of which it had 80 %"), rows)
        + f"\nWhat had {f'{found.share:.0%} of an item' if found.share else 'any part'} {done}. Items in other words may be left.\n"
    ]  # fmt: skip


def _limits(run: Run, from_where: Lineage) -> Iterator[str]:
    steps = [step for each in _with_parents(from_where) for step in each.steps]
    for done, undone, names in _LOOKED_FOR:
        yield done if any(re.search(names, step) for step in steps) else undone
    if run.data["quarantined"]:
        yield f"Documents that could not be read or broke a step: {run.data['quarantined']:,}; `quarantine/` lists them."
    yield "Filters judge form, not truth: nothing here was checked by a person."


def _with_parents(found: Lineage) -> Iterator[Lineage]:
    yield found
    for each in found.inputs:
        if each.made_by:
            yield from _with_parents(each.made_by)


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    def cell(value: Any) -> str:
        return f"{value:,}" if isinstance(value, int) else str(value).replace("|", "\\|").replace("\n", " ")

    lines = ["| " + " | ".join(columns) + " |", "|" + "|".join("---:" if n else "---" for n in range(len(columns))) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(map(cell, row)) + " |" for row in rows)]) + "\n"
