"""How whom a corpus speaks of is shown: mentions step by step, what is more than chance, words beside a group, documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tilth.cli.show import line, share, table

if TYPE_CHECKING:
    from tilth.bias import Association
    from tilth.stats import Beside, People, Presence, Shift

_EXCERPT = 160  # characters


def whom(found: People) -> None:
    """Print all of it."""
    mentions(found.presence)
    line("")
    told = [one for one in found.shifts if one.p is not None]
    if told:
        table(_HEAD, [_row(one) for one in told], "What each step did to the shares")
        line("by chance: 95 of 100 random choices of as many rows change the share by less; p is for all comparisons together")
    if len(told) < len(found.shifts):
        line(f"of {len(found.shifts) - len(told)} more changes nothing can be said: too few rows went or stayed")
    line("")
    for beside in found.beside:
        _beside(beside)
    for shift, examples in found.examples:
        line(f"{shift.step} dropped most {_of(shift)}, for instance:")
        for one in examples:
            line(f"  {one.id}: {' '.join(one.excerpt.split())[:_EXCERPT]}")


def mentions(found: Sequence[Presence]) -> None:
    """Print mentions by step, and beside them what share of all groups' mentions, or of the group's own, they are."""
    names = [name.removeprefix("group_") for name in found[0].signals]
    rows = [(one.step, one.rows, *(_of_whole(one, at) for at in range(len(names)))) for one in found]
    table(("", "rows", *(name.replace("_", " ") for name in names)), rows, "Whom it speaks of: mentions, and their share")


def _of_whole(one: Presence, at: int) -> str:
    group = one.signals[at].partition("_near_")[0]
    if group == one.signals[at]:
        whole = sum(n for name, n in zip(one.signals, one.mentions, strict=True) if "_near_" not in name)
    else:
        whole = one.mentions[one.signals.index(group)]
    return f"{one.mentions[at]:,}  {share(one.mentions[at], whole)}".rstrip()


_HEAD = ("step", "rows dropped", "share of", "before", "after", "change", "by chance", "p", "")


def _row(one: Shift) -> tuple[object, ...]:
    change = f"{100 * one.change:+.2f}"
    p = "<0.001" if (one.p or 0) < 0.001 else f"{one.p:.3f}"
    far = "more than chance" if one.beyond_chance else ""
    return one.step, one.rows, _name(one), share(one.before, 1), share(one.after, 1), change, f"±{100 * (one.chance or 0):.2f}", p, far


def _name(one: Shift) -> str:
    return one.signal.removeprefix("group_").replace("_", " ")


def _of(one: Shift) -> str:
    """Of what it dropped more than its part, since the share fell; or of all else, since it rose."""
    return f"of {_name(one)}" if one.change < 0 else f"that is not of {_name(one)}"


def _beside(found: Beside) -> None:
    rows = [_word(here, there) for here, there in zip(found.kept, found.gone, strict=True)]
    kept, gone = found.rows
    line(f"Words rather beside {found.first} (above 0) or {found.second}: log-odds in {kept:,} rows kept, {gone:,} dropped")
    if rows:
        table(("word", found.first, found.second, "kept", "from", "to", "dropped"), rows)
    line("" if rows else "none more often than chance would have it\n")


def _word(here: Association, there: Association | None) -> tuple[object, ...]:
    ends = [f"{each:+.2f}" for each in (here.log_odds, here.low, here.high) if each is not None]
    return here.context, here.first, here.second, *ends, f"{there.log_odds:+.2f}" if there else ""
