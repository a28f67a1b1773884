"""What each variant of the code filters measures of source files, as columns."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.filters.code_languages import NAMES, SYNTAXES
from tilth.filters.signals import ratio
from tilth.kernels import code, code_comments, code_html, code_nemo, code_python
from tilth.kernels.arrow import utf8
from tilth.kernels.letters import letters
from tilth.kernels.text_classes import classes

Columns = dict[str, pa.Array]
Numbers = np.ndarray
NATURAL = ("python", "java", "javascript")  # the languages whose comments SantaCoder, StarCoder's code and dolma's second tagger count
FEWEST_VISIBLE = 100  # characters of visible text

_PARSERS = {
    "c": code_nemo.C, "c++": code_nemo.C, "c#": code_nemo.C, "java": code_nemo.C, "javascript": code_nemo.JAVASCRIPT, "go": code_nemo.GO,
    "shell": code_nemo.SHELL, "ruby": code_nemo.RUBY, "html": code_nemo.HTML, "xml": code_nemo.HTML,
}


def measure(variant: str, texts: pa.Array, languages: pa.Array) -> Columns:
    """Return the columns of `variant` for texts in these languages, "" for one that is not known."""
    counts = code.measure(*utf8(texts), classes(), letters())
    return {"code_language": languages} | _MEASURES[variant](texts, languages, counts)


def _is(languages: pa.Array, *names: str) -> Numbers:
    return np.asarray(pc.is_in(languages, pa.array(names, languages.type)))


def _lines(counts: Numbers) -> Columns:
    return {
        "code_lines": pa.array(counts[:, code.LINES]),
        "code_max_line_length": pa.array(counts[:, code.LONGEST_LINE]),
        "code_mean_line_length": ratio(counts[:, code.LINE_CHARS], counts[:, code.LINES]),
    }


def _codegen(texts: pa.Array, languages: pa.Array, counts: Numbers) -> Columns:
    return _lines(counts) | {"code_hex_ratio": ratio(counts[:, code.HEX_DIGITS], counts[:, code.CHARS])}


def _redpajama(texts: pa.Array, languages: pa.Array, counts: Numbers) -> Columns:
    return _lines(counts) | {
        "code_alnum_ratio": ratio(counts[:, code.ALPHANUMERIC], counts[:, code.CHARS]),
        "code_alpha_per_token": ratio(counts[:, code.ALPHABETICS], counts[:, code.TOKENS] + 1),  # dolma splits at tokens: one more
    }


def _starcoder(texts: pa.Array, languages: pa.Array, counts: Numbers) -> Columns:
    return _lines(counts) | {
        "code_chars": pa.array(counts[:, code.CHARS]),
        "code_alnum_ratio": ratio(counts[:, code.ALPHANUMERIC], counts[:, code.CHARS]),
        "code_alpha_ratio": ratio(counts[:, code.ALPHABETICS], counts[:, code.CHARS]),
        "code_xml_header": pa.array(counts[:, code.XML_HEADER] > 0),
        "code_generated": pa.array(counts[:, code.GENERATED] > 0),
        "code_comment_ratio": _ratio_where(_comments(texts, languages), counts, _is(languages, "python", *NAMES)),
        "code_visible_ratio": _visible_ratio(texts, languages, counts, FEWEST_VISIBLE + 1),
    }


def _dolma(texts: pa.Array, languages: pa.Array, counts: Numbers) -> Columns:
    columns = _starcoder(texts, languages, counts) | _redpajama(texts, languages, counts)
    comments = pc.if_else(_is(languages, *NATURAL), columns["code_comment_ratio"], 0.5)
    return {name: columns[name] for name in _DOLMA} | {
        "code_comment_ratio": comments,
        "code_visible_ratio": pc.if_else(_is(languages, "html"), columns["code_visible_ratio"], 1.0),
        "code_notice_ratio": ratio(counts[:, code.NOTICE], counts[:, code.CHARS]),
    }


def _dolma_v1(texts: pa.Array, languages: pa.Array, counts: Numbers) -> Columns:
    known = ~_is(languages, "", "c#")  # dolma calls C# "c-sharp", as Pygments does not
    filled = counts[:, code.CHARS] > 0
    columns, comments = _dolma(texts, languages, counts), _starcoder(texts, languages, counts)["code_comment_ratio"]
    return columns | {
        "code_comment_ratio": pc.if_else(known & filled, pc.fill_null(comments, 0.0), -1.0),
        "code_visible_ratio": pc.if_else(known & filled, columns["code_visible_ratio"], -1.0),
    }


_DOLMA = ("code_max_line_length", "code_mean_line_length", "code_alnum_ratio", "code_alpha_per_token", "code_xml_header")


def _nemo(texts: pa.Array, languages: pa.Array, counts: Numbers) -> Columns:
    lines = counts[:, code.NEWLINES] + 1
    return {
        "code_lines": pa.array(lines),
        "code_max_line_length": pa.array(counts[:, code.LONGEST_BETWEEN_NEWLINES]),
        "code_mean_line_length": pa.array((counts[:, code.CHARS] + 1) / lines - 1),
        "code_alnum_ratio": ratio(counts[:, code.PLAIN], counts[:, code.CHARS]),
        "code_alpha_ratio": ratio(counts[:, code.LETTERS], counts[:, code.CHARS]),
        "code_xml_header": pa.array(counts[:, code.XML_HEADER] > 0),
        "code_comment_ratio": _ratio_where(_nemo_comments(texts, languages), counts, _is(languages, "python", *_PARSERS)),
        "code_visible_ratio": _visible_ratio(texts, languages, counts, FEWEST_VISIBLE),
    }


_MEASURES: dict[str, Callable[[pa.Array, pa.Array, Numbers], Columns]] = {
    "starcoder": _starcoder, "codegen": _codegen, "redpajama": _redpajama, "dolma": _dolma, "dolma_v1": _dolma_v1, "nemo": _nemo,
}


def _ratio_where(characters: Numbers, counts: Numbers, known: Numbers) -> pa.Array:
    """Return characters of comments over all; null where the language is not known; 9999 where a comment has no end (-1)."""
    chars = counts[:, code.CHARS]
    shares = np.where(characters < 0, 9999.0, characters / np.maximum(chars, 1))
    return pa.array(shares, mask=~known | (chars == 0))


def _visible_ratio(texts: pa.Array, languages: pa.Array, counts: Numbers, fewest: int) -> pa.Array:
    """Return the share of an HTML page that its visible text is, 0 if that has fewer than `fewest` characters; null for other languages."""
    pages, chars = _is(languages, "html"), counts[:, code.CHARS]
    seen = code_html.visible(*utf8(texts), *code_html.tables(), pages)
    return pa.array(np.where(seen >= fewest, seen, 0) / np.maximum(chars, 1), mask=~pages | (chars == 0))


@cache
def _syntax_rows() -> Numbers:
    return code_comments.rows(SYNTAXES.values())


def _comments(texts: pa.Array, languages: pa.Array) -> Numbers:
    """Return the characters of comments, in Python without # and with docstrings, as StarCoder's code has them."""
    which = np.asarray(pc.fill_null(pc.index_in(languages, pa.array(NAMES, languages.type)), -1)).astype(np.int64)
    python = _is(languages, "python")
    found = code_python.natural_text(*utf8(texts), letters(), python)
    return np.where(python, _cleaned(found), code_comments.comments(*utf8(texts), _syntax_rows(), which))


