"""DCLM's own tests of its rules, their inputs in words of ours where they are prose, their results as figures.

Source: DCLM (MIT, commit 361714b), tests/baselines/mappers: filters/test_content_filters.py, modifiers/test_modifiers.py,
test_core_utils.py.
"""

from __future__ import annotations

import pytest

import tilth
from tilth import Filter, clean, filters
from tilth.clean import Cut, LineEdits, PageRepeats, RemoveUrls
from tilth.kernels.uax29 import split
from tilth.op import Op

QUALITY, REPETITION = filters.GopherQuality("dclm"), filters.GopherRepetition("dclm")
NEAR = 1e-2


def kept(step: Op, rule: str, text: str) -> bool:
    return "drop" not in tilth.try_on([step, Filter(rule)], text)


def edited(step: Op, text: str) -> str:
    return str(tilth.try_on(step, text)["text"])


@pytest.mark.parametrize(("figure", "text", "share"), [
    ("dup_line_frac", "One\nOne\n\n\n\nOne", 1), ("dup_line_char_frac", "One\nOne\n\n\n\nOne", 1),
    ("dup_line_frac", "Good, morning\nGood, morning\n\nGood", 2 / 3),
    ("dup_line_char_frac", "Good, morning\nGood, morning\n\nGoods", 26 / 31),
    ("dup_para_frac", "Good, morning\n\nGood, morning\n\nGood, morning\nGoods", 2 / 3),
    ("dup_para_char_frac", "Good, morning\n\nGood, morning\n\nGood, morning\nGoods", 26 / 45),
    ("dup_line_frac", "Good, morning", 0), ("dup_line_char_frac", "Good, morning", 0),
    ("top_2_gram_char_frac", "seven", 0), ("dup_5_gram_char_frac", "seven", 0),
    *((f"top_{n}_gram_char_frac", "seven rains seven rains seven rains", share) for n, share in ((2, 1), (3, 1), (4, 4 / 3))),
    *((f"top_{n}_gram_char_frac", "seven      rains seven winds.... rains seven\n rains seven", 30 / 40) for n in (2, 3)),
    ("top_4_gram_char_frac", "seven      rains seven winds.... rains seven\n rains seven", 0),
    ("top_2_gram_char_frac", "a b a b a b ab cd ab cd ab cd abc def abc def", 12 / 30),  # the longest of those that are there as often
    ("top_2_gram_char_frac", "a b a b a b abc def abc def ab cd ab cd ab cd", 12 / 30),
    ("dup_5_gram_char_frac", "seven rains seven\n rains seven. winds rains seven rains seven rains seven rains", 60 / 65),
])
def test_repetition_filter(figure: str, text: str, share: float) -> None:
    assert kept(REPETITION, f"gopher_{figure} <= {share + NEAR}", text)
    if share:
        assert not kept(REPETITION, f"gopher_{figure} <= {share - NEAR}", text)


def test_an_empty_page_passes_no_granularity() -> None:
    for figure in ("dup_line_frac", "dup_para_frac", "top_2_gram_char_frac", "dup_8_gram_char_frac"):
        assert not kept(REPETITION, f"gopher_{figure} <= 1", "")


def test_massive_web_repetition_filters() -> None:
    chain = filters.gopher_repetition("dclm")
    assert "drop" not in tilth.try_on(chain, "Sheep in the field eat grass all day.\n Then they go home.")
    assert "drop" in tilth.try_on(chain, "Again again again again.") and "drop" in tilth.try_on(chain, "")
    alphabet = [f"{a}{b}{c}" for a in "bcdfg" for b in "aeiou" for c in "mnrst"]
    once_more = "\n".join([" ".join(alphabet[:60]), " ".join(alphabet[20:26]), " ".join(alphabet[60:])])
    assert "drop" not in tilth.try_on(chain, once_more)


@pytest.mark.parametrize(("text", "words"), [
    ("", 0), ("Good morning.", 2), ("Good morning. This is a day.", 6), ("Good morning. \n This is a day.", 6),
    ("Good morning. \n\n\n \n\n\n This is a day.", 6), ("Mr. Miller sold 2.5 bushels of wheat.", 7), ("Seven.", 1),
])
def test_page_length_filter(text: str, words: int) -> None:
    assert kept(QUALITY, f"gopher_words >= {words}", text) and not kept(QUALITY, f"gopher_words >= {words + 1}", text)


@pytest.mark.parametrize("dots", ["...", ". . .", "…"])
def test_ellipsis_count_filter(dots: str) -> None:
    for text, share in (
        (f"One line ends in them{dots}\n and one does not.", 1 / 2), (f"One{dots}line has them{dots}and goes on.", 0),
        (f"One{dots}{dots}\n{dots}line ends{dots}\nand one does not.", 2 / 3),
    ):
        assert kept(QUALITY, f"gopher_ellipsis_line_ratio <= {share + 0.005}", text)
        assert not share or not kept(QUALITY, f"gopher_ellipsis_line_ratio <= {share - 0.005}", text)


