"""Documents of text and images in order: as a column of parts, and as text with a mark where each image stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

from tilth.errors import CorpusError, RecipeError
from tilth.op import Op, fail, put

PARTS = pa.large_list(pa.struct([("kind", pa.large_string()), ("text", pa.large_string()), ("image", pa.large_string())]))
_FORMS = {"obelics": ("texts", "images"), "mmc4": ("text_list", "image_info")}

Part = dict[str, str | None]


@dataclass(frozen=True)
class Interleaved(Op):
    """Add `parts`, the text and images of a document in their order, and set `text` to it with `mark` where an image stands.

    A part is a struct of kind ("text" or "image"), text, and image: its URL or name. Two forms are read, their columns as lists or JSON:

        form       columns
        obelics    texts and images, of one length; in each place one of them is null
        mmc4       text_list; image_info: objects with matched_text_index and raw_url or image_name; the image comes before that text

    "auto" takes for each row the form whose columns it has. Measured: `parts_texts` and `parts_images`, int64. Rows whose columns do not
    fit each other go to quarantine, those with neither form have nulls. A text that contains `mark` is one too: it would forge an image.

    Raises RecipeError where there is no such form. Source: Laurencon et al. 2023 (OBELICS, arXiv 2306.16527); Zhu et al. 2023 (Multimodal
    C4, arXiv 2304.06939).

    >>> rows = pa.record_batch({"texts": [["A cat.", None, "It sleeps."]], "images": [[None, "cat.jpg", None]]})
    >>> Interleaved().apply(rows)["text"].to_pylist()
    ['A cat.\\n\\n<image>\\n\\nIt sleeps.']
    """

    form: str = "auto"
    mark: str = "<image>"

    def __post_init__(self) -> None:
        if self.form not in ("auto", *_FORMS) or not self.mark:
            why = f"the forms are auto, {', '.join(_FORMS)}"
            raise RecipeError("There is no such form.", where=repr(self), why=why, fix="media.Interleaved()")

    @property
    def reads(self) -> None:
        return None  # which of the forms' columns there are differs from corpus to corpus

    @property
    def rewrites(self) -> tuple[str, ...]:
        return ("text",)

    @property
    def results(self) -> tuple[str, ...]:
        return ("parts",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        found: list[list[Part] | None] = []
        errors: list[str | None] = []
        for row in self._rows(batch):
            try:
                parts = self._parts(row)
                found.append(parts)
                errors.append(None)
            except ValueError as problem:
                found.append(None)
                errors.append(f"interleaved: {problem}")
        before = batch["text"].to_pylist() if "text" in batch.schema.names else [None] * len(batch)
        texts = [text if parts is None else self._text(parts) for text, parts in zip(before, found, strict=True)]
        batch = put(put(batch, "parts", pa.array(found, PARTS)), "text", pa.array(texts, pa.large_string()))
        for kind in ("text", "image"):
            counts = [None if parts is None else sum(part["kind"] == kind for part in parts) for parts in found]
            batch = put(batch, f"parts_{kind}s", pa.array(counts, pa.int64()))
        why = pa.array(errors, pa.large_string())
        return fail(batch, why.is_valid(), why)

    def _rows(self, batch: pa.RecordBatch) -> list[dict[str, Any]]:
        forms = _FORMS if self.form == "auto" else {self.form: _FORMS[self.form]}
        names = [name for columns in forms.values() for name in columns if name in batch.schema.names]
        if self.form != "auto" and len(names) < 2:
            raise CorpusError.no_column(_FORMS[self.form][0], batch.schema.names, repr(self), "name the form that the corpus has")
        return batch.select(names).to_pylist() if names else [{}] * len(batch)

    def _parts(self, row: dict[str, Any]) -> list[Part] | None:
        for form, (words, images) in _FORMS.items():
            if row.get(words) is not None and row.get(images) is not None:
                parts = (_obelics if form == "obelics" else _mmc4)(_listed(row[words]), _listed(row[images]))
                if any(self.mark in (part["text"] or "") for part in parts):
                    raise ValueError(f"a text contains {self.mark!r}")
                return parts
        return None

    def _text(self, parts: list[Part]) -> str:
        return "\n\n".join(self.mark if part["kind"] == "image" else part["text"] or "" for part in parts)


def _listed(value: Any) -> list[Any]:
    found = orjson.loads(value) if isinstance(value, str) else value
    if not isinstance(found, list):
        raise ValueError(f"a list is needed, this is {type(found).__name__}")
    return found


def _obelics(texts: list[Any], images: list[Any]) -> list[Part]:
    if len(texts) != len(images):
        raise ValueError(f"{len(texts)} texts and {len(images)} images do not alternate")
    if any((text is None) == (image is None) for text, image in zip(texts, images, strict=True)):
        raise ValueError("a place has a text and an image, or neither")
    return [_image(image) if text is None else _text(text) for text, image in zip(texts, images, strict=True)]


def _mmc4(texts: list[Any], images: list[Any]) -> list[Part]:
    before: dict[int, list[Part]] = {}
    for image in images:
        at = image.get("matched_text_index") if isinstance(image, dict) else None
        if not isinstance(at, int) or not 0 <= at < len(texts):
            raise ValueError("an image has no place among the texts")
        before.setdefault(at, []).append(_image(image.get("raw_url") or image.get("image_name")))
    return [part for at, text in enumerate(texts) for part in (*before.get(at, ()), _text(text))]


def _text(text: Any) -> Part:
    if not isinstance(text, str):
        raise ValueError(f"a text is {type(text).__name__}")
    return {"kind": "text", "text": text, "image": None}


def _image(image: Any) -> Part:
    if not isinstance(image, str):
        raise ValueError(f"an image is {type(image).__name__}, not its URL or name")
    return {"kind": "image", "text": None, "image": image}
