"""Train the models that ship with Tilth, and write their cards.

    python models/train.py DATA [NAME ...]          trains, writes src/tilth/models/NAME-1.ftz and docs/models/NAME.md
    python models/train.py DATA [NAME ...] --cards  writes the cards of the models as they are
    python models/train.py DATA --without SOURCE    trains languages without a source of texts, and prints how it tells that source's

DATA is the folder of labelled data that the cards name. The same data and the same versions of libraries give the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cards
import languages
import measure
import pyarrow as pa
import quality
import toxicity
from splits import Rows

from tilth.filters import Classify, LearnClassifier

MODELS = {"languages": languages, "quality": quality, "toxicity": toxicity}
ROOT = Path(__file__).resolve().parents[1]


def learned(learn: LearnClassifier, rows: Rows) -> Classify:
    """Return the step that scores as these rows, (text, label), teach."""
    numbers, texts = pa.array(range(len(rows)), pa.uint64()), pa.array([text for text, _ in rows], pa.large_string())
    batch = pa.record_batch({"row": numbers, "text": texts, "label": pa.array([label for _, label in rows], pa.large_string())})
    return learn.finish(learn.observe(batch))[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MODELS)}; all by default")
    parser.add_argument("--cards", action="store_true")
    parser.add_argument("--without", choices=languages.SOURCES_OF_TEXT)
    arguments = parser.parse_args()
    if arguments.without:
        kept = [source for source in languages.SOURCES_OF_TEXT if source != arguments.without]
        step = learned(languages.LEARN, languages.training(arguments.data, kept))
        print(measure.of_unseen(step, arguments.data, arguments.without))
        return
    for name in arguments.names or MODELS:
        if not arguments.cards:
            step = learned(MODELS[name].LEARN, MODELS[name].training(arguments.data))
            cards.model_file(name).write_bytes(step.model)
            print(f"{name}: {len(step.model):,} bytes; {step.note}", flush=True)
        path = ROOT / "docs" / "models" / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(cards.card(name, arguments.data), encoding="utf-8")


if __name__ == "__main__":
    main()
