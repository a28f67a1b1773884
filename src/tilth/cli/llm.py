"""Serve a simulated LLM endpoint, which answers from gold data and errs as it is told to.

  tilth llm simulate --gold gold.jsonl
  tilth llm simulate --gold gold.jsonl --model small:flip=0.1,price=0.15/0.075/0.6 --model large:flip=0.02 --port 8000
"""

from __future__ import annotations

import argparse
import time

from tilth.cli.show import line
from tilth.errors import MissingExtra


def arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(title="commands", metavar="WHAT", required=True)
    one = what.add_parser("simulate", doc=__doc__, help=(__doc__ or "").partition("\n")[0])
    one.add_argument("--gold", metavar="FILE", action="append", default=[], help="right answers, JSON Lines or Parquet (may be repeated)")
    one.add_argument("--model", metavar="NAME:...", action="append", default=[],
                     help="a model and its settings (default: one that never errs)")  # fmt: skip
    one.add_argument("--patterns", metavar="FILE", action="append", default=[], help="how other programs write prompts, JSON Lines")
    one.add_argument("--key", metavar="KEY", help="what callers must show as their API key (default: nothing)")
    one.add_argument("--port", metavar="N", type=int, default=0, help="the port (default: a free one)")
    one.add_argument("--debug", action="store_true", help="show where in the code an error came from")
    one.add_argument("--batch-seconds", metavar="S", type=float, default=0.0, help="how long a batch takes (default: as long as it needs)")


def command(given: argparse.Namespace) -> None:
    try:
        from tilth.llm.simulate import load, model, serve
    except ImportError as missing:
        raise MissingExtra.of(missing.name or "aiohttp", "llm", "tilth llm simulate") from None

    gold = [each for path in given.gold for each in load.load(path)]
    patterns = [each for path in given.patterns for each in load.patterns(path)]
    models = [model.parse(text) for text in given.model or ["simulated"]]
    with serve(models, gold, patterns=patterns, key=given.key, port=given.port, batch_seconds=given.batch_seconds) as server:
        line(f"export TILTH_LLM_BASE_URL={server.base_url}")
        line(f"# models: {', '.join(each.name for each in models)}; tasks: {len(gold)}; stop with Ctrl-C")
        while True:
            time.sleep(3600)
