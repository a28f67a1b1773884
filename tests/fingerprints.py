"""What each step's results depend on: its version, and a digest of all code that it reaches. `python tests/fingerprints.py` records it.

Recording without raising a step's `version` says: the code changed, its results did not.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
from functools import cache
from pathlib import Path

from tilth.catalog import names
from tilth.op import Exchange, Fold, Op

GOLDEN = Path(__file__).parent / "golden" / "fingerprints.json"
FAMILIES = (
    "clean", "segment", "filters", "embed", "dedup", "decontaminate", "select", "bias", "tokenize", "instruct", "media", "llm", "semantic",
    "kernels", "rules", "grammar",
)  # fmt: skip


def steps() -> dict[str, type]:
    """Every public step class, by its name in recipes."""
    return {name: thing for name, thing in names().items() if isinstance(thing, type) and issubclass(thing, (Op, Fold, Exchange))}


def current() -> dict[str, list]:
    return {name: [thing.version, _digest(_reached(thing.__module__))] for name, thing in sorted(steps().items())}


def _digest(modules: frozenset[str]) -> str:
    whole = hashlib.blake2b(digest_size=12)
    for module in sorted(modules):
        whole.update(_meaning(module).encode())
    return whole.hexdigest()


@cache
def _meaning(module: str) -> str:
    """The code of a module without its comments and docstrings: those may change freely."""
    tree = ast.parse(_file(module).read_text())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body[0].value.value = ""
    return ast.dump(tree)


@cache
def _reached(module: str) -> frozenset[str]:
    found, waiting = set[str](), [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _imports(name)
    return frozenset(found)


def _imports(module: str) -> list[str]:
    wanted = []
    for node in ast.walk(ast.parse(_file(module).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tilth."):
            wanted += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return [name for name in wanted if name.split(".")[1] in FAMILIES and _is_module(name)]


def _is_module(name: str) -> bool:
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        return False
    return spec is not None and spec.origin is not None and not spec.origin.endswith("__init__.py")


def _file(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    assert spec and spec.origin
    return Path(spec.origin)


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(current(), indent=1) + "\n")