def _cleaned(found: Numbers) -> Numbers:
    """Return the characters of docstrings and of comments without #, joined and stripped; of what Python refuses the one or the other."""
    docs = np.where(found[:, code_python.REFUSED] == 0, _docstrings(found), 0)
    kept = (found[:, code_python.CUT_OFF] == 0) & (found[:, code_python.ALL_BLANK] == 0)
    inner = found[:, code_python.COMMENT_CHARS] - found[:, code_python.HASHES] - found[:, code_python.TRAIL]
    alone = inner - found[:, code_python.LEAD]
    return np.where(kept, np.where(docs > 0, docs + 1 + inner, alone), docs)


def _docstrings(found: Numbers) -> Numbers:
    return found[:, code_python.DOC_CHARS] + np.maximum(found[:, code_python.DOCS] - 1, 0)


def _nemo_comments(texts: pa.Array, languages: pa.Array) -> Numbers:
    names = languages.to_pylist()
    parsers = np.array([_PARSERS.get(name, code_nemo.NONE) for name in names], np.int64)
    python = _is(languages, "python")
    found = code_python.natural_text(*utf8(texts), letters(), python)
    whole = np.where(found[:, code_python.REFUSED] == 0, _docstrings(found) + found[:, code_python.COMMENT_CHARS], 0)
    return np.where(python, whole, code_nemo.comments(*utf8(texts), parsers))
