"""Write which tool datatrove gives each language: run once per release, with an interpreter that has it.

    .venv-peers/datatrove/bin/python bench/datatrove_languages.py src/tilth/segment/datatrove.json
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import version
from pathlib import Path

from datatrove.utils.word_tokenizers import load_tokenizer_assignments

TOOLS = {
    "SpaCyTokenizer": "spacy", "StanzaTokenizer": "stanza", "IndicNLPTokenizer": "indic", "ThaiTokenizer": "newmm",
    "LaoTokenizer": "laonlp", "KhmerTokenizer": "khmernltk", "BurmeseTokenizer": "pyidaungsu", "KiwiTokenizer": "kiwi",
    "TibetanTokenizer": "botok",
    "WhitespaceTokenizer": "spacy:xx",
}
ALONE = {"spacy:zh": "jieba", "spacy:ja": "sudachi"}  # what spaCy itself calls for these


def tools() -> dict[str, list[str]]:
    """Return the languages of each tool, by its name, with the code of the language that it is told."""
    found: dict[str, list[str]] = {}
    for language, factory in sorted(load_tokenizer_assignments().items()):
        if re.fullmatch("[a-z]{3}_[A-Z][a-z]{3}", language):
            kind, code = factory.args
            tool = TOOLS[kind] + (f":{code}" if code and kind != "WhitespaceTokenizer" else "")
            found.setdefault(ALONE.get(tool, tool), []).append(language)
    return found


def main(path: Path) -> None:
    release = version("datatrove")
    source = f"word tokenizers of datatrove {release} (Apache-2.0), asked for every language; written by bench/datatrove_languages.py"
    rows = [f"{json.dumps(tool)}:{json.dumps(' '.join(languages))}" for tool, languages in sorted(tools().items())]
    path.write_text(f'{{"source":{json.dumps(source)},\n"tools":{{\n' + ",\n".join(rows) + "}}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
