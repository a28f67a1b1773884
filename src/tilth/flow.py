"""From a list of steps to tasks: stages are cut at every Fold and Exchange and where rules begin, and each has its waves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from tilth.compact import groups
from tilth.conductor import Conductor
from tilth.corpus import Manifest, Shard, manifest_of, shard_key
from tilth.errors import RecipeError
from tilth.exchange import home_of
from tilth.exchange_tasks import unsettled
from tilth.learn import LearnFrom
from tilth.op import Exchange, Fold, Op, label
from tilth.piece import Layer, Piece
from tilth.read.reader import Reader
from tilth.receipts import Receipt
from tilth.record import fingerprint
from tilth.store import FORMAT, Store
from tilth.tasks import Task, steps_of

Recipe = Sequence[Any]
Pieces = dict[int, Piece | None]
Schemas = dict[tuple[str, str], str]  # (before, new) -> merged
Answers = dict[int, tuple[str, ...]]  # shard -> a blob from each partition that answers it; -1: the empty answers, for all others
ARITY = 8  # states merged at once, in shard order: a fixed tree, so that sums agree to the bit for any number of workers
ALWAYS = ("id", "source", "text")  # what audit and quarantine say of a row


@dataclass
class Stage:
    """One stage as it was run: the labels of its steps, the index of its first step, each shard's task key and receipt."""

    steps: list[str]
    offset: int
    keys: dict[int, str]
    receipts: dict[int, Receipt | None]


