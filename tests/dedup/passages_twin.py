"""Passages in plain Python: how texts are cut into them, which repeat, and what is left."""

from __future__ import annotations

from collections import defaultdict

Parts = tuple[list[tuple[str, str]], str]  # (what parts it from the one before, its own text) of every passage, and what follows the last


def lines(text: str) -> Parts:
    found, gap = [], ""
    for whole in text.splitlines(keepends=True):
        line = whole.splitlines()[0]
        if line.strip():
            found.append((gap, line))
            gap = whole[len(line) :]
        else:
            gap += whole
    return found, gap


def newlines(text: str) -> Parts:
    """As split("\\n") has it; "\\r" before "\\n" belongs to the break."""
    found, gap = [], ""
    pieces = text.split("\n")
    for i, piece in enumerate(pieces):
        ends = i + 1 < len(pieces)
        body = piece[:-1] if ends and piece.endswith("\r") else piece
        found.append((gap, body))
        gap = piece[len(body) :] + "\n"
    return found, ""


def paragraphs(text: str) -> Parts:
    found: list[tuple[str, str]] = []
    each, tail = lines(text)
    for gap, line in each:
        if found and len((gap + "x").splitlines()) == 2:
            found[-1] = found[-1][0], found[-1][1] + gap + line
        else:
            found.append((gap, line))
    return found, tail


def windows(parts: Parts, size: int, least: int) -> list[tuple[int, str]]:
    """Return the place and the compared text of each window."""
    bodies = [body.strip() for _, body in parts[0]]
    joined = [(i, " ".join(bodies[i : i + size])) for i in range(len(bodies) - size + 1)]
    return [(i, text) for i, text in joined if not least or (len(text) >= least and text.strip())]


def gone(
    documents: list[Parts], size: int, least: int, copies: int = 2, needed: int = 1, keep_one: bool = True, best: list[int] | None = None
) -> list[set[int]]:
    """Return the passages of each document that go; `best` is the order in which documents keep theirs."""
    seen: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for document in best or range(len(documents)):
        for place, text in windows(documents[document], size, least):
            seen[text].append((document, place))
    out: list[set[int]] = [set() for _ in documents]
    for places in seen.values():
        if len(places) >= copies and len({document for document, _ in places}) >= needed:
            for document, place in places[keep_one:]:
                out[document] |= set(range(place, place + size))
    return out


def left(parts: Parts, without: set[int]) -> str:
    """Return what is left of a text."""
    found, tail = parts
    kept = [i for i in range(len(found)) if i not in without]
    if not kept:
        return "" if without else tail
    pieces = [found[i][0] + found[i][1] for i in kept]
    if kept[0] > 0:
        pieces[0] = found[kept[0]][1]
    return "".join(pieces) + tail
