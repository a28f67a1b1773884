"""Languages and sources: what came, what is left, and why the rest went."""

from __future__ import annotations

from collections import Counter

from tilth.web.figures import bar
from tilth.web.markup import Html, joined, tag
from tilth.web.numerals import count, share
from tilth.web.page import code, lead, nothing, table
from tilth.web.statistics import SOURCES, Statistics

REASONS = 9  # columns of the heat table


def languages(found: Statistics) -> Html:
    """Return a row a language, the rare ones together."""
    if not found.languages:
        return nothing("No step measured the language.")
    shown, rest = found.languages[:SOURCES], found.languages[SOURCES:]
    if rest:
        shown = [*shown, (f"{len(rest)} others", sum(rows for _, rows, _ in rest), sum(left for _, _, left in rest))]
    most = max(rows for _, rows, _ in shown)
    rows: list[list[object]] = [
        [tag("b", name), _track(left, came, most), count(came), count(left), share(left, came)] for name, came, left in shown
    ]
    return joined(lead("By the column ", code("lang"), "."), table(["language", "", "rows in", "kept", "share kept"], rows, 2))


def sources(found: Statistics) -> Html:
    """Return a row a source, and a table of which rule takes how much of which source."""
    data, stored, tokens = found.run.data, found.tokens.get("tokens_by_source", {}), found.tokens.get("seen_by_source", {})
    mixed = stored != tokens  # some are to be seen more than once
    most = max(data["sources_in"].values(), default=1)
    rows: list[list[object]] = []
    for name in found.sources:
        came, left = data["sources_in"][name], data["sources"].get(name, 0)
        rows.append([tag("b", name or "no source"), _track(left, came, most), count(came), count(left), share(left, came)])
        seen, once = tokens.get(name, 0), stored.get(name, 0)
        rows[-1] += [count(seen), share(seen, sum(tokens.values()))] if tokens else []
        rows[-1] += [f"{seen / once:.2f}" if once else ""] if mixed else []
    columns = ["source", "", "rows in", "kept", "share kept", *(["tokens", "of all"] if tokens else []), *(["epochs"] if mixed else [])]
    others = len(data["sources_in"]) - len(found.sources)
    note = tag("p", f"{count(others)} smaller sources are not shown.", class_="aside") if others else None
    return joined(lead("What came from each source, and what is left of it."), table(columns, rows, 2), note, _heat(found))


def _track(left: int, came: int, most: int) -> Html:
    return bar((left / most, "kept"), ((came - left) / most, "gone"))


def _heat(found: Statistics) -> Html | None:
    """Shares of each source's rows that went for each reason, the darker the larger."""
    totals = Counter[tuple[int, str]]()
    for (_, step, reason), number in found.by_source.items():
        totals[step, reason] += number
    keys = sorted(totals, key=lambda key: (-totals[key], key))[:REASONS]
    if not keys or len(found.sources) < 2:
        return None
    head = tag("tr", tag("th", scope="col"), *(tag("th", tag("span", reason), scope="col", class_="n") for _, reason in keys))
    body = [tag("tr", tag("th", name or "no source", scope="row"), *(_cell(found, name, key) for key in keys)) for name in found.sources]
    title = tag("h3", "Why they went", tag("small", "share of each source's rows, by the reasons that took most"))
    return joined(title, tag("div", tag("table", tag("thead", head), tag("tbody", body), class_="heat"), class_="wide"))


def _cell(found: Statistics, source: str, key: tuple[int, str]) -> Html:
    went, came = found.by_source[source, *key], found.run.data["sources_in"][source]
    return tag("td", share(went, came) if went else "", class_="n", style=f"--heat:{70 * went / max(came, 1):.0f}%")
