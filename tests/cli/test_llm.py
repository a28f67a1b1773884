"""`tilth llm simulate`: a server of its own process, told by an environment variable where it is."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tilth.llm import simulate
from tilth.semantic.demo import Demo, Machine

Tilth = Callable[..., Any]


def test_it_serves_until_it_is_interrupted(interruptible: None, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps({"task": "good", "kind": "filter", "key": "A joy.", "answer": True}))
    pattern = tmp_path / "patterns.jsonl"
    pattern.write_text(
        json.dumps({"kind": "filter", "prompt": "Is this (?P<task>good): (?P<row>.*)", "form": "label", "words": ["Y", "N"]})
    )
    command = [
        sys.executable,
        "-m",
        "tilth.cli",
        "llm",
        "simulate",
        "--gold",
        str(gold),
        "--model",
        "m:price=1/1/1",
        "--patterns",
        str(pattern),
    ]
    with subprocess.Popen([*command, "--key", "sesame"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        name, _, url = process.stdout.readline().strip().partition("=")
        assert name == "export TILTH_LLM_BASE_URL"
        assert "tasks: 1" in process.stdout.readline()
        body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Is this good: A joy."}]}).encode()
        headers = {"Authorization": "Bearer sesame", "Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(f"{url}/chat/completions", body, headers)) as response:
            assert json.load(response)["choices"][0]["message"]["content"] == "Y"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 130


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("--gold", "none.jsonl"), "no gold that can be read"), (("--model", "m:flip=2"), "cannot have flip=2"),
        (("--port", "1"), "cannot be used"), (("--model", "m", "--model", "m"), "told apart"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_before_it_serves(tilth: Tilth, argv: tuple[str, ...], told: str) -> None:
    if argv == ("--port", "1"):
        import socket

        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            said = tilth("llm", "simulate", "--port", taken.getsockname()[1])
    else:
        said = tilth("llm", "simulate", *argv)
    assert said.code == 2
    assert told in said.err


def test_the_demo_asks_who_should_answer(tilth: Tilth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILTH_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.delenv("TILTH_LLM_MODEL", raising=False)
    code, _, said = tilth("llm", "demo")
    assert code == 2 and "needs the name of a model" in said and "--oracle" in said


def test_the_demo_runs_against_an_endpoint(tilth: Tilth, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    prices = tmp_path / "prices.yaml"
    prices.write_text("mine: {input: 1, output: 2}\n")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with simulate.serve([simulate.Model("mine")], [part.gold() for part in Demo(Machine(30, 200)).parts]) as server:
        monkeypatch.setenv("TILTH_LLM_BASE_URL", server.base_url)
        monkeypatch.setenv("TILTH_LLM_MODEL", "mine")
        code, out, said = tilth("llm", "demo", "--packages", "30", "--pages", "200", "--prices", str(prices), "--budget", "1.5")
        assert code == 0, said
        assert "Asked are mine and mine." in out and "capped at $1.50" in out and "What it cost" in out
        assert server.stats()["mine"]["requests"] > 100
