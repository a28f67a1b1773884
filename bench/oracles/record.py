"""Records what the named tools say of our cases and of real texts, as golden files that tests need no tool for.

    python bench/oracles/record.py                                              # every peer, each in an environment made for it
    python bench/oracles/record.py --peer datatrove --peer-python PATH          # one peer, in an environment that has it
    python bench/oracles/record.py --peer datatrove --filter edits              # one golden file of it

Texts of others never enter the records: of a real text there is its set, its place in it, a digest, verdicts and figures.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import cases
import documents
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GOLDEN = ROOT / "tests" / "golden" / "oracles"
PEERS: dict[str, tuple[tuple[str, ...], ...]] = {  # what pip is told, call by call
    "datatrove": (("datatrove[processing]==0.10.1", "spacy==3.8.18", "ftfy==6.3.1", "xxhash==3.8.2"),),
    "dolma": (("dolma==1.2.1", "aiobotocore[boto3]==2.5.4"),),  # the second only spares pip an hour of backtracking
    "nemo": (("--no-deps", "nemo-curator==1.4.0"), ("regex==2026.11.15", "pyyaml", "loguru")),  # its filters run without Ray and models
    "dclm": (("uniseg==0.10.1", "retrie==0.3.1", "nltk==3.8.1", "fasttext-wheel==0.9.2", "numpy<2", "unidecode"),),  # and DCLM=CHECKOUT
    "c4": (("--no-deps", "tensorflow-datasets==4.9.10"), ("nltk==3.8.1", "absl-py")),  # one file of it runs; no more is needed
}
MINHASH = ("similar/", "mixed/prose_", "languages/", "whitespace/between_words_", "short/")


@dataclass(frozen=True)
class Text:
    set: str
    index: int
    name: str | None
    text: str

    @property
    def digest(self) -> bytes:
        return blake2b(self.text.encode("utf-8"), digest_size=8).digest()

    @property
    def minhash(self) -> bool:
        return self.name is not None and self.name.startswith(MINHASH)


def texts(data: Path) -> Iterator[Text]:
    """Yield our cases, then the real texts that are there."""
    for index, (name, text) in enumerate(cases.cases().items()):
        yield Text("cases", index, name, text)
    for source, index, text in documents.documents(data):
        yield Text(source, index, None, text)


def environment(peer: str) -> Path:
    """Return a Python with the peer installed, in an environment under `work/oracles`."""
    folder = ROOT / "work" / "oracles" / peer
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    for arguments in PEERS[peer]:
        subprocess.run([python, "-m", "pip", "install", "--quiet", *arguments], check=True)
    return python


def ask(peer: str, python: Path, rows: list[Text], chosen: list[str]) -> list[dict[str, Any]]:
    """Return the peer's records, one a text."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "texts.jsonl.gz"), Path(folder, "records.jsonl")
        with gzip.open(source, "wt", encoding="utf-8", compresslevel=1) as out:
            out.writelines(json.dumps({"text": row.text, "minhash": row.minhash}) + "\n" for row in rows)
        subprocess.run([python, HERE / f"peer_{peer}.py", source, target, *chosen], check=True)
        with open(target, encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]


def write(name: str, table: pa.Table) -> None:
    floats = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    others = [field.name for field in table.schema if pa.types.is_string(field.type)]
    pq.write_table(
        table, GOLDEN / f"{name}.parquet", compression="zstd", compression_level=19, use_dictionary=others, use_byte_stream_split=floats,
        write_statistics=False, store_schema=False,
    )


def column(name: str, values: list[Any]) -> pa.Array:
    """Digests become 8 bytes, whole numbers int32, other numbers float32 (NaN is null), the rest text."""
    if name in ("text", "digest", "ftfy", "pii", "page", "edited"):
        return pa.array([bytes.fromhex(value) if value else None for value in values], pa.binary(8))
    if name == "signature":
        return pa.array([[int(part) for part in value] for value in values], pa.list_(pa.uint64()))
    if all(isinstance(value, str) for value in values):
        return pa.array(values, pa.string())
    if all(isinstance(value, bool) for value in values):
        return pa.array(values, pa.bool_())
    if all(isinstance(value, int) for value in values):
        return pa.array(values, pa.int32())
    plain = [None if value is None or math.isnan(value) else value for value in values]
    whole = all(value is None or value == int(value) for value in plain)
    return pa.array([None if value is None else int(value) for value in plain], pa.int32()) if whole else pa.array(plain, pa.float32())


def keep(peer: str, rows: list[Text], records: list[dict[str, Any]]) -> None:
    """Write one golden file a filter, rows in the order of `documents.parquet`."""
    for name in sorted({name for record in records for name in record}):
        parts = [record[name] for record in records if name in record]
        table = pa.table({figure: column(figure, [part[figure] for part in parts]) for figure in parts[0]})
        if len(parts) < len(rows):  # only some texts were asked about: say which
            at = [number for number, record in enumerate(records) if name in record]
            table = table.add_column(0, "document", pa.array(at, pa.int32()))
        write(f"{peer}_{name}", table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", action="append", choices=sorted(PEERS), help="record only this one (may be given again)")
    parser.add_argument("--peer-python", type=Path,
        help="a Python in which the chosen peers are installed; without it environments are made")
    parser.add_argument("--filter", action="append", default=[], help="of datatrove, record only this filter (may be given again)")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data",
        help="folder of public data sets; without it only our cases are recorded")
    options = parser.parse_args()
    rows = list(texts(options.data))
    if len({row.set for row in rows}) == 1:
        sys.exit(f"No real texts in {options.data}: the records would shrink to our own cases. Give --data FOLDER.")
    GOLDEN.mkdir(parents=True, exist_ok=True)
    write("documents", pa.table({
        "set": [row.set for row in rows], "index": pa.array([row.index for row in rows], pa.int32()),
        "name": pa.array([row.name for row in rows], pa.string()),
        "digest": pa.array([row.digest for row in rows], pa.binary(8)),
    }))
    for peer in options.peer or PEERS:
        keep(peer, rows, ask(peer, options.peer_python or environment(peer), rows, options.filter if peer == "datatrove" else []))
        print(f"{peer}: {len(rows)} texts")


if __name__ == "__main__":
    main()
