"""Texts that probe every rule at, below and above its threshold, and every known quirk; all written or generated here.

`cases()` returns name -> text in a fixed order, the same on every machine. Names are `family/what`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice

WORDS = (
    "the river of a small town and that old mill be there to turn with water have run over stone for many years until winter came "
    "slowly across green hills where people keep sheep under open sky near quiet roads between fields full corn while children walk "
    "home from school carrying books about stars ships bread weather numbers music glass copper salt honey maps clocks letters rain"
).split()
STOP = ("the", "be", "to", "of", "and", "that", "have", "with")
PLAIN = tuple(word for word in WORDS if word not in STOP)
TERMINAL = (".", "?", "!", '"', "'", "”", "…", "...", ":", ";", ")", "。", "！", "？", "؟", "।", "‽", "．", "｡", "..", ".\"", ".)", ".'", "?!", "....")
POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
SPACES = {
    "nul": "\0", "tab": "\t", "vt": "\x0b", "ff": "\x0c", "cr": "\r", "crlf": "\r\n", "lfcr": "\n\r", "fs": "\x1c", "gs": "\x1d", "rs": "\x1e",
    "us": "\x1f", "nel": "\x85", "nbsp": "\xa0", "ogham": "\u1680", "en_quad": "\u2000", "em_space": "\u2003", "thin": "\u2009", "zwsp": "\u200b",
    "zwj": "\u200d", "ls": "\u2028", "ps": "\u2029", "nnbsp": "\u202f", "mmsp": "\u205f", "wj": "\u2060", "ideographic": "\u3000", "bom": "\ufeff",
    "del": "\x7f", "c1": "\x80", "soft_hyphen": "\xad",
}


def draw(count: int, seed: int = 1, pool: tuple[str, ...] | list[str] = WORDS) -> list[str]:
    """Return `count` words of `pool` from a small linear congruential generator."""
    state, words = seed * 2654435761 % 2**32, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        words.append(pool[(state >> 8) % len(pool)])
    return words


def sentence(count: int, seed: int, end: str = ".") -> str:
    """Return one sentence of `count` words."""
    words = draw(count, seed)
    return " ".join([words[0].capitalize(), *words[1:]]) + end


def lines(count: int, seed: int = 1, words: int = 12, end: str = ".") -> list[str]:
    """Return `count` different sentences."""
    return [sentence(words, seed * 1000 + at, end) for at in range(count)]


def prose(count: int, seed: int = 1) -> str:
    """Return good prose of about `count` words: sentences of 8 to 17 words, four to a paragraph."""
    out: list[str] = []
    used = at = 0
    while used < count:
        length = 8 + (seed + at) * 7 % 10
        out.append(sentence(length, seed * 7919 + at))
        used, at = used + length, at + 1
    return "\n\n".join(" ".join(out[start : start + 4]) for start in range(0, len(out), 4))


def cases() -> dict[str, str]:
    """Return every case, by name."""
    families = (
        _short, _whitespace, _lengths, _averages, _symbols, _bullets, _ellipses, _letters, _stop_words, _same_lines, _same_paragraphs,
        _top_grams, _repeated_grams, _c4_lines, _c4_pages, _c4_sentences, _fineweb, _unicode, _tokens, _languages, _addresses, _broken_text, _mixed,
    )
    out: dict[str, str] = {}
    for family in families:
        for name, text in family():
            key = f"{family.__name__[1:]}/{name}"
            if key in out:
                raise ValueError(f"two cases are called {key!r}")
            out[key] = text
    return out


Cases = Iterator[tuple[str, str]]


def _short() -> Cases:
    for name, text in {
        "empty": "", "space": " ", "newline": "\n", "newlines": "\n\n\n", "letter": "a", "dot": ".", "digit": "7", "word": "river", "two_words": "river bend",
        "three_words": "the river bends", "sentence": "The river bends.", "quote": '"', "dots": "...", "mark": "…", "hash": "#", "bullet": "•", "dash": "-",
        "star": "*", "bullet_word": "- river", "curly": "{", "policy": "privacy policy", "lorem": "lorem ipsum", "javascript": "javascript",
        "same_twice": "river river", "same_line_twice": "river\nriver", "no_end_newline": "One line.\nAnother line", "end_newline": "One line.\n",
        "start_newline": "\nOne line.", "nul": "\0", "bom": "\ufeff", "citation": "[1]", "emoji": "🙂", "han": "水", "combining": "\u0301",
    }.items():
        yield name, text


def _whitespace() -> Cases:
    for name, space in SPACES.items():
        yield f"only_{name}", space * 5
        yield f"between_words_{name}", space.join(draw(60, 3))
        yield f"between_lines_{name}", space.join(lines(8, 4))
        yield f"around_lines_{name}", "\n".join(space + line + space for line in lines(8, 5))
        yield f"inside_words_{name}", " ".join(f"{word[:2]}{space}{word[2:]}" if len(word) > 3 else word for word in draw(80, 6))
    yield "trailing", "\n".join(line + "   " for line in lines(8, 7))
    yield "leading", "\n".join("   " + line for line in lines(8, 8))
    yield "blank_lines_with_spaces", "\n \n".join(lines(8, 9))
    yield "blank_lines_with_tabs", "\n\t\n".join(lines(8, 9))
    yield "double_spaces", "  ".join(draw(80, 10))
    yield "mixed_ends", "".join(line + end for line, end in zip(lines(12, 11), cycle(["\n", "\r\n", "\r", "\x85", "\u2028", "\n\n"])))


def _lengths() -> Cases:
    for count in (1, 2, 3, 4, 5, 10, 48, 49, 50, 51, 52, 100):
        yield f"words_{count}", " ".join(draw(count, 12))
        yield f"words_{count}_sentence", " ".join(draw(count, 13)).capitalize() + "."
    for count in (49, 50, 51):
        yield f"words_{count}_punctuation", " ".join(draw(count, 14)) + " ! ? , ; ..." * 10
        yield f"words_{count}_dashes", " - ".join(draw(count, 15))
        yield f"words_{count}_contracted", " ".join([*draw(count - 2, 16), "don't"])
    for count in (99_999, 100_000, 100_001):
        yield f"words_{count}", " ".join(islice(cycle(["of", "the", "day", *PLAIN]), count))


def _averages() -> Cases:
    """Mean and median of word lengths at 3 and at 10, from words of exact lengths."""
    words = {1: "a", 2: "of", 3: "the", 4: "that", 9: "carefully", 10: "everything", 11: "temperature", 12: "relationship"}
    for name, mix in {
        "3_exact": {3: 60}, "3_below": {3: 59, 2: 1}, "3_above": {3: 59, 4: 1}, "3_balanced": {2: 20, 3: 20, 4: 20}, "2": {2: 60}, "1": {1: 60},
        "10_exact": {10: 58, 3: 1, 11: 0}, "10_balanced": {9: 30, 11: 30}, "10_above": {9: 29, 11: 31}, "10_below": {9: 31, 11: 29}, "11": {11: 60},
        "12": {12: 60}, "median_3_mean_4": {3: 31, 12: 5, 4: 24}, "median_2_mean_5": {2: 40, 12: 20}, "median_10_mean_8": {3: 15, 10: 45},
        "median_11_mean_9": {2: 15, 11: 45}, "median_between_2_and_3": {2: 30, 3: 30}, "median_between_10_and_11": {10: 30, 11: 30},
    }.items():
        parts = [words[length] for length, count in mix.items() for _ in range(count)]
        yield name, " ".join(parts[(at * 7) % len(parts)] if len(parts) % 7 else part for at, part in enumerate(parts))
        yield f"{name}_stop", " ".join(["the", "and", *parts, "to", "with", "that"])
    yield "10_words_of_20", " ".join(["the", "and", *["extraordinarinesses1"] * 50])


def _symbols() -> Cases:
    """Hashes and ellipses per word, around one in ten."""
    for count in (8, 9, 10, 11, 12, 13):
        yield f"hashes_apart_{count}", " ".join(draw(90, 17)) + " #" * count
        yield f"hashes_attached_{count}", " ".join("#" + word if at < count else word for at, word in enumerate(draw(100, 18)))
        yield f"hashes_run_{count}", " ".join(draw(90, 19)) + " " + "#" * count
        yield f"dots_apart_{count}", " ".join(draw(90, 20)) + " ..." * count
        yield f"dots_attached_{count}", " ".join(word + "..." if at < count else word for at, word in enumerate(draw(100, 21)))
        yield f"mark_apart_{count}", " ".join(draw(90, 22)) + " …" * count
        yield f"mark_attached_{count}", " ".join(word + "…" if at < count else word for at, word in enumerate(draw(100, 23)))
        yield f"both_attached_{count}", " ".join("#" + word + "…" if at < count // 2 else word for at, word in enumerate(draw(100, 24)))
    yield "dots_long_runs", " ".join(word + "......" if at % 20 == 0 else word for at, word in enumerate(draw(100, 25)))
    yield "dots_spaced", " . . . ".join(" ".join(draw(8, at)) for at in range(10))
    yield "hash_headings", "\n".join(f"# {line}" for line in lines(10, 26))
    yield "hash_tags", " ".join(f"#{word}" for word in draw(60, 27))
    yield "hash_only", "# " * 60


def _bullets() -> Cases:
    for total in (10, 20):
        for count in range(total * 17 // 20, total + 1):
            for name, bullet in {"dash": "- ", "dot": "• ", "star": "* ", "indented": "   - ", "tight": "-", "nbsp": "\xa0• ", "circle": "● "}.items():
                yield f"{name}_{count}_of_{total}", "\n".join(bullet + line if at < count else line for at, line in enumerate(lines(total, 28)))
    yield "with_blank_lines", "\n\n".join("- " + line for line in lines(10, 29))
    yield "crlf", "\r\n".join("- " + line for line in lines(10, 30))
    yield "dash_words", "\n".join("-" * 3 + line for line in lines(10, 31))


def _ellipses() -> Cases:
    for total in (10, 20):
        for count in range(total // 4, total * 2 // 5 + 1):
            for name, end in {"dots": "...", "mark": "…", "spaced": " . . .", "space_after": "...  ", "four": "....", "quoted": "...\""}.items():
                yield f"{name}_{count}_of_{total}", "\n".join(line[:-1] + end if at < count else line for at, line in enumerate(lines(total, 32)))
    yield "blank_lines", "\n\n".join(line[:-1] + "..." if at < 3 else line for at, line in enumerate(lines(10, 33)))
    yield "crlf", "\r\n".join(line[:-1] + "…" if at < 4 else line for at, line in enumerate(lines(10, 33)))


def _letters() -> Cases:
    for count in (18, 19, 20, 21, 22):
        yield f"numbers_{count}_of_100", " ".join(draw(100 - count, 34) + [str(1000 + at) for at in range(count)])
        yield f"signs_{count}_of_100", " ".join(draw(100 - count, 35) + ["+++"] * count)
        yield f"mixed_{count}_of_100", " ".join(draw(100 - count, 36) + [f"{at}km" for at in range(count)])
        yield f"arabic_digits_{count}_of_100", " ".join(draw(100 - count, 37) + ["٣٤٥"] * count)
        yield f"roman_{count}_of_100", " ".join(draw(100 - count, 38) + ["Ⅳ"] * count)
        yield f"circled_{count}_of_100", " ".join(draw(100 - count, 39) + ["ⓐ"] * count)
    yield "numbers_only", " ".join(str(at) for at in range(100))
    yield "table", "\n".join("\t".join(str(row * column) for column in range(1, 11)) for row in range(1, 11))


def _stop_words() -> Cases:
    base = draw(60, 40, PLAIN)
    yield "none", " ".join(base)
    for word in STOP:
        yield f"one_{word}", " ".join([*base, word])
        yield f"twice_{word}", " ".join([word, *base, word])
    yield "two", " ".join(["the", *base, "of"])
    yield "capital", " ".join(["The", *base, "Of"])
    yield "upper", " ".join(["THE", *base, "AND"])
    yield "with_comma", " ".join(["the,", *base, "of."])
    yield "hyphenated", " ".join([*base, "to-be", "have-that"])
    yield "quoted", " ".join([*base, "'the'", '"of"'])


def _same_lines() -> Cases:
    for copies in (1, 2, 3, 4, 5, 6):
        text = lines(10 - copies, 41)
        yield f"copies_{copies}_of_10", "\n".join(text + [text[0]] * copies)
        yield f"copies_{copies}_of_10_no_break", "\n".join(text + [text[0]] * copies) + "\n"
        yield f"copies_{copies}_of_10_blank", "\n\n".join(text + [text[0]] * copies)
        yield f"pairs_{copies}", "\n".join(text + text[:copies])
        yield f"short_copies_{copies}", "\n".join([*text, *["Read on."] * copies])
        yield f"copies_{copies}_trailing_space", "\n".join(text + [text[0] + " "] * copies)
        yield f"copies_{copies}_crlf", "\r\n".join(text + [text[0]] * copies)
        yield f"copies_{copies}_capital", "\n".join(text + [text[0].upper()] * copies)
    yield "long_copy", "\n".join([*lines(20, 42), " ".join(draw(60, 43)), " ".join(draw(60, 43))])
    yield "blank_lines", "\n\n\n\n".join(lines(5, 44))
    yield "all_same", "\n".join(["The river runs."] * 20)
    yield "numbered", "\n".join(f"{at}. The river runs past the old stone mill." for at in range(20))
    for share in (19, 20, 21, 22):
        yield f"chars_{share}", "\n".join(["x" * 100, "y" * (1000 - 300 - share * 10), "z" * 300, "w" * (share * 10 // 2), "w" * (share * 10 // 2)])


def _same_paragraphs() -> Cases:
    for copies in (1, 2, 3, 4, 5):
        text = [" ".join(lines(2, 45 + at)) for at in range(10 - copies)]
        yield f"copies_{copies}_of_10", "\n\n".join(text + [text[0]] * copies)
        yield f"copies_{copies}_of_10_three_breaks", "\n\n\n".join(text + [text[0]] * copies)
        yield f"copies_{copies}_of_10_space_between", "\n \n".join(text + [text[0]] * copies)
        yield f"copies_{copies}_of_10_crlf", "\r\n\r\n".join(text + [text[0]] * copies)
        yield f"copies_{copies}_of_10_outer_breaks", "\n\n" + "\n\n".join(text + [text[0]] * copies) + "\n\n"
        yield f"two_lines_{copies}", "\n\n".join(part.replace(". ", ".\n", 1) for part in text + [text[0]] * copies)
    yield "all_same", "\n\n".join([prose(30)] * 6)


def _top_grams() -> Cases:
    for gram in (2, 3, 4):
        phrase = " ".join(draw(gram, 46, PLAIN))
        for copies in (1, 2, 4, 6, 8, 10, 12, 16):
            parts = [phrase if at % 2 else " ".join(draw(3, 4700 + at, PLAIN)) for at in range(2 * copies)]
            yield f"{gram}_times_{copies}", " ".join(parts + draw(40, 48))
    yield "tie_first_longer", "relationship temperature a b relationship temperature a b c d e f g"
    yield "tie_first_shorter", "a b relationship temperature a b relationship temperature c d e f g"
    yield "all_once", " ".join(sorted(set(WORDS)))
    yield "one_word_many_times", " ".join(["river"] * 60)
    yield "two_words_in_turn", " ".join(["river", "stone"] * 40)
    yield "words_of_case", " ".join(["River stone", "river Stone"] * 20)
    yield "joined_the_same", "ab c a bc ab c a bc " * 12


def _repeated_grams() -> Cases:
    for gram in range(5, 11):
        phrase = draw(gram, 49 + gram)
        for gap in (5, 20, 40, 60, 80):
            parts = [" ".join(phrase) + " " + " ".join(draw(gap, 5000 + at)) for at in range(4)]
            yield f"{gram}_gap_{gap}", " ".join(parts)
    text = draw(100, 60)
    for copies in (2, 3):
        yield f"whole_{copies}", " ".join(text * copies)
    for tail in (5, 8, 10, 12, 15, 20, 30):
        yield f"tail_{tail}_of_100", " ".join(text + text[:tail])
    yield "overlapping", " ".join(["river", "stone", "river", "stone", "river"] * 20)
    yield "period_5", " ".join(draw(5, 61) * 20)
    yield "period_11", " ".join(draw(11, 62) * 10)
    yield "joined_the_same", " ".join(["in to the old mill", "into the old mill", "in tothe old mill"] * 8)
    yield "dashes", "\n".join(["- - - - - - - - - -", *lines(6, 63)])
    yield "rule_of_signs", "\n".join([*lines(6, 63), "=" * 60, "-" * 60, "_" * 60])


def _c4_lines() -> Cases:
    good = lines(6, 64)
    for count in (1, 2, 3, 4, 5, 6):
        yield f"line_of_{count}_words", "\n".join([*good, sentence(count, 65)])
        yield f"line_of_{count}_words_and_citation", "\n".join([*good, sentence(count, 65, "") + " [1]."])
        yield f"line_of_{count}_words_with_citations", "\n".join([*good, " [2] ".join(draw(count, 66)) + "."])
        yield f"all_lines_of_{count}_words", "\n".join(lines(12, 67, count))
    for at, end in enumerate(TERMINAL):
        yield f"end_{at}", "\n".join([*good, sentence(9, 68, end)])
        yield f"all_end_{at}", "\n".join(lines(7, 69, 9, end))
        yield f"end_{at}_citation", "\n".join([*good, sentence(9, 70, end + "[12]")])
    for length in (999, 1000, 1001, 1002):
        yield f"word_of_{length}", "\n".join([*good, f"A line with the word {'x' * length} in it."])
        yield f"word_of_{length}_accents", "\n".join([*good, f"A line with the word {'é' * length} in it."])
        yield f"word_of_{length}_citation", "\n".join([*good, f"A line with the word {'x' * (length - 3)}[1] in it."])
        yield f"last_word_of_{length}", "\n".join([*good, f"This is the end of it {'y' * (length - 1)}."])
    for number, mark in enumerate(("[1]", "[]", "[123456]", "[edit]", "[citation needed]", "[Edit]", "[ 1 ]", "[1", "1]", "[1][2]", "[[3]]", "[a]", "[٣]", "[1,2]",
                                   "[citation  needed]", "[edit")):
        yield f"citation_{number}_end", "\n".join([*good, f"The river turns to the north{mark}."])
        yield f"citation_{number}_after", "\n".join([*good, f"The river turns to the north.{mark}"])
        yield f"citation_{number}_middle", "\n".join([*good, f"The river{mark} turns to the north."])
    yield "citations_only", "\n".join([*good, "[1] [2] [3]", "[4] [5] [6] [7] [8]."])
    yield "citation_leaves_space", "\n".join([*good, "The river turns to the north. [1]"])
    yield "citation_at_start", "\n".join([*good, "[1] The river turns to the north."])
    yield "citation_at_start_of_page", "\n".join(["[1] The river turns to the north.", *good])
    for number, word in enumerate(("javascript", "JavaScript", "JAVASCRIPT", "java script", "javascripts", "javascript.", "javaſcript", "JAVASCRİPT")):
        yield f"javascript_{number}", "\n".join([*good, f"Please turn on {word} to see the page."])
    for number, phrase in enumerate(POLICY):
        yield f"policy_{number}", "\n".join([*good, f"Please read our {phrase} before you go on."])
        yield f"policy_{number}_upper", "\n".join([*good, f"Please read our {phrase.upper()} before you go on."])
        yield f"policy_{number}_two_spaces", "\n".join([*good, f"Please read our {phrase.replace(' ', '  ')} before you go on."])
        yield f"policy_{number}_kelvin", "\n".join([*good, f"Please read our {phrase.replace('k', chr(0x212A))} before you go on."])
    yield "policy_no_end", "\n".join([*good, "Please read our privacy policy before you go on"])
    yield "crlf", "\r\n".join(good)
    yield "cr", "\r".join(good)
    yield "strip_inside", "\n".join("  " + line + " \t" for line in good)
    yield "nbsp_edges", "\n".join("\xa0" + line + "\xa0" for line in good)
    yield "zero_width_edges", "\n".join("\u200b" + line + "\u200b" for line in good)


def _c4_pages() -> Cases:
    good = lines(6, 71)
    for number, phrase in enumerate(("lorem ipsum", "Lorem Ipsum", "LOREM IPSUM", "lorem  ipsum", "lorem\nipsum", "loremipsum", "lorem ipsu", "xlorem ipsumx", "lorem\xa0ipsum")):
        yield f"lorem_{number}", "\n".join([*good, f"Here {phrase} stands in for text."])
        yield f"lorem_{number}_no_end", "\n".join([*good, f"Here {phrase} stands in for text"])
        yield f"lorem_{number}_two_words", "\n".join([*good, f"{phrase}."])
    for number, mark in enumerate(("{", "}", "{}", "{ }", "｛", "\\{", "{{name}}")):
        yield f"curly_{number}", "\n".join([*good, f"Here {mark} stands in a line of text."])
        yield f"curly_{number}_no_end", "\n".join([*good, f"Here {mark} stands in a line of text"])
        yield f"curly_{number}_two_words", "\n".join([*good, f"Here {mark}."])
        yield f"curly_{number}_javascript", "\n".join([*good, f"Here the javascript {mark} stands in a line."])
        yield f"curly_{number}_policy", "\n".join([*good, f"Here the privacy policy {mark} stands in a line."])
    yield "curly_then_lorem", "\n".join([*good, "Here { stands in a line of text.", "Here lorem ipsum stands in for text."])
    yield "lorem_then_curly", "\n".join([*good, "Here lorem ipsum stands in for text.", "Here { stands in a line of text."])
    yield "both_in_one", "\n".join([*good, "Here lorem ipsum { stands in for text."])
    yield "curly_too_long_word", "\n".join([*good, f"Here {{ stands {'x' * 1001} in a line."])
    for letters in (198, 199, 200, 201):
        yield f"paragraphs_of_{letters}", "\n".join(["x" * letters] * 3)
    yield "two_long_paragraphs", "\n".join(["x" * 300] * 2 + ["y"] * 9)
    for length in (189_999, 190_000, 190_001):
        text = " ".join(draw(length // 4, 72))[: length - 1]
        yield f"page_of_{length}", text + "."


def _c4_sentences() -> Cases:
    for count in range(0, 8):
        yield f"{count}_on_a_line", " ".join(lines(count, 73))
        yield f"{count}_on_lines", "\n".join(lines(count, 74))
        yield f"{count}_questions", " ".join(lines(count, 75, end="?"))
        yield f"{count}_cries", " ".join(lines(count, 75, end="!!"))
        yield f"{count}_quoted", " ".join(f'"{line}"' for line in lines(count, 76))
        yield f"{count}_curly_quoted", " ".join(f"“{line}”" for line in lines(count, 76))
        yield f"{count}_no_space", "".join(lines(count, 77))
        yield f"{count}_lower_case", " ".join(line.lower() for line in lines(count, 78))
        yield f"{count}_in_brackets", " ".join(f"({line})" for line in lines(count, 79))
        yield f"{count}_dots", " ".join(lines(count, 79, end="..."))
        yield f"{count}_full_width", "".join(lines(count, 80, end="。"))
    for number, text in enumerate((
        "Dr. Stone met Mr. Mill and Mrs. Corn on St. John's road.", "The U.S. ships came at 5 p.m. and left.", "It cost $4.50. It was worth 3.2 coins.",
        "See e.g. the mill, i.e. the old one, etc. and so on.", "J. R. Stone wrote it. A. B. Mill read it.", "He said no. 5 was best. No. 6 was not.",
        "What? Yes! No. Maybe... Perhaps.", "Visit example.com. It has maps. Really?", "The mill (it is old.) stands. It runs.", "He left at 10 a.m. She came at 11 a.m. They met.",
        "Stop. stop. STOP.", "1. First thing. 2. Second thing. 3. Third thing.", "The years 1990. The years 2000. And so on it went.",
        "“Come in.” She came. ‘Sit.’ He sat.", "Wait . . . what is it ? It is nothing !", "Is it?! Yes!!! No?? It is...", "He lives in Wash. D.C. near the mill.",
        "The Corp. Inc. Ltd. and Co. were all there.", "On Jan. 5 and Feb. 6 it rained. On Mon. it did not.", "One.Two.Three.Four five six.",
    )):
        yield f"abbreviation_{number}", text
        yield f"abbreviation_{number}_line", f"{text}\n{sentence(9, 81)}"
        yield f"abbreviation_{number}_lines", "\n".join([text, *lines(3, 82)])


def _fineweb() -> Cases:
    for count in (1, 2, 3, 4, 5):
        yield f"ended_{count}_of_25", "\n".join(line if at < count else line[:-1] for at, line in enumerate(lines(25, 83)))
        yield f"ended_{count}_of_25_blank", "\n\n".join(line if at < count else line[:-1] for at, line in enumerate(lines(25, 83)))
    for at, end in enumerate(TERMINAL):
        yield f"all_ended_{at}", "\n".join(lines(10, 84, end=end))
    yield "ended_with_space_after", "\n".join(line + " " for line in lines(10, 85))
    for length in (29, 30, 31):
        short = [(" ".join(draw(20, 8600 + at)))[: length - 1] + "." for at in range(67)]
        for count in (66, 67, 68):
            yield f"short_{length}_{count}_of_100", "\n".join([*(short * 2)[:count], *lines(100 - count, 87)])
    for count in (6, 7):
        yield f"short_accents_{count}_of_10", "\n".join([f"{'é' * (24 + at)}." for at in range(count)] + lines(10 - count, 87))
    for copy in (5, 9, 10, 11, 12, 20, 50, 100, 110, 200):
        yield f"copied_{copy}_of_1000", "\n".join(["x" * (1000 - 2 * copy), "y" * (copy - 1) + ".", "y" * (copy - 1) + "."])
        yield f"copied_{copy}_blank", "\n \n".join(["x" * (1000 - 2 * copy) + ".", "y" * (copy - 1) + ".", "y" * (copy - 1) + "."])
    for words in (2, 3, 4):
        yield f"list_of_{words}_words", "\n".join(lines(30, 88, words))
        yield f"list_of_{words}_words_ten", "\n".join([*lines(10, 89, words), prose(30, 90)])
    for breaks in (28, 29, 30, 31, 32):
        yield f"breaks_{breaks}_of_100", " ".join(draw(99, 91)) + "\n" * breaks + "end"
    yield "breaks_before", "\n" * 30 + prose(80, 92)
    yield "only_spaces_lines", "   \n \t \n" + prose(80, 93)


def _unicode() -> Cases:
    base = draw(70, 94)
    for name, mark in {
        "emoji": "🙂", "family": "👨‍👩‍👧‍👦", "flag": "🇩🇪", "skin": "👍🏽", "keycap": "1️⃣", "combining": "e\u0301", "many_marks": "a" + "\u0301\u0308\u0323" * 5,
        "ligature": "ﬁnd", "full_width": "ｆｕｌｌ", "full_digits": "１２３", "han": "水流過石橋", "kana": "みずは", "hangul": "강물이", "jamo": "\u1100\u1161", "thai": "น้ำไหล",
        "arabic": "النهر", "hebrew": "הנהר", "rtl_mark": "\u200fword", "override": "\u202eword\u202c", "devanagari": "नदी", "cyrillic": "река", "greek": "ποταμός",
        "final_sigma": "ΠΟΤΑΜΟΣ", "dotted_i": "İstanbul", "sharp_s": "Straße", "kelvin": "\u212a", "long_s": "ſtone", "dz": "ǅ", "private": "\ue000", "nonchar": "\uffff",
        "astral": "𝔯𝔦𝔳𝔢𝔯", "replacement": "\ufffd", "variation": "☺\ufe0f", "euro": "€5", "degree": "20°C", "copyright": "©2020", "trade": "River™", "minus": "−5",
        "en_dash": "1990–2000", "em_dash": "river—stone", "horizontal_bar": "river―stone", "middle_dot": "a·b", "curly_quote": "don’t", "low_quote": "„river“", "guillemets": "«river»",
        "inverted": "¿river?", "primes": "5′ 6″", "math": "x²+y³≤∑z", "fraction": "½", "roman": "Ⅻ", "tamil_end": "௹", "mongolian": "ᠠᠢ᠃", "ethiopic": "ሀገር።", "khmer": "ទឹក។",
        "nko": "ߊߓߊ߹", "tibetan": "ཆུ་", "armenian": "գետ։", "georgian": "მდინარე", "braille": "⠗⠊⠧", "tag": "\U000e0041", "mojibake": "donâ€™t", "html_entity": "&amp;", "ansi": "\x1b[31mred\x1b[0m",
    }.items():
        yield f"{name}_alone", mark
        yield f"{name}_ten", " ".join(word if at % 7 else mark for at, word in enumerate(base))
        yield f"{name}_sixty", " ".join([mark] * 60)
        yield f"{name}_ends_lines", "\n".join(line[:-1] + mark for line in lines(10, 95))
    yield "all_planes", "".join(chr(code) for code in range(0x20, 0x20000, 61) if not 0xD800 <= code < 0xE000)
    yield "latin_1", "".join(chr(code) for code in range(0x100))
    yield "general_punctuation", " ".join(chr(code) for code in range(0x2000, 0x2070))


def _tokens() -> Cases:
    """What a rule-based word splitter finds hard."""
    for name, text in {
        "contractions": "I'm you're he'll she'd we've they'd it's don't can't won't couldn't shouldn't mustn't isn't ain't y'all let's who's",
        "contractions_curly": "I’m you’re he’ll she’d we’ve they’d it’s don’t can’t won’t couldn’t isn’t ain’t let’s who’s",
        "no_apostrophe": "dont cant wont im youre hes shes theyre couldnt isnt cannot gonna gotta lemme gimme",
        "capitals": "DON'T CAN'T I'M YOU'RE IT'S WE'LL CANNOT GONNA",
        "abbreviations": "Mr. Mrs. Ms. Dr. Prof. St. Jr. Sr. Inc. Ltd. Co. Corp. vs. e.g. i.e. etc. a.m. p.m. U.S. U.K. Ph.D. Jan. Feb. Aug. Dec. No. Vol.",
        "clock": "9am 10pm 11a.m. 12p.m. 5am. 7 p.m. 10:30am 24:00", "units": "10km 5kg 3m 20cm 4GB 16MB 100mph 50% 30° 5ft 6in 7lb 1kHz",
        "money": "$5 £10 €20 ¥300 5$ 10€ US$5 $5.50 $1,000,000 5-10$", "numbers": "1,000 1.5 1.000,5 1e10 -5 +3 3/4 1990s '90s 5th 21st 1-2-3 555-1234 0x1F",
        "urls": "https://example.com http://www.example.org/a/b?c=d&e=f#g www.example.net example.com/path ftp://example.org mailto:a@example.com",
        "addresses": "jane.stone@example.com a_b-c@mail.example.org <x@y.example> (x@y.example) x@y.example.", "smileys": ":) :-) :( ;) :D :P <3 xD :'( :/ =) ^_^ -_- o_O ¯\\_(ツ)_/¯",
        "hyphens": "well-known state-of-the-art e-mail x-ray 5-year mother-in-law -start end- a--b a---b", "slashes": "and/or he/she 1/2 a/b/c //comment", "ellipsis": "wait...what wait...What ...and and... . .. ... .... .....",
        "brackets": "(river) [stone] {mill} <corn> ((x)) [a](b) f(x) a[1] (a.b) (a). (a.)", "quotes": "'river' \"stone\" ''mill'' ``corn`` `code` “salt” ‘honey’ «maps» „rain“",
        "punctuation": "river,stone;mill:corn!salt?honey.maps/rain|glass\\copper", "joined": "river.Stone river.stone River.Stone mill,Corn mill,corn a.b.c A.B.C",
        "math": "a+b a-b a*b a=b a<b a>b a^b a&b a|b a~b 1+2 1-2 1*2 1=2 x+1", "code": "def f(x): return x+1 # note\nfor (int i=0;i<10;i++) { a[i] = b->c; }", "html": "<p>river</p> <a href=\"x\">y</a> &nbsp; &lt;b&gt;",
        "markdown": "# Title\n\n**bold** _it_ `x` [a](http://example.com) ![i](j.png)\n- one\n* two\n1. three", "handles": "@river #stone @mill_corn #salt-honey $CORN u/rain r/maps", "mixed_script": "river水stone石mill пол-ноль naïve café",
        "underscores": "snake_case __init__ _a_ a_b_c", "camel": "camelCase PascalCase iPhone eBay McStone", "initials": "J.R.R. Stone, A. B. Mill, U.S.A. N.Y.C. B.Sc. M.D.", "possessive": "river's rivers' James's 1990's the mill's",
        "currency_words": "USD5 5USD 5 USD EUR 10", "temperature": "20°C 68°F 5° 20C 300K", "repeat_punctuation": "what?? no!!! well... really?! --- *** ___ ===", "quotation_end": "He said \"go.\" She said 'no.' (Done.)",
        "emoji_joined": "river🙂stone 🙂🙂 🙂. river🙂", "dash_kinds": "a-b a–b a—b a−b a‐b a‑b a―b", "apostrophes": "rock'n'roll o'clock 'tis 'twas y'know d'you o'stone l'eau", "tabs": "a\tb\t\tc\n\td",
        "double_space": "a  b   c    d", "leading_space": "  a b", "space_newline": "a \n b\n\nc \n\n d", "long_word": "a" * 300, "long_signs": "-" * 300, "long_mixed": "ab-" * 100, "dots_in_word": "a.b.c.d.e.f.g.h",
        "prefix_run": "(((((((river", "suffix_run": "river)))))))", "both_runs": "\"'([river])'\"!", "infix_run": "river......stone", "comma_numbers": "1,2,3 1, 2, 3 a,b,c a,B,C", "colon": "10:30 a:b A:B http: http:// x::y",
        "at_sign": "a@b a@b.c @ @@ a@", "percent": "50% 50 % %50 a%b", "ampersand": "R&D AT&T a & b &", "exceptions": "Adm. Bros. Gen. Gov. Rep. Sen. Mt. Ave. Blvd. Ala. Calif. Mass. Pa. Va. Wis.", "o_clock": "o'clock o.o O_o 0_0 o.O",
    }.items():
        yield name, text
        yield f"{name}_in_prose", f"{prose(40, 96)} {text} {prose(20, 97)}"


def _languages() -> Cases:
    texts = {
        "german": "Der Fluss fließt langsam durch die kleine Stadt, und die alte Mühle dreht sich noch immer. Früher kamen die Leute aus allen Dörfern hierher.",
        "french": "La rivière coule lentement à travers la petite ville, et l'ancien moulin tourne encore. Autrefois, les gens venaient de tous les villages.",
        "spanish": "El río corre despacio por el pueblo, y el viejo molino todavía gira. ¿Quién recuerda aquellos años? ¡Nadie los olvida!",
        "russian": "Река медленно течёт через маленький город, и старая мельница всё ещё крутится. Раньше сюда приходили люди из всех деревень.",
        "chinese": "河水慢慢流过小镇，旧磨坊还在转动。从前各个村子的人都到这里来。他们带来玉米，带走面粉。",
        "japanese": "川は小さな町をゆっくり流れ、古い水車は今も回っている。昔は村中の人がここへ来た。",
        "korean": "강물은 작은 마을을 천천히 흐르고 낡은 물레방아는 아직도 돌아간다. 옛날에는 모든 마을 사람들이 왔다.",
        "arabic": "يجري النهر ببطء عبر البلدة الصغيرة، ولا تزال الطاحونة القديمة تدور. كان الناس يأتون من كل القرى؟",
        "hindi": "नदी छोटे शहर से धीरे-धीरे बहती है और पुरानी चक्की अब भी घूमती है। पहले सब गाँवों से लोग आते थे।",
        "thai": "แม่น้ำไหลผ่านเมืองเล็กอย่างช้าๆ และโรงสีเก่ายังหมุนอยู่ เมื่อก่อนผู้คนจากทุกหมู่บ้านมาที่นี่",
        "greek": "Το ποτάμι κυλά αργά μέσα από τη μικρή πόλη και ο παλιός μύλος γυρίζει ακόμα. Ποιος θυμάται;",
        "turkish": "Irmak küçük kasabadan yavaşça akar, İhtiyar değirmen hâlâ döner. Eskiden bütün köylerden insanlar gelirdi.",
    }
    for name, text in texts.items():
        yield name, text
        yield f"{name}_lines", "\n".join(f"{text} {at}." for at in range(6))
        yield f"{name}_in_english", f"{prose(60, 98)}\n\n{text}"


def _addresses() -> Cases:
    """E-mail and IP addresses, whole and almost; names and hosts are reserved for examples."""
    for number, address in enumerate((
        "jane@example.com", "jane.stone@example.com", "jane+corn@example.com", "j_s-t@mail.example.co.uk", "JANE@EXAMPLE.ORG", "jane@example", "jane@.example.com", "@example.com",
        "jane@", "jane@@example.com", ".jane@example.com", "jane.@example.com", "jane..stone@example.com", "jane@example..com", "jane@-example.com", "jane@example-.com",
        "jane@exam_ple.com", "jane@[192.0.2.1]", "jane@[999.0.2.1]", "<jane@example.com>", "(jane@example.com)", "jane@example.com.", "jane@example.com,bob@example.net",
        "mailto:jane@example.com", "jane@example.com?subject=x", "jäne@example.com", "jane@exämple.com", "jane@例え.jp", "o'stone@example.com", "#jane@example.com", "!jane@example.com",
        "'jane@example.com'", "jane at example.com", "jane@example.c", "jane@1.2", "jane@example.com/path", "x" * 70 + "@example.com", "jane@" + "a." * 30 + "com", "user@host@example.com",
        "jane@example.com-bob@example.com", "水jane@example.com", "jane@example.com水", "jane\u200b@example.com", "{jane}@example.com", "a`b|c~d@example.org", "https://x:y@example.com/",
    )):
        yield f"mail_{number}", address
        yield f"mail_{number}_in_prose", f"{prose(20, 101)} Write to {address} today, or to {address}. {prose(20, 102)}"
    for number, address in enumerate((
        "8.8.8.8", "1.1.1.1", "192.168.0.1", "10.0.0.1", "127.0.0.1", "172.16.0.1", "172.32.0.1", "169.254.1.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "100.64.0.1", "198.51.100.7",
        "203.0.113.9", "192.0.2.1", "192.0.0.8", "198.18.0.1", "240.0.0.1", "256.1.1.1", "1.256.1.1", "1.1.1.256", "1.2.3", "1.2.3.4.5", "1.2.3.4.5.6.7.8", "01.02.03.04", "008.8.8.8", "8.8.8.08",
        "1.2.3.4:80", "1.2.3.4/24", "http://9.9.9.9/", "v1.2.3.4", "1.2.3.4a", "x8.8.8.8", "18.8.8.8.", "8.8.8.888", "88.888.8.8", "8,8,8,8", "8. 8. 8. 8", "2001:db8::1", "::ffff:8.8.8.8", "٨.٨.٨.٨",
        "8.8.8.8 8.8.4.4 9.9.9.9 1.0.0.1 4.4.4.4 5.5.5.5 6.6.6.6 7.7.7.7",
    )):
        yield f"number_{number}", address
        yield f"number_{number}_in_prose", f"{prose(20, 103)} The host {address} answered, not {address}. {prose(20, 104)}"
    yield "both", "jane@8.8.8.8 8.8.8.8@example.com jane@[8.8.8.8] 8.8.8.8jane@example.com"
    yield "many", " ".join(f"user{at}@example.com at 8.8.{at}.1" for at in range(20))


def _broken_text() -> Cases:
    """Text decoded wrongly, once or twice, and what a repair must leave alone."""
    for name, text in {"accents": "naïve café über señor", "quotes": "“river” ‘stone’ – mill — corn…", "euro": "10 € and ½ £", "cyrillic": "река мельница", "han": "水流過石橋", "emoji": "🙂👍"}.items():
        for codec in ("latin-1", "cp1252", "cp1251", "cp437", "macroman"):
            broken = text.encode().decode(codec, "replace")
            yield f"{name}_{codec}", broken
            yield f"{name}_{codec}_in_prose", f"{prose(20, 105)} {broken} {prose(20, 106)}"
        yield f"{name}_twice", text.encode().decode("latin-1").encode().decode("latin-1")
        yield f"{name}_whole", text
    for name, text in {
        "entities": "&lt;b&gt; &amp; &eacute; &#39; &#x27; &nbsp; &notit; &hellip;", "entities_with_tag": "<p>&lt;b&gt;</p>", "terminal": "\x1b[1;31mred\x1b[0m plain",
        "controls": "a\x00b\x01c\x08d\x0be\x7ff\x80g\x9fh", "c1": "\x93river\x94 \x97 mill\x85", "ligatures": "ﬁnd ﬂow oﬃce", "wide": "ｒｉｖｅｒ！ １２３", "decomposed": "cafe\u0301",
        "line_breaks": "a\r\nb\rc\u2028d\u2029e\x85f", "bom_inside": "a\ufeffb", "byte_order_start": "\ufeffriver", "lossy": "donâ€\ufffdt Ã\ufffd", "a_tilde_space": "Ã la carte and voilÃ", "nonchar": "a\uffff\ufdd0b",
    }.items():
        yield name, text
        yield f"{name}_in_prose", f"{prose(20, 107)} {text} {prose(20, 108)}"


def _mixed() -> Cases:
    for seed in range(1, 31):
        yield f"prose_{seed}", prose(30 + seed * 17, seed)
    for seed in range(1, 11):
        yield f"boilerplate_{seed}", "\n".join(["Home | About | Contact", prose(60, seed), "Share this:", "Terms of use", "Home | About | Contact"])
        yield f"headings_{seed}", "\n\n".join(f"## Part {at}\n\n{prose(20, seed + at)}" for at in range(seed))
        yield f"list_{seed}", "\n".join([prose(40, seed), *[f"- {' '.join(draw(4, seed * 50 + at))}" for at in range(seed * 3)]])
        yield f"code_{seed}", "\n".join(f"    {name} = {name}_{at}({at}, '{name}')" for at, name in enumerate(draw(seed * 5, seed)))
        yield f"noise_{seed}", "".join(draw(400, seed, list("abcdefgh ....,,#\n\n-•…'\"()[]12é水🙂\xa0\r\t")))
        yield f"noise_lines_{seed}", "\n".join(" ".join(draw(seed, seed * 31 + at, [*STOP, "...", "…", "#", "-", "[1]", "{", "12", "No.", "end."])) for at in range(40))
    yield "one_long_line", " ".join(draw(5000, 99))
    yield "one_long_word", "x" * 20_000
    yield "many_short_lines", "\n".join(draw(2000, 100))
    yield "many_blank_lines", "\n" * 2000
