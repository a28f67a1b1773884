"""Learn a classifier from labelled texts, and become the step that scores with it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import CorpusError, RecipeError
from tilth.filters.calibrate import platt, surprise, temperature
from tilth.filters.classify import Classify
from tilth.filters.fasttext_train import Layers, Settings, train
from tilth.filters.fasttext_write import dense, quantised
from tilth.filters.labelled import fair_share, hashes, joined, labelled, unlabelled
from tilth.op import Fold, put

_PROBED = "; if the others come late in the corpus, run with probe=False: the probe sees its first rows alone"
_OTHER = 1  # a seed, so that who is held out has nothing to do with who is in the sample


@dataclass(frozen=True)
class LearnClassifier(Fold):
    """Learn a linear classifier over hashed n-grams from the column `label`, and become the `Classify` step that uses it.

    `label` names a column of texts, whole numbers, or true and false; rows without a label are ignored, and counted in the note. To part
    two corpora, as GPT-3 and DCLM do, learn from their union, whose `source` is the label:

        learn_from(read.union(good=books, bad=pages), filters.LearnClassifier("source", name="quality", positive="good"))

    `positive` makes the step measure that label's probability as the column `name`; without it, it names the best label.

    Features are words that occur `min_count` times (0: none), n-grams of up to `word_ngrams` words, and n-grams of `char_ngrams`
    characters (least, most) inside a word; n-grams fall into `buckets` by hash. `dim`, `rate` (of the step, falling to 0) and `epochs`
    are fastText's dim, lr and epoch; `loss` is "softmax", or "each" for a logistic function a label (one against all). `lower`: the text
    is read in lower case.

    A tenth of the sample (`held_out`) is not trained on: the scores are calibrated on it, and the note says how well they do there.
    With 0 neither is done. Calibration is Platt's for two labels and temperature scaling for more, and is folded into the weights, so
    that the model's bytes are a fastText file, whole: `evaluate([step], rows).executed[0].model`.
    `quantise` stores a byte for two numbers, and of n-grams the `features` that weigh most (0: all).

    The state is a sample of `sample_bytes` in which labels have equal shares (see `filters.labelled`); training is done in `finish`, by
    as many threads as there are cores, to the same bytes for any number (see `kernels.fasttext_train`).

    Method: Joulin, Grave, Bojanowski, Mikolov, "Bag of Tricks for Efficient Text Classification" (2016, arXiv 1607.01759).

    Raises RecipeError where settings make no sense, for a label that no row has, and for more than 1000 labels; CorpusError where the
    rows have fewer than two.

    >>> rows = pa.record_batch({"row": pa.array(range(40), pa.uint64()), "text": ["red rose", "blue sea"] * 20, "kind": ["a", "b"] * 20})
    >>> learn = LearnClassifier("kind", positive="b", char_ngrams=(2, 3), buckets=1000)
    >>> [step] = learn.finish(learn.observe(rows))
    >>> [chance > 0.5 for chance in step.apply(pa.record_batch({"text": ["blue", "rose"]}))["class"].to_pylist()]
    [True, False]
    """

    version: ClassVar[int] = 1

    label: str = "label"
    name: str = "class"
    positive: str = ""
    scores: tuple[str, ...] = ()
    word_ngrams: int = 2
    char_ngrams: tuple[int, int] = (0, 0)
    dim: int = 16
    rate: float = 0.5
    epochs: int = 5
    min_count: int = 5
    buckets: int = 1 << 20
    loss: Literal["softmax", "each"] = "softmax"
    lower: bool = False
    held_out: float = 0.1
    quantise: bool = False
    features: int = 0
    sample_bytes: int = 100_000_000

    def __post_init__(self) -> None:
        Classify(b"", self.name, self.positive, self.scores)  # what it cannot become is refused now
        least, most = self.char_ngrams
        for good, what, fix in (
            (0 < self.rate < 100, "The step size is out of range.", "rate=0.5"),
            (1 <= self.dim <= 1000, "The size of vectors is out of range.", "dim=16"),
            (1 <= self.epochs <= 1000, "The number of passes is out of range.", "epochs=5"),
            (self.min_count >= 0, "min_count is negative.", "min_count=5"),
            (1 <= self.word_ngrams <= 20, "N-grams of words are of 1 to 20 words.", "word_ngrams=2"),
            ((least, most) == (0, 0) or 1 <= least <= most <= 15, "N-grams of characters are of 1 to 15.", "char_ngrams=(3, 5)"),
            (1 <= self.buckets <= 1 << 28, "The number of buckets is out of range.", "buckets=1 << 20"),
            (0 <= self.held_out <= 0.5, "At most half of the sample can be held out.", "held_out=0.1"),
            (self.sample_bytes > 0 and self.features >= 0, "A size is negative.", "sample_bytes=100_000_000, features=0"),
            (self.loss in ("softmax", "each"), f"There is no loss {self.loss!r}.", "loss='softmax'"),
            (self.min_count > 0 or self.word_ngrams > 1 or most > 0, "There are no features.", "min_count=5, or char_ngrams=(3, 5)"),
        ):
            if not good:
                raise RecipeError(what, where="filters.LearnClassifier", fix=fix)

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(("row", "text", self.label)))

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return the sample of these rows: `row` (uint64), `label`, `text` (large_string), in order of address."""
        if self.lower:
            batch = put(batch, "text", pc.utf8_lower(batch["text"]))
        return fair_share(labelled(batch, self.label, self._where()), self.sample_bytes, self._where())

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return fair_share(joined(a, b), self.sample_bytes, self._where())

    def finish(self, state: pa.Table) -> list[Classify]:
        names = self._names(state)
        texts, labels, held = self._shuffled(state, names)
        settings = Settings(
            self.word_ngrams, self.char_ngrams, self.dim, self.rate, self.epochs, self.min_count, self.buckets, self.loss == "each"
        )
        layers, scores = train(texts, labels, names, held, settings)
        model, scale, offset = self._calibrated(layers, scores, labels[len(labels) - held :])
        if len(names) == 2 and not settings.each:
            scores = np.stack([np.zeros(held), scores[:, 1] - scores[:, 0] + offset / scale], 1)
        note = _note(scale * scores, labels, names, unlabelled(state), settings.each)
        logging.getLogger(__name__).info("%s: %s", self._where(), note)
        data = quantised(model, self.features) if self.quantise else dense(model)
        return [Classify(data, self.name, self.positive, self.scores, self.lower, note)]

    def _where(self) -> str:
        return f"filters.LearnClassifier({self.label!r}, name={self.name!r})"

    def _names(self, state: pa.Table) -> list[str]:
        """Return the labels in order, and refuse what no classifier can be learned from."""
        names = sorted(pc.unique(state["label"]).to_pylist())
        if len(names) < 2:
            seen = f"every labelled row is {names[0]!r}" if names else "no row has both a label and a text"
            raise CorpusError(
                "There is nothing to tell apart.", where=self._where(), why=f"{seen}; {unlabelled(state)} rows have no label, or no text",
                fix="give rows of two labels at least: read.union(good=..., bad=...) has the label 'source'",
            )
        for name in (self.positive, *self.scores):
            if name and name not in names:
                known = ", ".join(map(repr, names[:5]))
                why, fix = f"the labels are {known}", f"one of {known}{_PROBED}"
                raise RecipeError(f"No row has the label {name!r}.", where=self._where(), why=why, fix=fix)
        if bad := [name for name in names if "\0" in name]:
            raise RecipeError(f"{bad[0]!r} cannot be a label.", where=self._where(), why="a model file ends names with a zero byte")
        return names

    def _shuffled(self, state: pa.Table, names: list[str]) -> tuple[pa.Array, np.ndarray, int]:
        """Return texts and labels (int32) in the order of the texts' hashes, the texts held out last, and how many those are.

        Copies of a text are on one side.
        """
        held = hashes(state["text"], _OTHER) < np.uint64(min(self.held_out * 2.0**64, 2.0**63))
        labels = pc.index_in(state["label"].combine_chunks(), pa.array(names, pa.large_string())).to_numpy().astype(np.int32)
        order = np.lexsort((labels, hashes(state["text"]), held))
        texts = state["text"].combine_chunks().take(pa.array(order))
        return texts, labels[order], int(held.sum())

    def _calibrated(self, layers: Layers, scores: np.ndarray, labels: np.ndarray) -> tuple[Layers, float, float]:
        """Return the model in few dimensions, its scores multiplied by a scale and, for two labels, moved by an offset."""
        scale, offset = 1.0, 0.0
        if len(np.unique(labels)) > 1:
            if len(layers.labels) == 2 and self.loss == "softmax":
                scale, offset = platt(scores[:, 1] - scores[:, 0], labels == 1)
            else:
                scale = temperature(scores, labels, self.loss == "each")
        return layers.folded(scale, offset), scale, offset


def _note(scores: np.ndarray, labels: np.ndarray, names: list[str], ignored: int, each: bool) -> str:
    """Return in words how well the model does on the texts held out, the last, which have these scores."""
    held = len(scores)
    said = [f"{len(labels) - held} texts trained on"] + ([f"{ignored} without a label"] if ignored else [])
    if held:
        true, told = labels[len(labels) - held :], scores.argmax(1)
        said.append(f"{held} held out, of which {np.mean(told == true):.1%} right, log loss {surprise(scores, true, each):.3f}")
        for i, name in enumerate(names[:10]):
            hit = int(((told == i) & (true == i)).sum())
            said.append(f"{name}: precision {hit / max(1, (told == i).sum()):.3f}, recall {hit / max(1, (true == i).sum()):.3f}")
    return "; ".join(said)
