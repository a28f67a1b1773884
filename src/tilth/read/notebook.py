"""Jupyter notebooks: each is one document, its cells in order, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

from tilth.read.columns import INT, STRING, base_schema
from tilth.read.document import Unreadable, document
from tilth.read.files import Paths, list_files
from tilth.read.reader import File, Reader, Span

_TICKS = re.compile("`+")


@dataclass(frozen=True)
class Notebook(Reader):
    """Read each .ipynb file as one document: text cells as they are, code cells as fenced code in the notebook's language.

    `outputs=True` adds what a cell printed or returned as text, fenced too; pictures and HTML are left out. `language`, `cells` and
    `code_cells` say what the notebook is. A file that is no notebook, or an empty one, is a row with an `error`.
    Format: nbformat 4 and 3 (Jupyter), read as JSON.

    >>> Notebook("course/", outputs=True).source
    'notebook'
    """

    path: Paths
    outputs: bool = False
    source: str = "notebook"
    max_bytes: int = 256 << 20

    def files(self) -> list[File]:
        return list_files(self.path, (".ipynb",), f"read.Notebook({self.path!r})")

    def document_in(self, span: Span) -> tuple[str, str] | None:
        return span.path, self.source

    def schema(self, files: list[File]) -> pa.Schema:
        counts = [pa.field(name, INT) for name in ("cells", "code_cells")]
        return base_schema(pa.field("path", STRING), pa.field("language", STRING), *counts)

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        yield document(span, schema, self.source, self.max_bytes, self._parse)

    def _parse(self, data: bytes) -> Mapping[str, Any]:
        try:
            notebook = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise Unreadable(f"not a notebook: not JSON: {error}") from None
        cells = cells_of(notebook)
        language = _language(notebook, cells)
        blocks: list[str] = []
        for cell in cells:
            if block := _block(cell, language):
                blocks.append(block)
            if self.outputs and _is_code(cell):
                blocks += _outputs(cell)
        if not blocks:
            raise Unreadable("no text in this notebook")
        return {"text": "\n\n".join(blocks), "language": language or None, "cells": len(cells), "code_cells": sum(map(_is_code, cells))}


def cells_of(notebook: Any) -> list[Mapping[str, Any]]:
    """Return the cells of a parsed notebook; raise Unreadable where it is none."""
    if not isinstance(notebook, dict):
        raise Unreadable("not a notebook: the file is JSON, but no object")
    sheets = _dicts(notebook.get("worksheets"))
    if "cells" not in notebook and not sheets:
        raise Unreadable("not a notebook: it has no cells")
    return _dicts(notebook.get("cells")) + [cell for sheet in sheets for cell in _dicts(sheet.get("cells"))]


def _is_code(cell: Mapping[str, Any]) -> bool:
    return cell.get("cell_type") == "code"


def _block(cell: Mapping[str, Any], language: str) -> str:
    """What was written in a cell."""
    text = _joined(cell.get("source", cell.get("input"))).strip("\n")
    if not text or text.isspace():
        return ""
    if _is_code(cell):
        return _fenced(text, language)
    level = cell.get("level") if cell.get("cell_type") == "heading" else None  # nbformat 3
    return f"{'#' * level} {text}" if isinstance(level, int) and 0 < level < 7 else text


def _outputs(cell: Mapping[str, Any]) -> list[str]:
    printed = (_printed(output).strip("\n") for output in _dicts(cell.get("outputs")))
    return [_fenced(text, "") for text in printed if text]


def _language(notebook: Mapping[str, Any], cells: list[Mapping[str, Any]]) -> str:
    about = notebook.get("metadata")
    about = about if isinstance(about, dict) else {}
    for part, key in (("language_info", "name"), ("kernelspec", "language")):
        found = about.get(part)
        if isinstance(found, dict) and isinstance(found.get(key), str):
            return str(found[key]).lower()
    first = next((cell for cell in cells if "language" in cell), {})
    return str(first.get("language", "")).lower()


def _printed(output: Mapping[str, Any]) -> str:
    """What an output says as text: of a stream, a result or an error."""
    data = output.get("data")
    if isinstance(data, dict):
        return _joined(data.get("text/plain"))
    if output.get("output_type") in ("error", "pyerr"):
        return f"{output.get('ename', '')}: {output.get('evalue', '')}"
    return _joined(output.get("text"))


def _dicts(value: Any) -> list[Any]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _joined(value: Any) -> str:
    """A text that is a string or a list of lines."""
    if isinstance(value, list):
        try:
            return "".join(value)
        except TypeError:
            return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


def _fenced(text: str, language: str) -> str:
    fence = "```" if "```" not in text else "`" * (1 + max(map(len, _TICKS.findall(text))))
    return f"{fence}{language}\n{text}\n{fence}"
