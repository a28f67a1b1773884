"""What becomes of documents that have test items: cut, dropped or only marked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.decontaminate.overlap import FOUND, SHARE, given
from tilth.errors import RecipeError
from tilth.op import Op, mark, put

ACTIONS = ("cut", "drop", "mark")
_BETWEEN = "\n\n"


@dataclass(frozen=True)
class Remove(Op):
    """Take the hits of the column `contamination` out of the corpus, of documents that have at least `share` of an item.

    `action` "drop": the document goes, its reason names the set. "cut": each stretch goes with `around` characters on either side; pieces
    of fewer than `least` characters go with it; what is left is joined by a blank line, and a document that would fall into more than
    `pieces` pieces, or into none, goes whole. A hit without a place in the text (datatrove's, a paraphrase) drops its document either
    way. "mark": nothing is changed. `found` is the report that `Exposure` learned (see `hits`, `exposed`).

    Raises RecipeError on what cannot be.

    Source: Brown et al. 2020 (GPT-3), appendix C: 200 characters around, pieces of 200 at least, at most 10 pieces.

    >>> Remove("cut").around
    200
    """

    action: str = "cut"
    share: float = 0.0
    around: int = 200
    least: int = 200
    pieces: int = 10
    found: bytes = b""

    def __post_init__(self) -> None:
        if self.action not in ACTIONS or not 0 <= self.share <= 1 or min(self.around, self.least, self.pieces) < 0:
            raise RecipeError(
                "This is nothing to do about contamination.", where=repr(self),
                why=f"action is one of {', '.join(ACTIONS)}, share lies between 0 and 1, numbers are not negative",
                fix='decontaminate.NGrams(action="cut")',
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text", FOUND, SHARE, "contamination_share", "contamination_item")  # the last two for the audit

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        found = given(batch)
        hit = np.asarray(found.is_valid()) & (np.asarray(batch[SHARE].fill_null(0.0)) >= self.share)
        gone, texts = np.zeros(len(batch), np.bool_), dict[int, str]()
        for row in np.flatnonzero(hit).tolist() if self.action != "mark" else ():
            left = self._left(batch["text"][row].as_py(), found[row].as_py()) if self.action == "cut" else []
            gone[row] = not left
            if left:
                texts[row] = _BETWEEN.join(left)
        if texts:
            changed, cut = np.isin(np.arange(len(batch)), list(texts)), pa.array(list(texts.values()), batch["text"].type)
            batch = put(batch, "text", pc.replace_with_mask(batch["text"], changed, cut))
        sets = [found[row].as_py()[0]["set"] if gone[row] else None for row in range(len(batch))] if gone.any() else []
        reasons = [name and f"contaminated by {name}" for name in sets] or [None] * len(batch)
        return mark(batch, pa.array(gone), pa.array(reasons, pa.large_string()))

    def _left(self, text: str, hits: list[dict[str, int]]) -> list[str]:
        """Return the pieces that stay of a text, none where it is to go."""
        if any(hit["start"] is None for hit in hits):
            return []
        data, pieces, at = text.encode(), list[str](), 0
        spans = sorted((len(data[: hit["start"]].decode()), len(data[: hit["end"]].decode())) for hit in hits)
        for start, end in [*spans, (len(text) + self.around, len(text))]:
            piece = text[at : max(at, start - self.around)]
            if len(piece) >= max(1, self.least):
                pieces.append(piece)
            at = max(at, min(len(text), end + self.around))
        return pieces if len(pieces) <= self.pieces else []

    def __repr__(self) -> str:
        return f"Remove({self.action!r}, share={self.share}, around={self.around}, least={self.least}, pieces={self.pieces})"
