"""What the demo knows of a machine is what the metadata says, with or without Debian."""

from __future__ import annotations

import importlib.metadata
import shutil
from pathlib import Path

import pytest

from tilth.errors import RecipeError
from tilth.semantic.demo import machine as demo_machine
from tilth.semantic.demo.machine import LICENCES, README, Machine, plain


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with two packages, one of which says much of itself and the other nothing."""
    told = tmp_path / "Snow_Ball-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: Snow_Ball\nVersion: 1.0\nLicense: MIT License\nRequires-Python: !=3.9.1,>=3.9\n"
        "Requires-Dist: Ice.Cream>=2\nRequires-Dist: hot; extra == 'summer'\nClassifier: Topic :: Games/Entertainment\n"
        "Classifier: Topic :: Software Development\nDescription-Content-Type: text/markdown\n\n# Snow\n\nThrow it. MIT licensed.\n"
    )
    (told / "top_level.txt").write_text("snow\n")
    silent = tmp_path / "silent-1.0.dist-info"
    silent.mkdir()
    (silent / "METADATA").write_text("Metadata-Version: 2.1\nName: silent\nVersion: 1.0\n")
    found = [*importlib.metadata.distributions(path=[str(tmp_path)])]
    monkeypatch.setattr(importlib.metadata, "distributions", lambda: found)
    monkeypatch.setattr(importlib.metadata, "packages_distributions", lambda: {"snow": ["Snow_Ball"], "other": ["elsewhere"]})
    return Machine()


def test_what_metadata_says(installed: Machine) -> None:
    assert list(installed.installed) == ["silent", "Snow_Ball"]
    assert installed.licence("Snow_Ball") == "MIT" and installed.licence("silent") is None
    assert installed.python("Snow_Ball") == "3.9" and installed.python("silent") is None
    assert installed.requires("Snow_Ball") == ["ice-cream"] and installed.requires("silent") == []
    assert installed.topics("Snow_Ball") == {"Games/Entertainment"} and installed.topics("Python's standard library") == set()
    assert list(installed.readmes) == ["Snow_Ball"]


def test_debian_packages_belong_to_whom_they_hold(installed: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def said(command: tuple[str, ...]) -> str:
        lib = "/usr/lib/python3/dist-packages"
        if command[1] == "-S":
            return f"python3-snow:amd64: {lib}/snow_ball-0.9.egg-info\npython3-sun: {lib}/sun.egg-info\n"
        return "python3-snow\tsnow to throw\npython3-sun\twarm\nbash\ta shell\n"

    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/dpkg-query")
    monkeypatch.setattr(demo_machine, "_said", said)
    assert installed.parts == {
        "Debian package bash: a shell": set(), "Debian package python3-snow: snow to throw": {"Snow_Ball"},
        "Debian package python3-sun: warm": set(), "module other": set(), "module snow": {"Snow_Ball"},
    }  # fmt: skip


def test_without_debian_only_modules(installed: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert installed.parts == {"module other": set(), "module snow": {"Snow_Ball"}}


def test_this_machine(machine: Machine) -> None:
    assert len(machine.installed) == 40 and 200 <= len(machine.pages) <= 400
    assert all(0 < len(text) <= README for text in machine.readmes.values())
    assert {machine.licence(name) for name in machine.installed} <= {*LICENCES, None}
    assert machine.rare_topic in machine._topics and machine.common_topic in machine._topics
    assert all(owners <= set(machine.installed) for owners in machine.parts.values())


def test_names_are_compared_as_indexes_do() -> None:
    assert plain("Ruamel.YAML__x") == "ruamel-yaml-x"


def test_what_cannot_be(installed: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RecipeError, match="packages=0"):
        Machine(packages=0)
    with pytest.raises(RecipeError, match="pages=5"):
        Machine(most=5)
    with pytest.raises(RecipeError, match="No package names a topic"):
        assert Machine(packages=1).rare_topic
