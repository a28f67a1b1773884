"""Runs a recipe over a corpus: `run` does it, `plan` says beforehand what it would do, `Run` is what is left.

The way of a run: survey the corpus (corpus.py), take the recipe through wave by wave (flow.py, conductor.py), each wave's tasks
on an executor (tasks.py), then write what others read (writers, audit, quarantine) and `run.json`, which names everything.
"""

from __future__ import annotations

import posixpath
import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.audit import TRAILS
from tilth.books import books, keep_times, retracted
from tilth.compact import groups
from tilth.conductor import Conductor, Progress, Wave
from tilth.corpus import Manifest, manifest_of
from tilth.errors import CorpusError, StoreError
from tilth.estimate import Estimate, estimate
from tilth.executors import Executor
from tilth.executors import executor as executor_of
from tilth.flow import Flow, Stage, after
from tilth.piece import Piece
from tilth.probe import check
from tilth.publish import publish
from tilth.read.reader import Reader
from tilth.receipts import Receipts
from tilth.record import fingerprint, record
from tilth.store import FORMAT, Store, check_format
from tilth.tasks import Task
from tilth.write.parquet import Parquet
from tilth.write.writer import Writer

PARTITION_BYTES = 64 << 20


@dataclass(frozen=True)
class Run:
    """A finished run: its folder and what `run.json` says of it."""

    out: str
    data: dict[str, Any]

    @property
    def rows(self) -> int:
        return int(self.data["rows_out"])

    @property
    def funnel(self) -> list[dict[str, Any]]:
        """One entry a step: step, came, left, dropped (reason -> rows), failed, edited, seconds."""
        times = self.data.get("times", {})
        return [{**entry, "seconds": times.get(str(i), 0.0)} for i, entry in enumerate(self.data["funnel"])]

    def pieces(self) -> dict[int, Piece]:
        return {piece["shard"]: Piece.from_json(piece) for piece in self.data["pieces"]}

    def stages(self) -> list[dict[int, Piece]]:
        """Return the pieces as they were after each stage: what was measured before the first rule is still there."""
        store, found, pieces = self.store(), [], dict[int, Piece]()
        known = Receipts(store)
        for stage in self.data["stages"]:
            receipts = {int(shard): known.get(key) for shard, key in stage["keys"].items()}
            now = {shard: after(store, pieces.get(shard), shard, receipt) for shard, receipt in receipts.items()}
            pieces = {shard: piece for shard, piece in now.items() if piece}
            found.append(pieces)
        return found

    def store(self) -> Store:
        return Store(self.data["store"] if "://" in self.data["store"] else _beside(self.out, self.data["store"]))

    def summary(self) -> str:
        """Return the table of the run: per step rows in, rows out, share dropped, seconds."""
        lines = [f"{'step':<44}{'rows in':>12}{'rows out':>12}{'dropped':>9}{'seconds':>10}"]
        for entry in self.funnel:
            gone = entry["came"] - entry["left"]
            share = f"{gone / entry['came']:.1%}" if entry["came"] else "-"
            lines.append(f"{entry['step'][:43]:<44}{entry['came']:>12,}{entry['left']:>12,}{share:>9}{entry['seconds']:>10.2f}")
        data = self.data
        lines.append(
            f"{data['rows_in']:,} rows in = {data['rows_out']:,} out + {data['audited']:,} audited + {data['quarantined']:,} quarantined"
        )
        if data["retracted"]["rows"]:
            lines.append(f"{data['retracted']['rows']:,} rows that an earlier run kept are gone now")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"Run({self.out!r}: {self.data['rows_out']:,} of {self.data['rows_in']:,} rows)"


