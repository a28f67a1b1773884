"""Plans measured on one simulator: what each asks, of whom, what it costs, how long it takes; a table with a line for each."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tilth import llm
from tilth.llm import simulate
from tilth.llm.simulate import Gold, Model

SPEED = {"base_seconds": 0.4, "prefill_seconds": 1e-5, "decode_seconds": 0.01}
LARGE = Model("large", flip=0.02, decay=0.001, price=(2.5, 1.25, 10.0), **SPEED)
SMALL = Model("small", flip=0.1, decay=0.002, price=(0.15, 0.075, 0.6), **SPEED)
LOTUS = Path(__file__).with_name("lotus_queries.py")
HEAD = ("plan", "calls of large", "of small", "prompt tokens", "cached", "answer tokens", "dollars", "cheaper", "seconds", "CPU s")


@dataclass
class Bench:
    """A simulator, and the lines of a table: the first plan is what the others are cheaper than."""

    server: simulate.Server
    models: Sequence[Model]
    lotus: str
    first: float = 0.0

    def plan(self, name: str, work: Callable[[], Any], judge: Callable[[Any], Sequence[object]]) -> None:
        """Do it against a server that remembers nothing and an empty cache; print its line, `judge` fills the last columns."""
        self.server.reset()
        with fresh(self.server, self.models):
            start, cpu = time.perf_counter(), time.process_time()
            answer = work()
            seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        if isinstance(answer, dict) and "cpu" in answer:
            seconds, cpu, answer = answer["seconds"], answer["cpu"], answer["answer"]
        self._line(name, self.server.stats(), seconds, cpu, judge(answer))

    def peer(self, name: str, query: str, judge: Callable[[Any], Sequence[object]], **of: Any) -> None:
        """The same by LOTUS, in a process of its own; nothing where it is not there."""
        if self.lotus:
            self.plan(name, lambda: self._asked(query, of), judge)

    def _asked(self, query: str, of: dict[str, Any]) -> Any:
        given = json.dumps({"base_url": self.server.base_url, "query": query, "of": of})
        done = subprocess.run([self.lotus, str(LOTUS)], input=given, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"LOTUS failed at {query}:\n{done.stderr[-2000:]}")
        return json.loads(done.stdout.splitlines()[-1])

    def _line(self, name: str, stats: dict[str, Any], seconds: float, cpu: float, judged: Sequence[object]) -> None:
        dollars = sum(each["dollars"] for each in stats.values())
        self.first = self.first or dollars
        tokens = [sum(each[kind] for each in stats.values()) for kind in ("prompt_tokens", "cached_tokens", "completion_tokens")]
        calls = [stats[each.name]["answered"] for each in self.models]
        told = [f"{each:,}" for each in (*calls, *tokens)]
        cells = [name, *told, f"{dollars:.4f}", f"{self.first / dollars:.1f}x", f"{seconds:.1f}", f"{cpu:.1f}", *judged]
        print("| " + " | ".join(f"{each:.3f}" if isinstance(each, float) else str(each) for each in cells) + " |", flush=True)


@contextmanager
def fresh(server: simulate.Server, models: Sequence[Model], **settings: Any) -> Iterator[None]:
    """Ask `server` with an empty cache, at the models' prices."""
    prices = {each.name: dict(zip(("input", "cached", "output"), each.price or (), strict=True)) for each in models}
    with (
        tempfile.TemporaryDirectory() as folder,
        llm.using(llm.Client(server.base_url, cache=f"{folder}/llm.sqlite", prices=prices, **settings)),
    ):
        yield


@contextmanager
def table(
    title: str, gold: Sequence[Gold], columns: Sequence[str], lotus: str, models: Sequence[Model] = (LARGE, SMALL)
) -> Iterator[Bench]:
    """Serve `models` for the plans of a table whose head this prints."""
    print(f"\n{title}\n\n| {' | '.join((*HEAD, *columns))} |\n|---|{'---:|' * (len(HEAD) + len(columns) - 1)}")
    with simulate.serve(models, gold) as server:
        yield Bench(server, models, lotus)


def f1(found: Sequence[Any], truth: Sequence[Any]) -> float:
    """The harmonic mean of precision and recall; of things that can be there twice, each counts once."""
    mine, right = set(found), set(truth)
    return 2 * len(mine & right) / max(1, len(mine) + len(right))


def precision_recall(found: Sequence[Any], truth: Sequence[Any]) -> tuple[float, float]:
    both = len(set(found) & set(truth))
    return both / max(1, len(set(found))), both / max(1, len(set(truth)))
