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
