"""Runs under a Python with uniseg, fasttext, nltk, retrie and unidecode: what DCLM's own functions say of every text.

    DCLM=FOLDER NLTK_DATA=FOLDER python peer_dclm.py TEXTS.jsonl.gz RECORDS.jsonl

DCLM is no package: FOLDER is a checkout of mlfoundations/dclm, of which these files run unchanged: `baselines/mappers/core_utils.py`,
`modifiers.py`, `filters/content_filters.py`. Stand-ins: `transformers`, `justext`, `lxml`, `bs4`, which functions use that are not asked
here. NLTK's Punkt reads its English parameters from `tokenizers/punkt_tab/english`, as in `peer_c4.py`.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib
import json
import os
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import peer_c4

SHARE = 4  # every how many texts the figures are recorded too
LINE, PARAGRAPH = "line", "paragraph"
REPETITION = (  # granularity, limit, of characters: as `massive_web_repetition_filters` goes through them
    (LINE, 0.3, False, "repeated_lines"), (PARAGRAPH, 0.3, False, "repeated_paragraphs"),
    (LINE, 0.2, True, "repeated_line_characters"), (PARAGRAPH, 0.2, True, "repeated_paragraph_characters"),
    *((n, limit, True, f"most_common_{n}_gram") for n, limit in ((2, 0.2), (3, 0.18), (4, 0.16))),
    *((n, limit, True, f"repeated_{n}_grams") for n, limit in ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.10))),
)
POLICIES = ["terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies"]


def stand_ins() -> None:
    """Make packages of which only the named files are read, and modules of which nothing is used."""
    root = os.environ.get("DCLM") or sys.exit("Set DCLM to a checkout of mlfoundations/dclm.")
    for name in ("baselines", "baselines.mappers", "baselines.mappers.filters", "core"):
        package = types.ModuleType(name)
        package.__path__ = [str(Path(root, "baselines" if name == "core" else "", name.replace(".", "/")))]
        sys.modules[name] = package
    for name, members in {
        "transformers": ("AutoTokenizer",), "justext": (), "lxml": (), "lxml.etree": ("ParserError",), "bs4": ("BeautifulSoup",),
    }.items():
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__dict__.update(dict.fromkeys(members))


class Probe(float):
    """A threshold that no value breaks, and that keeps the last value it was held against."""

    def __new__(cls, passes: bool) -> Probe:
        probe = super().__new__(cls, 0.5)
        probe.passes, probe.value, probe.of = passes, None, None
        return probe

    def _keep(self, value: Any) -> bool:
        self.value = float(value)
        return self.passes

    __lt__ = __gt__ = __le__ = __ge__ = _keep  # type: ignore[assignment]

    def __mul__(self, count: int) -> Probe:  # type: ignore[override]
        self.of = count
        return self

    def share(self) -> float | None:
        return self.value if self.of is None else self.value / self.of if self.of else 0.0


def digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


Step = tuple[str, Callable[[dict[str, Any]], list[dict[str, Any]]]]


class Dclm:
    """The functions, as `dclm_baseline_refinedweb.yaml` and `c4.yaml` put them."""

    def __init__(self) -> None:
        stand_ins()
        self.utils: Any = importlib.import_module("baselines.mappers.core_utils")
        self.filters: Any = importlib.import_module("baselines.mappers.filters.content_filters")
        self.modifiers: Any = importlib.import_module("baselines.mappers.modifiers")
        self.utils.do_once = lambda function: function
        punkt = peer_c4.PunktSentenceTokenizer()
        punkt._params = peer_c4.parameters()
        self.utils.sent_tokenizer, self.utils._prep_nltk_tokenizer = punkt, lambda language: None
        self.pages, self.quality, self.lines, self.c4 = map(list, (self._pages(), self._quality(), self._lines(), self._c4()))

    def _pages(self) -> Iterator[Step]:
        yield "url_removal_modifier", self.modifiers.url_removal_modifier(Path(os.environ["DCLM"], "baselines/mappers/iana_tlds.txt"))
        yield "newline_removal_modifier", self.modifiers.newline_removal_modifier(max_consecutive=2)

    def _quality(self) -> Iterator[Step]:
        own = self.filters
        yield "page_length_filter", lambda page: own.page_length_filter(page, "word", 50, 100000, ignore_punctuation=True)
        yield "word_length_filter", lambda page: own.word_length_filter(page, 3, 10)
        yield "symbol_ratio_filter", lambda page: own.symbol_ratio_filter(page, 0.1)
        yield "bullet_count_filter", lambda page: own.bullet_count_filter(page, 0.9)
        yield "ellipsis_count_filter", lambda page: own.ellipsis_count_filter(page, 0.3)
        yield "alphabetic_word_ratio_filter", lambda page: own.alphabetic_word_ratio_filter(page, 0.2)
        yield "stop_word_filter", lambda page: own.stop_word_filter(page, False, 2)

    def _lines(self) -> Iterator[Step]:
        own = self.modifiers
        yield "uppercase_ratio_line_modifier", lambda page: own.uppercase_ratio_line_modifier(page, 0.5)
        yield "numeric_ratio_line_modifier", lambda page: own.numeric_ratio_line_modifier(page, 0.999999)
        yield "counter_line_modifier", own.counter_line_modifier()
        yield "line_length_modifier", lambda page: own.line_length_modifier(page, min_length=2)
        for phrase, location in (("items in cart", "any"), ("Read more...", "suffix"), ("Sign-in", "prefix")):
            yield "substring_line_modifier", own.substring_line_modifier(
                banlist=phrase, location=location, max_length=10, remove_substring_only=True)

    def _c4(self) -> Iterator[Step]:
        """Its first chunk, up to the deduplication across pages."""
        own, filters = self.modifiers, self.filters
        yield "page_length_filter: char", lambda page: filters.page_length_filter(page, "char", max_length=190000)
        yield "word_length_modifier", lambda page: own.word_length_modifier(page, max_length=1000, model="split")
        yield "citation_removal_modifier", own.citation_removal_modifier()
        yield "punctuation_line_modifier", own.punctuation_line_modifier(remove_ellipses=True)
        yield "line_length_modifier", lambda page: own.line_length_modifier(page, min_length=5)
        yield "substring_filter: lorem ipsum", filters.substring_filter(["lorem ipsum"])
        yield "substring_line_modifier", own.substring_line_modifier(["javascript"])
        yield "substring_filter: {", filters.substring_filter(["{"])
        yield "substring_line_modifier", own.substring_line_modifier(POLICIES)
        yield "page_length_filter: sentence", lambda page: filters.page_length_filter(
            page, "sentence", 3, tokenizer="nltk", tokenizer_lang="english")

    def repetition(self, text: str, cache: dict[str, Any]) -> str:
        """Return the first granularity of `massive_web_repetition_filters` that drops the text, "" if none."""
        for granularity, limit, characters, name in REPETITION:
            if not self.filters.repetition_filter({"text": text}, granularity, limit, count_characters=characters, cache=cache):
                return name
        return ""

    def words(self, text: str) -> int:
        return len(self.utils.split_words(text, ignore_punctuation=True))


def through(steps: list[Step], text: str) -> tuple[str, str]:
    """Return (the first step that leaves no page or "", the text after the steps)."""
    page = {"text": text}
    for name, function in steps:
        if not function(page):
            return name, page["text"]
    return "", page["text"]


def edits(dclm: Dclm, text: str) -> dict[str, Any]:
    """The line edits of a page: what empties it, its words before and after, and the verdict on the words removed."""
    emptied, edited = through(dclm.lines, text)
    before = dclm.words(text)
    kept = [] if emptied else dclm.filters.word_removal_ratio_filter({"text": edited, "before": before}, "before", max_removed_ratio=0.05)
    return {
        "reason": emptied or ("" if kept else "word_removal_ratio_filter"),
        "text": "" if emptied or edited == text else digest(edited), "words": before, "words_left": 0 if emptied else dclm.words(edited),
    }


def figures(dclm: Dclm, text: str, cache: dict[str, Any]) -> dict[str, Any]:
    """The figures that the filters hold against their thresholds."""
    own, page = dclm.filters, {"text": text}
    probes = {name: Probe(name == "non_letter_words") for name in (
        "word_length", "symbols", "bullets", "ellipses", "non_letter_words", "stop_words")}
    own.word_length_filter(page, probes["word_length"])
    own.symbol_ratio_filter(page, probes["symbols"])
    own.bullet_count_filter(page, probes["bullets"])
    own.ellipsis_count_filter(page, probes["ellipses"])
    own.alphabetic_word_ratio_filter(page, probes["non_letter_words"])
    own.stop_word_filter(page, False, probes["stop_words"])
    found = {name: probe.share() for name, probe in probes.items()}
    for granularity, _, characters, name in REPETITION:
        probe = Probe(False)
        own.repetition_filter(page, granularity, probe, count_characters=characters, cache=cache)
        found[name] = probe.value
    return found


def record(dclm: Dclm, number: int, text: str) -> dict[str, dict[str, Any]]:
    emptied, page = through(dclm.pages, text)
    words: dict[str, Any] = {}  # what DCLM itself keeps of a page from rule to rule
    quality, repetition, changed = through(dclm.quality, text)[0], dclm.repetition(text, words), edits(dclm, text)
    c4, cleaned = through(dclm.c4, text)
    if page == text:
        chain = quality or repetition or changed["reason"]
    else:
        chain = emptied or through(dclm.quality, page)[0] or dclm.repetition(page, {}) or edits(dclm, page)["reason"]
    out = {"verdicts": {
        "quality": quality, "repetition": repetition, "chain": chain, "page": digest(page) if page != text else "",
        "edits": changed["reason"], "edited": changed["text"], "words": changed["words"], "words_left": changed["words_left"],
        "c4": c4, "text": "" if c4 else digest(cleaned),
    }}
    if number % SHARE:
        return out
    assert bool(repetition) != bool(dclm.filters.massive_web_repetition_filters({"text": text})), text
    return out | {"figures": figures(dclm, text, words)}


def main(source: str, target: str) -> None:
    dclm = Dclm()
    with gzip.open(source, "rt", encoding="utf-8") as lines, open(target, "w", encoding="utf-8") as out:
        for number, line in enumerate(lines):
            out.write(json.dumps(record(dclm, number, json.loads(line)["text"])) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
