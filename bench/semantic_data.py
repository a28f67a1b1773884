"""Real rows with truth, for queries by models: reviews, e-mails, reports, cells; and the gold that a simulated model answers from."""

from __future__ import annotations

import csv
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import corpus
import pyarrow as pa

from tilth.llm.simulate import Gold, row_key
from tilth.memory import addressed

SEMANTIC = corpus.DATA / "semantic"


@dataclass(frozen=True)
class Texts:
    """Texts, and whether what `says` holds of each; LOTUS reads the same claim with its column named: `lotus`."""

    says: str
    texts: list[str]
    truth: list[bool]

    @property
    def table(self) -> pa.Table:
        return addressed(pa.table({"text": pa.array(self.texts, pa.large_string())}))

    @property
    def gold(self) -> Gold:
        return Gold(self.says, "filter", dict(zip(self.texts, self.truth, strict=True)))

    @property
    def lotus(self) -> str:
        return f"By {{text}}: {self.says}."


def reviews() -> Texts:
    """2,000 film reviews, half of them glad (Pang and Lee)."""
    found = dict(sorted(_zipped("movie_reviews.zip", "/pos/", "/neg/"), key=lambda each: _mixed(each[0])))
    return Texts("the reviewer likes the film", list(found.values()), ["/pos/" in name for name in found])


def sentences(most: int) -> Texts:
    """Sentences of reviews and of plots: the former are opinions (Pang and Lee)."""
    told = [(text, "quote" in name) for name, whole in _zipped("subjectivity.zip", ".5000") for text in whole.splitlines()]
    found = sorted({text.strip(): truth for text, truth in told if text.strip()}.items(), key=lambda each: _mixed(each[0]))[:most]
    return Texts("the sentence is an opinion", [text for text, _ in found], [truth for _, truth in found])


def emails() -> Texts:
    """250 e-mails of Enron, 13 of which tell of the transactions that were looked for (Palimpzest)."""
    files = dict(_tarred("palimpzest_enron.tar.gz", ""))
    labels = json.loads(files["testdata/enron-eval-medium-labels.json"])
    named = {f"testdata/enron-eval-medium/{name}": bool(found) for name, found in labels.items()}
    found = {files[name]: truth for name, truth in sorted(named.items(), key=lambda each: _mixed(each[0])) if name in files}
    return Texts("the e-mail tells of such a transaction", list(found), list(found.values()))


@dataclass(frozen=True)
class Reports:
    """Reports, and the first mention of every field in each, None where there is none (ELEET)."""

    texts: list[str]
    values: list[dict[str, str | None]]

    @property
    def fields(self) -> list[str]:
        return sorted(self.values[0])

    @property
    def gold(self) -> list[Gold]:
        plain = dict(zip(self.texts, self.values, strict=True))
        return [Gold("Extract these fields", "extract", plain), Gold("this accident or", "extract", plain)]


def reports(name: str) -> Reports:
    documents = [json.loads(text) for path, text in _tarred(f"eleet_{name}.tar.gz", "/documents/") if path.endswith(".json")]
    fields = sorted({field for each in documents for field in each["mentions"]})
    values = [{field: ([m["mention"] for m in each["mentions"].get(field) or ()] or [None])[0] for field in fields} for each in documents]
    found = {each["text"]: value for each, value in zip(documents, values, strict=True)}
    return Reports(list(found), list(found.values()))


@dataclass(frozen=True)
class Cells:
    """Rows of a table with errors, and the cells that are wrong in each, with what should stand there (HoloClean's hospitals)."""

    rows: list[dict[str, str]]
    wrong: list[list[dict[str, str]]]

    @property
    def gold(self) -> Gold:
        return Gold("List the wrong cells", "detect", {row_key(row): wrong for row, wrong in zip(self.rows, self.wrong, strict=True)})


def cells(most: int) -> Cells:
    files = dict(_tarred("holoclean_testdata.tar.gz", "hospital"))
    rows = list(csv.DictReader(io.StringIO(files["testdata/hospital.csv"])))[:most]
    right: list[dict[str, str]] = [{} for _ in rows]
    for each in csv.DictReader(io.StringIO(files["testdata/hospital_clean.csv"])):
        if int(each["tid"]) < len(rows):
            right[int(each["tid"])][each["attribute"]] = each["correct_val"]
    wrong = [
        [{"column": name, "repair": truth[name]} for name in row if truth.get(name, row[name]) != row[name]]
        for row, truth in zip(rows, right, strict=True)
    ]  # fmt: skip
    return Cells(rows, wrong)


def _mixed(name: str) -> int:
    """An order that has nothing to do with the truth, and is the same everywhere."""
    return int(row_key({"name": name}), 16)


def _zipped(file: str, *parts: str) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(corpus.DATA / "docs" / "nltk" / file) as files:
        for name in files.namelist():
            if any(part in name for part in parts) and not name.endswith("/"):
                yield name, files.read(name).decode("latin-1").strip()


def _tarred(file: str, part: str) -> Iterator[tuple[str, str]]:
    with tarfile.open(SEMANTIC / file) as files:
        for member in files:
            if member.isfile() and part in member.name:
                data: Any = files.extractfile(member)
                yield member.name, data.read().decode("utf-8", "replace")
