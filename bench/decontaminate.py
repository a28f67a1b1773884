"""Decontamination, Tilth beside datatrove: the bench corpus against all evaluation sets, then who finds known contaminated items.

    .venv/bin/python bench/decontaminate.py --peer .venv-peers/datatrove/bin/python

Both tools have the same items and texts in memory; turn and turn about, CPU time of one core, the median of the passes counts. Verdicts and
named n-grams of the variant "datatrove" must be the tool's, on this corpus and on texts into which items were put.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

N = 12


def peer(folder: Path) -> None:
    """Runs under the peer's Python: index the items, then filter the texts whenever a line comes; verdicts go to a file."""
    import numpy as np
    from datatrove.data import Document
    from datatrove.pipeline.decont.n_grams import NGramsDecontConfig, NGramsDecontFilter, NGramsDecontIndexer

    NGramsDecontIndexer._requires_dependencies = []  # lighteval fetches sets of its own; ours are at hand
    config = NGramsDecontConfig(n_grams=N)
    hashes: dict[str, set[int]] = {}
    indexer = NGramsDecontIndexer(str(folder / "index"), config=config)
    for name, question, answer in json.loads((folder / "items.json").read_text()):
        hashes.setdefault(name, set()).update(indexer.compute_hashes(answer, question))
    (folder / "index").mkdir(exist_ok=True)
    for name, found in hashes.items():
        np.array(list(found), np.uint64).tofile(folder / "index" / f"{name}.index.hashes")
    step = NGramsDecontFilter(str(folder / "index"), config=config)
    step.load_index_hashes()
    texts, answers = json.loads((folder / "texts.json").read_text()), os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for _ in sys.stdin:
        start, documents = time.process_time(), [Document(text=text, id="") for text in texts]
        for document in documents:
            step.filter(document)
        print(time.process_time() - start, file=answers, flush=True)
        (folder / "verdicts.json").write_text(json.dumps([document.metadata.get("contaminated_ngram") for document in documents]))


def injected(texts: list[str], items: list[tuple[str, str, str]], seed: int = 0) -> list[str]:
    """Texts with items in them, whole or in part, in capitals or not, and items alone."""
    chance = random.Random(seed)
    for _ in range(len(texts) // 10):
        _, question, answer = chance.choice(items)
        words = f"{question} {answer}".split(" ")
        part = " ".join(words[chance.randrange(len(words)) :])
        at = chance.randrange(len(texts))
        texts[at] = f"{texts[at]}\n{part.upper() if chance.random() < 0.3 else part}\n{texts[chance.randrange(len(texts))][:300]}"
    return texts


def learned(fold: Any, items: list[tuple[str, str, str]]) -> Any:
    """The step that looks, which a Fold over these items finishes into."""
    import pyarrow as pa

    from tilth.memory import addressed

    columns = {name: pa.array([item[at] for item in items], pa.large_string()) for at, name in enumerate(("source", "text", "answer"))}
    table = addressed(pa.table(columns))
    batch = pa.record_batch([column.combine_chunks() for column in table.columns], schema=table.schema)
    return fold.finish(fold.observe(batch))[0]


def found(step: Any, texts: list[str]) -> list[list[dict[str, Any]] | None]:
    import pyarrow as pa

    return list(step.apply(pa.record_batch({"text": pa.array(texts, pa.large_string())}))["contamination"].to_pylist())


def speed(python: str, megabytes: float, passes: int) -> None:
    import pyarrow as pa
    from corpus import grown, prose
    from evaluation_sets import items

    from tilth import decontaminate

    known, texts = items(), list(grown(prose(), megabytes))
    tokens, texts = tokenizer(), injected(texts, known)
    size = sum(len(text.encode()) for text in texts) / 1e6
    folds = [decontaminate.NGrams(variant, answer="answer", report=False) for variant in ("datatrove", "gpt3", "llama")]
    steps = {f"Tilth, {fold.variant}": learned(fold, known) for fold in folds}
    steps["Tilth, llama in tokens"] = learned(decontaminate.NGrams("llama", answer="answer", report=False, tokenizer=tokens), known)
    steps["Tilth, paraphrases"] = learned(decontaminate.Paraphrases(answer="answer", report=False), known)
    batches = pa.table({"text": pa.array(texts, pa.large_string())}).to_batches(max_chunksize=1024)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "items.json").write_text(json.dumps(known))
        (folder / "texts.json").write_text(json.dumps(texts))
        with subprocess.Popen([python, __file__, "--serve", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin and process.stdout

            def ask() -> float:
                print("go", file=process.stdin, flush=True)
                return float(process.stdout.readline())

            runs: dict[str, Callable[[], float]] = {name: timed(step, batches) for name, step in steps.items()} | {"datatrove": ask}
            seconds: dict[str, list[float]] = {name: [] for name in runs}
            for step in steps.values():
                step.apply(batches[0])
            for _ in range(passes):
                for tool, once in runs.items():
                    seconds[tool].append(once())
            process.stdin.close()
        verdicts = json.loads((folder / "verdicts.json").read_text())
    slowest = statistics.median(seconds["datatrove"])
    print(f"{len(known):,} items, {len(texts):,} texts, {size:.1f} MB\n\n| tool | MB/s | beside datatrove |\n|---|---:|---:|")
    for tool, each in seconds.items():
        print(f"| {tool} | {size / statistics.median(each):.2f} | {slowest / statistics.median(each):.3g}x |")
    ours = [hit and hit[0]["text"] for hit in found(steps["Tilth, datatrove"], texts)]
    print(f"\n{sum(text is not None for text in verdicts):,} texts contaminated by datatrove; "
          f"{sum(a != b for a, b in zip(ours, verdicts, strict=True))} differ in verdict or n-gram.\n")  # fmt: skip


def timed(step: Any, batches: list[Any]) -> Callable[[], float]:
    def once() -> float:
        start = time.process_time()
        for batch in batches:
            step.apply(batch)
        return time.process_time() - start

    return once


def tokenizer() -> bytes:
    """A tokenizer of 32,000 tokens learned from the bench corpus and the modules of Python: as of a model of prose and code."""
    import pyarrow as pa
    from corpus import grown, prose

    from tilth.tokenize import Bpe

    code = [path.read_text(errors="replace") for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))]
    texts = [*grown(prose(), 8), *code]
    rows = pa.record_batch({"row": pa.array(range(len(texts)), pa.uint64()), "text": pa.array(texts, pa.large_string())})
    return bytes(Bpe().finish(Bpe().observe(rows))[0].tokenizer)


