"""DCLM's heuristics, Tilth's variants and the tool's own functions side by side on the same texts in memory.

    DCLM=CHECKOUT NLTK_DATA=FOLDER .venv/bin/python bench/dclm.py --peer .venv-peers/dclm/bin/python

DCLM's functions are called as they are, without its processor around them, and stop at a text's first failing rule, as it does; Tilth
measures every figure of every text. The peer needs what `oracles/peer_dclm.py` needs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from side_by_side import Make, batches, compare, over, serve

PARTS = ("quality", "repetition", "line edits", "URLs, newlines", "C4", "whole chain")


def tilth(part: str) -> Make:
    def make(texts: list[Any]) -> Callable[[], object]:
        from tilth import clean, filters

        steps = {
            "quality": filters.gopher_quality("dclm"), "repetition": filters.gopher_repetition("dclm"),
            "line edits": clean.refinedweb_line_edits(), "URLs, newlines": [clean.RemoveUrls("dclm"), clean.LimitNewlines()],
            "C4": filters.c4("dclm"), "whole chain": filters.dclm(),
        }[part]
        rows = batches(texts)
        return lambda: over(steps, rows)

    return make


def dclm(part: str) -> Make:
    def make(texts: list[Any]) -> Callable[[], object]:
        sys.path.append(str(Path(__file__).parent / "oracles"))
        from peer_dclm import Dclm, edits, through

        tool = Dclm()

        def chain(text: str) -> object:
            emptied, page = through(tool.pages, text)
            return emptied or through(tool.quality, page)[0] or repetition(page) or edits(tool, page)

        def repetition(text: str) -> bool:
            return not tool.filters.massive_web_repetition_filters({"text": text})

        function: Callable[[str], object] = {
            "quality": lambda text: through(tool.quality, text), "repetition": repetition, "line edits": lambda text: edits(tool, text),
            "URLs, newlines": lambda text: through(tool.pages, text), "C4": lambda text: through(tool.c4, text), "whole chain": chain,
        }[part]
        return lambda: [function(text) for text in texts]

    return make


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default=".venv-peers/dclm/bin/python", help="an interpreter that has what DCLM's functions need")
    parser.add_argument("--megabytes", type=float, default=0.5, help="of each set")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--sets", nargs="*", default=["movie reviews", "WikiText-2", "DCLM web pages"])
    parser.add_argument("--work", nargs=2, metavar=("TOOL", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        tool, _, part = arguments.work[0].partition(":")
        serve((tilth if tool == "tilth" else dclm)(part), arguments.work[1])
        return
    from filters import SETS, collect

    print("| set | MB | part | Tilth MB/s | DCLM MB/s | ratio |\n|---|---:|---|---:|---:|---:|")
    for name in arguments.sets:
        texts = collect(SETS[name][1], int(arguments.megabytes * 1e6))
        size = sum(len(text.encode()) for text in texts) / 1e6
        for part in PARTS if texts else ():
            pythons = {f"tilth:{part}": sys.executable, f"dclm:{part}": arguments.peer}
            ours, theirs = compare(__file__, pythons, texts, arguments.passes)
            print(f"| {name} | {size:.2f} | {part} | {size / ours:.1f} | {size / theirs:.2f} | {theirs / ours:.0f} |", flush=True)


if __name__ == "__main__":
    main()
