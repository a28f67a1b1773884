"""What a rule does alone is what a run with that rule alone does; in order, what the funnel says."""

from __future__ import annotations

from stats.conftest import RULES

import tilth as t
from tilth.memory import evaluate
from tilth.probe import sample
from tilth.stats.rules import effects


def test_alone_in_order_and_only(made) -> None:
    run, rows = t.load(made.out), sample(made.corpus, 10_000)
    found = effects(run)
    assert [(each.came, each.dropped) for each in found] == [
        (entry["came"], sum(entry["dropped"].values())) for entry in run.funnel if entry["dropped"]
    ]
    gone = [set(evaluate([t.Filter(rule)], rows).audit["id"].to_pylist()) for rule in RULES]
    first, second, exact, third = found
    assert (first.known, first.alone) == (len(rows), len(gone[0])) and (second.known, second.alone) == (len(rows), len(gone[1]))
    assert (exact.rule, exact.alone, exact.only) == ("", None, None)
    assert (third.rule, third.alone) == (RULES[2], None)  # it reads a text that the audit does not keep
    assert (first.only, second.only) == (len(gone[0] - gone[1]), len(gone[1] - gone[0]))


def test_a_rule_over_what_was_measured_too_late_counts_only_what_it_can_tell(made, tmp_path) -> None:
    from tilth.filters import GopherQuality

    recipe = [t.Filter("score >= 0.5"), GopherQuality(), t.Filter("gopher_mean_word_length < 5.2")]
    run = t.run(made.corpus, recipe, str(tmp_path / "out"), "inline")
    found = {each.rule: each for each in effects(run) if each.rule}
    late = found["gopher_mean_word_length < 5.2"]
    assert late.known is not None and late.known <= late.came + sum(e.dropped for e in effects(run) if not e.rule)
    assert late.alone == late.dropped
