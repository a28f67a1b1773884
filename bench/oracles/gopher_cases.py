"""Texts at, below and above every threshold of Gopher's quality and repetition rules."""

from __future__ import annotations

from itertools import cycle, islice

from prose import PLAIN, STOP, WORDS, Cases, draw, lines, prose


def lengths() -> Cases:
    for count in (1, 2, 3, 4, 5, 10, 48, 49, 50, 51, 52, 100):
        yield f"words_{count}", " ".join(draw(count, 12))
        yield f"words_{count}_sentence", " ".join(draw(count, 13)).capitalize() + "."
    for count in (49, 50, 51):
        yield f"words_{count}_punctuation", " ".join(draw(count, 14)) + " ! ? , ; ..." * 10
        yield f"words_{count}_dashes", " - ".join(draw(count, 15))
        yield f"words_{count}_contracted", " ".join([*draw(count - 2, 16), "don't"])
    for count in (99_999, 100_000, 100_001):
        yield f"words_{count}", " ".join(islice(cycle(["of", "the", "day", *PLAIN]), count))


def averages() -> Cases:
    """Mean and median of word lengths at 3 and at 10, from words of exact lengths."""
    words = {1: "a", 2: "of", 3: "the", 4: "that", 9: "carefully", 10: "everything", 11: "temperature", 12: "relationship"}
    for name, mix in {
        "3_exact": {3: 60}, "3_below": {3: 59, 2: 1}, "3_above": {3: 59, 4: 1}, "3_balanced": {2: 20, 3: 20, 4: 20}, "2": {2: 60},
        "1": {1: 60},
        "10_exact": {10: 58, 3: 1, 11: 0}, "10_balanced": {9: 30, 11: 30}, "10_above": {9: 29, 11: 31}, "10_below": {9: 31, 11: 29},
        "11": {11: 60},
        "12": {12: 60}, "median_3_mean_4": {3: 31, 12: 5, 4: 24}, "median_2_mean_5": {2: 40, 12: 20}, "median_10_mean_8": {3: 15, 10: 45},
        "median_11_mean_9": {2: 15, 11: 45}, "median_between_2_and_3": {2: 30, 3: 30}, "median_between_10_and_11": {10: 30, 11: 30},
    }.items():
        parts = [words[length] for length, count in mix.items() for _ in range(count)]
        yield name, " ".join(parts[(at * 7) % len(parts)] if len(parts) % 7 else part for at, part in enumerate(parts))
        yield f"{name}_stop", " ".join(["the", "and", *parts, "to", "with", "that"])
    yield "10_words_of_20", " ".join(["the", "and", *["extraordinarinesses1"] * 50])


def symbols() -> Cases:
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


def bullets() -> Cases:
    for total in (10, 20):
        for count in range(total * 17 // 20, total + 1):
            for name, bullet in {"dash": "- ", "dot": "• ", "star": "* ", "indented": "   - ", "tight": "-", "nbsp": "\xa0• ",
                "circle": "● "}.items():
                yield f"{name}_{count}_of_{total}", "\n".join(bullet + line if at < count else line for at,
                    line in enumerate(lines(total, 28)))
    yield "with_blank_lines", "\n\n".join("- " + line for line in lines(10, 29))
    yield "crlf", "\r\n".join("- " + line for line in lines(10, 30))
    yield "dash_words", "\n".join("-" * 3 + line for line in lines(10, 31))


def ellipses() -> Cases:
    for total in (10, 20):
        for count in range(total // 4, total * 2 // 5 + 1):
            for name, end in {"dots": "...", "mark": "…", "spaced": " . . .", "space_after": "...  ", "four": "....",
                "quoted": "...\""}.items():
                yield f"{name}_{count}_of_{total}", "\n".join(line[:-1] + end if at < count else line for at,
                    line in enumerate(lines(total, 32)))
    yield "blank_lines", "\n\n".join(line[:-1] + "..." if at < 3 else line for at, line in enumerate(lines(10, 33)))
    yield "crlf", "\r\n".join(line[:-1] + "…" if at < 4 else line for at, line in enumerate(lines(10, 33)))


def letters() -> Cases:
    for count in (18, 19, 20, 21, 22):
        yield f"numbers_{count}_of_100", " ".join(draw(100 - count, 34) + [str(1000 + at) for at in range(count)])
        yield f"signs_{count}_of_100", " ".join(draw(100 - count, 35) + ["+++"] * count)
        yield f"mixed_{count}_of_100", " ".join(draw(100 - count, 36) + [f"{at}km" for at in range(count)])
        yield f"arabic_digits_{count}_of_100", " ".join(draw(100 - count, 37) + ["٣٤٥"] * count)
        yield f"roman_{count}_of_100", " ".join(draw(100 - count, 38) + ["Ⅳ"] * count)
        yield f"circled_{count}_of_100", " ".join(draw(100 - count, 39) + ["ⓐ"] * count)
    yield "numbers_only", " ".join(str(at) for at in range(100))
    yield "table", "\n".join("\t".join(str(row * column) for column in range(1, 11)) for row in range(1, 11))


def stop_words() -> Cases:
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


def same_lines() -> Cases:
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
        yield f"chars_{share}", "\n".join(["x" * 100, "y" * (1000 - 300 - share * 10), "z" * 300, "w" * (share * 10 // 2),
            "w" * (share * 10 // 2)])


def same_paragraphs() -> Cases:
    for copies in (1, 2, 3, 4, 5):
        text = [" ".join(lines(2, 45 + at)) for at in range(10 - copies)]
        yield f"copies_{copies}_of_10", "\n\n".join(text + [text[0]] * copies)
        yield f"copies_{copies}_of_10_three_breaks", "\n\n\n".join(text + [text[0]] * copies)
        yield f"copies_{copies}_of_10_space_between", "\n \n".join(text + [text[0]] * copies)
        yield f"copies_{copies}_of_10_crlf", "\r\n\r\n".join(text + [text[0]] * copies)
        yield f"copies_{copies}_of_10_outer_breaks", "\n\n" + "\n\n".join(text + [text[0]] * copies) + "\n\n"
        yield f"two_lines_{copies}", "\n\n".join(part.replace(". ", ".\n", 1) for part in text + [text[0]] * copies)
    yield "all_same", "\n\n".join([prose(30)] * 6)


def top_grams() -> Cases:
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


def repeated_grams() -> Cases:
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
