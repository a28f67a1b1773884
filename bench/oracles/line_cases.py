"""Texts for the rules over lines and pages of C4 and FineWeb."""

from __future__ import annotations

from prose import Cases, draw, lines, prose, sentence

TERMINAL = (".", "?", "!", '"', "'", "”", "…", "...", ":", ";", ")", "。", "！", "？", "؟", "।", "‽", "．", "｡", "..", ".\"", ".)", ".'",
    "?!", "....")
POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")


def c4_lines() -> Cases:
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
    for number, mark in enumerate(("[1]", "[]", "[123456]", "[edit]", "[citation needed]", "[Edit]", "[ 1 ]", "[1", "1]", "[1][2]", "[[3]]",
        "[a]", "[٣]", "[1,2]",
                                   "[citation  needed]", "[edit")):
        yield f"citation_{number}_end", "\n".join([*good, f"The river turns to the north{mark}."])
        yield f"citation_{number}_after", "\n".join([*good, f"The river turns to the north.{mark}"])
        yield f"citation_{number}_middle", "\n".join([*good, f"The river{mark} turns to the north."])
    yield "citations_only", "\n".join([*good, "[1] [2] [3]", "[4] [5] [6] [7] [8]."])
    yield "citation_leaves_space", "\n".join([*good, "The river turns to the north. [1]"])
    yield "citation_at_start", "\n".join([*good, "[1] The river turns to the north."])
    yield "citation_at_start_of_page", "\n".join(["[1] The river turns to the north.", *good])
    for number, word in enumerate(("javascript", "JavaScript", "JAVASCRIPT", "java script", "javascripts", "javascript.", "javaſcript",
        "JAVASCRİPT")):
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


def c4_pages() -> Cases:
    good = lines(6, 71)
    for number, phrase in enumerate(("lorem ipsum", "Lorem Ipsum", "LOREM IPSUM", "lorem  ipsum", "lorem\nipsum", "loremipsum",
        "lorem ipsu", "xlorem ipsumx", "lorem\xa0ipsum")):
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


def c4_sentences() -> Cases:
    for count in range(8):
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
        "Dr. Stone met Mr. Mill and Mrs. Corn on St. John's road.", "The U.S. ships came at 5 p.m. and left.",
        "It cost $4.50. It was worth 3.2 coins.",
        "See e.g. the mill, i.e. the old one, etc. and so on.", "J. R. Stone wrote it. A. B. Mill read it.",
        "He said no. 5 was best. No. 6 was not.",
        "What? Yes! No. Maybe... Perhaps.", "Visit example.com. It has maps. Really?", "The mill (it is old.) stands. It runs.",
        "He left at 10 a.m. She came at 11 a.m. They met.",
        "Stop. stop. STOP.", "1. First thing. 2. Second thing. 3. Third thing.", "The years 1990. The years 2000. And so on it went.",
        "“Come in.” She came. ‘Sit.’ He sat.", "Wait . . . what is it ? It is nothing !", "Is it?! Yes!!! No?? It is...",
        "He lives in Wash. D.C. near the mill.",
        "The Corp. Inc. Ltd. and Co. were all there.", "On Jan. 5 and Feb. 6 it rained. On Mon. it did not.",
        "One.Two.Three.Four five six.",
    )):
        yield f"abbreviation_{number}", text
        yield f"abbreviation_{number}_line", f"{text}\n{sentence(9, 81)}"
        yield f"abbreviation_{number}_lines", "\n".join([text, *lines(3, 82)])


def fineweb() -> Cases:
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
