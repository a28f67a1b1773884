"""Runs under a peer's Python: what its deduplication of lines or sentences leaves of each of these texts.

    python peer_spans.py datatrove|datatrove_bloom|c4|dolma TEXTS.jsonl.gz RECORDS.jsonl

One record a text: a digest of what is left of it ("" where it is dropped), or null where it is as it was. The tools' own code runs:
datatrove's three SentenceDedup stages, and its SingleBloomFilter with 64 MB, of which it uses 8; of `c4_utils.py` (see peer_c4.py) what
Beam would call, in its order, with no rule about sentences, each text at the URL that `record_spans.py` gives it; `dolma dedupe` in one
process, with `skip_empty` and one false positive in 10**9, whose spans are cut here as its mixer cuts them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any


def digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest() if text else ""


def datatrove(rows: list[dict[str, str]]) -> list[str]:
    from datatrove.data import Document
    from datatrove.pipeline.dedup.sentence_dedup import SentDedupConfig, SentenceDedupFilter, SentenceDedupSignature, SentenceFindDedups

    def documents() -> list[Any]:
        return [Document(text=row["text"], id=str(at)) for at, row in enumerate(rows)]

    with tempfile.TemporaryDirectory() as folder:
        config = SentDedupConfig()
        SentenceDedupSignature(f"{folder}/signatures", config=config).run(documents())
        SentenceFindDedups(f"{folder}/signatures", f"{folder}/duplicates", config=config).run()
        kept = {int(document.id): document.text for document in SentenceDedupFilter(f"{folder}/duplicates", config=config).run(documents())}
    return [kept.get(at, "") for at in range(len(rows))]


def datatrove_bloom(rows: list[dict[str, str]]) -> list[str]:
    from datatrove.data import Document
    from datatrove.pipeline.dedup.bloom_filter import BloomFilterConfig, SingleBloomFilter

    with tempfile.TemporaryDirectory() as folder:
        bloom = SingleBloomFilter(folder, BloomFilterConfig(m_bytes=2**26 - 1, k=7, expected_elements=2_000_000))
        return [row["text"] if bloom.step(Document(text=row["text"], id="")) else "" for row in rows]


def c4(rows: list[dict[str, str]]) -> list[str]:
    from peer_c4 import c4_utils

    module = c4_utils()
    pages = [module.PageFeatures(text=row["text"], url=row["url"]) for row in rows]
    urls, lines = defaultdict(list), defaultdict(list)
    for page in pages:
        for line, url in module._emit_url_to_lines(page):
            urls[line].append(url)
    for line, found in urls.items():  # beam.combiners.Top.PerKey(1, key=_hash_text, reverse=True)
        lines[min(found, key=module._hash_text)].append(line)
    left = []
    for page in pages:
        group = (page.url, {"pages": [page], "lines": lines[page.url]})
        left.append("".join(kept.text for kept in module._remove_lines_from_text(group, lambda name: None, 0)))
    return left


def dolma(rows: list[dict[str, str]]) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "documents", "all.jsonl.gz")
        source.parent.mkdir()
        with gzip.open(source, "wt", encoding="utf-8", compresslevel=1) as out:
            out.writelines(json.dumps({"id": str(at), "source": "x", "text": row["text"]}) + "\n" for at, row in enumerate(rows))
        config = {
            "documents": [str(source)], "processes": 1,
            "dedupe": {"name": "spans", "paragraphs": {"attribute_name": "spans"}, "skip_empty": True},
            "bloom_filter": {
                "file": f"{folder}/bloom", "read_only": False, "estimated_doc_count": 2_000_000, "desired_false_positive_rate": 1e-9,
            },
        }
        Path(folder, "config.json").write_text(json.dumps(config))
        subprocess.run([Path(sys.executable).with_name("dolma"), "-c", f"{folder}/config.json", "dedupe"], check=True)
        with gzip.open(Path(folder, "attributes", "spans", "all.jsonl.gz"), "rt", encoding="utf-8") as lines:
            spans = [json.loads(line)["attributes"].get("spans", []) for line in lines]
    return [_without(row["text"], found) for row, found in zip(rows, spans, strict=True)]


def _without(text: str, spans: list[list[float]]) -> str:
    at, kept = 0, ""
    for start, end, _ in spans:
        kept, at = kept + text[at : int(start)], int(end)
    return kept + text[at:]


TIDY = {  # what is not compared: halves of "\\r\\n", and line breaks at the end
    "datatrove": str, "datatrove_bloom": str,
    "c4": lambda text: text.replace("\r", ""), "dolma": lambda text: text.replace("\r", "").rstrip(),
}
PEERS = {"datatrove": datatrove, "datatrove_bloom": datatrove_bloom, "c4": c4, "dolma": dolma}


def main(peer: str, source: str, target: str) -> None:
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    left = PEERS[peer](rows)
    with open(target, "w", encoding="utf-8") as out:
        for row, text in zip(rows, left, strict=True):
            same = text == row["text"]
            out.write(json.dumps(None if same else digest(TIDY[peer](text))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
