"""Unicode repair: mojibake, HTML entities and control characters, by ftfy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tilth.clean.splice import splice
from tilth.errors import MissingExtra, RecipeError
from tilth.kernels.arrow import utf8
from tilth.kernels.mojibake import suspects, tables
from tilth.op import Op, put


@dataclass(frozen=True)
class FixUnicode(Op):
    """Repair `text` with ftfy, leaving style alone: typographic quotes, ligatures, full-width forms and line breaks stay.

    The settings are those of datatrove's `FTFYFormatter`: encoding mistakes are undone, HTML entities unescaped in lines up to the first
    `<`, control characters and terminal escapes removed. `normalization` is None, "NFC", "NFD", "NFKC" or "NFKD".
    ftfy works by line, at 3 MB/s. A scan of the bytes finds the lines that it could change: those with a control character or an entity,
    and those where characters beyond ASCII stand next to each other as they do in mojibake. The other lines keep their bytes.
    Source: ftfy (Speer 2019), https://ftfy.readthedocs.io.

    >>> FixUnicode().apply(pa.record_batch({"text": ["schÃ¶n &amp; gut", "“fine”"]})).to_pydict()
    {'text': ['schön & gut', '“fine”']}
    """

    normalization: str | None = None

    def __post_init__(self) -> None:
        if self.normalization not in (None, "NFC", "NFD", "NFKC", "NFKD"):
            raise RecipeError(
                f"There is no normalization {self.normalization!r}.", where=str(self), fix='None, "NFC", "NFD", "NFKC" or "NFKD"',
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        text = batch["text"]
        offsets, data = utf8(text)
        spans = suspects(offsets, data, *tables(), self.normalization is not None)
        fixed = [_fix(data[start:end].tobytes().decode(), self.normalization, not after) for _, start, end, after in spans.tolist()]
        texts = splice(text, spans[:, :3], fixed)
        return batch if texts is text else put(batch, "text", texts)


def _fix(text: str, normalization: str | None, unescape: bool) -> str:
    try:
        import ftfy
    except ImportError:
        raise MissingExtra.of("ftfy", "text", "clean.FixUnicode") from None
    style: dict[str, Any] = dict.fromkeys(("fix_latin_ligatures", "fix_character_width", "uncurl_quotes", "fix_line_breaks"), False)
    config = ftfy.TextFixerConfig(normalization=normalization, explain=False, unescape_html="auto" if unescape else False, **style)
    return ftfy.fix_text(text, config)
