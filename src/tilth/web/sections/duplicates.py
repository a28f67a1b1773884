"""Duplicates: how large the clusters are, and the largest ones."""

from __future__ import annotations

from tilth.web.duplicates import LARGE, Cluster, Clusters
from tilth.web.figures import sizes
from tilth.web.markup import Html, joined, tag
from tilth.web.numerals import count
from tilth.web.page import lead, nothing
from tilth.web.sections.documents import example
from tilth.web.statistics import Statistics


def duplicates(found: Statistics) -> Html:
    """Return for each step that found duplicates the sizes of its clusters and the largest of them."""
    if not found.clusters:
        return nothing("No step looked for duplicates, or none was found.")
    text = "Documents that are the same, or nearly, form a cluster; one of them stands for all. The figures count clusters by their size."
    return joined(lead(text), tag("div", *map(_step, found.clusters), class_="clusters"))


def _step(found: Clusters) -> Html:
    title = tag("h3", found.reason, tag("small", f"{count(found.copies)} copies of {count(len(found.sizes))} documents"))
    return tag("div", title, sizes(found.sizes), *map(_cluster, found.largest))


def _cluster(found: Cluster) -> Html:
    note = (
        "A cluster this large is seldom one text: look for a template, an empty page, or a chain of pairs of which the ends differ."
        if found.copies >= LARGE else None
    )  # fmt: skip
    name = tag("bdi", found.stays.id, class_="id")
    summary = tag("summary", tag("b", count(found.copies + 1), class_="n"), name)
    rest = found.copies - len(found.some)
    return tag(
        "details", summary, tag("p", note, class_="aside") if note else None, tag("h4", "stays"), example(found.stays),
        tag("h4", f"{count(found.copies)} went" + (f", {len(found.some)} of them" if rest else "")), *map(example, found.some),
    )  # fmt: skip
