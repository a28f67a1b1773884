"""Pages of documentation: what `pydoc` shows of public modules, classes and functions, read from sources without importing them."""

from __future__ import annotations

import ast
import sysconfig
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import Distribution
from pathlib import Path

PYTHON = "Python's standard library"
_LEFT_OUT = {"test", "tests", "testing", "_vendor", "site-packages", "idlelib", "lib2to3", "examples"}
_SOURCE = 150_000  # bytes of sources that are read of a package, and ten times as many of the standard library
_TOLD = 120  # characters of text that make a page
_PAGE = 700  # characters of it that are shown


@dataclass(frozen=True)
class Page:
    """A page of documentation and the library that it is of."""

    text: str
    library: str


def standard_pages() -> Iterator[Page]:
    """Yield the pages of Python's standard library."""
    root = Path(sysconfig.get_path("stdlib"))
    return _pages(PYTHON, (path for path in root.rglob("*.py") if not _LEFT_OUT & set(path.relative_to(root).parts)), 10 * _SOURCE)


def library_pages(name: str, package: Distribution) -> Iterator[Page]:
    """Yield the pages of an installed package."""
    files = [file for file in package.files or () if file.suffix == ".py" and not _LEFT_OUT & set(file.parts)]
    return _pages(name, (Path(str(package.locate_file(file))) for file in files), _SOURCE)


def chosen(pages: Iterable[Page], most: int) -> list[Page]:
    """Return the `most` different pages of lowest hash: the same ones on every run, of all libraries alike."""
    different = {page.text: page for page in pages}
    return sorted(different.values(), key=lambda page: _hash(page.text))[:most]


def _pages(library: str, paths: Iterable[Path], most: int) -> Iterator[Page]:
    for path in sorted(paths, key=lambda path: _hash(path.name + path.parent.name)):
        if most <= 0:
            return
        source = path.read_bytes() if path.is_file() else b""
        most -= len(source)
        yield from (Page(text, library) for text in _texts(source))


def _texts(source: bytes) -> Iterator[str]:
    """Yield what a source documents; nothing of one that this Python cannot read."""
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    public = [each for each in ast.walk(tree) if isinstance(each, _DOCUMENTED) and not each.name.startswith("_")]
    for node in (tree, *public):
        told = ast.get_docstring(node)
        if told and len(told) >= _TOLD:
            yield f"{_heading(node)}{told}"[:_PAGE].strip().encode(errors="replace").decode()


_DOCUMENTED = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def _heading(node: ast.AST) -> str:
    match node:
        case ast.ClassDef():
            return f"class {node.name}\n\n"
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return f"{node.name}({ast.unparse(node.args)})\n\n"
    return ""


def _hash(text: str) -> bytes:
    return blake2b(text.encode(errors="replace"), digest_size=8).digest()