@dataclass
class Flow:
    """The state of a recipe under way over one corpus: pieces so far, stages so far, and what an Exchange left to be settled."""

    conductor: Conductor
    reader: Reader
    manifest: Manifest
    partitions: int
    name: str = ""
    pieces: Pieces = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)
    sizes: dict[int, int] = field(default_factory=dict)  # bytes of text of each shard
    steps: list[Any] = field(default_factory=list)  # as executed: Folds replaced by what they finished into
    schemas: Schemas = field(default_factory=dict)
    learned: list[dict[str, str]] = field(default_factory=list)  # of each learn_from its step and the manifest of its corpus

    @property
    def store(self) -> Store:
        return self.conductor.store

    def run(self, recipe: Recipe) -> None:
        """Take the recipe through, wave by wave."""
        steps, settle = list(recipe), None
        while True:
            local, steps = until_barrier(steps)
            for part in _before_rules(local):
                self._stage(part, settle)
                settle = None
            if settle or not self.stages:
                self._stage([], settle)
                settle = None
            if not steps:
                return
            barrier, steps = steps[0], steps[1:]
            if isinstance(barrier, Exchange):
                settle = barrier, self._exchange(barrier)
                continue
            finished = self._learn_from(barrier) if isinstance(barrier, LearnFrom) else self._fold(barrier)
            if finished is None:  # a plan that cannot know what will be learned: the rest is local work on every shard, or more
                self.steps.append(barrier)
                self._rest_at_most(steps)
                return
            steps = [*finished, *steps]

    def _stage(self, steps: list[Op], settle: tuple[Exchange, Answers | None] | None) -> None:
        labels = [*([label(settle[0])] if settle else []), *map(label, steps)]
        if not self.stages:
            tasks: dict[int, Task | None] = {shard.number: self._ingest_task(shard, steps) for shard in self.manifest.shards}
        else:
            prints = fingerprint(*steps), fingerprint(settle[0]) if settle else ""
            columns = _columns(steps, settle[0] if settle else None)
            tasks = {shard: self._stage_task(piece, steps, columns, prints, settle) for shard, piece in self.pieces.items()}
        named = ", ".join(labels) if self.stages else ", ".join(["read", *labels])
        receipts = self.conductor.wave(self.name + named, tasks)
        keys = {shard: task.key for shard, task in tasks.items() if task}
        self.stages.append(Stage(labels, len(self.steps), keys, receipts))
        self.steps += [*([settle[0]] if settle else []), *steps]
        self.sizes |= {shard: receipt["text_bytes"] for shard, receipt in receipts.items() if receipt}
        self.pieces = {shard: after(self.store, self.pieces.get(shard), shard, receipts[shard], self.schemas) for shard in tasks}

    def _ingest_task(self, shard: Shard, steps: list[Op]) -> Task:
        key = fingerprint("ingest", FORMAT, shard_key(self.reader, shard), str(self.manifest.schema), *steps)
        where = {"spans": shard.spans, "digests": shard.digests, "shard": shard.number}
        return self._task(key, "ingest", {"reader": self.reader, "schema": self.manifest.schema, **where, "steps": steps}, shard.size)

    def _stage_task(
        self, piece: Piece | None, steps: list[Op], columns: list[str] | None, prints: tuple[str, str],
        settle: tuple[Exchange, Answers | None] | None,
    ) -> Task | None:
        if piece is None or (settle and settle[1] is None):
            return None
        answers = (settle[0], (settle[1] or {}).get(piece.shard, (settle[1] or {})[-1])) if settle else None
        inputs = [layer.blob for layer in piece.needed(columns)]
        key = fingerprint("stage", FORMAT, piece.shard, inputs, piece.schema, prints[0], prints[1], *(answers[1] if answers else ("",)))
        return self._task(key, "stage", {"piece": piece, "columns": columns, "steps": steps, "settle": answers}, self._size(piece))

    def _fold(self, fold: Fold) -> list[Any] | None:
        print_of = fingerprint(fold)
        name = self.name + label(fold)
        tasks = {shard: self._observe_task(piece, fold, print_of) for shard, piece in sorted(self.pieces.items())}
        receipts = self.conductor.wave(f"{name}: observe", tasks)
        states = [receipt["state"] if receipt else None for receipt in receipts.values()]
        while len(states) > 1:
            groups = [states[i : i + ARITY] for i in range(0, len(states), ARITY)]
            merging = {i: self._merge_task(group, fold, print_of) for i, group in enumerate(groups) if len(group) > 1}
            merged = self.conductor.wave(f"{name}: merge", merging)
            states = [_state(merged[i]) if len(group) > 1 else group[0] for i, group in enumerate(groups)]
        state = states[0]
        key = fingerprint("finish", FORMAT, print_of, state)
        finishing = self._task(key, "finish", {"state": state, "fold": fold}, 0) if state else None
        finished = self.conductor.wave(f"{name}: finish", {0: finishing})[0]
        return steps_of(self.store, finished) if finished else None

    def _observe_task(self, piece: Piece | None, fold: Fold, print_of: str) -> Task | None:
        if piece is None:
            return None
        key = fingerprint("observe", FORMAT, print_of, [layer.blob for layer in piece.needed(fold.reads)], piece.schema)
        return self._task(key, "observe", {"piece": piece, "fold": fold}, self._size(piece))

    def _merge_task(self, states: list[str | None], fold: Fold, print_of: str) -> Task | None:
        if None in states:
            return None
        return self._task(fingerprint("merge", FORMAT, print_of, states), "merge", {"states": states, "fold": fold}, 0)

    def _learn_from(self, learning: LearnFrom) -> list[Any] | None:
        name = f"learn-{len(self.learned) + 1}"
        manifest, kept = manifest_of(self.store, learning.corpus, name, self.manifest.split, save=self.conductor.executor is not None)
        self.learned.append({"step": label(learning.step), "manifest": kept})
        other = Flow(self.conductor, learning.corpus, manifest, self.partitions, f"{name}: ")
        other.run(learning.prepare)
        return other._fold(learning.step)

    def _exchange(self, exchange: Exchange) -> Answers | None:
        """Return every shard's answers; None where a plan cannot know them."""
        print_of, name = fingerprint(exchange), self.name + label(exchange)
        tasks = {shard: self._scatter_task(piece, exchange, print_of) for shard, piece in sorted(self.pieces.items())}
        sent = self._gathered(self.conductor.wave(f"{name}: scatter", tasks), name)
        if self.partitions == 1:
            answers = self.conductor.wave(f"{name}: phases", {0: self._phases_task(sent, exchange, print_of)})
        else:
            answers = self._phases(exchange, print_of, sent)
        if any(receipt is None for receipt in answers.values()):
            return None
        found: Answers = {}
        for receipt in answers.values():
            assert receipt is not None
            found[-1] = (receipt["none"],)
            for shard, blob in receipt["answers"].items():  # a row may be decided away from its home: every partition may answer a shard
                found[int(shard)] = (*found.get(int(shard), ()), blob)
        return found

    def _phases(self, exchange: Exchange, print_of: str, sent: dict[int, Receipt | None]) -> dict[int, Receipt | None]:
        """Return the receipts of each partition's answers."""
        phases = exchange.phases()
        for number in range(len(phases)):
            rounds = exchange.limit if number == len(phases) - 1 else 1
            sent = self._rounds(exchange, print_of, number, sent, rounds, getattr(phases[number], "__name__", str(number)).strip("_"))
        asking = {p: self._answer_task(p, sent, exchange, print_of) for p in range(self.partitions)}
        return self.conductor.wave(f"{self.name}{label(exchange)}: answer", asking)

    def _gathered(self, sent: dict[int, Receipt | None], name: str) -> dict[int, Receipt | None]:
        """What was sent, of small neighbouring shards together: phases read few files then."""
        together = groups({shard.number: shard.size for shard in self.manifest.shards}, self.manifest.following)
        tasks = {group[0]: self._gather_task([sent[shard] for shard in group]) for group in together if len(group) > 1}
        gathered = self.conductor.wave(f"{name}: gather", tasks) if tasks else {}
        return {group[0]: gathered.get(group[0], sent[group[0]]) for group in together}

    def _gather_task(self, sent: list[Receipt | None]) -> Task | None:
        parts = [receipt["parts"] for receipt in sent if receipt]
        return self._task(fingerprint("gather", FORMAT, parts), "gather", {"sent": parts}, 0) if len(parts) == len(sent) else None

    def _rounds(
        self, exchange: Exchange, print_of: str, number: int, sent: dict[int, Receipt | None], rounds: int, phase: str
    ) -> dict[int, Receipt | None]:
        """Run a phase once, or until what it sends is what came."""
        for turn in range(rounds):
            tasks = {p: self._phase_task(p, sent, exchange, print_of, number) for p in range(self.partitions)}
            wave = f"{self.name}{label(exchange)}: {phase}" + (f", round {turn + 1}" if rounds > 1 else "")
            came, sent = sent, self.conductor.wave(wave, tasks)
            if rounds == 1 or None in sent.values() or _parts(sent) == _parts(came):
                return sent
        raise unsettled(exchange, phase)

    def _scatter_task(self, piece: Piece | None, exchange: Exchange, print_of: str) -> Task | None:
        if piece is None:
            return None
        inputs = [layer.blob for layer in piece.needed(exchange.reads)]
        key = fingerprint("scatter", FORMAT, print_of, inputs, piece.schema, self.partitions)
        return self._task(key, "scatter", {"piece": piece, "exchange": exchange, "partitions": self.partitions}, self._size(piece))

    def _phase_task(self, p: int, sent: dict[int, Receipt | None], exchange: Exchange, print_of: str, number: int) -> Task | None:
        found = self._at_home(p, sent, exchange)
        if found is None:
            return None
        work, looked_up = found
        key = fingerprint("phase", FORMAT, print_of, number, work["messages"], looked_up, self.partitions)
        return self._task(key, "phase", work | {"number": number, "partitions": self.partitions}, 0)

    def _phases_task(self, sent: dict[int, Receipt | None], exchange: Exchange, print_of: str) -> Task | None:
        found = self._at_home(0, sent, exchange)
        if found is None:
            return None
        work, looked_up = found
        return self._task(fingerprint("phases", FORMAT, print_of, work["messages"], looked_up), "phases", work, 0)

    def _at_home(self, p: int, sent: dict[int, Receipt | None], exchange: Exchange) -> tuple[dict[str, Any], list[list[str]]] | None:
        """Return the work of partition `p`, and the blobs that its phases may look into; None where a plan cannot know them."""
        homes = [piece for shard, piece in sorted(self.pieces.items()) if exchange.home_reads and home_of(shard, self.partitions) == p]
        messages = _messages(p, sent)
        if messages is None or any(piece is None for piece in homes):
            return None
        looked_up = [[layer.blob for layer in piece.needed(exchange.home_reads)] for piece in homes if piece]
        return {"messages": messages, "homes": homes, "exchange": exchange}, looked_up

    def _answer_task(self, p: int, sent: dict[int, Receipt | None], exchange: Exchange, print_of: str) -> Task | None:
        messages = _messages(p, sent)
        if messages is None:
            return None
        return self._task(fingerprint("answer", FORMAT, print_of, messages), "answer", {"messages": messages, "exchange": exchange}, 0)

    def _rest_at_most(self, steps: list[Any]) -> None:
        """A plan's tail: what cannot be known yet counts as unknown, stage by stage."""
        while steps:
            local, steps = until_barrier(steps)
            for part in [*_before_rules(local)] or [[]]:
                self.conductor.wave(self.name + (", ".join(map(label, part)) or "settle"), dict.fromkeys(self.pieces))
                self.steps += part
            if steps:
                self.conductor.wave(self.name + label(steps[0]), dict.fromkeys(self.pieces))
                steps = steps[1:]
        self.pieces = dict.fromkeys(self.pieces)

    def _task(self, key: str, role: str, work: dict[str, Any], size: int) -> Task:
        return Task(key, role, self.store.url, work, size, self.conductor.row_seconds)

    def _size(self, piece: Piece) -> int:
        return self.sizes.get(piece.shard, 0)


