"""Personal data found: precision and recall on gold spans, Tilth's `Redact` beside presidio's own patterns; and how fast each is.

    .venv/bin/python bench/pii.py

The sentences are presidio-research's two generated sets (../shared/data/labels). A span counts as found if one of the same kind overlaps
it. presidio runs with all its patterns and an empty model of spaCy, so without names of persons, at its default threshold. Speed: CPU time
of one core, median of passes that take turns, on prose and on Python's own sources.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import spacy
from filters import SETS, collect

from tilth.clean import Redact, RedactPii
from tilth.kernels.arrow import utf8

LABELS = Path(__file__).resolve().parents[2] / "shared" / "data" / "labels"
KINDS = {
    "EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone", "CREDIT_CARD": "card", "IBAN_CODE": "iban", "US_SSN": "us_ssn", "IP_ADDRESS": "ip",
}

Spans = list[list[tuple[int, int, str]]]  # of each text: first and last character, presidio's name of the kind


def tilth(texts: list[str]) -> Spans:
    array = pa.array(texts, pa.large_string())
    offsets, found = utf8(array)[0], [[] for _ in texts]
    names = {kind: label for label, kind in KINDS.items()}
    spans, kinds, _ = Redact()._found(array)
    for (row, start, stop), kind in zip(spans.tolist(), kinds, strict=True):
        if kind in names:
            whole = texts[row].encode()
            ends = (len(whole[: place - offsets[row]].decode()) for place in (start, stop))
            found[row].append((*ends, names[kind]))
    return found


def presidio() -> Callable[[list[str]], Spans]:
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    folder = tempfile.mkdtemp()
    spacy.blank("en").to_disk(folder)
    settings = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": folder}]}
    engine = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=settings).create_engine(), supported_languages=["en"])

    def found(text: str) -> list[tuple[int, int, str]]:
        results = engine.analyze(text, language="en", entities=list(KINDS), score_threshold=0.4)
        return [(each.start, each.end, each.entity_type) for each in results]

    return lambda texts: [found(text) for text in texts]


def score(entries: list[dict[str, Any]], found: Spans) -> dict[str, tuple[int, int, int]]:
    """Return (gold spans found, gold spans missed, found spans that are none) of each kind."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for entry, mine in zip(entries, found, strict=True):
        gold = [(span["start_position"], span["end_position"], span["entity_type"]) for span in entry["spans"]]
        for start, stop, label in gold:
            hit = any(a < stop and start < b and kind == label for a, b, kind in mine)
            counts[label]["right" if hit else "missed"] += 1
        for a, b, kind in mine:
            counts[kind]["wrong"] += not any(a < stop and start < b and kind == label for start, stop, label in gold)
    return {label: (counts[label]["right"], counts[label]["missed"], counts[label]["wrong"]) for label in KINDS}


def share(part: int, rest: int) -> str:
    return f"{part / (part + rest):.3f}" if part + rest else "-"


def quality(name: str, peer: Callable[[list[str]], Spans]) -> None:
    entries = json.loads(gzip.decompress((LABELS / f"{name}.json.gz").read_bytes()))
    texts = [entry["full_text"] for entry in entries]
    scores = [score(entries, tool(texts)) for tool in (tilth, peer)]
    for label, kind in KINDS.items():
        figures = [share(right, rest) for right, missed, wrong in (each[label] for each in scores) for rest in (wrong, missed)]
        print(f"| {name} | {kind} | {sum(scores[0][label][:2])} | {' | '.join(figures)} |")


def rates(texts: list[str], few: list[str], peer: Callable[[list[str]], Spans], passes: int) -> list[float]:
    """Return MB/s of CPU time of Redact, RedactPii and the peer, which gets fewer texts."""
    batch = pa.record_batch({"text": pa.array(texts, pa.large_string())})
    tools: list[tuple[Callable[[], Any], list[str]]] = [
        (lambda: Redact().apply(batch), texts), (lambda: RedactPii().apply(batch), texts), (lambda: peer(few), few),
    ]  # fmt: skip
    times: list[list[float]] = [[] for _ in tools]
    for turn in range(passes + 1):
        for (run, _), found in zip(tools, times, strict=True):
            started = time.process_time()
            run()
            found += [time.process_time() - started] if turn else []
    sizes = [sum(len(text.encode()) for text in some) / 1e6 for _, some in tools]
    return [size / statistics.median(found) for size, found in zip(sizes, times, strict=True)]


def speed(peer: Callable[[list[str]], Spans], passes: int, megabytes: float) -> None:
    for name in ("movie reviews", "English novels", "DCLM web pages", "Python sources"):
        texts, few = (collect(SETS[name][1], int(megabytes * each)) for each in (1e6, 1e4))
        if texts:
            redact, redact_pii, other = rates(texts, few, peer, passes)
            print(f"| {name} | {redact:.1f} | {redact_pii:.1f} | {other:.3f} | {redact / other:,.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--megabytes", type=float, default=8.0, help="of each set; presidio gets a hundredth")
    given = parser.parse_args()
    peer = presidio()
    print(f"presidio-analyzer {version('presidio-analyzer')}\n")
    if LABELS.is_dir():
        print("| set | kind | gold | Tilth precision | recall | presidio precision | recall |\n|---|---|---:|---:|---:|---:|---:|")
        for name in ("presidio_synth_v2", "presidio_generated_large"):
            quality(name, peer)
    print("\n| texts | Redact, all kinds, MB/s | RedactPii MB/s | presidio's patterns MB/s | ratio |\n|---|---:|---:|---:|---:|")
    speed(peer, given.passes, given.megabytes)


if __name__ == "__main__":
    main()
