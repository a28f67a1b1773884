"""The reader of Python against Python: its `tokenize`, `ast` and `inspect` over the standard library, and over texts made to break it."""

from __future__ import annotations

import ast
import io
import sysconfig
import tokenize
from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tilth.kernels import code_python as kernel
from tilth.kernels.arrow import utf8
from tilth.kernels.letters import letters

PARTS = ['"""', "'", '"', "#", "\\", "\n", "\r\n", "(", ")", "[", "{", "}", ":", ";", "def f", "class A", "lambda x", "r", "b"]
PARTS += [" ", "\t", "é", "0"]


def natural_text(texts: list[str]) -> np.ndarray:
    return kernel.natural_text(*utf8(pa.array(texts, pa.large_string())), letters(), np.ones(len(texts), bool))


def plain(text: str) -> list[int]:
    """Docstrings, their characters, and those of comments, by Python's own modules."""
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))]
    docs = [doc for node in nodes if (doc := ast.get_docstring(node))]
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [len(docs), sum(map(len, docs)), sum(len(token.string) for token in tokens if token.type == tokenize.COMMENT)]


def sources(most: int) -> list[str]:
    """Return every few files of the standard library that this Python can read."""
    found = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")) + sorted(Path(sysconfig.get_path("stdlib"), "email").glob("*.py"))
    return [path.read_text("utf-8") for path in found if path.stat().st_size < 100_000][:most]


def test_the_standard_library_is_read_as_python_reads_it() -> None:
    texts = sources(150)
    found = natural_text(texts)
    assert not found[:, kernel.REFUSED].any()
    assert found[:, [kernel.DOCS, kernel.DOC_CHARS, kernel.COMMENT_CHARS]].tolist() == [plain(text) for text in texts]


@given(st.lists(st.sampled_from(PARTS), max_size=40).map("".join))
def test_what_python_accepts_is_read_as_python_reads_it(text: str) -> None:
    """And whatever it does not accept is read to its end."""
    found = natural_text([text, text])
    assert np.array_equal(found[0], found[1])
    try:
        wanted = plain(text)
    except (SyntaxError, ValueError, tokenize.TokenError):
        return
    if not found[0, kernel.REFUSED] and "\\" not in text:
        assert found[0, kernel.COMMENT_CHARS] == wanted[2]


def test_white_space_around_comments_and_hashes() -> None:
    found = natural_text(["#  # one \n#\n", "#\n", "x = 1"])
    assert found[:, kernel.HASHES].tolist() == [3, 1, 0]
    assert found[0, [kernel.LEAD, kernel.TRAIL]].tolist() == [3, 1]
    assert found[:, kernel.ALL_BLANK].tolist() == [0, 1, 1]


def test_python_2_is_refused() -> None:
    texts = ["print 'a'", "exec code", "raise A, 'b'", "try:\n  f()\nexcept A, e:\n  pass", "x = `a`", "x <> y", "x = 0777", "x = 10L"]
    texts += ["ur'a'"]
    assert natural_text(texts)[:, kernel.REFUSED].all()
    fine = ["print('a')", "print = 1", "x = 0.05 + .05 + 00", "except_ = (a, b)", "x = {'a': 1}['a']", "raise A('b', 1)"]
    fine += ["def f(print): print (1)"]
    assert not natural_text(fine)[:, kernel.REFUSED].any()
