"""Sources and languages: counts, shares, tokens and heat."""

from __future__ import annotations

from dataclasses import replace

from tilth.web.sections.sources import languages, sources
from tilth.web.statistics import SOURCES, statistics


def test_heat_is_the_share_of_a_source(out: str) -> None:
    shown = sources(statistics(out))
    assert '<th scope="row">books</th>' in shown and "33.3%" in shown and "--heat:23%" in shown  # one of three rows; 70% at most


def test_tokens_of_a_source(out: str) -> None:
    tokens = {"tokens": 200, "tokens_by_source": {"web": 150, "books": 50}, "seen_by_source": {"web": 150, "books": 50}}
    shown = sources(replace(statistics(out), tokens=tokens))
    assert "75.0%" in shown and "25.0%" in shown and "epochs" not in shown


def test_what_is_seen_more_than_once(out: str) -> None:
    tokens = {"tokens": 200, "tokens_by_source": {"web": 150, "books": 50}, "seen_by_source": {"web": 100, "books": 100}}
    shown = sources(replace(statistics(out), tokens=tokens))
    assert "epochs" in shown and "2.00" in shown and "0.67" in shown and shown.count("50.0%") >= 2


def test_rare_languages_are_one_row(out: str) -> None:
    many = [(f"l{i}", 100 - i, i % 2) for i in range(40)]
    shown = languages(replace(statistics(out), languages=many))
    assert shown.count("<tr>") == SOURCES + 2 and f"{40 - SOURCES} others" in shown
