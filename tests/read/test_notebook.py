"""Notebooks: cells in order, of both formats, and files that are none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tilth import read

ReadAll = Callable[..., list[dict[str, Any]]]
CELLS = [
    {"cell_type": "markdown", "source": ["# Soil\n", "A model."]},
    {"cell_type": "code", "source": "print(1)\n", "outputs": [{"output_type": "stream", "text": ["1\n"]}], "execution_count": 1},
    {"cell_type": "code", "source": "'```'", "outputs": [
        {"output_type": "execute_result", "data": {"text/plain": "'```'", "image/png": "iVBOR"}},
        {"output_type": "error", "ename": "ValueError", "evalue": "bad", "traceback": ["..."]},
    ]},
    {"cell_type": "raw", "source": ""},
]
ABOUT = {"kernelspec": {"language": "python"}, "language_info": {"name": "Python"}}


def one(folder: Path, notebook: Any, read_all: ReadAll, **options: Any) -> dict[str, Any]:
    (folder / "a.ipynb").write_bytes(notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode())
    (row,) = read_all(read.Notebook(str(folder), **options), 1)
    return row


def test_cells_in_order(tmp_path: Path, read_all: ReadAll) -> None:
    row = one(tmp_path, {"nbformat": 4, "metadata": ABOUT, "cells": CELLS}, read_all)
    assert row["text"] == "# Soil\nA model.\n\n```python\nprint(1)\n```\n\n````python\n'```'\n````"
    assert (row["language"], row["cells"], row["code_cells"], row["error"]) == ("python", 4, 2, None)


def test_outputs_are_there_if_wanted(tmp_path: Path, read_all: ReadAll) -> None:
    text = one(tmp_path, {"nbformat": 4, "metadata": ABOUT, "cells": CELLS}, read_all, outputs=True)["text"]
    assert "print(1)\n```\n\n```\n1\n```" in text
    assert text.endswith("```\nValueError: bad\n```")
    assert "iVBOR" not in text


def test_a_fence_is_longer_than_what_it_fences_however_long_that_is(tmp_path: Path, read_all: ReadAll) -> None:
    row = one(tmp_path, {"cells": [{"cell_type": "code", "source": "`" * 2_000_000}]}, read_all)
    assert row["text"] == f"{'`' * 2_000_001}\n{'`' * 2_000_000}\n{'`' * 2_000_001}"


def test_the_format_of_2013(tmp_path: Path, read_all: ReadAll) -> None:
    cells = [{"cell_type": "heading", "level": 2, "source": "Soil"}, {"cell_type": "code", "language": "python", "input": ["x = 1"]}]
    row = one(tmp_path, {"nbformat": 3, "worksheets": [{"cells": cells}]}, read_all)
    assert (row["text"], row["language"]) == ("## Soil\n\n```python\nx = 1\n```", "python")


@pytest.mark.parametrize(("data", "why"), [
    (b"PK\x03\x04", "not JSON"), (b"[]", "no object"), ({"a": 1}, "no cells"), ({"cells": []}, "no text in this notebook"),
    ({"cells": 3, "metadata": 4}, "no text"), ({"cells": [1, {"source": 3}, {"cell_type": "code", "source": [1]}]}, "no text"),
])
def test_what_is_no_notebook_says_why(data: Any, why: str, tmp_path: Path, read_all: ReadAll) -> None:
    assert why in one(tmp_path, data, read_all)["error"]
