"""Semantic duplicates and embeddings: how good, how fast, on real sets with truth.

    .venv/bin/python bench/semantic.py

1. What an embedding says of two sentences against what people say (SemEval 2012 to 2016, 13,278 pairs, Pearson's r, all and the mean of
   the sets); of rewrites of an article at three reading levels, for how many an article's nearest is its own; megabytes a second a core.
2. At which threshold how many of those rewrites are found, and how many of the pairs found are rewrites.
3. A published sweep: GPTeacher's tasks deduplicated at a cosine of 0.9, 0.8, 0.7 and 0.6 of another, unnamed model; ours beside.
4. What clusters lose: pairs above the threshold that lie in no common cluster, with 1 and 2 probes, and what it costs.
"""

from __future__ import annotations

import gzip
import json
import statistics
import tarfile
import time

import corpus
import numpy as np
import pyarrow as pa

from tilth.dedup import SemanticDuplicates
from tilth.embed import HashedSvd, KMeans
from tilth.kernels import cosine
from tilth.memory import evaluate


def table(texts: list[str]) -> pa.Table:
    return pa.table({"text": pa.array(texts, pa.large_string())})


def sentences() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return the texts two by two, the gold scores, and the set of each pair."""
    texts, gold, sets = [], [], []
    with tarfile.open(corpus.DATA / "neardup/semeval_sts_2012_2016.tar.gz") as tar:
        for member in sorted((m for m in tar if m.name.endswith(".tsv")), key=lambda m: m.name):
            for line in tar.extractfile(member).read().decode().split("\n"):
                parts = line.split("\t")
                if len(parts) >= 3 and parts[0].strip():
                    texts += parts[1:3]
                    gold.append(float(parts[0]))
                    sets.append(member.name)
    return texts, np.array(gold), np.array(sets)


def rewrites() -> tuple[list[str], np.ndarray]:
    with gzip.open(corpus.DATA / "neardup/onestopenglish.jsonl.gz") as lines:
        rows = [json.loads(line) for line in lines]
    return [row["text"] for row in rows], np.array([row["group"] for row in rows])


def tasks() -> dict[str, list[str]]:
    """Return GPTeacher's Toolformer tasks, all and as published at each similarity."""
    found = {}
    with tarfile.open(corpus.DATA / "instruct/gpteacher.tar.gz") as tar:
        for member in tar:
            if "Toolformer/" in member.name and member.name.endswith(".json"):
                rows = json.load(tar.extractfile(member))
                found[member.name.split("-")[-2]] = [f"{row['instruction']} {row['input']}" for row in rows]
    return found


def matrix(step: object, texts: list[str]) -> tuple[np.ndarray, object]:
    done = evaluate([step], table(texts))
    column = done.table["embedding"].combine_chunks()
    return np.asarray(column.fill_null([0.0] * column.type.list_size).flatten()).reshape(len(texts), -1), done.executed[0]


def quality(prose: list[str]) -> None:
    texts, gold, sets = sentences()
    articles, group = rewrites()
    batch = table(prose).to_batches()[0]
    megabytes = sum(len(text.encode()) for text in prose) / 1e6
    print("| embedding | r, all | r, mean of sets | nearest is a rewrite | to learn, s | MB/s a core |\n|---|---:|---:|---:|---:|---:|")
    for name, step in {
        "HashedSvd()": HashedSvd(), "HashedSvd(dim=128)": HashedSvd(dim=128), "HashedSvd(dim=512)": HashedSvd(dim=512),
        "HashedSvd(letters=0)": HashedSvd(letters=0), "HashedSvd(letters=4)": HashedSvd(letters=4),
        "HashedSvd(ngram=2)": HashedSvd(ngram=2),
    }.items():  # fmt: skip
        start = time.process_time()
        vectors, model = matrix(step, texts)
        learning = time.process_time() - start
        cosines = (vectors[0::2] * vectors[1::2]).sum(axis=1)
        each = [np.corrcoef(cosines[sets == one], gold[sets == one])[0, 1] for one in np.unique(sets)]
        found, _ = matrix(step, articles)
        likes = found @ found.T
        np.fill_diagonal(likes, -1)
        hits, seconds = (group[likes.argmax(axis=1)] == group).mean(), []
        for _ in range(5):
            start = time.process_time()
            model.apply(batch)
            seconds.append(time.process_time() - start)
        speed = megabytes / statistics.median(seconds)
        print(f"| {name} | {np.corrcoef(cosines, gold)[0, 1]:.3f} | {np.mean(each):.3f} | {hits:.3f} | {learning:.1f} | {speed:.0f} |")


