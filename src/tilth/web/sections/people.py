"""Whom the corpus speaks of: mentions step by step, what is more than chance, the words beside each group."""

from __future__ import annotations

from tilth.bias import Association
from tilth.stats import Beside, Presence, Shift
from tilth.web.markup import Html, joined, tag
from tilth.web.numerals import count, share
from tilth.web.page import code, lead, table
from tilth.web.people import Spoken
from tilth.web.sections.documents import example
from tilth.web.trails import Document


def people(spoken: Spoken) -> Html:
    """Return the mentions of each group after each step, the changes with what chance would do, documents and words."""
    found = spoken.found
    text = lead(
        "Mentions counted by ", code("filters.Mentions"), ", as they were when counted, before and after each step: for a group its "
        "part in the mentions of all groups, for a context its part in the group's own. Below, how each step changed these parts, and "
        "what dropping as many rows at random would do (95 of 100 times less than ±). Marked is what chance hardly explains, all "
        "comparisons taken together (Holm, 5 %). A count is of words, not of people.",
    )  # fmt: skip
    known = [one for one in found.shifts if one.p is not None]
    far, rest = sum(one.beyond_chance for one in known), len(found.shifts) - len(known)
    more = f" Of {rest} more nothing can be said: too few rows went or stayed." if rest else ""
    told = tag("p", f"{far} of {len(known)} changes are more than chance.{more}") if found.shifts else None
    return joined(
        text, _mentions(found.presence), told, _shifts(known) if known else None,
        [_examples(shift, documents) for shift, documents in spoken.examples if documents], [_beside(one) for one in found.beside],
    )  # fmt: skip


def _mentions(found: tuple[Presence, ...]) -> Html:
    names = list(found[0].signals)
    rows: list[list[object]] = [[one.step, count(one.rows), *(_cell(one, at) for at in range(len(names)))] for one in found]
    return table(["", "rows", *map(_name, names)], rows)


def _cell(one: Presence, at: int) -> Html:
    group = one.signals[at].partition("_near_")[0]
    groups = [n for name, n in zip(one.signals, one.mentions, strict=True) if "_near_" not in name]
    whole = sum(groups) if group == one.signals[at] else one.mentions[one.signals.index(group)]
    return joined(count(one.mentions[at]), " ", tag("small", share(one.mentions[at], whole)))


def _shifts(found: list[Shift]) -> Html:
    rows: list[list[object]] = [
        [one.step, _name(one.signal), share(one.before, 1), share(one.after, 1), _change(one),
         f"±{100 * (one.chance or 0):.2f}", _p(one.p or 0)]
        for one in found
    ]  # fmt: skip
    return table(["step", "share of", "before", "after", "change, points", "by chance", "p"], rows, numbers=2)


def _examples(shift: Shift, documents: list[Document]) -> Html:
    whom = f"of {_name(shift.signal)}" if shift.change < 0 else f"that is not of {_name(shift.signal)}"
    title = f"{shift.step} dropped most {whom}: documents that moved the share by most"
    return tag("details", tag("summary", title), *map(example, documents), class_="more")


def _beside(found: Beside) -> Html | None:
    if not found.kept:
        return None
    rows: list[list[object]] = [_word(one, there) for one, there in zip(found.kept, found.gone, strict=True)]
    title = f"Words beside {found.first} (above 0) rather than {found.second} (below)"
    text = lead(
        f"Log-odds ratios in the first 240 characters of {count(found.rows[0])} rows that stayed; the interval, over documents, holds for "
        f"all words at once. Last, the same in {count(found.rows[1])} rows that went."
    )
    head = ["word", f"near {found.first}", f"near {found.second}", "log-odds", "interval", "in rows that went"]
    return tag("details", tag("summary", title), text, table(head, rows), class_="more")


def _word(here: Association, there: Association | None) -> list[object]:
    interval = "" if here.low is None or here.high is None else f"{here.low:+.2f} to {here.high:+.2f}"
    gone = f"{there.log_odds:+.2f}" if there else "–"
    return [tag("bdi", here.context), count(here.first), count(here.second), f"{here.log_odds:+.2f}", interval, gone]


def _name(signal: str) -> str:
    return signal.removeprefix("group_").replace("_", " ")


def _change(one: Shift) -> Html:
    return tag("b" if one.beyond_chance else "span", f"{100 * one.change:+.2f}")


def _p(p: float) -> str:
    return "<0.001" if p < 0.001 else f"{p:.3f}"
