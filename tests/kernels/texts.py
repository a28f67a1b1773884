"""Awkward text for the kernels' tests: every kind of character and string that a rule over text knows."""

from __future__ import annotations

from hypothesis import strategies as st

from tilth.kernels.text_classes import data_file

DATA = data_file("spacy_words.json")
MARKS = [*".,;:!?'\"()[]{}<>=/\\|-–—~+*^%$§#@&_`´’‘“”…•°²€£،。！、", "..", "...", "……", "--", "---", "——", "'s", "’S", "US$", "C$", "A$"]
SPACES = [*" \n\t\r\x0b\x0c\x1c\x85\u2028\xa0\u3000", "\r\n", "\n\n", "\n\n\n", "  "]
ODD = ["\x00", "\u200b", "e\u0301", "中文", "ひらがな", "שלום", "مرحبا", "😀", "👩‍👧", "ಠ", "µm", "É", "ß", "\u212a", "İ"]
WEB = ["http://", "www.", "foo.com", "a.b.co", "user@", ":80", ":8080", "/p", "?q", "#f"]
ADDRESSES = ["8.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "256.1.1.1", "223.255.1.254"]
PLAIN = ["a", "B", "the", "of", "and", "word", "Word", "WORD", "it", "5", "10", "2.5", "1a.m.", "°C.", "a.", "o'clock", ":)", "x" * 40]
ATOMS = [*MARKS, *SPACES, *ODD, *WEB, *ADDRESSES, *PLAIN, *(rule["text"] for rule in DATA["rules"]), *DATA["endings_after_digit"]]

texts = st.one_of(
    st.lists(st.sampled_from(ATOMS), max_size=12).map("".join),
    st.lists(st.sampled_from(ATOMS), max_size=12).map(" ".join),
    st.lists(st.sampled_from([*MARKS, *PLAIN]), max_size=8).map("".join),
    st.text(st.characters(codec="utf-8"), max_size=20),
)
LINES = [
    "the cat sat. And it did!", "the cat sat. And it did!", "Home", "- item", "• item ...", "one two three",
    "Lorem Ipsum dolor.", "lorem ipsu",
    "enable JavaScript now", "our Terms of Use.", "the coo\u212aie policy.", "it uses cookies!", "a { b c",
    "Cited [1]. Twice [citation needed].",
    "[1] [2] [3]", "[edit] [] [12 x.", "", " ", "x" * 1001 + " y z.", "Wait... what? \"Yes.\" 'No.'", "ends in dots...",
    "ends in…", "# # #",
    "Said Dr. Who. ) Then.", "a.  b. \xa0c", "the of and to be",
]
BREAKS = ["\n", "\n\n", "\r\n", "\n \n", "\x85", "\u2028", " "]
lines = st.lists(st.one_of(st.sampled_from(LINES), texts), max_size=8)
pages = st.one_of(texts, st.tuples(lines, st.sampled_from(BREAKS)).map(lambda parts: parts[1].join(parts[0])))
