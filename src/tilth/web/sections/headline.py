"""The first thing that is seen: how much came, how much is left, what it cost, and that the books balance."""

from __future__ import annotations

from tilth.web.figures import bar
from tilth.web.markup import Html, joined, tag
from tilth.web.numerals import count, duration, share, size
from tilth.web.statistics import Statistics


def headline(found: Statistics) -> Html:
    """Return title, key figures and balance."""
    data = found.run.data
    title = tag("h1", count(data["rows_in"]), " rows in, ", tag("em", count(data["rows_out"]), " kept"))
    kicker = tag("p", "Tilth run report", tag("span", found.run.out), class_="kicker")
    return joined(kicker, title, _summary(found), _figures(found), _balance(data))


def _summary(found: Statistics) -> Html | None:
    """One sentence on what went: the three reasons of most rows."""
    if not found.drops:
        return tag("p", "No rule dropped a row.", class_="summary")
    most = [joined(tag("b", drop.reason), f" ({share(drop.rows, found.run.data['rows_in'])} of all rows)") for drop in found.drops[:3]]
    named = joined(*(part for i, each in enumerate(most) for part in ((", then " if i else ""), each)))
    return tag("p", "Most went to ", named, ".", class_="summary")


def _figures(found: Statistics) -> Html:
    data, tokens = found.run.data, found.tokens
    every = [
        ("share kept", share(data["rows_out"], data["rows_in"]), "of the rows"),
        ("text", size(data["text_bytes"]), f"of {size(found.text_in)} before the first rule"),
    ]
    if tokens:
        every.append(("tokens", count(tokens["tokens"]), f"{count(tokens['sequences'])} sequences of {count(tokens['length'])}"))
    every.append(("wall time", duration(found.wall), f"{duration(found.work)} of work in all"))
    if found.work:
        every.append(("speed", f"{size(found.text_in / found.work)}/s", "of text, per worker"))
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", value), tag("dd", note, class_="note")) for name, value, note in every))


def _balance(data: dict[str, int]) -> Html:
    whole = max(data["rows_in"], 1)
    parts = [("rows_out", "out", "kept"), ("audited", "audited", "gone"), ("quarantined", "quarantined", "broken")]
    terms = [tag("span", tag("i", class_=f"key {kind}"), tag("b", count(data[key])), f" {name}") for key, name, kind in parts]
    equation = tag("p", tag("span", tag("b", count(data["rows_in"])), " rows in"), " = ", terms[0], " + ", terms[1], " + ", terms[2])
    return tag("div", bar(*((data[key] / whole, kind) for key, _, kind in parts)), equation, class_="balance")
