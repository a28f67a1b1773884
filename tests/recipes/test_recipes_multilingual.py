"""`recipes/multilingual` on texts made here and on real ones: each source meets its own rules, items go, tokens are to the plan."""

from __future__ import annotations

import csv
import gzip
import json
import shutil
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from recipes.pages import german, page, prose

from tilth import read, run
from tilth.contamination import contamination
from tilth.read.union import Union
from tilth.recipe import Recipe, load
from tilth.select import Mix
from tilth.tokenize import open_shards

FOLDER = Path(__file__).parents[2] / "recipes"
DATA = Path(__file__).parents[3] / "shared" / "data"
ITEM = "A farmer sows 48 fields in spring and half as many in autumn. How many fields does the farmer sow in the whole year?"
CODE = "def add(a, b):\n    # sum of two numbers\n    return a + b\n\n\n" * 9


def write(path: Path, rows: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def made(folder: Path) -> None:
    """Write a small corpus of every source, and one item of each evaluation set."""
    write(folder / "books" / "a.jsonl", [
        {"id": "novel", "text": "\n\n".join(prose(1, 40))}, {"id": "held", "text": "\n\n".join([*prose(2, 30), ITEM, *prose(3, 30)])},
        {"id": "verse", "text": "床前明月光疑是地上霜舉頭望明月低頭思故鄉"},
    ])  # fmt: skip
    write(folder / "laws" / "a.jsonl", [{"id": "law", "text": "\n\n".join(german(4))}])
    write(folder / "howto" / "a.jsonl", [
        {"id": "tar",
         "text": "# tar\n\n> An archive utility.\n\n- Create an archive and write it to a file:\n\n`tar cf target.tar file1 file2`"},
        {"id": "wat",
         "text": "# tar\n\n> Архиватор файлов.\n\n- Создать архив и записать его в файл на диске:\n\n`tar cf target.tar file1 file2`"},
    ])  # fmt: skip
    pages = {"long": prose(5), "short": prose(7)[:1], "lang": german(6), "goods": ["Blue Table Lamp", "Green Chair Sofa"] * 40}
    (folder / "pages").mkdir()
    for name, lines in pages.items():
        (folder / "pages" / f"{name}.html").write_text(page(lines))
    (folder / "code").mkdir()
    (folder / "code" / "good.py").write_text(CODE)
    (folder / "code" / "long.py").write_text("x = [" + "1, " * 2000 + "]\n")
    items(folder, [ITEM], ["def farmer(): count the fields"], ["Which of the two is right?"])


def items(folder: Path, gsm8k: list[str], humaneval: list[str], mmlu: list[str]) -> None:
    write(folder / "items" / "gsm8k.jsonl", [{"question": each, "answer": "72"} for each in gsm8k])
    write(folder / "items" / "HumanEval.jsonl", [{"prompt": each} for each in humaneval])
    (folder / "items" / "mmlu").mkdir()
    with (folder / "items" / "mmlu" / "farms.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["question", "answer"], *([each, 1] for each in mmlu)])


def loaded(folder: Path, monkeypatch: pytest.MonkeyPatch, tokens: int) -> tuple[Union, Recipe]:
    """Return the recipe on the corpus in a folder, with the code there in place of the whole standard library."""
    monkeypatch.setenv("TILTH_DATA", str(folder))
    monkeypatch.setenv("TILTH_TOKENS", str(tokens))
    recipe = load(shutil.copy(FOLDER / "multilingual.py", folder / "recipe.py"))
    assert isinstance(recipe.corpus, Union)
    parts = {**dict(recipe.corpus.parts), "code": read.Text(str(folder / "code"), include=("*.py",))}
    return read.union(**parts), recipe


def test_the_same_as_yaml() -> None:
    mine, yaml = load(FOLDER / "multilingual.py"), load(FOLDER / "multilingual.yaml")
    assert mine.steps == yaml.steps and isinstance(mine.corpus, Union) and isinstance(yaml.corpus, Union)
    assert {**dict(mine.corpus.parts), "code": None} == {**dict(yaml.corpus.parts), "code": None}


def test_each_source_meets_its_own_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path)
    corpus, recipe = loaded(tmp_path, monkeypatch, 40_000)
    out = tmp_path / "out"
    finished = run(corpus, recipe.steps, str(out), "local:2")
    kept = {Path(row["id"]).stem: row for row in pq.read_table(out / "data").to_pylist()}
    gone = {Path(row["id"]).stem: row["reason"] for row in pq.read_table(out / "audit").to_pylist()}
    drawn = {name: reason for name, reason in gone.items() if reason != "not drawn"}
    assert drawn == {"wat": "another language", "short": "gopher_short_doc", "goods": drawn["goods"], "long": "max_line_length"}
    assert set(kept) | set(gone) == {"novel", "held", "verse", "law", "tar", "wat", "long", "short", "lang", "goods", "good"}
    assert ITEM not in kept["held"]["text"] and kept["held"]["copies"] >= 1
    found = contamination(finished)
    assert found is not None and {row["set"]: row["hit"] for row in found.exposed.to_pylist()} == {"gsm8k": 1, "humaneval": 0, "mmlu": 0}


def cut_of(name: str, every: int) -> Iterator[dict]:
    with gzip.open(DATA / "docs" / name) as file:
        for n, line in enumerate(file):
            if n % every == 0:
                yield json.loads(line)


@pytest.mark.skipif(not DATA.exists(), reason="the folder of real data is not here")
def test_real_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("deu", "fra", "eng"):
        books = ({**row, "text": row["text"][:200_000]} for row in cut_of(f"eltec_{name}_part.jsonl.gz", 12))
        write(tmp_path / "books" / f"{name}.jsonl", list(books))
    write(tmp_path / "books" / "poetry.jsonl", list(cut_of("chinese_poetry_part.jsonl.gz", 300)))
    write(tmp_path / "laws" / "laws.jsonl", list(cut_of("german_laws_part.jsonl.gz", 40)))
    write(tmp_path / "howto" / "tldr.jsonl", list(cut_of("tldr_pages.jsonl.gz", 60)))
    with tarfile.open(DATA / "web" / "trafilatura_eval_html.tar.gz") as archive:
        some = [member for n, member in enumerate(archive) if n % 25 == 0]
        archive.extractall(tmp_path / "pages", some, filter="data")
    (tmp_path / "code").mkdir()
    for module in (json, gzip, tarfile, csv, shutil):
        shutil.copy(str(module.__file__), tmp_path / "code" / f"{module.__name__}.py")
    with gzip.open(DATA / "instruct" / "gsm8k_test.jsonl.gz") as file:
        questions = [json.loads(line)["question"] for line in file]
    items(tmp_path, questions, ["def farmer(): count the fields"], ["Which of the two is right?"])
    write(tmp_path / "books" / "leaked.jsonl", [{"id": f"leak{n}", "text": f"Exercise. {text}"} for n, text in enumerate(questions[:40])])
    corpus, recipe = loaded(tmp_path, monkeypatch, 400_000)
    finished = run(corpus, recipe.steps, str(tmp_path / "out"), "local:2")
    found = contamination(finished)
    assert found is not None and found.exposed.to_pylist()[0]["hit"] >= 40
    reasons = Counter(pq.read_table(tmp_path / "out" / "audit")["reason"].to_pylist())
    assert reasons["contaminated by gsm8k"] == 40 and reasons["another language"] > 100
    seen = open_shards(tmp_path / "out" / "tokens").listing["seen_by_source"]
    (mix,) = (step for step in recipe.steps if isinstance(step, Mix))
    assert sum(seen.values()) == pytest.approx(mix.budget, rel=0.15)  # a book is large beside so small a budget
    assert set(pq.read_table(tmp_path / "out" / "data")["lang"].to_pylist()) >= {"en", "de", "fr", "es", "zh"}
    books = pq.read_table(tmp_path / "out" / "data", filters=[("source", "=", "books")])["lang"].to_pylist()
    assert set(books) <= {"zh", "de", "fr", "en", None}  # as the data say it
