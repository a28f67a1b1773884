"""DSIR beside its baselines on real documents of the Pile, and how fast it and a mixture are.

    .venv/bin/python bench/dsir.py

The pool is the 1,000 documents of the DSIR package's own tests. For each of four domains half of its documents are the target, and a
tenth of the others is chosen. KL is of the target's n-grams from those picked, in another hashing than the selector's (`select.compare`).
CPU time of one core, the median of five passes, for the speeds.
"""

from __future__ import annotations

import gzip
import json
import statistics
import time
from collections.abc import Callable

import numpy as np
import pyarrow as pa
from corpus import DATA, grown, prose

from tilth import evaluate, select
from tilth.memory import addressed

DOMAINS = ("Github", "PubMed Abstracts", "StackExchange", "Wikipedia (en)")
SETTINGS = {  # name: (smooth, words, temperature; 0 takes the best)
    "as the package: plain sums, Gumbel noise on them": (0.0, 0, -1.0), "chunk of 128, best": (0.0, 128, 0.0),
    "smoothed, chunk of 128, best": (1.0, 128, 0.0), "smoothed, chunk of 128, temperature 0.2": (1.0, 128, 0.2),
    "smoothed, chunk of 128, temperature 1": (1.0, 128, 1.0), "smoothed, plain sums, temperature 0.2": (1.0, 0, 0.2),
}  # fmt: skip
SHARE = 0.1


def pile() -> pa.Table:
    lines = gzip.decompress((DATA / "docs" / "pile_toy_dsir.jsonl.gz").read_bytes()).splitlines()
    rows = [json.loads(line) for line in lines]
    names = [row["metadata"]["pile_set_name"] for row in rows]
    return pa.table({"text": [row["contents"] for row in rows], "source": names, "id": [str(at) for at in range(len(rows))]})


def chosen(pool: pa.Table, target: pa.Table, smooth: float, words: int, temperature: float) -> np.ndarray:
    fold = select.Dsir(smooth=smooth, words=words)
    [learned] = fold.finish(fold.observe(target.combine_chunks().to_batches()[0]))
    draw = select.gumbel("dsir_weight", SHARE, temperature) if temperature > 0 else [select.TopShare("dsir_weight", SHARE)]
    if temperature < 0:
        draw = [select.GumbelLuck("dsir_weight"), select.TopShare("dsir_weight_luck", SHARE)]
    kept = evaluate([learned, *draw], pool).table["id"].to_pylist()
    return np.isin(pool["id"].to_numpy(zero_copy_only=False), kept)


def divergences() -> None:
    rows = pile()
    names = np.array(rows["source"].to_pylist())
    print("| target | selector | documents | tokens each | of the domain | effective domains | KL |\n|---|---|---:|---:|---:|---:|---:|")
    for domain in DOMAINS:
        mine = names == domain
        held = mine & (np.cumsum(mine) % 2 == 0)
        pool, target = rows.filter(pa.array(~held)), rows.filter(pa.array(held))
        picks = {name: chosen(pool, target, *setting) for name, setting in SETTINGS.items()}
        table = select.compare(pool, target, picks).to_pylist()
        last = next(name for name in picks if "temperature 0.2" in name)
        for row in table:
            if row["selector"] in picks or row["selector"].startswith(f"{last}: "):
                share = f"{np.mean(names[~held][picks[row['selector']]] == domain):.0%}" if row["selector"] in picks else ""
                spread = f" ± {row['kl_deviation']:.2f}" if row["kl_deviation"] is not None else ""
                label = row["selector"] if row["selector"] in picks else f"*{row['selector'].removeprefix(last)[2:]}*"
                figures = f"{row['documents']} | {row['words']:.0f} | {share} | {row['groups']:.1f} | {row['kl']:.2f}{spread}"
                print(f"| {domain} | {label} | {figures} |")


def speeds(megabytes: float = 16.0) -> None:
    texts = list(grown(prose(), megabytes))
    size = sum(len(text.encode()) for text in texts) / 1e6
    table = addressed(pa.table({"text": pa.array(texts, pa.large_string())}))
    batches, dsir, mix = table.to_batches(max_chunksize=1024), select.Dsir(), select.Mix(budget=4_000_000)
    [pool] = dsir.finish(dsir.observe(batches[0]))
    [weigh], [copies] = pool.finish(pool.observe(batches[0])), mix.finish(mix.observe(batches[0]))
    passes: dict[str, Callable[[pa.RecordBatch], object]] = {
        "DSIR, count": pool.observe, "DSIR, weigh": weigh.apply, "mixture, count": mix.observe, "mixture, draw": copies.apply,
    }  # fmt: skip
    print("\n| pass | MB/s |\n|---|---:|")
    for name, run in passes.items():
        print(f"| {name} | {size / statistics.median(_seconds(run, batches) for _ in range(5)):,.0f} |")


def _seconds(run: Callable[[pa.RecordBatch], object], batches: list[pa.RecordBatch]) -> float:
    start = time.process_time()
    for batch in batches:
        run(batch)
    return time.process_time() - start


if __name__ == "__main__":
    if (DATA / "docs" / "pile_toy_dsir.jsonl.gz").exists():
        divergences()
    speeds()
