"""The thresholds and stop words of every language, learned from a corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import CorpusError, RecipeError
from tilth.filters.adapt import METHODS, TAIL, UNIT, Distribution, language_score
from tilth.filters.fineweb2 import fineweb2
from tilth.filters.fineweb_quality import FineWebQuality
from tilth.filters.gopher_quality import GopherQuality
from tilth.filters.gopher_repetition import DUP_N_GRAMS, TOP_N_GRAMS, GopherRepetition
from tilth.filters.measure import Measure
from tilth.filters.parameters import LanguageParameters, blob_of
from tilth.kernels.hash import mix64
from tilth.op import Fold, Op
from tilth.segment.languages import by_language, full_name
from tilth.segment.words import SPLITTERS, serves, split_words

COMMON, RARER, FEWEST = 0.008, 0.003, 8  # stop words: their share of all words; the same where they would be too few
SAMPLE_CHARS = 20_000  # of each text whose words are counted

STATE = pa.schema({
    "language": pa.large_string(), "signal": pa.large_string(), "value": pa.int64(), "count": pa.int64(), "text": pa.large_string(),
})
_SAMPLE = "sample"


class Adapted(NamedTuple):
    """A threshold to be learned: of which signal, the English one, whether values above it fail, the family that names its method."""

    signal: str
    english: float
    above: bool
    family: str


ADAPTED = {
    "dup_line_frac": Adapted("gopher_dup_line_frac", 0.3, True, "repetition"),
    **{f"top_{n}_gram": Adapted(f"gopher_top_{n}_gram_char_frac", most, True, "repetition") for n, most in TOP_N_GRAMS},
    **{f"dup_{n}_gram": Adapted(f"gopher_dup_{n}_gram_char_frac", most, True, "repetition") for n, most in DUP_N_GRAMS},
    "line_punct_thr": Adapted("fineweb_line_punct_ratio", 0.12, False, "lines"),
    "new_line_ratio": Adapted("fineweb_list_ratio", 0.3, True, "lines"),
    "min_avg_word_length": Adapted("gopher_mean_word_length", 3, False, "quality"),
    "max_avg_word_length": Adapted("gopher_mean_word_length", 10, True, "quality"),
    "max_non_alpha_words_ratio": Adapted("gopher_alpha_word_ratio", 0.8, False, "quality"),
}
SIGNALS = tuple(dict.fromkeys(each.signal for each in ADAPTED.values()))


@dataclass(frozen=True)
class LanguageThresholds(Fold):
    """Learn the thresholds and stop words of every language with at least `min_documents`, and finish into `fineweb2` with them.

    Rows have `text`, `lang` and `lang_score`; learn from a clean corpus (`learn_from`), FineWeb-2 took Wikipedia. `repetition`, `quality`
    and `lines` name the method for each family of rules: "mean_std", "quantile" and "median_ratio" carry the English threshold over from
    the documents in `reference`; "tail" drops the outer `share` of documents. The defaults are what the published values look like.
    A language score is the median less a standard deviation, between 0.3 and 0.9. Stop words are those that are more than 0.8 % of all
    words, or 0.3 % where these are fewer than 8, in `sample` documents chosen by hash. A language that the splitter cannot split is not
    learned.

    Source: Penedo et al. 2025 (FineWeb2, arXiv 2506.20920), filtering; stop words: the multilingual branch of datatrove by
    beme248, README. Distributions are kept to three decimals, exactly.

    Raises CorpusError where no language has enough documents, or `reference` has too few for a method that needs it.
    """

    reference: str = "en"
    splitter: str = "tilth"
    repetition: str = "mean_std"
    quality: str = "quantile"
    lines: str = "tail"
    share: float = 0.1
    min_documents: int = 100
    sample: int = 500

    def __post_init__(self) -> None:
        full_name(self.reference)
        wrong = next((each for each in (self.repetition, self.quality, self.lines) if each not in (*METHODS, TAIL)), "")
        if wrong or self.splitter not in SPLITTERS or not 0 < self.share < 1 or self.min_documents < 1 or self.sample < 1:
            raise RecipeError(
                f"There is no method {wrong!r}." if wrong else "A field is out of range.", where=repr(self),
                why=f"methods: {', '.join((*METHODS, TAIL))}; splitters: {', '.join(SPLITTERS)}; 0 < share < 1; at least one document",
                fix="LanguageThresholds()",
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text", "lang", "lang_score")

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        batch = batch.filter(pc.is_valid(batch["text"]))
        spoken = [(name, rows) for name, rows in by_language(batch["lang"]) if serves(self.splitter, name)]
        parts = [self._observe(name, batch.take(pa.array(rows))) for name, rows in spoken]
        return self._compact(pa.concat_tables([STATE.empty_table(), *parts]))

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return self._compact(pa.concat_tables([a, b]))

    def finish(self, state: pa.Table) -> Sequence[Op]:
        learned = {name: Learned.of(rows) for name, rows in _by_language(state)}
        enough = {name: each for name, each in learned.items() if each.documents >= self.min_documents}
        known = enough.get(full_name(self.reference))
        if not enough or (known is None and {self.repetition, self.quality, self.lines} != {TAIL}):
            missing = full_name(self.reference) if enough else "every language"
            raise CorpusError(
                f"There are too few documents in {missing}.", where=repr(self), why=f"{self.min_documents} are needed to learn from",
                fix='another corpus, a lower `min_documents`, or "tail" for all three methods, which needs no reference',
            )  # fmt: skip
        table = {name: LanguageParameters(self._stop_words(name, each), self._limits(each, known)) for name, each in enough.items()}
        return fineweb2(blob_of(table), splitter=self.splitter, identify=False)

    def _observe(self, language: str, rows: pa.RecordBatch) -> pa.Table:
        """Return the state of rows in one language."""
        steps = (GopherRepetition(), GopherQuality(stop_words=()), FineWebQuality())
        measured = Measure(tuple(replace(step, language=language, splitter=self.splitter) for step in steps)).apply(rows.select(["text"]))
        columns = {name: measured[name] for name in SIGNALS} | {"lang_score": rows["lang_score"]}
        return pa.concat_tables([*(_histogram(language, name, column) for name, column in columns.items()), self._sampled(language, rows)])

    def _sampled(self, language: str, rows: pa.RecordBatch) -> pa.Table:
        spread: Any = mix64  # as Python it takes arrays
        keys = (spread.py_func(np.asarray(rows["row"])) >> np.uint64(1)).astype(np.int64)
        least = np.argsort(keys)[: self.sample]
        texts = pc.utf8_slice_codeunits(rows["text"].take(pa.array(least)), 0, SAMPLE_CHARS)
        return _state(language, _SAMPLE, keys[least], np.ones(len(least), np.int64), texts)

    def _compact(self, state: pa.Table) -> pa.Table:
        """Return the state with equal values counted together and no more samples than wanted, in one order."""
        samples = pc.equal(state["signal"], _SAMPLE)
        counted = state.filter(pc.invert(samples)).group_by(["language", "signal", "value"]).aggregate([("count", "sum")])
        counted = counted.append_column("text", pa.nulls(len(counted), pa.large_string())).rename_columns(STATE.names)
        order = [("language", "ascending"), ("signal", "ascending"), ("value", "ascending")]
        kept = [rows.sort_by(order).slice(0, self.sample) for _, rows in _by_language(state.filter(samples))]
        return pa.concat_tables([counted.cast(STATE), *kept]).sort_by(order).combine_chunks()

    def _limits(self, own: Learned, known: Learned | None) -> dict[str, float]:
        found = {"language_score": round(language_score(own.signals["lang_score"]), 3)} if "lang_score" in own.signals else {}
        for name, (signal, english, above, family) in ADAPTED.items():
            method = getattr(self, family)
            if signal not in own.signals:
                continue
            if method == TAIL or known is None or signal not in known.signals:
                value = own.signals[signal].quantile(1 - self.share if above else self.share)
            else:
                value = METHODS[method](english, known.signals[signal], own.signals[signal])
            found[name] = float(round(value) if name.endswith("word_length") else round(value, 3))
        return found

    def _stop_words(self, language: str, own: Learned) -> tuple[str, ...]:
        counts = Counter(word for words in split_words(own.texts, language, self.splitter).lists() for word in words)
        whole = sum(counts.values())
        ranked = sorted(((word, n) for word, n in counts.items() if any(map(str.isalpha, word))), key=lambda each: (-each[1], each[0]))
        for share in (COMMON, RARER):
            found = [word for word, n in ranked if n > share * whole]
            if len(found) >= FEWEST:
                return tuple(found)
        return tuple(word for word, _ in ranked[: max(FEWEST, len(found))])


class Learned(NamedTuple):
    """The state of one language: distributions of its signals, how many documents, some texts."""

    signals: dict[str, Distribution]
    documents: int
    texts: pa.Array

    @classmethod
    def of(cls, rows: pa.Table) -> Learned:
        names, values, counts = (rows[name].combine_chunks().to_numpy(zero_copy_only=False) for name in ("signal", "value", "count"))
        signals = {
            str(name): Distribution(values[names == name] / UNIT, counts[names == name]) for name in dict.fromkeys(names) if name != _SAMPLE
        }
        documents = max((int(each.counts.sum()) for each in signals.values()), default=0)
        return cls(signals, documents, rows["text"].combine_chunks().drop_null())


def _histogram(language: str, signal: str, column: pa.Array) -> pa.Table:
    values = np.asarray(pc.cast(column.drop_null(), pa.float64()))
    bins, counts = np.unique(np.rint(values[np.isfinite(values)] * UNIT).astype(np.int64), return_counts=True)
    return _state(language, signal, bins, counts, pa.nulls(len(bins), pa.large_string()))


def _state(language: str, signal: str, values: np.ndarray, counts: np.ndarray, texts: pa.Array) -> pa.Table:
    names = [pa.array([name] * len(values), pa.large_string()) for name in (language, signal)]
    return pa.table([*names, pa.array(values, pa.int64()), pa.array(counts, pa.int64()), texts.cast(pa.large_string())], schema=STATE)


def _by_language(state: pa.Table) -> list[tuple[str, pa.Table]]:
    return [(name, state.filter(pc.equal(state["language"], name))) for name in sorted(state["language"].unique().to_pylist())]