@pytest.mark.parametrize("first", "●•*-")
@pytest.mark.parametrize("second", "●•*-")
def test_bullet_count_filter(first: str, second: str) -> None:
    for text, share in (
        (f"{first} Two lines\n{second} begin with one\n and one does not.", 2 / 3),
        (f"Two lines{second} have{first} one\n and one has not.", 0), (f"{first * 5}Two lines\n{second} begin\n and one does not.", 2 / 3),
    ):
        assert kept(QUALITY, f"gopher_bullet_line_ratio <= {share + 0.005}", text)
        assert not share or not kept(QUALITY, f"gopher_bullet_line_ratio <= {share - 0.005}", text)


@pytest.mark.parametrize(("text", "count"), [
    ("The end of the day", 3), ("the be to of and that have with", 8), ("Then Otto and Ollie withstood toads", 1),
])
def test_stop_word_filter(text: str, count: int) -> None:
    assert kept(QUALITY, f"gopher_stop_words >= {count}", text) and not kept(QUALITY, f"gopher_stop_words >= {count + 1}", text)


@pytest.mark.parametrize(("rule", "text", "passes"), [
    ("4 <= gopher_mean_word_length <= 5", "The middle word length is 4.33", True),
    ("3 <= gopher_mean_word_length <= 10", "The dog in the hut", False), ("gopher_mean_word_length <= 10", "The dog in the hut", True),
    ("3 <= gopher_mean_word_length <= 10", "Counterclockwise extraordinarily", False),
    ("gopher_mean_word_length >= 3", "Counterclockwise extraordinarily", True), ("gopher_mean_word_length >= 3", "  ", False),
    ("gopher_symbol_ratio <= 0.0", "None are here.", True), ("gopher_symbol_ratio <= 1.0", "#one #on #each #word", True),
    ("gopher_symbol_ratio <= 0.1", "#one #on #each #word", False),
    ("gopher_symbol_ratio <= 0.3", "#one and dots are both counted...", False),
    ("gopher_symbol_ratio <= 0.3", "#one and dots are both counted…", False),
    ("gopher_symbol_ratio <= 0.25", "#one and dots both count. . .", False), ("gopher_symbol_ratio <= 0.1", "   ", False),
    ("gopher_alpha_word_ratio >= 0.8", "", False),
    ("gopher_alpha_word_ratio >= 0.8", "Some lines contain <1,000 semi-ordinary w0rd5 among them all but >1.", True),
    ("gopher_alpha_word_ratio >= 0.9", "Some lines contain <1,000     semi-ordinary \nw0rd5 among them all but >1.", False),
])
def test_ratios_of_words(rule: str, text: str, passes: bool) -> None:
    assert kept(QUALITY, rule, text) is passes


@pytest.mark.parametrize(("text", "before", "limit", "passes"), [
    ("word\n" * 95, 100, 0.05, True), ("word\n" * 94, 100, 0.05, False), ("word 1\nword 2", 6, 0.05, False),
    ("word 1\nword 2", 6, 0.34, True),
    ("word 1\nword 2\nword 3", 6, 0.05, True), ("", 0, 0.05, False), ("", 100, 0.05, False),
    (" Line 1\nLine 2!!!\t    \n\n\nLine  ????    3\t", 12, 0.5, True), (" Line 1\nLine 2!!!\t    \n\n\nLine  ????    3\t", 13, 0.5, False),
])
def test_word_removal_ratio_filter(text: str, before: int, limit: float, passes: bool) -> None:
    """The words that went stood on a line that the edits drop."""
    gone = "GO " * (before - len([word for word in text.split() if word[0].isalnum()]))
    step = LineEdits(max_uppercase_ratio=0.5)
    assert kept(step, f"line_edits_removed_ratio <= {limit}", f"{text}\n{gone}") is passes


CART = "You have 7 items in cart right now"
MORE = "Short is what is said here of a thing, which a press of a button makes long at your wish. Read more..."
LONG_CART = "You have 7 items in cart right now but you can go on and put more of them in."
SIGN = "sign-in at this page with the name and the word that you were given, or ask the one who keeps it."


