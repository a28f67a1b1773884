"""Records what dolma's code taggers and NeMo Curator's code filters say of our source files, as golden files that tests need no tool for.

    python bench/oracles/record_code.py                                         # environments are made in work/oracles/
    python bench/oracles/record_code.py --peer nemo --peer-python PATH          # one peer, with a Python that has it
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import venv
from hashlib import blake2b
from pathlib import Path
from typing import Any

import cases_code
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GOLDEN = ROOT / "tests" / "golden" / "oracles" / "code"
SOUP = "beautifulsoup4==4.15.0"
PEERS: dict[str, tuple[tuple[str, ...], ...]] = {  # what pip is told, call by call
    "dolma": (("dolma==1.2.1", "aiobotocore[boto3]==2.5.4", "Pygments==2.21.0", "detect-secrets==1.4.0", "regex==2026.11.15", SOUP),),
    "nemo": (("--no-deps", "nemo-curator==1.4.0"), ("regex==2026.11.15", "pyyaml", "loguru", "comment_parser==1.2.4", SOUP)),
}


def environment(peer: str) -> Path:
    """Return a Python with the peer installed, in an environment under `work/oracles`."""
    folder = ROOT / "work" / "oracles" / f"code_{peer}"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    for arguments in PEERS[peer]:
        subprocess.run([python, "-m", "pip", "install", "--quiet", *arguments], check=True)
    return python


def ask(peer: str, python: Path, files: dict[str, str]) -> list[dict[str, Any]]:
    """Return the peer's records, one a file."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "files.jsonl"), Path(folder, "records.jsonl")
        source.write_text("".join(json.dumps({"path": path, "text": text}) + "\n" for path, text in files.items()), "utf-8")
        subprocess.run([python, HERE / f"peer_code_{peer}.py", source, target], check=True)
        return [json.loads(line) for line in target.read_text("utf-8").splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", action="append", choices=sorted(PEERS), help="record only this one (may be given again)")
    parser.add_argument("--peer-python", type=Path, help="a Python in which the chosen peer is installed; without it environments are made")
    options = parser.parse_args()
    files = cases_code.cases()
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for peer in options.peer or PEERS:
        records = ask(peer, options.peer_python or environment(peer), files)
        names = dict.fromkeys(name for record in records for name in record)
        digests = [blake2b(text.encode("utf-8"), digest_size=8).digest() for text in files.values()]
        table = {"path": pa.array(files), "digest": pa.array(digests, pa.binary(8))}
        table |= {name: pa.array([record.get(name) for record in records], pa.float64()) for name in names if not name.endswith("raised")}
        pq.write_table(pa.table(table), GOLDEN / f"{peer}.parquet", compression="zstd", compression_level=19, store_schema=False)
        print(f"{peer}: {len(files)} files")


if __name__ == "__main__":
    main()
