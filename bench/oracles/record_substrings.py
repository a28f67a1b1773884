"""Records which spans the tool of Lee et al. finds in our corpora and in real texts, as a golden file that tests need no tool for.

    python bench/oracles/record_substrings.py --tool target/release/dedup_dataset

The tool is google-research/deduplicate-text-datasets at commit 4e9888a, built by `cargo build --release`; `make`, `self-similar` and
`collect` run on texts joined as its `load_dataset.py` joins them, each after 0xFF 0xFF and a number. Recorded are the spans that `collect`
makes of the windows that lie within one text, in bytes of it, whole code points: of our corpora all, of real texts a digest.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import struct
import subprocess
import tempfile
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

import documents
from substring_cases import corpora

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "oracles" / "substrings.json"
REAL = ("movie_reviews", "tldr", "laws", "poems_zho", "common_crawl", "declarations", "snippets", "pile")
Spans = list[list[tuple[int, int]]]


def real(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the real sets that are there."""
    for name, rows in itertools.groupby(documents.documents(folder), key=lambda row: row[0]):
        if name in REAL:
            yield name, [text for _, _, text in rows]


def joined(texts: list[str], path: Path) -> list[int]:
    """Write the texts as one file; return where each begins in it."""
    starts, at = [], 0
    with path.open("wb") as out:
        for number, text in enumerate(texts, 1):
            data = text.encode()
            at += out.write(b"\xff\xff" + struct.pack("<I", number))
            starts.append(at)
            at += out.write(data)
    return starts


def ask(tool: str, texts: list[str], length: int) -> Spans:
    """Return the spans that repeat in each text, of what the tool finds."""
    with tempfile.TemporaryDirectory() as folder:
        path, cache = Path(folder, "data"), Path(folder, "cache")
        starts = joined(texts, path)
        how = ["--data-file", path, "--length-threshold", str(length), "--cache-dir", cache]
        for command in (["make", *how[:2]], ["self-similar", *how, "--num-threads", "1"]):
            subprocess.run([tool, *command], check=True, stdout=subprocess.DEVNULL)
        width = Path(folder, "data.table.bin").stat().st_size // path.stat().st_size
        raw = b"".join(part.read_bytes() for part in cache.glob("dups_*"))
    places = sorted(int.from_bytes(raw[i : i + width], "little") for i in range(0, len(raw), width))
    return within(texts, starts, places, length)


def within(texts: list[str], starts: list[int], places: list[int], length: int) -> Spans:
    """Unite the windows at these places of the file that lie in one text, as `collect` does, and leave out halves of characters."""
    found: list[list[list[int]]] = [[] for _ in texts]
    sizes = [len(text.encode()) for text in texts]
    for place in places:
        text = bisect_right(starts, place) - 1
        begin = place - starts[text]
        if text < 0 or begin + length > sizes[text]:
            continue
        if found[text] and begin <= found[text][-1][1]:
            found[text][-1][1] = begin + length
        else:
            found[text].append([begin, begin + length])
    return [[span for a, b in spans if (span := whole(text.encode(), a, b))] for text, spans in zip(texts, found, strict=True)]


def whole(data: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Return the code points that lie in a span, None where there is none."""
    while start < end and data[start] & 0xC0 == 0x80:
        start += 1
    while start < end < len(data) and data[end] & 0xC0 == 0x80:
        end -= 1
    return (start, end) if start < end else None


def summary(texts: list[str], spans: Spans) -> dict[str, object]:
    return {
        "texts": digest(texts), "documents": len(texts), "spans": sum(map(len, spans)),
        "bytes": sum(b - a for found in spans for a, b in found), "digest": digest(spans),
    }  # fmt: skip


def digest(value: object) -> str:
    return hashlib.blake2b(json.dumps(value).encode(), digest_size=12).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--data", type=Path, default=GOLDEN.parents[4] / "shared" / "data")
    given = parser.parse_args()
    known: dict[str, dict[str, object]] = {"ours": {}, "real": {}}
    for name, (length, texts) in corpora().items():
        known["ours"][name] = {"length": length, "texts": digest(texts), "spans": ask(given.tool, texts, length)}
    for name, texts in real(given.data):
        known["real"][name] = {"length": 100, **summary(texts, ask(given.tool, texts, 100))}
    GOLDEN.write_text(json.dumps(known, indent=None, separators=(",", ":")).replace('},"', '},\n"') + "\n")


if __name__ == "__main__":
    main()