def after(store: Store, before: Piece | None, shard: int, receipt: Receipt | None, memo: Schemas | None = None) -> Piece | None:
    """Return the piece that a stage's receipt leaves of the piece before it; `memo` keeps merged schemas for the next shard."""
    if receipt is None:
        return None
    layers = tuple(map(Layer.from_json, receipt["layers"]))
    schema = receipt["schema"] if before is None else _merged(store, before.schema, receipt["schema"], {} if memo is None else memo)
    return Piece(shard, receipt["rows"], (*(before.layers if before else ()), *layers), schema)


def _merged(store: Store, before: str, new: str, memo: Schemas) -> str:
    """The columns of the piece with those that the stage brought or read; the same pair comes once for every shard."""
    if (before, new) not in memo:
        old, added = (store.parquet(name).schema_arrow for name in (before, new))
        types = {field.name: field for field in [*old, *added]}
        memo[before, new] = store.put_table(pa.schema(list(types.values())).empty_table())
    return memo[before, new]


def until_barrier(steps: list[Any]) -> tuple[list[Op], list[Any]]:
    """Return the local steps before the first Fold or Exchange, and the rest. Raises RecipeError for what is no step."""
    for i, step in enumerate(steps):
        if isinstance(step, (Fold, Exchange, LearnFrom)):
            return steps[:i], steps[i:]
        if not isinstance(step, Op):
            raise RecipeError(
                f"{step!r} is not a step.", where=f"step {i + 1} of the recipe", why="a recipe is a flat list of Op, Fold and Exchange",
                fix="composites return lists: put a * before them, as in [*filters.fineweb()]",
            )
    return steps, []


def _before_rules(steps: list[Op]) -> Iterator[list[Op]]:
    """Cut where rules follow what was measured: it is kept, so other thresholds can be tried without measuring again."""
    start = 0
    for i in range(1, len(steps)):
        if steps[i].marks_only and not steps[i - 1].marks_only:
            yield steps[start:i]
            start = i
    if steps:
        yield steps[start:]


def _columns(steps: Sequence[Op], settled: Exchange | None) -> list[str] | None:
    """What a stage reads, None being all; who is a duplicate is said without its text."""
    names = {*(ALWAYS if steps else ("id", "source")), *(settled.settle_reads if settled else ())}
    for step in steps:
        if step.reads is None:
            return None
        names |= set(step.reads)
    return sorted(names)


def _messages(p: int, sent: dict[int, Receipt | None]) -> list[str] | None:
    found = [receipt["parts"][str(p)] if receipt else None for receipt in sent.values()]
    return None if None in found else [name for name in found if name]


def _parts(sent: dict[int, Receipt | None]) -> list[Any]:
    return [receipt and receipt["parts"] for receipt in sent.values()]


def _state(receipt: Receipt | None) -> str | None:
    return receipt["state"] if receipt else None
