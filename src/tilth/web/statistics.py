"""All figures of the page, from what a finished run left in its folder: nothing is measured anew, and nothing but sums is held."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tilth.corpus import Manifest
from tilth.fates import stream_trail
from tilth.receipts import Receipts
from tilth.run import Run, load
from tilth.signals import Dropped, Signal, add_kept, signals_of
from tilth.store import Store
from tilth.web.drops import Drop, Examples, drops_of
from tilth.web.duplicates import Clusters, Copies
from tilth.web.edits import Edit, edits_of
from tilth.web.exposures import Exposures, exposures_of
from tilth.web.faults import Fault, faults_of
from tilth.web.languages import languages_of
from tilth.web.people import Spoken, spoken_of
from tilth.web.pictures import Picture, pictures_of
from tilth.web.trails import redacted

SOURCES = 14  # shown by name, those of most rows


@dataclass(frozen=True)
class Statistics:
    """Everything that the page shows."""

    run: Run
    wall: float  # seconds of the last run
    work: float  # seconds of all tasks that the result rests on, whichever run did them
    peak_mb: float
    files: int
    text_in: int  # bytes of text before the first rule
    tokens: dict[str, Any]  # tokens.json, empty where there is none
    drops: list[Drop]
    signals: list[Signal]
    clusters: list[Clusters]
    languages: list[tuple[str, int, int]]
    sources: list[str]
    by_source: Counter[tuple[str, int, str]]  # source, step, reason -> rows
    edits: list[Edit]
    faults: list[Fault]
    pictures: list[Picture]
    spoken: Spoken | None  # where whom it speaks of was counted
    exposures: Exposures | None  # where evaluation sets were looked for


def statistics(out: str, redact: bool = True) -> Statistics:
    """Return the figures of the run in `out`; with `redact`, documents are shown without personal identifiers.

    The audit is read twice, every column of numbers once. Raises CorpusError where there is no finished run.
    """
    run, folder, show = load(out), Store(out), redacted if redact else _as_they_are
    sources = run.data["sources_in"]
    largest = sorted(sources, key=lambda name: (-sources[name], name))[:SOURCES]
    signals, copies, examples = signals_of(run), Copies(), Examples(drops_of(run), set(largest))
    add_kept(run, signals)
    dropped = Dropped(signals, [stage["offset"] for stage in run.data["stages"]])
    for batch in stream_trail(folder, "audit"):
        for fold in (examples, dropped, copies):
            fold.add(batch)
    times, manifest = folder.read_json("times.json") or {}, Manifest.load(run.store(), run.data["manifest"])
    return Statistics(
        run=run, wall=times.get("wall", 0.0), work=sum(task.get("seconds", 0.0) for task in times.get("tasks", {}).values()),
        peak_mb=times.get("peak_mb", 0.0), files=len(manifest.files) if manifest else 0, text_in=_text_in(run),
        tokens=folder.read_json("tokens", "tokens.json") or {}, drops=examples.finish(run, show), signals=signals,
        clusters=copies.finish(run, folder, show), languages=languages_of(run), sources=largest, by_source=examples.by_source,
        edits=edits_of(run, folder), faults=faults_of(run, folder, show), pictures=pictures_of(run, show),
        spoken=spoken_of(run, show), exposures=exposures_of(run, show),
    )  # fmt: skip


def _text_in(run: Run) -> int:
    known, first = Receipts(run.store()), run.data["stages"][0]
    return sum((known.get(key) or {}).get("text_bytes", 0) for key in first["keys"].values())


def _as_they_are(documents: list[Any]) -> list[Any]:
    return documents
