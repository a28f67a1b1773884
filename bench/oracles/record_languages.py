"""Record what datatrove says in many languages: words, and the verdicts of FineWeb-2's filters.

    python bench/oracles/record_languages.py --peer-python PATH       # a Python that has datatrove 0.10.1 and its word tokenizers

The peer needs datatrove[multilingual] as far as it installs: spacy==3.8.18 jieba sudachipy sudachidict_core pythainlp indic-nlp-library
kiwipiepy==0.21.0 kiwipiepy_model==0.21.0 khmer-nltk laonlp pyidaungsu-numpy2 pyvi. Stanza and botok fetch models when they run: the
languages that use them are left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import tempfile
from hashlib import blake2b
from pathlib import Path

import language_documents
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GOLDEN = ROOT / "tests" / "golden" / "oracles" / "datatrove_languages.parquet"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", required=True)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    arguments = parser.parse_args()
    rows = [*language_documents.cases(), *language_documents.real(arguments.data)]
    with tempfile.TemporaryDirectory() as folder:
        texts, records = Path(folder, "texts.jsonl.gz"), Path(folder, "records.jsonl")
        with gzip.open(texts, "wt", encoding="utf-8") as out:
            for language, _, _, text in rows:
                line = {"language": language, "text": text, "parameters": language_documents.parameters_of(language)}
                out.write(json.dumps(line) + "\n")
        subprocess.run([arguments.peer_python, HERE / "peer_languages.py", texts, records], check=True)
        found = [json.loads(line) for line in records.read_text("utf-8").splitlines()]
    languages, sets, places, contents = zip(*rows, strict=True)
    table = {
        "language": pa.array(languages).dictionary_encode(), "set": pa.array(sets).dictionary_encode(),
        "index": pa.array(places, pa.int32()),
        "text": pa.array([blake2b(text.encode(), digest_size=8).digest() for text in contents], pa.binary(8)),
        "words": pa.array([row["words"] for row in found], pa.int32()),
        "digest": pa.array([bytes.fromhex(row["digest"]) for row in found], pa.binary(8)),
        **{name: pa.array([row[name] for row in found]).dictionary_encode() for name in ("repetition", "lines", "quality")},
    }
    pq.write_table(pa.table(table), GOLDEN, compression="zstd")
    print(f"{len(rows)} texts in {len(set(languages))} languages")


if __name__ == "__main__":
    main()