@pytest.mark.parametrize(("cut", "text", "left"), [
    (Cut("script", max_words=None, whole_line=True), "", ""),
    (Cut("script", max_words=None, whole_line=True), "SCRIPT is needed\n\nAll about Script.\nscr ipt enabled ", "scr ipt enabled"),
    (Cut("script", max_words=None, whole_line=True, match_case=True), "SCRIPT is on\n\nAll about Script.\nscr ipt is on ",
        "SCRIPT is on\n\nAll about Script.\nscr ipt is on"),
    (Cut("is on", max_words=None, whole_line=True), "SCRIPT is on\nAll about Script.\n\nscr ipt is on ", "All about Script."),
    (Cut("items in cart", whole_line=True), f"{CART}\n{LONG_CART}", LONG_CART),
    (Cut("items in cart"), f"{CART}\n  items in cart  \n{LONG_CART}", f"You have 7 right now\n{LONG_CART}"),
    (Cut("sign-in", at="start", whole_line=True), f"sign-in for all of it\nA page on how to sign-in.\n\n{SIGN}",
        f"A page on how to sign-in.\n\n{SIGN}"),
    (Cut("sign-in", at="start"), f"sign-in for all of it\nsign-in  \nA page on how to sign-in.\n\n{SIGN}",
        f"for all of it\nA page on how to sign-in.\n\n{SIGN}"),
    (Cut("Read more...", at="end", whole_line=True), f"Do read more...\nRead more...and see!\n\n{MORE}", f"Read more...and see!\n\n{MORE}"),
    (Cut("Read more...", at="end"),
        f"Do read more...\n  read more...\nRead more...and see!\n\n{MORE}", f"Do\nRead more...and see!\n\n{MORE}"),
])
def test_substring_line_modifier(cut: Cut, text: str, left: str) -> None:
    assert edited(LineEdits(cuts=(cut,)), text) == left


TEN = "Short line\n\na b c d e f g h i j k\n  Just as many as 10 words are on this line\nHi"
ENDS = 'Stop.\nWhy?\nAh!\n\n"Said"\nNone\nSpace.  \nDots...\nDots…'


@pytest.mark.parametrize(("step", "text", "left"), [
    (LineEdits(min_words=2, max_words=10), "", ""),
    (LineEdits(min_words=2, max_words=10), TEN, "Short line\n\n  Just as many as 10 words are on this line"),
    (LineEdits(min_words=2), TEN, TEN.removesuffix("\nHi")),
    (LineEdits(max_words=10), TEN, "Short line\n\n  Just as many as 10 words are on this line\nHi"),
    (LineEdits(end_marks=True), ENDS, ENDS.replace("None\n", "")),
    (LineEdits(end_marks=True, ellipses=False), ENDS.replace("Dots...", "Dots... "), 'Stop.\nWhy?\nAh!\n\n"Said"\nSpace.  '),
    (LineEdits(max_word_length=10), "Plain line    \n\nOverlylong! and plain words\nBaaaaarely in the limit.",
        "Plain line    \n\nBaaaaarely in the limit."),
    (LineEdits(max_uppercase_ratio=0.5), "", ""),
    *((LineEdits(max_uppercase_ratio=most), "Good, Monday", left) for most, left in (
        (1.0, "Good, Monday"), (2 / 12, "Good, Monday"), (2 / 12 - 1e-6, ""), (0.0, ""))),
    *((LineEdits(max_uppercase_ratio=most), "GOOD MONDAY\n\ngood monday\nGood, Monday\n\nGood, monday", left) for most, left in (
        (1.0, "GOOD MONDAY\n\ngood monday\nGood, Monday\n\nGood, monday"), (2 / 12, "good monday\nGood, Monday\n\nGood, monday"),
        (1 / 12, "good monday\n\nGood, monday"), (0.0, "good monday"))),
    *((LineEdits(max_digit_ratio=most), "12345", left) for most, left in ((1.0, "12345"), (1 - 1e-6, ""), (0.0, ""))),
    *((LineEdits(max_digit_ratio=most), "1a\n\n2bb\n\n3cc\nabcd", left) for most, left in (
        (1.0, "1a\n\n2bb\n\n3cc\nabcd"), (0.5, "1a\n\n2bb\n\n3cc\nabcd"), (1 / 3, "2bb\n\n3cc\nabcd"), (0.0, "abcd"))),
    (LineEdits(counters=True), "", ""),
    (LineEdits(counters=True), "123K quotes\n\nGood, day.\n\nGood day with 3 views.\n3 views", "Good, day.\n\nGood day with 3 views."),
    (LineEdits(counters=True), "12345" * 10 + "\n" + "12345" * 10 + " likes", "12345" * 10),
    (filters.C4("dclm", min_words_per_line=-1, filter_no_terminal_punct=False), "", ""),
    (filters.C4("dclm", min_words_per_line=-1, filter_no_terminal_punct=False),
        "[edit]So a note looks[134].\nIt helps to cut it[citation needed].", "So a note looks.\nIt helps to cut it."),
], ids=str)
def test_line_modifiers(step: Op, text: str, left: str) -> None:
    assert edited(step, text) == left


