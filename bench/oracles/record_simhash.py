"""Write what py-data-juicer's document_simhash_deduplicator says: `python record_simhash.py DATA > datajuicer.json`, where it is installed.

DATA is the folder of real data. Of each set: the SimHash of each text with the tool's defaults, and which texts it keeps.
"""

from __future__ import annotations

import gzip
import importlib.metadata
import json
import sys
from itertools import islice
from pathlib import Path

SETS = {"docs/tldr_pages.jsonl.gz": 3000, "docs/chinese_poetry_part.jsonl.gz": 500, "neardup/german_law_revisions.jsonl.gz": 60}
ODD = ["", "   ", "one", "a b c d e f", "a  b c d e\nf g", "A B C D E F G", "ΣΑΣ İstanbul ß ǅ a b c", "\u00a0x y z\t1 2 3 4 5 6 7 8"]
ODD += ["é " * 90, "x" * 200 + " a b c d e f"]


def texts(data: Path) -> dict[str, list[str]]:
    found = {"odd": ODD}
    for name, count in SETS.items():
        with gzip.open(data / name, "rt", encoding="utf-8") as lines:
            found[name] = [json.loads(line)["text"] for line in islice(lines, count)]
    return found


def main() -> None:
    from data_juicer.ops.deduplicator.document_simhash_deduplicator import DocumentSimhashDeduplicator
    from datasets import Dataset

    step, found = DocumentSimhashDeduplicator(), {}
    for name, some in texts(Path(sys.argv[1])).items():
        rows = [step.compute_hash({"text": text, "n": n}) for n, text in enumerate(some)]
        key = next(column for column in rows[0] if column not in ("text", "n"))
        kept, _ = step.process(Dataset.from_list(rows))
        found[name] = {"hashes": " ".join(f"{int(row[key]):016x}" for row in rows), "gone": sorted(set(range(len(some))) - set(kept["n"]))}
    print(json.dumps({"source": f"py-data-juicer {importlib.metadata.version('py-data-juicer')}, its defaults", **found}))


if __name__ == "__main__":
    main()
