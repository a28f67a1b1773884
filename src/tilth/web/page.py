"""The frame of the page: one file that asks no network for anything, and in which no script runs."""

from __future__ import annotations

from importlib.resources import files

from tilth.web.markup import Html, tag

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def page(title: str, head: Html, sections: list[tuple[str, str, Html]], foot: Html) -> str:
    """Return the whole document: the headline, a line of links, the sections (anchor, title, markup), the foot."""
    style = Html(files("tilth.web").joinpath("page.css").read_text(encoding="utf-8"))
    links = tag("nav", *(tag("a", name, href=f"#{anchor}") for anchor, name, _ in sections), aria_label="Sections")
    body = [tag("section", tag("h2", name), inside, id=anchor) for anchor, name, inside in sections]
    document = tag(
        "html",
        tag(
            "head", tag("meta", charset="utf-8"), tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
            tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name_="color-scheme", content="light dark"), tag("title", title), tag("style", style),
        ),
        tag("body", tag("header", head, links), tag("main", body), tag("footer", foot)),
        lang="en",
    )  # fmt: skip
    return f"<!doctype html>\n{document}\n"


def table(columns: list[str], rows: list[list[object]], numbers: int = 1, kind: str | None = None) -> Html:
    """Return a table; columns from number `numbers` on hold figures."""

    def cell(name: str, i: int, value: object) -> Html:
        return tag(name, value, class_="n" if i >= numbers else None, scope="col" if name == "th" else None)

    head = tag("thead", tag("tr", *(cell("th", i, value) for i, value in enumerate(columns))))
    body = tag("tbody", *(tag("tr", *(cell("td", i, value) for i, value in enumerate(row))) for row in rows))
    return tag("div", tag("table", head, body, class_=kind), class_="wide")


def lead(*parts: object) -> Html:
    """Return the sentence or two that say what a section shows."""
    return tag("p", *parts, class_="lead")


def code(text: object) -> Html:
    return tag("code", text)


def nothing(text: str) -> Html:
    """Return what a section says that has nothing to show."""
    return tag("p", text, class_="nothing")