def recall_of_rewrites() -> None:
    articles, group = rewrites()
    vectors = evaluate([HashedSvd(), KMeans(1)], table(articles)).table
    same = sum(int(n * (n - 1) / 2) for n in np.unique(group, return_counts=True)[1])
    print(f"\n| threshold | go | of their group | pairs found of {same} | precision of pairs |\n|---:|---:|---:|---:|---:|")
    units = cosine.units(np.asarray(vectors["embedding"].combine_chunks().flatten()).reshape(len(articles), -1))
    likes = units.astype(np.int64) @ units.T.astype(np.int64) / cosine.ONE
    pairs = np.triu(np.ones(likes.shape, bool), 1)
    true = pairs & (group[:, None] == group)
    for threshold in (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6):
        audit = evaluate([SemanticDuplicates(threshold)], vectors).audit
        row, of = audit["row"].to_numpy().astype(int), audit["drop_of"].to_numpy().astype(int)
        found = pairs & (likes >= threshold)
        right = (group[row] == group[of]).mean() if len(row) else float("nan")
        both = (found & true).sum()
        print(f"| {threshold} | {len(row)} | {right:.3f} | {both / same:.3f} | {both / max(1, found.sum()):.3f} |")


def published() -> None:
    theirs = tasks()
    everything = theirs.pop("only")
    vectors = evaluate([HashedSvd(), KMeans(1)], table(everything)).table
    print("\n| threshold | published, left | Tilth, left | Tilth, variant nemo, left | Tilth at 0.08 above |\n|---:|---:|---:|---:|---:|")

    def left(threshold: float, variant: str = "tilth") -> int:
        return len(evaluate([SemanticDuplicates(threshold, variant=variant)], vectors).table)

    for similarity, kept in sorted(theirs.items(), reverse=True):
        threshold = float(similarity)
        print(f"| {similarity} | {len(kept)} | {left(threshold)} | {left(threshold, 'nemo')} | {left(threshold + 0.08)} |")


def clusters() -> None:
    texts, _, _ = sentences()
    threshold = 0.9
    whole = evaluate([HashedSvd(), KMeans(1)], table(texts)).table
    stays = set(evaluate([SemanticDuplicates(threshold)], whole).table["id"].to_pylist())
    print(f"\n{len(texts):,} sentences, threshold {threshold}: without clusters {len(texts) - len(stays):,} go\n")
    print("| clusters | probes | go | share | CPU s |\n|---:|---:|---:|---:|---:|")
    for count in (1, 8, 32, 128):
        for probes in (1, 2, 4):
            if probes <= count:
                rows = evaluate([KMeans(count, nearest=probes)], whole.drop_columns(["cluster", "cluster_similarity"])).table
                start = time.process_time()
                gone = len(evaluate([SemanticDuplicates(threshold, probes)], rows).audit)
                seconds = time.process_time() - start
                print(f"| {count} | {probes} | {gone:,} | {gone / (len(texts) - len(stays)):.3f} | {seconds:.2f} |")


def main() -> None:
    quality(corpus.prose()[:2000])
    recall_of_rewrites()
    published()
    clusters()


if __name__ == "__main__":
    main()
