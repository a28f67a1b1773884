"""Labelled sentences for the toxicity model, from the data folder: what trains it and what tests it."""

from __future__ import annotations

import ast
import csv
import gzip
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import groups
from splits import Rows, parted

from tilth.filters import LearnClassifier

LEARN = LearnClassifier(
    "label", name="toxicity", positive="toxic", word_ngrams=1, char_ngrams=(3, 5), min_count=0, buckets=1 << 19, epochs=8, lower=True,
    quantise=True,
)
PURPOSE = "Tells English sentences that insult, threaten, hate or are obscene."
USE = '`filters.toxicity()`, or `filters.Classify("toxicity-1", "toxicity", "toxic", lower=True)`'
SOURCES = (
    ("Davidson et al. 2017, tweets: hate and offensive are toxic", "MIT", "four fifths train, a fifth tests"),
    ("SemEval 2021 task 5, toxic spans in Civil Comments, cut into sentences", "CC0-1.0", "train and trial parts train, test part tests"),
    ("Surge AI, social posts", "MIT", "four fifths train, a fifth tests"),
    ("ELTeC English novels, as not toxic", "texts in the public domain, markup CC BY 4.0", "four fifths train, a fifth tests"),
    ("Subjectivity (Pang and Lee 2004, by NLTK), as not toxic", "CC BY 4.0", "four fifths train, a fifth tests"),
    ("models/groups.py, plain sentences that name a group, as not toxic", "that of Tilth", "train; others test"),
    ("Vicomtech, sentences of a white supremacist forum", "CC BY-SA 3.0", "test only"),
    ("WikiText-2", "CC BY-SA 3.0", "test only"),
)
LIMITS = """\
- English only; sentences, posts and tweets. In a long document a toxic sentence is diluted: score lines or paragraphs to find one.
- The tweets were labelled by a crowd that calls much African American English offensive, and so does the model (Sap et al., "The Risk of
  Racial Bias in Hate Speech Detection", ACL 2019).
- Plain sentences that name a group were added to the training, for without them those with "gay" scored 0.72 on average. The last table
  shows what is left, for sentences of that kind; in others a name may still score too high.
- Seven settings were compared on the tests below before one was taken, and the group sentences were added after the last table had been
  seen without them, with the same sentences. Nothing below trained the model, and none of it is a test that was looked at only once.
- It goes by words: it finds insult and obscenity, and misses hate that is put politely (the forum sentences), irony and quotation.
- Do not use it to judge people. 0.5 is where toxic is likelier than not in the mix that it was trained on; to
  drop documents, a higher threshold costs less."""
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def training(folder: Path) -> Rows:
    """Return (text, label) of what trains: tweets, posts cut into sentences, and prose of which none is held to be toxic."""
    rows = [row for name in ("tweets", "social posts") for row in parted(list(_labelled(folder)[name]), test=False)]
    rows += [*_spans(folder, "tsd_train.csv"), *_spans(folder, "tsd_trial.csv")]
    plain = [*parted([*_novels(folder), *_reviews(folder)], test=False), *groups.training()]
    return rows + [(text, "ok") for text in plain]


def tests(folder: Path) -> dict[str, Rows]:
    """Return (text, label) of each test, by what it is."""
    found = {f"{name} (held out)": parted(list(rows), test=True) for name, rows in _labelled(folder).items()}
    found["comments, by sentence (published test)"] = list(_spans(folder, "tsd_test.csv"))
    found["forum sentences (another source: hate or not)"] = list(_forum(folder))
    return found


def prose(folder: Path) -> dict[str, list[str]]:
    """Return texts of which none is held to be toxic, by what they are."""
    wikipedia = (folder / "docs/wikitext-2/valid.txt").read_text().splitlines()
    return {
        "paragraphs of novels (held out)": parted(list(_novels(folder)), test=True),
        "sentences of film reviews and plots (held out)": parted(list(_reviews(folder)), test=True),
        "paragraphs of Wikipedia": [line for line in wikipedia if len(line) > 80],
        "plain sentences that name a group": [text for name in groups.NAMES for text in groups.tests(name)],
    }


def _labelled(folder: Path) -> dict[str, Iterator[tuple[str, str]]]:
    return {"tweets": _tweets(folder), "social posts": _surge(folder)}


def _tweets(folder: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(folder / "labels/davidson_hate_offensive.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            text = re.sub(r"&#\d+;|&\w+;|https?://\S+|^\W*RT @\w+:?|@\w+", " ", row["tweet"])
            yield " ".join(text.split()), "ok" if row["class"] == "2" else "toxic"


def _surge(folder: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(folder / "labels/surge_toxicity.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            yield " ".join(row["text"].split()), "toxic" if row["is_toxic"] == "Toxic" else "ok"


def _spans(folder: Path, name: str) -> Iterator[tuple[str, str]]:
    """Yield the sentences of posts whose toxic characters are marked: one with a mark is toxic."""
    with tarfile.open(folder / "labels/toxic_spans.tar.gz") as archive:
        file = archive.extractfile(f"SemEval2021/data/{name}")
        assert file
        for row in csv.DictReader(io.TextIOWrapper(file, "utf-8", newline="")):
            marks, start = set(ast.literal_eval(row["spans"])), 0
            for end in [*(match.end() for match in SENTENCE.finditer(row["text"])), len(row["text"])] if marks else []:
                text = " ".join(row["text"][start:end].split())
                if len(text) >= 10:
                    yield text, "ok" if marks.isdisjoint(range(start, end)) else "toxic"
                start = end


def _forum(folder: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(folder / "labels/vicomtech_hate.jsonl.gz", "rt") as lines:
        for row in map(json.loads, lines):
            if row["label"] in ("hate", "noHate"):
                yield row["text"], "toxic" if row["label"] == "hate" else "ok"


def _novels(folder: Path) -> Iterator[str]:
    with gzip.open(folder / "docs/eltec_eng_part.jsonl.gz", "rt") as lines:
        for novel in map(json.loads, lines):
            yield from (" ".join(text.split()) for text in novel["text"].split("\n\n")[::20] if len(text) > 80)


def _reviews(folder: Path) -> Iterator[str]:
    with zipfile.ZipFile(folder / "docs/nltk/subjectivity.zip") as archive:
        for name in sorted(archive.namelist()):
            if Path(name).name in ("plot.tok.gt9.5000", "quote.tok.gt9.5000"):
                yield from archive.read(name).decode("latin-1").splitlines()
