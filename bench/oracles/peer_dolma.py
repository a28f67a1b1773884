"""Runs under a Python with dolma 1.2.1: what its taggers measure, and what its mixer then keeps, of every text.

    python peer_dolma.py TEXTS.jsonl.gz RECORDS.jsonl

`dolma tag` and `dolma mix` themselves run. The mixer gives no reasons, so it is run once a rule, with the rules and thresholds of the
released configurations (configs/dolma-v1_6/mixing/cc-head.yaml and configs/c4-replication/mixer.yaml of its repository).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

QUALITY = {
    "word_count_low": ("word_count", "< 50"), "word_count_high": ("word_count", "> 100000"),
    "median_word_length_low": ("median_word_length", "< 3"), "median_word_length_high": ("median_word_length", "> 10"),
    "symbol_to_word_ratio": ("symbol_to_word_ratio", "> 0.1"),
    "fraction_of_words_with_alpha_character": ("fraction_of_words_with_alpha_character", "< 0.8"),
    "required_word_count": ("required_word_count", "< 2"),
    "fraction_of_lines_starting_with_bullet_point": ("fraction_of_lines_starting_with_bullet_point", "> 0.9"),
    "fraction_of_lines_ending_with_ellipsis": ("fraction_of_lines_ending_with_ellipsis", "> 0.3"),
}
REPETITION = {
    "fraction_of_duplicate_lines": ("fraction_of_duplicate_lines", "> 0.3"),
    "fraction_of_characters_in_duplicate_lines": ("fraction_of_characters_in_duplicate_lines", "> 0.3"),
    **{  # as released: the taggers write `..._2grams`, so these rules meet nothing
        f"fraction_of_characters_in_most_common_{n}gram": (f"fraction_of_characters_in_most_common_{n}gram", f"> {limit}") for n,
        limit in ((2, 0.2), (3, 0.18), (4, 0.16))
    },
    **{
        f"fraction_of_characters_in_duplicate_{n}grams": (f"fraction_of_characters_in_duplicate_{n}grams", f"> {limit}")
        for n, limit in ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.10))
    },
}
C4 = {f"has_{name}": (f"has_{name}", "> 0.5") for name in ("curly_brace", "lorem_ipsum", "javascript", "naughty_word")}
LINES = ("lines_with_no_ending_punctuation", "lines_with_too_few_words")
TAGGERS = ("gopher_v1", "gopher_v2", "c4_v2")


def condition(tagger: str, attribute: str, test: str) -> str:
    name = f"tags__{tagger}__{attribute}"
    return f"$.attributes[?(@.{name} && @.{name}[0] && @.{name}[0][2] {test})]"


def streams(folder: Path) -> list[dict[str, Any]]:
    """One stream a rule, and one for C4's edited texts."""
    rules = [("gopher_v1", name, *rule) for name, rule in (QUALITY | REPETITION).items()]
    rules += [("gopher_v2", name, *rule) for name, rule in (QUALITY | REPETITION).items()] + [("c4_v2", name, *rule) for name,
        rule in C4.items()]
    base = {"documents": [f"{folder}/documents/*.jsonl.gz"], "attributes": ["tags"]}
    out = [
        base | {"name": f"{tagger}-{name}", "filter": {"include": [], "exclude": [condition(tagger, attribute, test)]},
                "output": {"path": f"{folder}/mixed", "max_size_in_bytes": 2**40, "discard_fields": ["attributes"]}}
        for tagger, name, attribute, test in rules
    ]
    edit = [{"span": f"$.attributes.tags__c4_v2__{name}", "min_score": 0.5, "replacement": ""} for name in LINES]
    return [*out, base | {"name": "c4_v2-edited", "span_replacement": edit, "output": {"path": f"{folder}/mixed",
        "max_size_in_bytes": 2**40, "discard_fields": ["attributes"]}}]


def dolma(*arguments: str) -> None:
    subprocess.run([Path(sys.executable).with_name("dolma"), *arguments], check=True, stdout=subprocess.DEVNULL)


def rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def first(gone: dict[str, set[str]], tagger: str, rules: dict[str, Any], key: str) -> str:
    return next((name for name in rules if key in gone[f"{tagger}-{name}"]), "")


def figures(tags: dict[str, Any], tagger: str, rules: dict[str, Any]) -> dict[str, float | None]:
    names = dict.fromkeys(attribute.replace("gram", "grams").replace("gramss", "grams") for attribute, _ in rules.values())
    spans = {name: tags.get(f"tags__{tagger}__{name}") for name in names}
    return {name: span[0][2] if span else None for name, span in spans.items()}


def main(source: str, target: str) -> None:
    texts = [row["text"] for row in rows(Path(source))]
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        (folder / "documents").mkdir()
        with gzip.open(folder / "documents" / "0.jsonl.gz", "wt", encoding="utf-8", compresslevel=1) as out:
            out.writelines(json.dumps({"id": str(at), "text": text, "source": "oracles"}) + "\n" for at, text in enumerate(texts))
        dolma("tag", "--documents", f"{folder}/documents/*.jsonl.gz", "--taggers", *TAGGERS, "--experiment", "tags", "--processes", "1")
        tags = {row["id"]: row["attributes"] for row in rows(next((folder / "attributes" / "tags").glob("*.gz")))}
        (folder / "mix.json").write_text(json.dumps({"streams": streams(folder), "processes": 1,
            "work_dir": {"input": f"{folder}/in", "output": f"{folder}/out"}}))
        dolma("-c", f"{folder}/mix.json", "mix")
        everyone = {str(at) for at in range(len(texts))}
        mixed = {path.name.rsplit("-", 1)[0]: {row["id"]: row["text"] for row in rows(path)} for path in (folder / "mixed").glob("*.gz")}
        gone = {name: everyone - kept.keys() for name, kept in mixed.items()}
        edited = mixed["c4_v2-edited"]
    with open(target, "w", encoding="utf-8") as out:
        for at in range(len(texts)):
            out.write(json.dumps(record(str(at), tags[str(at)], gone, edited[str(at)])) + "\n")


def record(key: str, tags: dict[str, Any], gone: dict[str, set[str]], edited: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for version in ("v1", "v2"):
        for family, rules in (("quality", QUALITY), ("repetition", REPETITION)):
            tagger = f"gopher_{version}"
            out[f"gopher_{family}_{version}"] = {"reason": first(gone, tagger, rules, key), **figures(tags, tagger, rules)}
    out["c4"] = {
        "reason": first(gone, "c4_v2", C4, key), **{name: key in gone[f"c4_v2-{name}"] for name in C4},
        **{name: len(tags.get(f"tags__c4_v2__{name}", [])) for name in LINES},
        "text": hashlib.blake2b(edited.encode(), digest_size=8).hexdigest(),
    }
    return out


if __name__ == "__main__":
    main(*sys.argv[1:])
