"""Settings: what cannot be is refused, what a worker gets is what was set, and the ambient client ends with its block."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tilth import llm
from tilth.errors import RecipeError


@pytest.mark.parametrize(
    "wrong", [{"in_flight": 0}, {"attempts": 0}, {"timeout": 0}, {"budget": -1.0}, {"requests_per_minute": 0.0}, {"backoff": float("inf")}]
)
def test_numbers_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(RecipeError, match=next(iter(wrong))):
        llm.Client(**wrong)


def test_json_brings_the_same_client_to_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    client = llm.Client(base_url="http://x/v1", cache="here.sqlite", prices={"m": {"input": 1.0}}, budget=2.5, requests_per_minute=9.0)
    there = llm.Client.from_json(client.to_json())
    assert there.path == str(tmp_path / "here.sqlite") and (there.prices, there.budget) == (client.prices, 2.5)
    assert there.to_json() == client.to_json()


def test_the_default_file_is_where_caches_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert llm.Client().path == str(tmp_path / "tilth" / "llm.sqlite")


def test_the_ambient_client_ends_with_its_block_and_reaches_other_processes() -> None:
    outer, inner = llm.Client(in_flight=5), llm.Client(in_flight=6)
    with llm.using(outer):
        with pytest.raises(KeyError), llm.using(inner):
            told = subprocess.run([sys.executable, "-c", "from tilth import llm; print(llm.current().in_flight)"], capture_output=True)
            assert told.stdout.split() == [b"6"]
            raise KeyError
        assert llm.current().in_flight == 5
    assert llm.current().in_flight == 64 and "TILTH_LLM" not in os.environ
    llm.configure(inner)
    assert llm.current().in_flight == 6
    llm.configure(None)
    assert llm.current() == llm.Client()


def test_a_variable_that_holds_no_client_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("{", "[]", '{"colour": 1}'):
        monkeypatch.setenv("TILTH_LLM", text)
        with pytest.raises(llm.LlmError, match="does not hold a client"):
            llm.current()


def test_the_settings_need_no_library() -> None:
    script = "import sys; from tilth import llm; llm.using(llm.Client()); print([m for m in ('aiohttp', 'jsonschema') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"
