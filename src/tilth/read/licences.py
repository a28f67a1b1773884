"""Which licence a text is, or a file says that it is under: SPDX identifiers, from tags and from the words of licence texts."""

from __future__ import annotations

import re

_TAG = re.compile(r"SPDX-License-Identifier:[ \t]*([^\r\n]{1,200})")
_CLOSING = re.compile(r"[ \t]*(\*/|-->|\*\)|#\}|--\]\]|\"\"\"|#+|%+|;+)?[ \t]*$")
_SPACE = re.compile(r"[^a-z0-9.]+")
_NAME = re.compile(r"(?:[a-z-]+[-_.])?(?:un)?licen[cs]e(?:[-_.].*)?|copying(?:[-_.].*)?", re.IGNORECASE)
_NO_TEXT = (".py", ".json", ".js", ".go", ".rs", ".h", ".c", ".html")
TAG_LINES = 64  # where a file's tag stands, if it has one

Marks = tuple[tuple[str, tuple[str, ...]], ...]

# Each licence by words that stand in it and, after "-", words that do not; the first that fits counts, so the narrower stand first.
_TITLES: Marks = (
    ("AGPL-3.0", ("gnu affero general public license", "version 3")),
    ("LGPL-3.0", ("gnu lesser general public license", "version 3")),
    ("LGPL-2.1", ("gnu lesser general public license", "version 2.1")),
    ("LGPL-2.0", ("gnu library general public license", "version 2")),
    ("GPL-3.0", ("gnu general public license", "version 3")),
    ("GPL-2.0", ("gnu general public license", "version 2")),
    ("Apache-2.0", ("apache license", "version 2.0")),
    ("Apache-2.0", ("version 2.0", "www.apache.org licenses")),
    ("MPL-2.0", ("mozilla public license", "version 2.0")),
    ("EPL-2.0", ("eclipse public license", "2.0")),
    ("EUPL-1.2", ("european union public licence", "1.2")),
    ("CC0-1.0", ("cc0 1.0 universal",)),
    ("CC-BY-NC-SA-4.0", ("attribution noncommercial sharealike 4.0",)),
    ("CC-BY-NC-ND-4.0", ("attribution noncommercial noderivatives 4.0",)),
    ("CC-BY-NC-4.0", ("attribution noncommercial 4.0",)),
    ("CC-BY-SA-4.0", ("attribution sharealike 4.0",)),
    ("CC-BY-SA-3.0", ("attribution sharealike 3.0",)),
    ("CC-BY-4.0", ("attribution 4.0 international",)),
    ("CC-BY-3.0", ("attribution 3.0",)),
    ("ODbL-1.0", ("open database license",)),
)
_WORDS: Marks = (
    ("Unlicense", ("free and unencumbered software released into the public domain",)),
    ("PSF-2.0", ("python software foundation license version 2",)),
    ("Artistic-2.0", ("artistic license 2.0",)),
    ("BSL-1.0", ("boost software license",)),
    ("WTFPL", ("do what the fuck you want to",)),
    ("Zlib", ("without any express or implied warranty", "altered source versions")),
    ("MIT", ("permission is hereby granted free of charge", "without restriction", "-except as contained in this notice the name")),
    ("X11", ("permission is hereby granted free of charge", "except as contained in this notice the name")),
    ("ISC", ("permission to use copy modify and or distribute this software", "provided that the above copyright notice")),
    ("ISC", ("permission to use copy modify and distribute this software", "provided that the above copyright notice")),
    ("0BSD", ("permission to use copy modify and or distribute this software", "-provided that")),
    ("BSD-4-Clause", ("redistribution and use in source and binary forms", "all advertising materials mentioning")),
    ("BSD-3-Clause", ("redistribution and use in source and binary forms", "endorse or promote products")),
    ("BSD-2-Clause", ("redistribution and use in source and binary forms",)),
)


def is_licence_file(name: str) -> bool:
    """Whether a file's name says that it holds the licence of what lies beside it.

    >>> is_licence_file("LICENSE-MIT"), is_licence_file("COPYING"), is_licence_file("license.py")
    (True, True, False)
    """
    return bool(_NAME.fullmatch(name)) and not name.lower().endswith(_NO_TEXT)


def licence_of_text(text: str) -> str:
    """Return the SPDX identifier of the licence whose text this is, by words that tell it from others; "" where none is known.

    >>> licence_of_text("Apache License, Version 2.0, January 2004 ...")
    'Apache-2.0'
    """
    words = _SPACE.sub(" ", text.lower())
    title = words[:300]  # in its text a licence may speak of others
    return _first(_TITLES, title) or _first(_WORDS, words) or _first(_TITLES, words)


def licence_tag(text: str) -> str:
    """Return the expression that a file's own SPDX tag states, "" where it has none in its first lines.

    >>> licence_tag("/* SPDX-License-Identifier: MIT OR Apache-2.0 */")
    'MIT OR Apache-2.0'
    """
    end = min(len(text), TAG_LINES * 200)
    found = _TAG.search(text, at, end) if (at := text.find("SPDX-", 0, end)) >= 0 else None  # nearly no file has one
    return _CLOSING.sub("", found[1]).strip() if found else ""


def _first(table: Marks, words: str) -> str:
    return next((name for name, marks in table if _fits(words, marks)), "")


def _fits(words: str, marks: tuple[str, ...]) -> bool:
    return all((mark[1:] not in words) if mark.startswith("-") else mark in words for mark in marks)