def run(
    corpus: Reader,
    recipe: Sequence[Any],
    out: str,
    executor: str | Executor = "local",
    *,
    write: Sequence[Writer] | None = None,
    progress: Callable[[Progress], None] | None = None,
    split: int | None = None,
    partitions: int | None = None,
    store: str | None = None,
    row_seconds: float = 60.0,
    probe: bool = True,
) -> Run:
    """Run `recipe` over `corpus` into the folder or URL `out`, going on where an earlier run stopped.

    `write` is what to write for others (default: Parquet, and what steps bring); `split` the bytes of a shard, decided once for a
    corpus; `partitions` of an Exchange (default: from the bytes); `store` the folder of blobs and receipts, shared by runs that
    have work in common (default: `out`/store); `row_seconds` the time after which a step is given up on a row.
    Raises CorpusError, RecipeError, StepError or StoreError; whatever was finished by then is not done again.
    """
    engine = executor_of(executor)
    out_store, blobs = _stores(out, store, save=True)
    try:
        _refuse_one_machines_disk(engine, blobs, out)
        if probe:
            check(corpus, recipe).raise_first()
        manifest, name = manifest_of(blobs, corpus, "corpus", split, save=True)
        conductor = Conductor(blobs, engine, progress, row_seconds)
        start = time.monotonic()
        flow = Flow(conductor, corpus, manifest, partitions or _partitions(blobs, name, manifest))
        flow.run(recipe)
        pieces = {shard: piece for shard, piece in sorted(flow.pieces.items()) if piece}
        together = groups({shard.number: shard.size for shard in manifest.shards}, manifest.following)
        writers = write if write is not None else _writers(blobs, pieces, flow.steps, manifest.schema)
        files, outputs = _write(conductor, pieces, together, writers)
        trails = _trails(conductor, flow, together)
        before = out_store.read_json("run.json")
        data = books(flow, name, pieces) | {"outputs": outputs, "store": store or "store", "recipe": _records(recipe, blobs)}
        data["text_bytes"] = max((output["text_bytes"] for output in outputs.values()), default=0) or data["text_bytes"]
        data["retracted"] = retracted(blobs, before, pieces)
        files |= {f"{kind}/{shard:05d}.parquet": blob for kind, shards in trails.items() for shard, blob in shards.items()}
        publish(blobs, out_store, files)
        out_store.write_json(sorted(conductor.used), "receipts.json")
        out_store.write_json(data, "run.json")
        _write_cards(Run(out, data), writers, files)
        data["times"] = keep_times(conductor, flow, out_store, time.monotonic() - start)
        conductor.receipts.pack()
        out_store.tidy()
    finally:
        if engine is not executor:
            engine.close()
    return Run(out, data)


@dataclass(frozen=True)
class Plan:
    """What a run would do now, wave by wave; exact up to what cannot be known, and then "at most"."""

    waves: list[Wave]
    manifest: Manifest
    estimate: Estimate | None = None

    @property
    def to_do(self) -> int:
        return sum(wave.to_do for wave in self.waves)

    def __str__(self) -> str:
        lines = [f"{'wave':<60}{'tasks':>7}{'done':>7}{'to do':>7}{'at most':>9}"]
        for wave in self.waves:
            lines.append(f"{wave.name[:59]:<60}{wave.total:>7}{wave.known:>7}{wave.to_do:>7}{wave.to_do + wave.at_most:>9}")
        return "\n".join([*lines, *([str(self.estimate)] if self.estimate else [])])


def plan(
    corpus: Reader,
    recipe: Sequence[Any],
    out: str,
    *,
    split: int | None = None,
    partitions: int | None = None,
    store: str | None = None,
    probe: bool = False,
) -> Plan:
    """Return what `run` with the same arguments would do, without doing it; with `probe` also about how long and how much memory."""
    _, blobs = _stores(out, store, save=False)
    manifest, name = manifest_of(blobs, corpus, "corpus", split, save=False)
    conductor = Conductor(blobs, None)
    flow = Flow(conductor, corpus, manifest, partitions or _partitions(blobs, name, manifest, save=False))
    flow.run(recipe)
    return Plan(conductor.waves, manifest, estimate(corpus, recipe, manifest.size) if probe else None)


def load(out: str) -> Run:
    """Return the last finished run in this folder. Raises CorpusError where there is none, StoreError where another version wrote it."""
    data = Store(out).read_json("run.json")
    if data is None:
        raise _unfinished(out)
    check_format(data, out)
    data["times"] = (Store(out).read_json("times.json") or {}).get("steps", {})
    return Run(out, data)


def _unfinished(out: str) -> CorpusError:
    began = Store(out).read_json("store", "format.json") is not None
    why = "a run began and did not finish" if began else "run.json is missing"
    fix = "the command that began it goes on where it was" if began else f"tilth run RECIPE --out {shlex.quote(out)}"
    return CorpusError("There is no finished run here.", where=out, why=why, fix=fix)


def _write_cards(finished: Run, writers: Sequence[Writer], files: dict[str, str]) -> None:
    """Write the run's card, and into each folder that has one its own, which says the same and more."""
    from tilth.card import card  # which reads runs

    out, about = Store(finished.out), card(finished)
    out.write_file(about.encode(), "README.md")
    for writer in writers:
        name = posixpath.normpath(f"{writer.folder}/README.md")
        if name in files:
            out.write_file(writer.card(finished.store().get(files[name]), about), name)


def _stores(out: str, store: str | None, save: bool) -> tuple[Store, Store]:
    """Return the folder of the run and its store. Raises StoreError where another version wrote either."""
    folder, blobs = Store(out), Store(_beside(out, store or "store"))
    before = folder.read_json("run.json")
    if before is not None:
        check_format(before, out)
    blobs.open_format(save)
    return folder, blobs


