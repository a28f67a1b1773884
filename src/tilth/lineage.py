"""Where a corpus comes from: its recipe, its inputs, and the runs that made these, back to files that no run made."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import fsspec
import fsspec.utils

from tilth.corpus import Manifest
from tilth.errors import CorpusError
from tilth.run import Run, load
from tilth.store import Store

_OF_SOURCE = re.compile(r"^[\w-]+:(?!//)")  # a union puts the name of its input before a path
HELD = ("NGrams", "Paraphrases")  # steps that hold a corpus against what they learn; others learn from it
DEPTH = 50  # of runs upon runs; a folder that is its own input does not go on for ever


@dataclass(frozen=True)
class Input:
    """Files of one folder that a run read: how many, the digest of the first, and the run that wrote them, if one did.

    `how` is empty where they are the corpus itself, "held against (NGrams)" of an evaluation set, "learned from (Dsir)" of a target.
    """

    folder: str
    files: int
    digest: str
    made_by: Lineage | None = None
    how: str = ""


@dataclass(frozen=True)
class Lineage:
    """A finished run: where it lies, what made it, its inputs, and what its steps learned from beside them."""

    out: str
    tilth: str
    rows_in: int
    rows_out: int
    input_bytes: int
    steps: tuple[str, ...]
    inputs: tuple[Input, ...]
    learned: tuple[Input, ...] = ()

    def __str__(self) -> str:
        return "\n".join(_drawn(self))


def lineage(out: str) -> Lineage:
    """Return the lineage of the run in folder `out`; inputs that lie in the folder of another run lead on to that.

    Raises CorpusError where there is no finished run, or runs follow each other deeper than `DEPTH`.
    """
    return lineage_of(load(out))


def lineage_of(run: Run, depth: int = DEPTH) -> Lineage:
    """Return the lineage of a run at hand."""
    if depth < 1:
        raise CorpusError("Runs follow each other too deep.", where=run.out, why=f"more than {DEPTH}", fix="is a run its own input?")
    inputs = _inputs(run, run.data["manifest"], depth)
    learned = [each for other in run.data.get("learned", ()) for each in _inputs(run, other["manifest"], depth, _how(other["step"]))]
    steps = tuple(entry["step"] for entry in run.funnel if entry["step"] != "read")
    data = run.data
    return Lineage(run.out, data["version"], data["rows_in"], data["rows_out"], data["input_bytes"], steps, inputs, tuple(learned))


def nameless(found: Lineage, out: str = "this corpus") -> Lineage:
    """Return a lineage with the last part of every path only: what may be passed on."""
    inputs, learned = (
        tuple(
            replace(each, folder=_last(each.folder), made_by=each.made_by and nameless(each.made_by, _last(each.made_by.out)))
            for each in some
        )
        for some in (found.inputs, found.learned)
    )
    return replace(found, out=out, inputs=inputs, learned=learned)


def _how(step: str) -> str:
    return f"{'held against' if step in HELD else 'learned from'} ({step})"


def _inputs(run: Run, name: str, depth: int, how: str = "") -> tuple[Input, ...]:
    """The files that a manifest of the run's store names, by folder."""
    manifest = Manifest.load(run.store(), name)
    folders: dict[str, dict[str, str]] = {}
    for shard in manifest.shards if manifest else ():
        for span, digest in zip(shard.spans, shard.digests, strict=True):
            path = _OF_SOURCE.sub("", span.path)
            folders.setdefault(posixpath.dirname(path), {}).setdefault(path, digest)
    return _merged([replace(_input(folder, found, run, depth), how=how) for folder, found in sorted(folders.items())])


def _input(folder: str, found: dict[str, str], run: Run, depth: int) -> Input:
    parent = _run_around(folder)
    other = bool(parent) and posixpath.normpath(parent) != posixpath.normpath(run.out)
    return Input(folder, len(found), next(iter(found.values())), lineage_of(load(parent), depth - 1) if other else None)


def _merged(inputs: list[Input]) -> tuple[Input, ...]:
    """Return the inputs, folders that lie in one another as the outermost; those of runs stay as they are."""
    found: list[Input] = []
    for each in inputs:
        top = next((at for at, other in enumerate(found) if not each.made_by and _inside(each.folder, other)), None)
        if top is None:
            found.append(each)
        else:
            found[top] = replace(found[top], files=found[top].files + each.files)
    return tuple(found)


def _inside(folder: str, other: Input) -> bool:
    return not other.made_by and bool(other.folder) and folder.startswith(other.folder.rstrip("/") + "/")


def _last(path: str) -> str:
    return posixpath.basename(path.rstrip("/"))


def _run_around(folder: str) -> str:
    """The folder of the run that a file in `folder` belongs to: this one, or the one above it; empty if there is none."""
    for place in (folder, posixpath.dirname(folder)) if _is_folder(folder) else ():
        if place and Store(place).read_json("run.json") is not None:
            return place
    return ""


def _is_folder(place: str) -> bool:
    """Whether files can lie beside it: not in a database, an archive or a site."""
    protocol = fsspec.utils.get_protocol(place)
    return "::" not in place and protocol not in ("http", "https") and protocol in fsspec.available_protocols()


def _drawn(found: Lineage, lead: str = "") -> Iterator[str]:
    yield f"{found.out}: {found.rows_out:,} of {found.rows_in:,} rows from {found.input_bytes / 1e6:,.1f} MB, tilth {found.tilth}"
    yield f"{lead}├─ {len(found.steps)} steps: {_brief(found.steps)}"
    inputs = (*found.inputs, *found.learned)
    for n, each in enumerate(inputs):
        last, how = n == len(inputs) - 1, f"{each.how} " if each.how else ""
        files = f"{each.files:,} file{'s' if each.files > 1 else ''}"
        yield f"{lead}{'└─' if last else '├─'} {how}{posixpath.join(each.folder or '.', '')}: {files}, {each.digest[:12]}"
        if each.made_by:
            below = lead + ("   " if last else "│  ")
            first, *rest = _drawn(each.made_by, below + "   ")
            yield f"{below}└─ {first}"
            yield from rest


def _brief(steps: tuple[str, ...]) -> str:
    """Names of steps in order, rules that follow each other counted."""
    told: list[str] = []
    rules = 0
    for step in (*steps, ""):
        if step.startswith("Filter"):
            rules += 1
            continue
        if rules:
            told.append(f"{rules} rules" if rules > 1 else "1 rule")
            rules = 0
        told += [step] if step else []
    return ", ".join(told) or "none"