KINDS = {  # what was done to an item, and the names of evaluation_sets.contaminated that say so
    "word for word": ("verbatim",),
    "questions rephrased": ("gsm8k, rephrased", "algebra, rephrased", "sociology, rephrased", "history, rephrased"),
    "questions translated (zh)": ("translated",), "code rephrased (Python)": ("(python)",), "code ported (JavaScript, C)": ("(js)", "(c)"),
}  # fmt: skip
METHODS = ("13-grams (GPT-3)", "skip-grams (Llama)", "the same in tokens", "paraphrases")


def kinds() -> None:
    from evaluation_sets import contaminated

    from tilth import decontaminate

    tokens = tokenizer()
    found: dict[str, list[Counts]] = {}
    for name, (items, others, clean) in contaminated().items():
        folds = [decontaminate.NGrams(report=False, answer="answer"), decontaminate.NGrams("llama", report=False, answer="answer"),
                 decontaminate.NGrams("llama", report=False, answer="answer", tokenizer=tokens),
                 decontaminate.Paraphrases(report=False, answer="answer")]  # fmt: skip
        some = [(at, text) for at, text in enumerate(others) if text.strip()]
        found[name] = [measured(learned(fold, items), some, clean) for fold in folds]
    table(found)
    table({kind: added([each for name, each in found.items() if any(part in name for part in parts)]) for kind, parts in KINDS.items()})


def table(found: dict[str, list[Counts]]) -> None:
    print(f"| items | known | | {' | '.join(METHODS)} |\n|---|---:|---|{'---:|' * len(METHODS)}")
    for name, each in found.items():
        print(f"| {name} | {each[0].known:,} | recall | " + " | ".join(f"{counts.right / counts.known:.1%}" for counts in each) + " |")
        all_marked = [counts.marked + counts.wrong for counts in each]
        precisions = [f"{counts.right / many:.1%}" if many else "-" for counts, many in zip(each, all_marked, strict=True)]
        print(f"| | {each[0].clean:,} clean | precision | {' | '.join(precisions)} |")
        print("| | | clean marked | " + " | ".join(f"{counts.wrong / counts.clean:.2%}" for counts in each) + " |")
    print()


class Counts(NamedTuple):
    """Texts known to be contaminated, of these those that were marked and with the right item; clean texts, and those marked."""

    known: int
    marked: int
    right: int
    clean: int
    wrong: int


def added(rows: list[list[Counts]]) -> list[Counts]:
    return [Counts(*map(sum, zip(*column, strict=True))) for column in zip(*rows, strict=True)]


def measured(step: Any, some: list[tuple[int, str]], clean: list[str]) -> Counts:
    hits = found(step, [text for _, text in some])
    right = sum(hit is not None and any(each["item"] == at for each in hit) for (at, _), hit in zip(some, hits, strict=True))
    return Counts(len(some), sum(hit is not None for hit in hits), right, len(clean), sum(hit is not None for hit in found(step, clean)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="a Python that has datatrove and spaCy")
    parser.add_argument("--megabytes", type=float, default=16)
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        peer(given.serve)
        return
    if given.peer:
        speed(given.peer, given.megabytes, given.passes)
    kinds()


if __name__ == "__main__":
    main()
