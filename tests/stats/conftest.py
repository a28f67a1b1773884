"""A finished run over two sources in two languages, with what Python knows of its rows."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import tilth as t
from tilth import dedup, read

RULES = ("score >= 0.2", "words between 5 and 30", "lang == 'en' or words > 8")

WORDS = ("river", "stone", "bread", "light")


class Made(NamedTuple):
    """The corpus, the folder of the run, and every row of the corpus."""

    corpus: Any
    out: str
    rows: list[dict[str, Any]]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder, rng, rows = tmp_path_factory.mktemp("stats"), random.Random(5), []
    for source, lang in (("web", "en"), ("books", "de")):
        lines = []
        for i in range(120):
            text = " ".join(rng.choices(WORDS, k=rng.randint(3, 40))) if i % 10 else "the same words on every page"
            lines.append({
                "id": f"{source}-{i}", "text": text, "lang": lang, "url": f"https://site{i % 3}.example/{i}",
                "date": f"2024-0{i % 2 + 1}-17",
                "words": len(text.split()), "score": None if i % 17 == 0 else rng.gauss(0.5, 0.3), "long": len(text) > 60,
            })  # fmt: skip
        (folder / f"{source}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        rows += [{**line, "source": source} for line in lines]
    corpus = read.union(web=read.Jsonl(str(folder / "web.jsonl")), books=read.Jsonl(str(folder / "books.jsonl")))
    recipe = [t.Filter(RULES[0], reason="low"), t.Filter(RULES[1]), *dedup.exact(), t.Filter(RULES[2])]
    return Made(corpus, t.run(corpus, recipe, str(folder / "out"), "inline", split=4000).out, rows)


@pytest.fixture(scope="session")
def kept(made: Made) -> list[dict[str, Any]]:
    """The rows that the run kept."""
    names = {row["id"] for piece in _tables(made.out) for row in piece.to_pylist()}
    return [row for row in made.rows if row["id"] in names]


def _tables(out: str) -> list[Any]:
    import pyarrow.parquet as pq

    return [pq.read_table(path, columns=["id"]) for path in sorted(Path(out, "data").glob("*.parquet"))]