def _refuse_one_machines_disk(engine: Executor, blobs: Store, out: str) -> None:
    """A plain path is a folder of this machine; `file://` in front of it says that all machines see the same."""
    if blobs.local and not out.startswith("file://") and engine.machines() > 1:
        raise StoreError(
            "Several machines cannot share a folder of one.", where=f"out={out!r}",
            why="tasks on other machines would write to their own disks",
            fix=f"out='s3://bucket/{out}', or out='file://...' if every machine mounts that folder",
        )


def _beside(out: str, store: str) -> str:
    """A store named without a slash lies in the output folder."""
    return store if "/" in store else f"{out.rstrip('/')}/{store}"


def _partitions(store: Store, name: str, manifest: Manifest, save: bool = True) -> int:
    """A power of two from the bytes, kept: another number would send every message anew. Messages grow with its square."""
    known = store.read_json("manifests", f"{name}.partitions.json")
    wanted = 1
    while wanted * PARTITION_BYTES < manifest.size and wanted < 256:
        wanted *= 2
    number = known["partitions"] if known and wanted <= known["partitions"] * 8 else wanted
    if save:
        store.write_json({"partitions": number}, "manifests", f"{name}.partitions.json")
    return int(number)


def _writers(store: Store, pieces: dict[int, Piece], steps: list[Any], given: pa.Schema) -> list[Writer]:
    """Parquet of what people read, and what steps bring; binary columns, and lists neither given nor results, are between steps."""
    schema = store.parquet(next(iter(pieces.values())).schema).schema_arrow
    read = {*given.names, *(name for step in steps for name in getattr(step, "results", ()))}
    inner = tuple(field.name for field in schema if _is_binary(field.type) or (_is_list(field.type) and field.name not in read))
    brought = [step.writer for step in steps if getattr(step, "writer", None) is not None]
    return [Parquet(without=inner), *brought]


def _is_binary(kind: pa.DataType) -> bool:
    return pa.types.is_large_binary(kind) or pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind)


def _is_list(kind: pa.DataType) -> bool:
    return pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)


def _write(
    conductor: Conductor, pieces: dict[int, Piece], together: list[list[int]], writers: Sequence[Writer]
) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the files to publish (name -> blob) and, for each folder, what was written; `together` are the groups of small shards."""
    files: dict[str, str] = {}
    outputs: dict[str, Any] = {}
    for writer in writers:
        grouped = together if writer.together else [[shard] for shard in pieces]
        tasks = {group[0]: _export_task(conductor, [pieces[shard] for shard in group], writer) for group in grouped}
        receipts = {shard: receipt for shard, receipt in conductor.wave(f"write {writer.folder}", tasks).items() if receipt}
        for shard, receipt in receipts.items():
            files |= {f"{writer.folder}/{shard:05d}{suffix}": blob for suffix, (blob, _) in receipt["files"].items()}
        about = writer.finish({shard: receipt["info"] for shard, receipt in receipts.items()})
        files |= {posixpath.normpath(f"{writer.folder}/{name}"): conductor.store.put(data) for name, data in about.items()}
        size = sum(length for receipt in receipts.values() for _, length in receipt["files"].values())
        text = sum(receipt["text_bytes"] for receipt in receipts.values())
        outputs[writer.folder] = {"writer": type(writer).__name__, "bytes": size, "shards": len(receipts), "text_bytes": text}
    return files, outputs


def _export_task(conductor: Conductor, pieces: list[Piece], writer: Writer) -> Task:
    inputs = [[piece.shard, piece.schema, *(layer.blob for layer in piece.needed(writer.reads))] for piece in pieces]
    key = fingerprint("export", FORMAT, inputs, writer)
    return Task(key, "export", conductor.store.url, {"pieces": pieces, "writer": writer}, 0, conductor.row_seconds)


def _trails(conductor: Conductor, flow: Flow, together: list[list[int]]) -> dict[str, dict[int, str]]:
    """One table of each kind a group of shards: audit, quarantine, edits."""
    found: dict[str, dict[int, str]] = {}
    for kind in TRAILS:
        tasks = {}
        for group in together:
            parts = [(stage.offset, blob) for shard in group for stage in flow.stages if (blob := _trail_of(stage, shard, kind))]
            if parts:
                key = fingerprint("trail", FORMAT, kind, [list(part) for part in parts])
                tasks[group[0]] = Task(key, "trail", conductor.store.url, {"kind": kind, "parts": parts})
        found[kind] = {shard: receipt["blob"] for shard, receipt in conductor.wave(f"write {kind}", tasks).items() if receipt}
    return found


def _trail_of(stage: Stage, shard: int, kind: str) -> str | None:
    receipt = stage.receipts.get(shard)
    return receipt["trails"].get(kind) if receipt else None


def _records(recipe: Sequence[Any], store: Store) -> list[Any]:
    return [record(step, store.put) for step in recipe]
