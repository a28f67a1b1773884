"""Runs under a Python with tensorflow-datasets (its files suffice) and nltk: what the original C4 code says of every text.

    NLTK_DATA=FOLDER python peer_c4.py TEXTS.jsonl.gz RECORDS.jsonl

`c4_utils.py` itself runs, unchanged. Stand-ins: `tensorflow` and `tensorflow_datasets.public_api`, of which its `clean_page` uses only
`tf.compat.as_text`, the identity on text, and Beam's counters. Its sentence splitter is NLTK's Punkt with the English parameters, read from
`tokenizers/punkt_tab/english` in a folder of NLTK data; without them this stops, as Punkt untrained ends a sentence after every "Dr.".
NLTK is 3.8.1, whose rules are those of C4's time: from 3.9.3 or so on, curly quotes and guillemets end words too.
"""

from __future__ import annotations

import collections
import gzip
import hashlib
import importlib.metadata
import importlib.util
import json
import sys
import types
from pathlib import Path
from typing import Any

import nltk.data
from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

LINES = ("too_long_word", "no_endmark", "too_short", "javascript", "policy")


def c4_utils() -> Any:
    """Return the module, its two heavy imports replaced."""
    tensorflow = types.SimpleNamespace(compat=types.SimpleNamespace(as_text=lambda text: text))
    for name, members in {
        "tensorflow_datasets": {}, "tensorflow_datasets.core": {}, "tensorflow_datasets.core.utils": {},
        "tensorflow_datasets.public_api": {},
        "tensorflow_datasets.core.utils.lazy_imports_utils": {"tensorflow": tensorflow},
    }.items():
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__dict__.update(members)
    sys.modules["tensorflow_datasets"].public_api = sys.modules["tensorflow_datasets.public_api"]  # type: ignore[attr-defined]
    file = importlib.metadata.distribution("tensorflow-datasets").locate_file("tensorflow_datasets/text/c4_utils.py")
    spec = importlib.util.spec_from_file_location("c4_utils", str(file))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["c4_utils"] = module
    spec.loader.exec_module(module)
    return module


def parameters() -> PunktParameters:
    """Return Punkt's learned parameters, from the four text files of `punkt_tab`."""
    folder = next((at for root in nltk.data.path if (at := Path(root, "tokenizers/punkt_tab/english")).is_dir()), None)
    if folder is None:
        sys.exit("The English Punkt parameters are not in NLTK's data: set NLTK_DATA to a folder with tokenizers/punkt_tab/english.")
    abbreviations, starters, pairs, words = (
        (folder / name).read_text("utf-8").splitlines()
        for name in ("abbrev_types.txt", "sent_starters.txt", "collocations.tab", "ortho_context.tab")
    )
    known = PunktParameters()
    known.abbrev_types, known.sent_starters = set(abbreviations), set(starters)
    known.collocations = {tuple(line.split("\t")) for line in pairs}
    for line in words:
        word, bits = line.split("\t")
        known.ortho_context[word] = int(bits)
    return known


class Sentences:
    """The reference's splitter, counting what it returns."""

    def __init__(self) -> None:
        self.punkt = PunktSentenceTokenizer()
        self.punkt._params = parameters()
        self.count = 0

    def tokenize(self, text: str) -> list[str]:
        sentences = list(self.punkt.tokenize(text))
        self.count += len(sentences)
        return sentences


def digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def clean(module: Any, text: str) -> dict[str, Any]:
    """Return the record of one page: too long, or what `clean_page` makes of it."""
    counts: collections.Counter[str] = collections.Counter()
    module.get_counter_inc_fn = lambda namespace: lambda name, amount=1: None
    sentences = module._SENTENCE_TOKENIZER
    sentences.count = 0
    page = module.PageFeatures(text=text)
    long = not module.is_valid_length(page)
    kept = list(module.get_clean_page_fn()(page, counter_inc_fn=lambda name, amount=1: counts.update({name: amount})))
    reasons = [name.removeprefix("filtered:") for name in counts if name.startswith("filtered:")]
    lines = {name: counts[f"line-filtered:{name}"] for name in LINES}
    return {
        "reason": reasons[0] if reasons else "", "too_long": bool(long), "text": digest(kept[0].text) if kept else "",
        "sentences": sentences.count, **lines,
        "kept_lines": counts["line-passed"], "paragraphs": bool(module.paragraph_filter(page)),
    }


def main(source: str, target: str) -> None:
    module = c4_utils()
    module._SENTENCE_TOKENIZER = Sentences()
    with gzip.open(source, "rt", encoding="utf-8") as texts, open(target, "w", encoding="utf-8") as out:
        for line in texts:
            out.write(json.dumps({"clean": clean(module, json.loads(line)["text"])}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
