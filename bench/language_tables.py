"""Write the language tables that the text kernels need: run once per release of spaCy with an interpreter that has spaCy and datatrove.

    .venv-peers/datatrove/bin/python bench/language_tables.py src/tilth/kernels

Nothing is copied from source files: every entry is what the installed tool answers when it is asked about one code point or one string.
"""

from __future__ import annotations

import json
import platform
import re
import sys
import unicodedata
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import spacy
from datatrove.utils.text import PUNCTUATION_SET, TERMINAL_PUNCTUATION
from spacy.lang.char_classes import ALPHA, ALPHA_LOWER, ALPHA_UPPER, CONCAT_QUOTES, UNITS
from spacy.lang.punctuation import TOKENIZER_SUFFIXES
from spacy.lang.tokenizer_exceptions import URL_PATTERN
from spacy.pipeline import Sentencizer
from spacy.symbols import ORTH
from spacy.tokenizer import Tokenizer

SOURCE = (
    f"behaviour of spaCy {version('spacy')} (MIT, blank English), datatrove {version('datatrove')} (Apache-2.0) and "
    f"CPython {platform.python_version()} with Unicode {unicodedata.unidata_version}; written by bench/language_tables.py"
)
CODES = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]


def ranges(test: Callable[[str], object]) -> list[list[int]]:
    """Return the inclusive ranges of code points that pass."""
    found: list[list[int]] = []
    for code in CODES:
        if test(chr(code)):
            if found and found[-1][1] == code - 1:
                found[-1][1] = code
            else:
                found.append([code, code])
    return found


def in_class(body: str) -> Callable[[str], object]:
    return re.compile(f"[{body}]").fullmatch


def classes(tokenizer: Tokenizer) -> dict[str, list[list[int]]]:
    """Return each class of characters that a rule of the tokenizer or of the filters asks for."""
    prefix, suffix, infix = tokenizer.find_prefix, tokenizer.find_suffix, tokenizer.find_infix
    rule = next(rule for rule in TOKENIZER_SUFFIXES if rule.startswith("(?<=[0-9") and rule.endswith(r"])\."))
    before_dot = re.compile(f"(?:{rule})$")
    host = re.search(r"\[A-Za-z0-9[^\]]*?\]", URL_PATTERN)
    assert host is not None
    return {
        "space": ranges(str.isspace),
        "line_break": ranges(lambda c: len(f"a{c}b".splitlines()) == 2),
        "alphabetic": ranges(str.isalpha),
        "word": ranges(re.compile(r"\w").fullmatch),
        "decimal": ranges(re.compile(r"\d").fullmatch),
        "punctuation": ranges(lambda c: unicodedata.category(c).startswith("P")),
        "symbol": ranges(PUNCTUATION_SET.__contains__),
        "terminal": ranges(TERMINAL_PUNCTUATION.__contains__),
        "sentence_end": ranges(set(Sentencizer.default_punct_chars).__contains__),
        "prefix": ranges(lambda c: prefix(c + "x") == 1),
        "suffix": ranges(lambda c: suffix(c) == 1),
        "suffix_after_digit": ranges(lambda c: suffix("5" + c) == 1 and suffix(c) != 1),
        "infix": ranges(lambda c: bool(infix(c))),
        "alpha": ranges(in_class(ALPHA)),
        "lower": ranges(in_class(ALPHA_LOWER)),
        "upper": ranges(in_class(ALPHA_UPPER)),
        "quote": ranges(in_class(CONCAT_QUOTES)),
        "before_dot": ranges(lambda c: before_dot.search(c + ".")),
        "host": ranges(re.compile(host.group()).fullmatch),
    }


def rules(tokenizer: Tokenizer) -> list[dict[str, object]]:
    """Return the exceptions: `text`, its `tokens`, and its `pieces` if it must be found again among tokens already split."""
    plain = Tokenizer(
        tokenizer.vocab, rules={}, prefix_search=tokenizer.prefix_search, suffix_search=tokenizer.suffix_search,
        infix_finditer=tokenizer.infix_finditer, url_match=tokenizer.url_match,
    )
    found = []
    for text, tokens in sorted(tokenizer.rules.items()):
        orths = [token[ORTH] if ORTH in token else token["ORTH"] for token in tokens]
        orths = [orth if isinstance(orth, str) else tokenizer.vocab.strings[orth] for orth in orths]
        splits = tokenizer.find_prefix(text) or tokenizer.find_infix(text) or tokenizer.find_suffix(text)
        found.append({"text": text, "tokens": orths, "pieces": [token.text for token in plain(text)] if splits else []})
    changing = {piece for rule in found if rule["pieces"] != rule["tokens"] for piece in rule["pieces"]}
    for rule in found:  # a rule that changes nothing matters only where it is longer than, and overlaps, one that does
        if rule["pieces"] == rule["tokens"] and (len(rule["pieces"]) == 1 or not changing.intersection(rule["pieces"])):
            rule["pieces"] = []
    return [rule for rule in found if not rule["text"].isspace()]


def endings() -> list[str]:
    """Return the suffixes of several characters that are cut off after a digit."""
    currency = ["US$", "C$", "A$"]
    return sorted({unit for unit in UNITS.split("|") if len(unit) > 1}) + currency


def main(folder: Path) -> None:
    tokenizer = spacy.blank("en").tokenizer
    for rule in endings():
        assert tokenizer.find_suffix("5" + rule) == len(rule), rule
    assert all(tokenizer.find_prefix(text) == len(text) for text in ("US$", "C$", "A$"))
    write(folder / "text_classes.json", {"source": SOURCE, "classes": classes(tokenizer)})
    write(folder / "spacy_words.json", {"source": SOURCE, "endings_after_digit": endings(), "rules": rules(tokenizer)})
    write(folder / "spacy_base.json", {"source": SOURCE.replace("blank English", "blank xx"), "rules": rules(spacy.blank("xx").tokenizer)})


def write(path: Path, content: dict[str, object]) -> None:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    path.write_text(re.sub(r'(?<=[\]}]),(?="\w+":\[\[)|(?<=\}),(?=\{)', ",\n", text) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
