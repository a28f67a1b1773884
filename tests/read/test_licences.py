"""Licences by their words: tags in files, and the texts that real projects carry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tilth.read.licences import is_licence_file, licence_of_text, licence_tag

MIT = "Permission is hereby granted, free of charge, to any person ... without restriction, including ..."
BSD = "Redistribution and use in source and binary\n forms, with or without modification, are permitted"


@pytest.mark.parametrize(("text", "name"), [
    (MIT, "MIT"), (f"{MIT} Except as contained in this notice, the name of X", "X11"), (BSD, "BSD-2-Clause"),
    (f"{BSD} ... be used to endorse or promote products", "BSD-3-Clause"),
    ("GNU GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007", "GPL-3.0"),
    ("GNU LESSER GENERAL PUBLIC LICENSE Version 2.1", "LGPL-2.1"), ("All rights reserved.", ""), ("", ""),
    (f"The MIT License\n{MIT} {'and so on ' * 40} (parts may be under the GNU General Public License, version 2)", "MIT"),
    ("Attribution-ShareAlike 4.0 International", "CC-BY-SA-4.0"), ("Attribution 4.0 International", "CC-BY-4.0"),
])
def test_a_licence_is_known_by_its_words(text: str, name: str) -> None:
    assert licence_of_text(text) == name


@pytest.mark.parametrize(("text", "tag"), [
    ("# SPDX-License-Identifier: Apache-2.0\nimport os", "Apache-2.0"), ("<!-- SPDX-License-Identifier: MIT -->", "MIT"),
    ("// SPDX-License-Identifier: (GPL-2.0-only OR MIT)", "(GPL-2.0-only OR MIT)"), ("no tag", ""),
    ("\n" * 100_000 + "SPDX-License-Identifier: MIT", ""),
])
def test_a_tag_is_what_it_states(text: str, tag: str) -> None:
    assert licence_tag(text) == tag


def test_names_of_licence_files() -> None:
    assert all(map(is_licence_file, ["LICENSE", "LICENCE.txt", "license-apache.md", "COPYING.LESSER", "UNLICENSE", "MIT-LICENSE.txt"]))
    assert not any(map(is_licence_file, ["license.py", "licenses", "relicense_all.c", "README.md", "license.json"]))


def test_licences_of_real_projects(shared: Path) -> None:
    index = (shared / "INDEX.md").read_text()
    right = wrong = 0
    for path in (shared / "LICENSES").glob("*.txt"):
        declared = re.search(rf"\| {re.escape(path.stem.replace('+', '/', 1))} [^|]*\| ([\w. -]+?) (?:\(|\|)", index)
        text = path.read_text().partition("--- ")[2]
        if declared and text:
            names = re.sub(r"^CC (BY\S*) ", r"CC-\1-", declared[1]).split(" OR ")
            right += licence_of_text(text) in names
            wrong += licence_of_text(text) not in names
    assert right >= 25
    assert wrong <= 4  # the index speaks of the data there, the text of the repository
