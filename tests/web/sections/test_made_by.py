"""What made it: steps, versions and commands that can be copied."""

from __future__ import annotations

import shlex

from tilth.web.sections.made_by import LONGEST, made_by, written
from tilth.web.statistics import statistics


def test_steps_versions_and_commands(out: str) -> None:
    found = statistics(out)
    shown = made_by(found)
    assert shown.count("<li>") == len(found.run.data["recipe"]) and "as executed" not in shown
    assert f"tilth {found.run.data['version']}, Python" in shown and found.run.data["manifest"] in shown
    assert f"tilth explain {shlex.quote(out)} " in shown


def test_what_was_learned_is_shown_beside_the_recipe(out: str) -> None:
    found = statistics(out)
    found.run.data["executed"] = found.run.data["executed"][:-1]
    assert "as executed" in made_by(found)


def test_long_values_are_cut() -> None:
    assert written("x" * 5000).endswith("… (5,002 characters)") and len(written(["y" * 400] * 400)) < LONGEST + 40
    assert written({"$step": "tilth.rules:Filter", "version": 1, "rule": "a"}) == "Filter(rule='a')"
