"""Words and sentences a script: Tilth beside the tool that datatrove gives the language, blingfire and pysbd, on the same texts.

    .venv/bin/python bench/segment.py --peer .venv-peers/languages/bin/python

The peer needs datatrove's word tokenizers (see bench/oracles/record_languages.py), blingfire and pysbd; a tool that is not there has no
figure. Each runs in its own process, warms up on some texts, and makes a pass whenever it is asked; they take turns, and the median of the
passes counts, in CPU time of one process. Tilth leaves places in Arrow buffers, which is what its rules read; "strings" makes Python
strings of them, as the others do. White space is no word for any of them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "shared" / "data"
LANGUAGES = {  # code: script, the set of language_documents that its texts are of
    "en": ("Latin", "xquad"), "de": ("Latin", "novels"), "fr": ("Latin", "novels"), "vi": ("Latin", "xquad"), "ru": ("Cyrillic", "xquad"),
    "el": ("Greek", "xquad"), "ar": ("Arabic", "xquad"), "hi": ("Devanagari", "xquad"), "th": ("Thai", "xquad"), "zh": ("Han", "xquad"),
    "ja": ("Japanese", "declarations"), "ko": ("Hangul", "declarations"), "lo": ("Lao", "declarations"), "km": ("Khmer", "declarations"),
    "my": ("Burmese", "declarations"), "am": ("Ethiopic", "declarations"), "bo": ("Tibetan", "declarations"),
}

Pass = Callable[[list[str]], object]


def texts_of(code: str, size: int) -> list[str]:
    """Return real texts in a language of together at most some `size` bytes."""
    sys.path.insert(0, str(HERE / "oracles"))
    import language_documents as real

    from tilth.segment import full_name

    real.served = lambda language: True
    wanted = full_name(code)
    found: list[str] = []
    for language, text in real.SETS[LANGUAGES[code][1]](DATA):
        if language == wanted and sum(map(len, found)) < size:
            found.append(text[:size])
    return found


def tilth_words(code: str, splitter: str, strings: bool = False) -> Pass:
    import pyarrow as pa

    from tilth.segment import split_words

    def run(texts: list[str]) -> object:
        pieces = split_words(pa.array(texts, pa.large_string()), code, splitter)
        return pieces.lists() if strings else pieces

    return run


def tilth_sentences(code: str) -> Pass:
    import pyarrow as pa

    from tilth.segment import split_sentences

    return lambda texts: split_sentences(pa.array(texts, pa.large_string()), code, "unicode")


def datatrove_words(code: str) -> Pass:
    from datatrove.utils.word_tokenizers import load_word_tokenizer

    tokenizer = load_word_tokenizer(NAMES[code])
    return lambda texts: [tokenizer.word_tokenize(text) for text in texts]


def datatrove_sentences(code: str) -> Pass:
    from datatrove.utils.word_tokenizers import load_word_tokenizer

    tokenizer = load_word_tokenizer(NAMES[code])
    return lambda texts: [tokenizer.sent_tokenize(text) for text in texts]


def blingfire_words(code: str) -> Pass:
    from blingfire import text_to_words

    return lambda texts: [text_to_words(text).split(" ") for text in texts]


def pysbd_sentences(code: str) -> Pass:
    from pysbd import Segmenter

    segmenter = Segmenter(language=code, clean=False)
    return lambda texts: [segmenter.segment(text) for text in texts]


NAMES = {
    "en": "eng_Latn", "de": "deu_Latn", "fr": "fra_Latn", "vi": "vie_Latn", "ru": "rus_Cyrl", "el": "ell_Grek", "ar": "arb_Arab",
    "hi": "hin_Deva", "th": "tha_Thai", "zh": "cmn_Hani", "ja": "jpn_Jpan", "ko": "kor_Hang", "lo": "lao_Laoo", "km": "khm_Khmr",
    "my": "mya_Mymr", "am": "amh_Ethi", "bo": "bod_Tibt",
}
OURS: dict[str, Callable[[str], Pass]] = {
    "words": lambda code: tilth_words(code, "tilth"), "strings": lambda code: tilth_words(code, "tilth", strings=True),
    "unicode": lambda code: tilth_words(code, "unicode"), "sentences": tilth_sentences,
}
THEIRS: dict[str, Callable[[str], Pass]] = {
    "datatrove words": datatrove_words, "blingfire words": blingfire_words, "datatrove sentences": datatrove_sentences,
    "pysbd sentences": pysbd_sentences,
}


def work(tool: str, code: str, path: str) -> None:
    """Serve one tool over standard input and output: a line in, passes over the texts for a tenth of a second, CPU seconds of one out."""
    texts = json.loads(Path(path).read_text("utf-8"))
    run = (OURS | THEIRS)[tool](code)
    run(texts[:3])
    print("ready", flush=True)
    for _ in sys.stdin:
        started, passes = time.process_time(), 0
        while not passes or time.process_time() - started < 0.1:
            run(texts)
            passes += 1
        print((time.process_time() - started) / passes, flush=True)


def start(tool: str, code: str, path: str, peer: str) -> subprocess.Popen[str] | None:
    """Return the worker of a tool, None where it cannot serve the language."""
    python = sys.executable if tool in OURS else peer
    if not python:
        return None
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    worker = subprocess.Popen([python, __file__, "--work", tool, code, path], **pipes)
    assert worker.stdout is not None
    while line := worker.stdout.readline():
        if line.strip() == "ready":
            return worker
    return None


def ask(worker: subprocess.Popen[str]) -> float:
    assert worker.stdin is not None and worker.stdout is not None
    worker.stdin.write("pass\n")
    worker.stdin.flush()
    while line := worker.stdout.readline():
        try:
            return float(line)
        except ValueError:  # something that the tool prints
            continue
    raise RuntimeError("a worker ended early")


def measure(code: str, peer: str, size: int, passes: int) -> dict[str, float]:
    """Return MB/s of each tool that serves the language."""
    texts = texts_of(code, size)
    if not texts:
        return {}
    mb = sum(len(text.encode()) for text in texts) / 1e6
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "texts.json")
        path.write_text(json.dumps(texts))
        workers = {tool: start(tool, code, str(path), peer) for tool in (*OURS, *THEIRS)}
        there = {tool: worker for tool, worker in workers.items() if worker}
        times = [{tool: ask(worker) for tool, worker in there.items()} for _ in range(passes)]
        for worker in there.values():
            worker.communicate()
    return {"MB": mb} | {tool: mb / max(1e-9, statistics.median(each[tool] for each in times)) for tool in there}


def row(code: str, found: dict[str, float]) -> Iterator[str]:
    """Yield the cells of a language."""
    from tilth.segment import tool_of

    def ratio(ours: str, theirs: str) -> str:
        return f"{found[theirs]:.2f} ({found[ours] / found[theirs]:.0f}x)" if theirs in found else "–"

    yield from (LANGUAGES[code][0], code, f"{found['MB']:.2f}", tool_of(code))
    yield from (f"{found[tool]:.1f}" for tool in ("words", "strings", "unicode"))
    yield from (ratio("words", "datatrove words"), ratio("words", "blingfire words"), f"{found['sentences']:.0f}")
    yield from (ratio("sentences", "datatrove sentences"), ratio("sentences", "pysbd sentences"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default=".venv-peers/languages/bin/python")
    parser.add_argument("--kilobytes", type=int, default=200, help="of each language")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--languages", nargs="*", default=list(LANGUAGES))
    parser.add_argument("--work", nargs=3, metavar=("TOOL", "LANGUAGE", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        work(*arguments.work)
        return
    print("| script | language | MB | Tilth's tool | words MB/s | strings | unicode | datatrove's tool (ratio) | blingfire (ratio) "
          "| sentences MB/s | datatrove's (ratio) | pysbd (ratio) |")  # fmt: skip
    print("|---|---|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for code in arguments.languages:
        found = measure(code, arguments.peer, arguments.kilobytes * 1000, arguments.passes)
        if found:
            print("|", " | ".join(row(code, found)), "|", flush=True)


if __name__ == "__main__":
    main()
