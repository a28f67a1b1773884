"""The cards of the models: what is known of each before it is used, and what was measured."""

from __future__ import annotations

import hashlib
from pathlib import Path

import languages
import measure
import quality
import toxicity

from tilth.catalog import settings
from tilth.filters import Classify

ROOT = Path(__file__).resolve().parents[1]
SUBJECTS = {"languages": languages, "quality": quality, "toxicity": toxicity}
STEPS = {"languages": Classify("languages-1", "lang"), "quality": Classify("quality-1", "quality", "high"),
         "toxicity": Classify("toxicity-1", "toxicity", "toxic", lower=True)}  # fmt: skip
MEASURED = {"languages": measure.of_languages, "quality": measure.of_quality, "toxicity": measure.of_toxicity}


def model_file(name: str) -> Path:
    return ROOT / "src" / "tilth" / "models" / f"{name}-1.ftz"


def card(name: str, folder: Path) -> str:
    """Return the card of a model as it is in the repository, measured on the data in `folder`."""
    data, about = model_file(name).read_bytes(), SUBJECTS[name]
    trained = ", ".join(f"{field}={value!r}" for field, value in settings(about.LEARN))
    return f"""<!-- made by models/train.py -->

# {name}-1

{about.PURPOSE}

- **use**: {about.USE}
- **file**: `src/tilth/models/{name}-1.ftz`, {len(data):,} bytes, in fastText's format (fastText's own library reads it)
- **digest**: BLAKE2b-160 `{hashlib.blake2b(data, digest_size=20).hexdigest()}`
- **licence**: of the model, that of Tilth. Texts keep their authors' rights; the sets' own licences are below
- **training**: `python models/train.py DATA {name}`, that is
  `LearnClassifier({trained})`;
  features are n-grams hashed into buckets, {_words(about.LEARN.min_count)}

## Data

{measure.table("set | licence | use", about.SOURCES)}

## Limits and bias

{about.LIMITS}

## Measured

P: precision, R: recall, of each label at the threshold. AUC: how often a text with the label scores above one without. ECE: expected
calibration error, ten bins.

{MEASURED[name](STEPS[name], folder)}
"""


def _words(least: int) -> str:
    if least:
        return f"and the words that occur {least} times and more; no others are in the file"
    return "and no word of the texts is in the file"
