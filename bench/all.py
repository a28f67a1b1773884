"""Every bench in one go, side by side with the peers, into bench/RESULTS.md: `make bench`.

    .venv/bin/python bench/all.py --peer .venv-peers/bin/python [--only dedup chain]
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
PAGES = HERE.parents[1] / "shared" / "data" / "web" / "trafilatura_eval_html.tar.gz"
BENCHES = {  # name: (title, what was aimed at, arguments)
    "filters": ("The FineWeb rules, texts in memory", "at least 100x datatrove on prose and web, 55x on code; 35 MB/s a core", ["--peer"]),
    "fineweb": ("The same from JSONL.zst to Parquet", "reading and writing included, at least 100x", ["--peer"]),
    "dedup": ("MinHash deduplication", "end to end at least 100x datatrove, with survivors that agree", ["--peer", "--mb", "16"]),
    "extract": ("WARC to text, pydoc's pages", "within 1.3x of the extractor alone on the same bytes", []),
    "extract-web": ("WARC to text, web pages", "the same", ["--tar", str(PAGES)]),
    "language": ("Language identification", "faster than fastText's own library, with its results", []),
    "tokens": ("Training and encoding", "within 1.1x of the tokenizers library alone", []),
    "chain": ("The whole chain beside the floor", "25 MB/s a core without HTML extraction and encoding", []),
    "scale": ("1x, 4x, 16x", "time in proportion, a worker's memory flat, both as `plan` foretold", []),
}


def machine() -> str:
    model = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text()) if Path("/proc/cpuinfo").exists() else None
    tools = ", ".join(f"{name} {version(name)}" for name in ("pyarrow", "numba", "numpy", "resiliparse", "tokenizers"))
    return f"{model[1] if model else platform.processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, {tools}"


def peers(python: str) -> str:
    code = "from importlib.metadata import version; print(', '.join(f'{n} {version(n)}' for n in ('datatrove', 'spacy', 'tokenizers')))"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=False).stdout.strip()


def measure(name: str, arguments: list[str], peer: str) -> str:
    extra = [value for each in arguments for value in ([each, peer] if each == "--peer" else [each])]
    script = HERE / f"{name.partition('-')[0]}.py"
    start = time.monotonic()
    done = subprocess.run([sys.executable, str(script), *extra], capture_output=True, text=True, check=False)
    out = done.stdout.strip() or done.stderr.strip()[-2000:]
    return (out if "|" in out else f"```\n{out}\n```") + f"\n\n*{time.monotonic() - start:.0f} s, load {os.getloadavg()[0]:.1f}.*"


def sections() -> dict[str, str]:
    """What stands in the results already, by title: a bench that is not run now keeps its old table."""
    text = RESULTS.read_text() if RESULTS.exists() else ""
    return {part.partition("\n")[0].strip(): part.partition("\n")[2].strip() for part in text.split("\n## ")[1:]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default=".venv-peers/bin/python")
    parser.add_argument("--only", nargs="*", choices=list(BENCHES))
    given = parser.parse_args()
    known = sections()
    for name, (title, aim, arguments) in BENCHES.items():
        if given.only is None or name in given.only:
            stamp = f"{time.strftime('%Y-%m-%d')}; {machine()}; {peers(given.peer)}"
            known[title] = f"Aim: {aim}.\n\n{measure(name, arguments, given.peer)}\n\n{stamp}"
            print(f"## {title}\n\n{known[title]}\n", flush=True)
            head = "# Results\n\nAs measured, good or bad, by `make bench`; machines are noisy, so read ratios before speeds.\n"
            titles = [each[0] for each in BENCHES.values()]
            order = [*titles, *(other for other in known if other not in titles)]
            RESULTS.write_text(head + "".join(f"\n## {each}\n\n{known[each]}\n" for each in order if each in known))


if __name__ == "__main__":
    main()
