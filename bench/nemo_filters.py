"""NeMo Curator's English heuristics, Tilth's chain and the tool's own filters side by side on the same texts in memory.

    .venv/bin/python bench/nemo_filters.py --peer .venv-peers/nemo/bin/python

The tool runs twice: every filter on every text, as Tilth does ("all"), and as its pipeline does, which stops at a text's first ("first").
Its filters are called as they are, without Ray and data frames around them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from side_by_side import Make, batches, compare, over, serve


def tilth(texts: list[Any]) -> Callable[[], object]:
    from tilth import filters

    steps, rows = filters.nemo(), batches(texts)
    return lambda: over(steps, rows)


def nemo(everything: bool) -> Make:
    def make(texts: list[Any]) -> Callable[[], object]:
        sys.path.append(str(Path(__file__).parent / "oracles"))
        from peer_nemo import pipeline, stand_in

        chain = pipeline(stand_in())

        def keeps(each: Any, text: str) -> bool:
            try:
                return bool(each.keep_document(each.score_document(text)))
            except (ZeroDivisionError, ValueError):  # a text without words or lines
                return False

        if everything:
            return lambda: [[keeps(each, text) for each in chain] for text in texts]
        return lambda: [all(keeps(each, text) for each in chain) for text in texts]

    return make


TOOLS: dict[str, Make] = {"tilth": tilth, "nemo-all": nemo(True), "nemo-first": nemo(False)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default=".venv-peers/nemo/bin/python", help="an interpreter that has nemo-curator")
    parser.add_argument("--megabytes", type=float, default=1.0, help="of each set")
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--sets", nargs="*", default=["movie reviews", "WikiText-2", "DCLM web pages", "Python sources"])
    parser.add_argument("--work", nargs=2, metavar=("TOOL", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        serve(TOOLS[arguments.work[0]], arguments.work[1])
        return
    from filters import SETS, collect

    print("| set | MB | Tilth MB/s | NeMo MB/s, all | ratio | NeMo MB/s, first | ratio |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name in arguments.sets:
        texts = collect(SETS[name][1], int(arguments.megabytes * 1e6))
        if texts:
            size = sum(len(text.encode()) for text in texts) / 1e6
            pythons = {tool: sys.executable if tool == "tilth" else arguments.peer for tool in TOOLS}
            ours, every, first = compare(__file__, pythons, texts, arguments.passes)
            cells = [f"{size:.2f}", f"{size / ours:.1f}"]
            cells += [cell for theirs in (every, first) for cell in (f"{size / theirs:.2f}", f"{theirs / ours:.0f}")]
            print("|", " | ".join([name, *cells]), "|", flush=True)


if __name__ == "__main__":
    main()
