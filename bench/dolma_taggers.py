"""Gopher's and C4's rules, Tilth's variants "dolma" and dolma's own taggers side by side on the same texts in memory.

    .venv/bin/python bench/dolma_taggers.py --peer .venv-peers/dolma/bin/python

dolma tags only; Tilth measures the same figures, cuts C4's lines, and applies the rules as well.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from side_by_side import Make, batches, compare, over, serve

FAMILIES = ("gopher", "gopher_v2", "c4")


def tilth(family: str) -> Make:
    def make(texts: list[Any]) -> Callable[[], object]:
        from tilth import filters

        steps = filters.c4("dolma") if family == "c4" else filters.dolma("dolma_v2" if family == "gopher_v2" else "dolma")
        rows = batches(texts)
        return lambda: over(steps, rows)

    return make


def dolma(family: str) -> Make:
    def make(texts: list[Any]) -> Callable[[], object]:
        from dolma.core.data_types import Document
        from dolma.core.registry import TaggerRegistry

        tagger = TaggerRegistry.get({"gopher": "gopher_v1", "gopher_v2": "gopher_v2", "c4": "c4_v2"}[family])()
        documents = [Document(source="", version="0", id=str(at), text=text) for at, text in enumerate(texts)]
        return lambda: [tagger.predict(document) for document in documents]

    return make


TOOLS: dict[str, Make] = {f"{tool.__name__}-{family}": tool(family) for family in FAMILIES for tool in (tilth, dolma)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default=".venv-peers/dolma/bin/python", help="an interpreter that has dolma")
    parser.add_argument("--megabytes", type=float, default=1.0, help="of each set")
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--sets", nargs="*", default=["movie reviews", "WikiText-2", "DCLM web pages", "Python sources"])
    parser.add_argument("--work", nargs=2, metavar=("TOOL", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        serve(TOOLS[arguments.work[0]], arguments.work[1])
        return
    from filters import SETS, collect

    print("| set | MB | rules | Tilth MB/s | dolma MB/s | ratio |")
    print("|---|---:|---|---:|---:|---:|")
    for name in arguments.sets:
        texts = collect(SETS[name][1], int(arguments.megabytes * 1e6))
        size = sum(len(text.encode()) for text in texts) / 1e6
        for family in FAMILIES if texts else ():
            pythons = {f"tilth-{family}": sys.executable, f"dolma-{family}": arguments.peer}
            ours, theirs = compare(__file__, pythons, texts, arguments.passes)
            print(f"| {name} | {size:.2f} | {family} | {size / ours:.1f} | {size / theirs:.2f} | {theirs / ours:.0f} |", flush=True)


if __name__ == "__main__":
    main()