@pytest.mark.parametrize("counted", [
    "likes", "shares", "comments", "retweets", "reposts", "quotes", "bookmarks", "upvotes", "downvotes", "downloads", "views", "followers",
])
def test_counter_line_modifier(counted: str) -> None:
    page = f"3 {counted}\n3,000 {counted}\n123K {counted}!\n 5.1M   {counted}  \nHere is none of them."
    assert edited(LineEdits(counters=True), page) == "Here is none of them."


@pytest.mark.parametrize("url", [
    "https://www.example.com", "www.example.org", "example.co.ukexample.somesite.net:9000", "blog.some-example.org:8081/post.html",
    "ftp://ftp.example.com/files", "ftp://files.example.net:21/downloads", "irc.example.org:6667/room", "mail.example.com:25/inbox",
    "www.example.org:8084/latest-news", "example.com:8085/forums/7890", "https://blog.example.org", "https://en.example.org/wiki/Some_topic",
    "http://www.e-example.biz/products/sale", "https://www.example.com/search?q=url", "https://www.example.com/page?id=123&category=tech",
    "https://www.example.com#section1", "https://www.example.com/page#comments", "ftp://name:word@ftp.example.com",
    "http://name:word@example.com", "http://www.example.museum", "http://ex.ly/abcdef", "https://example.com/xyz123", "http://192.168.1.1",
    "https://10.0.0.1:8080", "1.1.1.1",
])
def test_url_removal_modifier(url: str) -> None:
    for variant in ("paper", "dclm"):
        assert edited(RemoveUrls(variant), f"This link {url} goes.") == "This link goes."
        assert edited(RemoveUrls(variant), f"This link goes\n{url}\nThis stays on its line.") == "This link goes\nThis stays on its line."


@pytest.mark.parametrize("other", ["U.S.A.", "e.g.", "3.14", "1.123.456.7899999.999.999.999", "123.123.123v3.12.7.4"])
def test_url_removal_modifier_leaves_others(other: str) -> None:
    text = f"This word {other} is none.\n{other}"
    assert edited(RemoveUrls(), text) == text and edited(RemoveUrls("dclm"), text) == text


SAME = "It is said twice."


@pytest.mark.parametrize(("step", "text", "left"), [
    (PageRepeats(), f"{SAME}\n\n{SAME}\n {SAME}  \n\n{SAME.lower()}\n Kept it is.", f"{SAME}\n\n\n Kept it is."),
    (PageRepeats(normalise=False), f"{SAME}\n{SAME}\n {SAME}  \n\n{SAME.lower()}\nKept it is.",
        f"{SAME}\n {SAME}  \n\n{SAME.lower()}\nKept it is."),
    (PageRepeats("paragraph"), f"{SAME}\n{SAME}\n\n {SAME.lower()}\n{SAME.lower()}\n\n{SAME}", f"{SAME}\n{SAME}\n\n{SAME}"),
    (PageRepeats("paragraph", normalise=False), f"{SAME}\n{SAME}\n\n {SAME.lower()}\n{SAME.lower()}\n\n{SAME}\n{SAME}",
        f"{SAME}\n{SAME}\n\n {SAME.lower()}\n{SAME.lower()}"),
])
def test_within_page_dedup(step: Op, text: str, left: str) -> None:
    assert edited(step, text) == left


@pytest.mark.parametrize(("text", "two", "one"), [
    ("", "", ""), ("Good, day", "Good, day", "Good, day"), ("Good\n\nDay", "Good\n\nDay", "Good\nDay"),
    ("Good\n\n\n\n\nDay", "Good\n\nDay", "Good\nDay"), ("One\nTwo\nThree\nFour", "One\nTwo\nThree\nFour", "One\nTwo\nThree\nFour"),
    ("One\n\n\nTwo\n\n\nThree\n\n\nFour", "One\n\nTwo\n\nThree\n\nFour", "One\nTwo\nThree\nFour"),
])
def test_newline_removal_modifier(text: str, two: str, one: str) -> None:
    assert edited(clean.LimitNewlines(), text) == two and edited(clean.LimitNewlines(most=1), text) == one


@pytest.mark.parametrize(("text", "words", "with_marks", "with_spaces"), [
    ("Good day and all", 4, 4, 7), ("Some more of it with dots e.g., a 1.4 ton weight...", 11, 16, 21), ("One WithCapitalsInside", 2, 2, 3),
])
def test_split_words(text: str, words: int, with_marks: int, with_spaces: int) -> None:
    """As DCLM cuts with uniseg: words, with marks, with white space and no marks."""
    pieces = split(text)
    assert sum(piece[0].isalnum() for piece in pieces) == words and sum(bool(piece.strip()) for piece in pieces) == with_marks
    assert sum(piece[0].isalnum() or piece[0].isspace() for piece in pieces) == with_spaces
