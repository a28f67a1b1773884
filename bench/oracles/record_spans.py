"""Records what datatrove, the code of C4 and dolma leave of texts that share lines and sentences; see `record.py`.

    python bench/oracles/record_spans.py                                         # every peer, each in an environment made for it
    python bench/oracles/record_spans.py --peer datatrove --peer-python PATH     # one peer, in an environment that has it

`tests/golden/oracles/spans_*.parquet`: the texts that a peer changes, by their number in `texts()`, with a digest of what it leaves, which
is null where it drops the text. Halves of "\\r\\n" do not count, which C4 and dolma leave behind, nor line breaks at the end, which dolma
leaves.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import tempfile
from pathlib import Path

import documents
import pyarrow as pa
import record
import span_cases

PEERS = {"datatrove": "datatrove", "datatrove_bloom": "datatrove", "c4": "c4", "dolma": "dolma"}  # whose environment
FEW = 4_200  # texts for the Bloom filter, which would be wrong more often with more of them


def texts(data: Path) -> list[str]:
    """Return our own documents, then the real ones that are there."""
    return [*span_cases.documents(), *(text for _, _, text in documents.documents(data))]


def url(number: int) -> str:
    """Return the URL at which a text is said to stand."""
    return f"https://{number % 97}.example/{number}"


def ask(peer: str, python: Path, rows: list[str]) -> pa.Table:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "texts.jsonl.gz"), Path(folder, "records.jsonl")
        with gzip.open(source, "wt", encoding="utf-8", compresslevel=1) as out:
            out.writelines(json.dumps({"text": text, "url": url(at)}) + "\n" for at, text in enumerate(rows))
        subprocess.run([python, record.HERE / "peer_spans.py", peer, source, target], check=True)
        left = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    changed = [at for at, found in enumerate(left) if found is not None]
    kept = [bytes.fromhex(left[at]) if left[at] else None for at in changed]
    return pa.table({"document": pa.array(changed, pa.int32()), "left": pa.array(kept, pa.binary(8))})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", action="append", choices=PEERS, help="record only this one (may be given again)")
    parser.add_argument("--peer-python", type=Path, help="a Python in which the chosen peers are installed")
    parser.add_argument("--data", type=Path, default=record.ROOT.parent / "shared" / "data", help="folder of public data sets")
    options = parser.parse_args()
    for peer in options.peer or PEERS:
        for name, rows in (("cases", span_cases.documents()), ("all", texts(options.data))):
            rows = rows[:FEW] if peer == "datatrove_bloom" else rows
            table = ask(peer, options.peer_python or record.environment(PEERS[peer]), rows)
            record.write(f"spans_{peer}_{name}", table)
            print(f"{peer}, {name}: {len(table)} of {len(rows)} texts change")


if __name__ == "__main__":
    main()
