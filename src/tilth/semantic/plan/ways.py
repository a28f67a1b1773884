"""The ways in which one task can be done, measured on a sample: what each costs a row, how long it takes, how often it says what the
reference says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import RecipeError
from tilth.llm.background import side_by_side
from tilth.llm.hearing import Heard, hearing
from tilth.llm.tokens import count_tokens
from tilth.semantic.asking.answer import Answer
from tilth.semantic.asking.ask import filled, shown
from tilth.semantic.asking.asked import Asked
from tilth.semantic.asking.meter import Spent
from tilth.semantic.asking.rows import different
from tilth.semantic.filter import Filter
from tilth.semantic.guarantees.share import least_share
from tilth.semantic.join import Joined, Method
from tilth.semantic.likelihood import likelihood
from tilth.semantic.pairs.nearest import alike
from tilth.semantic.plan.guarded import Guarded, asked_about
from tilth.semantic.plan.pace import Work, ambient
from tilth.semantic.plan.query import ANY, Match, asked_of, joined

BATCHES = (1, 8, 32)
WORTH = 0.8  # of the tokens of prompts of one row: fuller ones that take more hardly pay for their longer answers and their trial
SMALL_BLOCK = 4  # rows of each side in the reference's prompts of a join
NEIGHBOURS = 2  # right rows that a sample takes for each left row
METHODS: tuple[Method, ...] = ("block", "search")


@dataclass(frozen=True)
class Way:
    """One model with so many rows a prompt. `dollars` and `tokens` are of one row; `agreed` of `asked` rows got the reference's answer.

    `low` is the lower bound of that share at the confidence asked for; the reference itself has 1.0, a cascade its target. `work` is
    what takes time, one after the other. `fixed` is what a cascade's proof costs however many rows there are, in dollars and in tokens.
    """

    step: Asked
    dollars: float
    tokens: float
    agreed: int
    asked: int
    low: float
    work: tuple[Work, ...]
    fixed: tuple[float, float] = (0.0, 0.0)

    def seconds(self, rows: float) -> float:
        """Return the wall time for so many rows."""
        return sum(work.seconds(rows) for work in self.work)

    @property
    def whole(self) -> bool:
        """Whether it needs all rows together."""
        return isinstance(self.step, Guarded)


@dataclass(frozen=True)
class Measured:
    """What a sample says of one task: the share of rows that a filter keeps, and the ways to do it, the reference first."""

    passes: float
    ways: tuple[Way, ...]
    dollars: float  # what the sample cost

    @property
    def likely(self) -> float:
        """The share to expect elsewhere: a sample in which nothing passed does not say that nothing will (Krichevsky and Trofimov 1981)."""
        rows = self.ways[0].asked
        return (self.passes * rows + 0.5) / (rows + 1)


def measured(
    step: Asked, sample: pa.Table, models: Sequence[str], delta: float = 0.05, batches: Sequence[int] = BATCHES,
    targets: Sequence[float] = (), least: float = 0.0,
) -> Measured:  # fmt: skip
    """Return how the task of `step` goes on the rows of `sample`; `models[0]`, one row a prompt, is the reference. All ways are asked side
    by side.

    A step whose model is named is done by that model alone. With `targets` a filter may also be done by a cascade (guarded.py) from each
    other model to the reference, at each target. `delta` is shared by all ways, so that all bounds hold at once. Where the sample is too
    small to show a share of `least`, however well a way agrees, only what cascades need is tried.
    Raises RecipeError where a price is unknown: without it no plan is cheaper than another.
    """
    named = models if step.question.model == ANY else (step.question.model,)
    first = _with(step, named[0], 1)
    others = [_with(step, model, batch) for model in named for batch in batches if (model, batch) != (named[0], 1)]
    if others and least_share(len(sample), len(sample), delta / len(others)) < least:
        others = [other for other in others if other.question.batch == 1 and isinstance(step, Filter) and targets]
    (reference, heard), *tried = side_by_side([partial(_timed, each, sample) for each in (first, *others)])
    ways, cascades = [_way(first, reference, heard, len(sample), 1.0)], list[Way]()
    for other, (made, heard) in zip(others, tried, strict=True):
        agreed = int(pc.sum(_same(reference[first.column], made[other.column])).as_py() or 0)
        ways.append(_way(other, made, heard, agreed, least_share(agreed, len(sample), delta / len(others))))
        if isinstance(first, Filter) and other.question.batch == 1 and len(sample):
            cascades += [_cascade(first, reference, ways[0], ways[-1], made, target, delta) for target in targets]
    return Measured(_passes(reference), (*ways, *cascades), sum(way.dollars for way in ways) * len(sample))


def worth(step: Asked, sample: pa.Table) -> tuple[int, ...]:
    """Return which of `BATCHES` save tokens of prompts by sharing them: few do where rows are long; nothing is asked."""
    rows = [row for batch in sample.to_batches() for row in shown(batch, step.question)]

    def tokens(batch: int) -> int:
        question = replace(step.question, batch=batch)
        return sum(count_tokens(text) for group in filled(rows, question) for _, text in question.request(group).messages)

    alone = tokens(1)
    return tuple(batch for batch in BATCHES if batch == 1 or tokens(batch) < WORTH * alone)


@dataclass(frozen=True)
class MatchWay:
    """One way to join: `node` says by whom and how. Dollars, tokens and work are of one pair of rows; for a search, of one left row."""

    node: Match
    dollars: float
    tokens: float
    agreed: int
    asked: int
    low: float
    work: Work

    @property
    def units(self) -> str:
        """What `dollars` are of."""
        return "left row" if self.node.method == "search" else "pair"


@dataclass(frozen=True)
class Matched:
    """What a sample says of a join: the share of pairs that match, and the ways to do it, the reference first."""

    share: float
    ways: tuple[MatchWay, ...]
    dollars: float


def matched(node: Match, left: pa.Table, right: pa.Table, models: Sequence[str], delta: float = 0.05) -> Matched:
    """Return how a join goes between a sample of the left and what is most alike to it of `right`; small blocks by `models[0]` are the
    reference.

    What agrees is pairs: those that both ways found, of those that either found. A sample without any shows nothing, and the bound is 0.
    """
    named = models if node.model == ANY else (node.model,)
    every, right = len(right), _likely(node, left, right)
    first = replace(node, model=named[0], method="block", block=SMALL_BLOCK)
    ways = [first, *(replace(node, model=model, method=method) for model in named for method in METHODS)]
    found, truth, spent = list[MatchWay](), set[tuple[int, int]](), 0.0
    tried = side_by_side([partial(_joined, way, left, right) for way in ways])
    for way, (done, heard) in zip(ways, tried, strict=True):
        pairs = set(zip(done.pairs["left"].to_pylist(), done.pairs["right"].to_pylist(), strict=True))
        truth = pairs if way is first else truth
        low = 1.0 if way is first else least_share(len(pairs & truth), len(pairs | truth), delta / (len(ways) - 1))
        units = max(1, len(left) * (1 if way.method == "search" else len(right)))
        found.append(_match_way(way, done.spent, heard, units, (len(pairs & truth), len(pairs | truth)), low))
        spent += done.spent.worth or 0.0
    return Matched(len(truth) / max(1, len(left) * every), tuple(found), spent)


def _match_way(way: Match, spent: Spent, heard: Heard, units: int, agreed: tuple[int, int], low: float) -> MatchWay:
    if spent.worth is None:
        raise _unpriced(way.model)
    tokens = spent.prompt_tokens + spent.completion_tokens
    work = _work(heard, units, tokens, doubling=way.method != "search")
    return MatchWay(way, spent.worth / units, tokens / units, *agreed, low, work)


def _likely(node: Match, left: pa.Table, right: pa.Table) -> pa.Table:
    """The right rows most alike to some of the left, so that a sample of few rows holds pairs that match."""
    mine, other = different(left, node.on), different(right, node.to)
    which, _ = alike(mine.texts, other.texts, k=NEIGHBOURS)
    chosen = {copy for n in np.unique(which[which >= 0]) for copy in other.copies[n]}
    return right.take(pa.array(sorted(chosen), pa.int64()))


def named(step: Asked) -> str:
    """Return the name of a task: the same whoever does it."""
    asked = step.question
    return f"{asked.kind} {asked.instruction} ({', '.join(asked.columns)}) {step.column}"


def _with(step: Asked, model: str, batch: int) -> Asked:
    return replace(step, model=model, batch=batch)  # type: ignore[type-var]  # every row step is a dataclass with these two


def _timed(step: Asked, sample: pa.Table) -> tuple[pa.Table, Heard]:
    """The answers of a step, and the calls that they took."""
    with hearing(step.question.model) as heard:
        return asked_of(sample, step), heard


def _joined(way: Match, left: pa.Table, right: pa.Table) -> tuple[Joined, Heard]:
    """The pairs by a way, and the calls that they took."""
    with hearing(way.model) as heard:
        return joined(way, left, right), heard


def _work(heard: Heard, units: int, tokens: float, doubling: bool = False) -> Work:
    calls = max(1, heard.calls)
    return Work(ambient(), heard.calls / max(1, units), heard.seconds / calls, tokens / calls, doubling=doubling)


def _way(step: Asked, made: pa.Table, heard: Heard, agreed: int, low: float) -> Way:
    told = made[f"{step.column}_answer"].combine_chunks()
    costs, rows = pc.struct_field(told, "cost"), max(1, len(made))
    if costs.null_count:
        raise _unpriced(step.question.model)
    tokens = sum(pc.sum(pc.struct_field(told, name)).as_py() or 0.0 for name in ("prompt_tokens", "completion_tokens"))
    return Way(step, (pc.sum(costs).as_py() or 0.0) / rows, tokens / rows, agreed, len(made), low, (_work(heard, rows, tokens),))


def _cascade(first: Filter, reference: pa.Table, big: Way, small: Way, made: pa.Table, target: float, delta: float) -> Way:
    """The way by a cascade from the small way, which answered with `made`, to the reference."""
    told, column = made[f"{first.column}_answer"].combine_chunks(), first.column
    sure = zip(made[column].to_pylist(), pc.struct_field(told, "score").to_pylist(), strict=True)
    scores = np.array([0.5 if value is None else likelihood(Answer(value, score=score)) for value, score in sure])
    labels = np.array(pc.fill_null(reference[column], False), np.bool_)
    fixed, share, rounds = asked_about(scores, labels, target)
    step = Guarded(first, small.step.question.model, target, delta)
    by_big = replace(big.work[0], calls=share, fixed=fixed, rounds=rounds)
    return Way(
        step, small.dollars + share * big.dollars, small.tokens + share * big.tokens, small.agreed, small.asked, target,
        (*small.work, by_big), (fixed * big.dollars, fixed * big.tokens),
    )  # fmt: skip


def _unpriced(model: str) -> RecipeError:
    return RecipeError(
        f"The price of {model} is unknown.", where="semantic.optimize", why="plans are compared by what they cost",
        fix=f'llm.Client(prices={{"{model}": {{"input": 0.15, "output": 0.60}}}})  # dollars a million tokens',
    )  # fmt: skip


def _same(a: pa.ChunkedArray, b: pa.ChunkedArray) -> pa.Array:
    """Whether two columns of answers agree, row by row; no answer agrees with nothing."""
    if pa.types.is_nested(a.type):
        return pa.array([x is not None and x == y for x, y in zip(a.to_pylist(), b.to_pylist(), strict=True)], pa.bool_())
    return pc.fill_null(pc.equal(a, b), False)


def _passes(made: pa.Table) -> float:
    gone = pa.array([False] * len(made), pa.bool_())
    for name in ("drop", "error"):
        if name in made.schema.names:
            gone = pc.or_(gone, made[name].is_valid())
    return 1.0 - (pc.sum(gone.cast(pa.int64())).as_py() or 0) / max(1, len(made))
