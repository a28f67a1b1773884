"""The code filters, Tilth's variants and the tools' own functions side by side on the same source files in memory.

    .venv/bin/python bench/code_filters.py --dolma .venv-peers/dolma/bin/python --nemo .venv-peers/nemo/bin/python

dolma tags with code_starcoder_taggers_v2, code_redpajama_taggers_v1 and code_copyright_comments_v1; NeMo Curator scores with its filters
for comments, lines, XML headers, letters and HTML. Tilth measures what each of them measures, and applies the rules as well.
"""

from __future__ import annotations

import argparse
import sys
import sysconfig
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from side_by_side import Make, batches, compare, over, serve

HERE = Path(__file__).resolve().parent
PAGES = HERE.parent.parent / "shared" / "data" / "web" / "trafilatura_eval_html.tar.gz"


def tilth(variant: str) -> Make:
    def make(files: list[Any]) -> Callable[[], object]:
        from tilth import filters

        steps, rows = filters.code(variant), batches([file["text"] for file in files], [file["path"] for file in files])
        return lambda: over(steps, rows)

    return make


def dolma(files: list[Any]) -> Callable[[], object]:
    import warnings

    from dolma.core.data_types import DocumentWithMetadata
    from dolma.taggers.code import CodeCopyrightTagger, CodeRedPajamaTaggers, CodeStarCoderTaggers2

    warnings.filterwarnings("ignore")
    taggers = [CodeStarCoderTaggers2(), CodeRedPajamaTaggers(), CodeCopyrightTagger()]
    documents = [
        DocumentWithMetadata(source="", version="0", id=file["path"], text=file["text"], metadata={"ext": file["path"].rpartition(".")[2]})
        for file in files
    ]
    return lambda: [[tagger.predict(document) for tagger in taggers] for document in documents]


def nemo(files: list[Any]) -> Callable[[], object]:
    import importlib
    import types
    import warnings

    sys.path.append(str(HERE / "oracles"))
    peer_nemo, peer_code = importlib.import_module("peer_nemo"), importlib.import_module("peer_code_nemo")
    warnings.filterwarnings("ignore")
    peer_nemo.stand_in()
    sys.modules["sentencepiece"] = types.ModuleType("sentencepiece")
    code = importlib.import_module("nemo_curator.stages.text.filters.heuristic.code.code")
    return lambda: [peer_code.scores(code, **file) for file in files]


TOOLS: dict[str, Make] = {"tilth-dolma": tilth("dolma"), "dolma": dolma, "tilth-nemo": tilth("nemo"), "nemo": nemo}


def installed(pattern: str) -> Iterator[tuple[str, str]]:
    """Yield files of this Python: its standard library, headers, and installed packages."""
    for folder in ("stdlib", "include", "purelib"):
        for path in sorted(Path(sysconfig.get_path(folder)).glob(f"**/{pattern}")):
            try:
                yield path.name, path.read_text("utf-8")
            except (UnicodeDecodeError, OSError):
                continue


def pages() -> Iterator[tuple[str, str]]:
    if PAGES.exists():
        with tarfile.open(PAGES) as archive:
            for member in archive:
                opened = archive.extractfile(member) if member.isfile() else None
                if opened is not None:
                    yield "page.html", opened.read().decode("utf-8", "replace")


SETS: dict[str, Callable[[], Iterator[tuple[str, str]]]] = {
    "Python": lambda: installed("*.py"), "C headers": lambda: installed("*.h"), "JavaScript": lambda: installed("*.js"), "HTML": pages,
}


def collect(files: Iterator[tuple[str, str]], most: int) -> list[dict[str, str]]:
    """Return files of together about `most` bytes, none longer than a tenth of it."""
    out, size = [], 0
    for path, text in files:
        if text and len(text) < most // 10:
            out.append({"path": path, "text": text})
            size += len(text.encode())
        if size >= most:
            break
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dolma", default=".venv-peers/dolma/bin/python", help="an interpreter that has dolma with its code extras")
    parser.add_argument("--nemo", default=".venv-peers/nemo/bin/python", help="an interpreter that has nemo-curator and comment_parser")
    parser.add_argument("--megabytes", type=float, default=2.0, help="of each set")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--work", nargs=2, metavar=("TOOL", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        serve(TOOLS[arguments.work[0]], arguments.work[1])
        return
    print("| set | MB | Tilth MB/s, as dolma | dolma MB/s | ratio | Tilth MB/s, as NeMo | NeMo MB/s | ratio |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    pythons = {"tilth-dolma": sys.executable, "dolma": arguments.dolma, "tilth-nemo": sys.executable, "nemo": arguments.nemo}
    for name, load in SETS.items():
        files = collect(load(), int(arguments.megabytes * 1e6))
        if files:
            size = sum(len(file["text"].encode()) for file in files) / 1e6
            times = compare(__file__, pythons, files, arguments.passes)
            cells = [f"{size:.2f}"]
            for ours, theirs in (times[:2], times[2:]):
                cells += [f"{size / ours:.1f}", f"{size / theirs:.2f}", f"{theirs / ours:.0f}"]
            print("|", " | ".join([name, *cells]), "|", flush=True)


if __name__ == "__main__":
    main()
