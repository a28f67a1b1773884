"""The headline says what the books say."""

from __future__ import annotations

from dataclasses import replace

from tilth.web.sections.headline import headline
from tilth.web.statistics import statistics


def test_figures_and_balance(out: str) -> None:
    found = statistics(out)
    data = found.run.data
    shown = headline(found)
    assert f"<h1>{data['rows_in']} rows in, <em>{data['rows_out']} kept</em></h1>" in shown
    for key, name in (("rows_out", "out"), ("audited", "audited"), ("quarantined", "quarantined")):
        assert f"<b>{data[key]}</b> {name}" in shown
    assert "<b>same text</b>" in shown and "tokens" not in shown


def test_tokens_are_shown_where_there_are_some(out: str) -> None:
    tokens = {"tokens": 486_111, "sequences": 243, "length": 2048, "seen_by_source": {}}
    assert "<dd>486,111</dd>" in headline(replace(statistics(out), tokens=tokens))
