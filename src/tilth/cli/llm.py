"""Show what language models do with data, or serve a simulated LLM endpoint.

  tilth llm demo
  tilth llm simulate --gold gold.jsonl
"""

from __future__ import annotations

import argparse
import os
import time

from tilth.cli.show import console, line
from tilth.errors import MissingExtra, TilthError

SIMULATE = """Serve a simulated LLM endpoint, which answers from gold data and errs as it is told to.

  tilth llm simulate --gold gold.jsonl
  tilth llm simulate --gold gold.jsonl --model small:flip=0.1,price=0.15/0.075/0.6 --model large:flip=0.02 --port 8000
"""
DEMO = """Extract, filter, join and distil what this machine has, by simulated models; or by those at TILTH_LLM_BASE_URL.

  tilth llm demo
  TILTH_LLM_BASE_URL=https://api.openai.com/v1 tilth llm demo --oracle gpt-4o --proxy gpt-4o-mini --prices prices.yaml --budget 1
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(title="commands", metavar="WHAT", required=True)
    for name, doc, options, do in (("demo", DEMO, _demo_options, demo), ("simulate", SIMULATE, _simulate_options, simulate)):
        one = what.add_parser(name, doc=doc, help=doc.partition("\n")[0])
        options(one)
        one.add_argument("--debug", action="store_true", help="show where in the code an error came from")
        one.set_defaults(do=do, parser=one)


def command(given: argparse.Namespace) -> None:
    given.do(given)


def _demo_options(one: argparse.ArgumentParser) -> None:
    one.add_argument("--oracle", metavar="MODEL", help="the expensive model (default: TILTH_LLM_MODEL, or a simulated one)")
    one.add_argument("--proxy", metavar="MODEL", help="the cheap model (default: TILTH_LLM_SMALL_MODEL, or the expensive one)")
    one.add_argument("--prices", metavar="FILE", help="prices of the models, dollars per million tokens, YAML or JSON")
    one.add_argument("--budget", metavar="$", type=float, help="dollars that are never exceeded (default: 2)")
    one.add_argument("--packages", metavar="N", type=int, help="how many packages (default: all)")
    one.add_argument("--pages", metavar="N", type=int, default=4000, help="how many pages of documentation at most (default: 4000)")


def demo(given: argparse.Namespace) -> None:
    try:
        from tilth.llm import Client
        from tilth.semantic.demo import BUDGET, Demo, Machine, Models, show
    except ImportError as missing:
        raise MissingExtra.of(missing.name or "aiohttp", "llm", "tilth llm demo") from None

    url = os.environ.get("TILTH_LLM_BASE_URL", "")
    oracle = given.oracle or os.environ.get("TILTH_LLM_MODEL", "")
    proxy = given.proxy or os.environ.get("TILTH_LLM_SMALL_MODEL", "") or oracle
    if (url or proxy) and not oracle:
        where = url or f"--proxy {proxy}"
        raise TilthError("The demo needs the name of a model.", where=where, fix="tilth llm demo --oracle gpt-4o --proxy gpt-4o-mini")
    budget = BUDGET if given.budget is None else given.budget
    client = Client(base_url=url, account="demo", budget=budget, prices=given.prices or {})
    show(Demo(Machine(given.packages, given.pages), Models(oracle, proxy) if oracle else Models(), client), console(width=110))


def _simulate_options(one: argparse.ArgumentParser) -> None:
    one.add_argument("--gold", metavar="FILE", action="append", default=[], help="right answers, JSON Lines or Parquet (may be repeated)")
    one.add_argument("--model", metavar="NAME:...", action="append", default=[],
                     help="a model and its settings (default: one that never errs)")  # fmt: skip
    one.add_argument("--patterns", metavar="FILE", action="append", default=[], help="how other programs write prompts, JSON Lines")
    one.add_argument("--key", metavar="KEY", help="what callers must show as their API key (default: nothing)")
    one.add_argument("--port", metavar="N", type=int, default=0, help="the port (default: a free one)")
    one.add_argument("--batch-seconds", metavar="S", type=float, default=0.0, help="how long a batch takes (default: as long as it needs)")


def simulate(given: argparse.Namespace) -> None:
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
