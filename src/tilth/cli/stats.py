"""Show what a corpus is like: signals by group, variety, duplicates, what each rule does; or propose thresholds.

  tilth stats work/web-en
  tilth stats work/web-en --signal lang_en words
  tilth stats work/web-en --groups
  tilth stats work/web-en --propose k=3
  tilth stats work/web-en --propose share=0.9 --json
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tilth.cli.show import line, share, table
from tilth.errors import RecipeError
from tilth.rules import did_you_mean

if TYPE_CHECKING:
    from tilth.stats import Effect, Group, Groups, Stats, Summary, Variety

WIDE = 6  # groups beside each other


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="RUN", help="the folder of a run")
    parser.add_argument("--signal", metavar="NAME", nargs="+", default=(), help="only these signals, in full for every group")
    parser.add_argument("--groups", action="store_true", help="whom it speaks of: what each step changed, and the words beside each group")
    parser.add_argument("--most", metavar="N", type=int, default=10, help="how many groups, pairs and n-grams (default: 10)")
    parser.add_argument("--sample", metavar="N", type=int, default=1000, help="rows to measure variety on (default: 1000)")
    parser.add_argument("--propose", metavar="HOW", help="thresholds: k=3 for 3 standard deviations, share=0.9 for the middle 90%%")
    parser.add_argument("--json", action="store_true", help="print JSON, with everything in it")


def command(given: argparse.Namespace) -> None:
    from tilth.stats import propose, stats

    if given.propose is not None:
        found = propose(given.out, **_how(given.propose))
        return _json([{**vars(each), "rule": each.rule} for each in found]) if given.json else _proposals(found)
    if given.groups:
        from tilth.cli.groups import whom
        from tilth.stats import people

        told = people(given.out, given.most)
        return _json(asdict(told)) if given.json else whom(told)
    of = stats(given.out, given.most, given.sample)
    if given.json:
        return _json(of.to_json())
    return _signals(of, given.signal) if given.signal else _everything(of, given.most)


def _how(text: str) -> dict[str, float]:
    name, _, value = text.partition("=")
    try:
        return {{"k": "k", "share": "share"}[name]: float(value)}
    except (KeyError, ValueError):
        raise RecipeError(
            f"--propose {text} cannot be read.", why="it is k=NUMBER or share=NUMBER", fix="--propose k=3, or --propose share=0.9"
        ) from None


def _json(value: Any) -> None:
    import orjson

    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


def _proposals(found: Iterable[Any]) -> None:
    rows = [
        (each.signal, each.rows, each.below, each.above, each.unknown, share(each.dropped, each.rows), each.rule)
        for each in found
    ]
    table(("signal", "rows", "below", "above", "unknown", "dropped", "rule"), rows, "Thresholds, over all rows that were measured")


def _everything(of: Stats, most: int) -> None:
    line(f"{of.kept.rows:,} of {of.rows_in:,} rows kept\n")
    table(_HEAD[1:], [_full(one) for one in of.kept.signals], "Signals of the rows kept")
    for groups in of.groups:
        line("")
        _medians(groups, of.kept)
    line("")
    _variety(of.variety)
    if of.duplicates:
        line("")
        pairs = [(pair.source, pair.of, pair.rows) for pair in of.duplicates[:most]]
        table(("source of the copy", "source of what stays", "rows"), pairs, "Duplicates")
    line("")
    _rules(of.effects)
    if of.presence:
        from tilth.cli.groups import mentions

        line("")
        mentions(of.presence)
        far = sum(one.beyond_chance for one in of.shifts)
        line(f"{far} of {len(of.shifts)} changes of a share are more than chance: tilth stats {of.out} --groups")


def _rules(effects: Iterable[Effect]) -> None:
    rows = [
        (one.step, one.came, one.dropped, share(one.dropped, one.came), one.alone,
         "" if one.alone is None else share(one.alone, one.known or 0), one.only)
        for one in effects
    ]
    head = ("step", "came", "dropped", "share", "alone", "share", "no other rule")
    table(head, rows, "What each rule drops: in order, alone, and where no other rule would")


_HEAD = ("group", "signal", "known", "unknown", "mean", "least", "5%", "25%", "median", "75%", "95%", "most")


def _full(one: Summary) -> list[Any]:
    ends = [one.least, *(one.quantiles or [None] * 5), one.most]
    return [one.name, one.known, one.unknown, _short(one.mean), *map(_short, ends)]


def _short(value: float | None) -> str:
    """Three telling digits, and no fraction where there is none."""
    return "" if value is None else f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.3g}"


def _middle(one: Summary) -> str:
    """The median, and of truth values how many are true."""
    if not one.known:
        return ""
    return share(one.mean or 0.0, 1) if one.kind == "truth" else _short(one.quantiles[2])


def _medians(groups: Groups, kept: Group) -> None:
    shown = groups.groups[:WIDE]
    rows = [("rows", *(f"{group.rows:,}" for group in shown))]
    for at, one in enumerate(kept.signals):
        found = [group.signals[at] for group in shown]
        rows.append((one.name, *map(_middle, found)))
    left = len(groups.groups) - len(shown)
    more = f" ({left} more: --signal NAME, or --json)" if left else ""
    table(("median of", *(group.value for group in shown)), rows, f"By {groups.kind}{more}")


def _signals(of: Stats, names: Iterable[str]) -> None:
    known = [one.name for one in of.kept.signals]
    for name in names:
        if name not in known:
            raise RecipeError(f"There is no signal {name!r}.", where=of.out, fix=did_you_mean(name, known))
        at = known.index(name)
        groups = [("all", of.kept), *((f"{kind.kind} {group.value}", group) for kind in of.groups for group in kind.groups)]
        table(("group", *_HEAD[2:]), [[label, *_full(group.signals[at])[1:]] for label, group in groups], name)
        line("")


def _variety(found: Variety) -> None:
    single, double, triple = found.distinct
    rows = [
        ("distinct words", single, f"of the first {found.words:,}"), ("distinct pairs of words", double, ""),
        ("distinct threes of words", triple, ""), ("distinct words in 1,000", found.segments, "mean over stretches"),
        ("compression", found.compression, "bytes by bytes after zstd: higher, more of the same"),
        ("Vendi score", found.vendi, f"of {found.vendi_rows} rows: so many wholly different ones are as varied"),
    ]
    table(("variety", "", ""), [(name, _short(value), told) for name, value, told in rows], f"Variety, on {found.rows:,} rows")
    line("")
    head = [name for n in range(len(found.top)) for name in (f"{n + 1} word{'s' * (n > 0)}", "rows")]
    deepest = max(map(len, found.top), default=0)
    lines = [[cell for top in found.top for cell in ((top[i].words, top[i].rows) if i < len(top) else ("", ""))] for i in range(deepest)]
    table(head, lines, "N-grams that stand in most rows of the sample")
