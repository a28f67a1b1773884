"""Learn the n-grams of evaluation sets, and become the steps that look for them and take them out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import pyarrow as pa

from tilth.decontaminate.datatrove import DatatroveOverlap
from tilth.decontaminate.exposure import Exposure
from tilth.decontaminate.items import merged, observed, pack
from tilth.decontaminate.overlap import Overlap, indexes
from tilth.decontaminate.remove import Remove
from tilth.errors import CorpusError, RecipeError
from tilth.kernels import overlap as kernels
from tilth.op import Fold
from tilth.tokenize.codec import codec

_COUNTS = pa.schema([("gram", pa.uint64()), ("documents", pa.int64())])
_VARIANTS = {  # n, least, skips, part, action
    "gpt3": (13, 13, 0, "all", "cut"), "llama": (10, 11, 4, "all", "mark"), "datatrove": (12, 12, 0, "touching", "drop"),
}  # fmt: skip


@dataclass(frozen=True)
class NGrams(Fold):
    """Learn the n-grams of test items, and take out of the corpus what has them: `learn_from(evaluation_set, decontaminate.NGrams())`.

    The evaluation set is a corpus: `text` is the question, `answer` names a column of answers if there is one, `source` is the set (so
    `read.union(gsm8k=..., mmlu=...)` is many), `id` the item. It finishes into an overlap (`Overlap`, `DatatroveOverlap`), an `Exposure`
    that remembers which document hit which item, unless `report` is false, and a `Remove`.

    | variant | words | n | skips | part | action |
    |---|---|---|---|---|---|
    | gpt3 | lower case, no punctuation | 13 | 0 | all | cut 200 characters around |
    | llama | the same, or tokens | 10, of stretches of at least 11 | 4 | all | mark |
    | datatrove | spaCy's, of simplified text | 12 | 0 | touching the answer | drop |

    `n`, `skips`, `part` ("all", "answer", "touching", "question") and `action` ("cut", "drop", "mark") replace the variant's; n 0 takes of
    each set the 5th percentile of its items' lengths, from 8 to 13, as GPT-3's analysis of benchmarks does. `share`: documents with less
    of every item are left alone. `common`: n-grams that more documents of the corpus have are no sign (GPT-3: 10), which costs one more
    pass; 0 counts none. `tokenizer`: a tokenizer.json, its path or its bytes (`tokenize.Encode(...).tokenizer`), by whose tokens texts and
    items are compared in place of words, as Llama's paper does ("tokenized input"): as they stand, case and punctuation too. A file is
    read when the step is made. The state is the items themselves.

    Raises RecipeError on what cannot be, CorpusError where the evaluation set has no item.

    Source: Brown et al. 2020, appendix C; Touvron et al. 2023 (Llama 2), A.6; datatrove 0.10.1, `NGramsDecontIndexer` and its filter.

    >>> rows = pa.record_batch({"row": pa.array([0], pa.uint64()), "source": ["exam"], "id": ["1"], "text": ["Who wrote the book?"]})
    >>> fold = NGrams(n=4, action="drop", report=False)
    >>> look, remove = fold.finish(fold.observe(rows))
    >>> remove.apply(look.apply(pa.record_batch({"text": ["I wonder, who wrote the BOOK"]})))["drop"].to_pylist()
    ['contaminated by exam']
    """

    variant: Literal["gpt3", "llama", "datatrove"] = "gpt3"
    n: int | None = None
    skips: int | None = None
    part: str = ""
    action: str = ""
    answer: str = ""
    share: float = 0.0
    common: int = 0
    report: bool = True
    tokenizer: str | bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tokenizer", _tokenizer(self.tokenizer))  # a file that changes is another recipe
        if self.variant not in _VARIANTS:
            raise RecipeError(
                f"There is no variant {self.variant!r}.", where="decontaminate.NGrams", why=f"variants are {', '.join(_VARIANTS)}",
                fix='decontaminate.NGrams("gpt3")',
            )  # fmt: skip
        if self.common < 0 or (self.variant == "datatrove" and (self.skips or self.common or self.n == 0 or self.tokenizer)):
            raise RecipeError(
                "This is no overlap of n-grams.", where=repr(self),
                why="common is not negative; datatrove's variant skips no words, counts no documents, has one n and its own words",
                fix='decontaminate.NGrams("gpt3", common=10)',
            )  # fmt: skip
        self._steps(b"")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("id", "source", "text", *([self.answer] if self.answer else []))

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        return observed(batch, self.answer, repr(self))

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        return merged(a, b)

    def finish(self, state: pa.Table) -> list[Any]:
        if not len(state):
            raise CorpusError.empty("decontaminate.NGrams", why="the evaluation set has no item")
        return self._steps(pack(state))

    def _steps(self, items: bytes) -> list[Any]:
        n, least, skips, part, action = _VARIANTS[self.variant]
        n, skips, part = n if self.n is None else self.n, skips if self.skips is None else self.skips, self.part or part
        remove = Remove(self.action or action, self.share)
        then = [Exposure(items, remove)] if self.report else [remove]
        if self.variant == "datatrove":
            return [DatatroveOverlap(items, n, part), *then]
        least = max(n, n + least - _VARIANTS[self.variant][0]) if n else 0
        look = Overlap(items, n, least, skips, part, tokenizer=cast("bytes", self.tokenizer))
        return [CommonNGrams(look, self.common), *then] if self.common else [look, *then]


def _tokenizer(given: str | bytes) -> bytes:
    """Return the bytes of a tokenizer, which is given as such or as a path; raises RecipeError where it is none."""
    try:
        data = Path(given).read_bytes() if isinstance(given, str) and given else bytes(given or b"")
    except OSError as problem:
        raise RecipeError("A tokenizer cannot be read.", where=f"tokenizer={given!r}", why=str(problem),
                          fix='NGrams("llama", tokenizer="tokenizer.json")') from None  # fmt: skip
    if data:
        codec(data)
    return data


@dataclass(frozen=True)
class CommonNGrams(Fold):
    """Count in how many documents of the corpus each n-gram of `overlap` is, and become that step without those in more than `documents`.

    Phrases that many documents have (law, liturgy, boilerplate) are no sign of a test item. The state has a row for each n-gram of the
    items that the corpus has: never more than they have.

    Raises RecipeError where `documents` is below one.

    Source: Brown et al. 2020 (GPT-3), appendix C: what is in more than 10 documents of the corpus is ignored.

    >>> CommonNGrams(Overlap(b""), 10).reads
    ('text',)
    """

    overlap: Overlap
    documents: int = 10

    def __post_init__(self) -> None:
        if self.documents < 1:
            raise RecipeError("What is common is in a document or more.", where="decontaminate.CommonNGrams", fix="documents=10")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def observe(self, batch: pa.RecordBatch) -> pa.Table:
        """Return the n-grams (uint64) that these texts and the items have, and how many of the texts have each."""
        spans = replace(self.overlap, skips=0, least=0).found(batch["text"])[0]
        found = []
        look = self.overlap
        for n, index in indexes(look.items, look.n, look.part, look.ignore, look.tokenizer):
            row, first, last = (spans[:, at] for at in (kernels.ROW, kernels.FIRST, kernels.LAST))
            many = np.maximum(0, last - first - n + 1)
            place = np.repeat(first, many) + np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
            seed = index.seeds[place]
            grams = kernels.grams_of(index.words, place[seed], n)
            found.append(np.unique(np.stack([grams, np.repeat(row, many)[seed].astype(np.uint64)]), axis=1)[0])
        grams, counts = np.unique(np.concatenate(found), return_counts=True)
        return pa.table([pa.array(grams, pa.uint64()), pa.array(counts, pa.int64())], schema=_COUNTS)

    def merge(self, a: pa.Table, b: pa.Table) -> pa.Table:
        both = pa.concat_tables([a, b]).group_by("gram").aggregate([("documents", "sum")]).sort_by("gram")
        return pa.table([both["gram"], both["documents_sum"]], schema=_COUNTS).combine_chunks()

    def finish(self, state: pa.Table) -> list[Overlap]:
        common = state["gram"].to_numpy()[state["documents"].to_numpy() > self.documents]
        return [replace(self.overlap, ignore=self.overlap.ignore + common.astype(np.uint64).tobytes())]
