"""Texts for what lies under every rule: white space, scripts, words, addresses, broken encodings; and mixtures of it all."""

from __future__ import annotations

from itertools import cycle

from prose import PLAIN, STOP, Cases, draw, lines, prose

SPACES = {
    "nul": "\0", "tab": "\t", "vt": "\x0b", "ff": "\x0c", "cr": "\r", "crlf": "\r\n", "lfcr": "\n\r", "fs": "\x1c", "gs": "\x1d",
    "rs": "\x1e",
    "us": "\x1f", "nel": "\x85", "nbsp": "\xa0", "ogham": "\u1680", "en_quad": "\u2000", "em_space": "\u2003", "thin": "\u2009",
    "zwsp": "\u200b",
    "zwj": "\u200d", "ls": "\u2028", "ps": "\u2029", "nnbsp": "\u202f", "mmsp": "\u205f", "wj": "\u2060", "ideographic": "\u3000",
    "bom": "\ufeff",
    "del": "\x7f", "c1": "\x80", "soft_hyphen": "\xad",
}


def short() -> Cases:
    yield from {
        "empty": "", "space": " ", "newline": "\n", "newlines": "\n\n\n", "letter": "a", "dot": ".", "digit": "7", "word": "river",
        "two_words": "river bend",
        "three_words": "the river bends", "sentence": "The river bends.", "quote": '"', "dots": "...", "mark": "…", "hash": "#",
        "bullet": "•", "dash": "-",
        "star": "*", "bullet_word": "- river", "curly": "{", "policy": "privacy policy", "lorem": "lorem ipsum", "javascript": "javascript",
        "same_twice": "river river", "same_line_twice": "river\nriver", "no_end_newline": "One line.\nAnother line",
        "end_newline": "One line.\n",
        "start_newline": "\nOne line.", "nul": "\0", "bom": "\ufeff", "citation": "[1]", "emoji": "🙂", "han": "水", "combining": "\u0301",
    }.items()


def whitespace() -> Cases:
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


def unicode() -> Cases:
    base = draw(70, 94)
    for name, mark in {
        "emoji": "🙂", "family": "👨‍👩‍👧‍👦", "flag": "🇩🇪", "skin": "👍🏽", "keycap": "1️⃣", "combining": "e\u0301",
        "many_marks": "a" + "\u0301\u0308\u0323" * 5,
        "ligature": "ﬁnd", "full_width": "ｆｕｌｌ", "full_digits": "１２３", "han": "水流過石橋", "kana": "みずは", "hangul": "강물이",
        "jamo": "\u1100\u1161", "thai": "น้ำไหล",
        "arabic": "النهر", "hebrew": "הנהר", "rtl_mark": "\u200fword", "override": "\u202eword\u202c", "devanagari": "नदी",
        "cyrillic": "река", "greek": "ποταμός",
        "final_sigma": "ΠΟΤΑΜΟΣ", "dotted_i": "İstanbul", "sharp_s": "Straße", "kelvin": "\u212a", "long_s": "ſtone", "dz": "ǅ",
        "private": "\ue000", "nonchar": "\uffff",
        "astral": "𝔯𝔦𝔳𝔢𝔯", "replacement": "\ufffd", "variation": "☺\ufe0f", "euro": "€5", "degree": "20°C", "copyright": "©2020",
        "trade": "River™", "minus": "−5",
        "en_dash": "1990–2000", "em_dash": "river—stone", "horizontal_bar": "river―stone", "middle_dot": "a·b", "curly_quote": "don’t",
        "low_quote": "„river“", "guillemets": "«river»",
        "inverted": "¿river?", "primes": "5′ 6″", "math": "x²+y³≤∑z", "fraction": "½", "roman": "Ⅻ", "tamil_end": "௹", "mongolian": "ᠠᠢ᠃",
        "ethiopic": "ሀገር።", "khmer": "ទឹក។",
        "nko": "ߊߓߊ߹", "tibetan": "ཆུ་", "armenian": "գետ։", "georgian": "მდინარე", "braille": "⠗⠊⠧", "tag": "\U000e0041",
        "mojibake": "donâ€™t", "html_entity": "&amp;", "ansi": "\x1b[31mred\x1b[0m",
    }.items():
        yield f"{name}_alone", mark
        yield f"{name}_ten", " ".join(word if at % 7 else mark for at, word in enumerate(base))
        yield f"{name}_sixty", " ".join([mark] * 60)
        yield f"{name}_ends_lines", "\n".join(line[:-1] + mark for line in lines(10, 95))
    yield "all_planes", "".join(chr(code) for code in range(0x20, 0x20000, 61) if not 0xD800 <= code < 0xE000)
    yield "latin_1", "".join(chr(code) for code in range(0x100))
    yield "general_punctuation", " ".join(chr(code) for code in range(0x2000, 0x2070))


def every_character() -> Cases:
    """512 code points a text, each a word of its own and at the end of another: what is a letter, a mark, a space, a line's end."""
    for first in range(0, 0x20000, 512):
        some = [code for code in range(first, first + 512) if not 0xD800 <= code < 0xE000]
        if some and not 0x3400 <= first < 0xA000 and not 0x12000 <= first < 0x1D000:  # two wide ranges of alike letters left out
            yield f"from_{first:x}", "\n".join(f"{chr(code)} river{chr(code)}" for code in some)


def similar() -> Cases:
    """One text with more and more of its words replaced: what near-duplicate detection is for."""
    base, others = draw(300, 109), draw(300, 110, PLAIN)
    for every in (2, 3, 4, 6, 8, 10, 15, 20, 30, 40, 60, 100, 150, 300):
        yield f"one_in_{every}", " ".join(others[at] if at % every == 0 else word for at, word in enumerate(base))
    for kept in (30, 60, 90, 120, 150, 180, 210, 240, 270, 300):
        yield f"first_{kept}", " ".join(base[:kept] + others[kept:])


def tokens() -> Cases:
    """What a rule-based word splitter finds hard."""
    for name, text in {
        "contractions": "I'm you're he'll she'd we've they'd it's don't can't won't couldn't shouldn't mustn't isn't ain't "
        "y'all let's who's",
        "contractions_curly": "I’m you’re he’ll she’d we’ve they’d it’s don’t can’t won’t couldn’t isn’t ain’t let’s who’s",
        "no_apostrophe": "dont cant wont im youre hes shes theyre couldnt isnt cannot gonna gotta lemme gimme",
        "capitals": "DON'T CAN'T I'M YOU'RE IT'S WE'LL CANNOT GONNA",
        "abbreviations": "Mr. Mrs. Ms. Dr. Prof. St. Jr. Sr. Inc. Ltd. Co. Corp. vs. e.g. i.e. etc. a.m. p.m. U.S. U.K. Ph.D. "
        "Jan. Feb. Aug. Dec. No. Vol.",
        "clock": "9am 10pm 11a.m. 12p.m. 5am. 7 p.m. 10:30am 24:00", "units": "10km 5kg 3m 20cm 4GB 16MB 100mph 50% 30° 5ft 6in 7lb 1kHz",
        "money": "$5 £10 €20 ¥300 5$ 10€ US$5 $5.50 $1,000,000 5-10$",
        "numbers": "1,000 1.5 1.000,5 1e10 -5 +3 3/4 1990s '90s 5th 21st 1-2-3 555-1234 0x1F",
        "urls": "https://example.com http://www.example.org/a/b?c=d&e=f#g www.example.net example.com/path ftp://example.org "
        "mailto:a@example.com",
        "addresses": "jane.stone@example.com a_b-c@mail.example.org <x@y.example> (x@y.example) x@y.example.",
        "smileys": ":) :-) :( ;) :D :P <3 xD :'( :/ =) ^_^ -_- o_O ¯\\_(ツ)_/¯",
        "hyphens": "well-known state-of-the-art e-mail x-ray 5-year mother-in-law -start end- a--b a---b",
        "slashes": "and/or he/she 1/2 a/b/c //comment", "ellipsis": "wait...what wait...What ...and and... . .. ... .... .....",
        "brackets": "(river) [stone] {mill} <corn> ((x)) [a](b) f(x) a[1] (a.b) (a). (a.)",
        "quotes": "'river' \"stone\" ''mill'' ``corn`` `code` “salt” ‘honey’ «maps» „rain“",
        "punctuation": "river,stone;mill:corn!salt?honey.maps/rain|glass\\copper",
        "joined": "river.Stone river.stone River.Stone mill,Corn mill,corn a.b.c A.B.C",
        "math": "a+b a-b a*b a=b a<b a>b a^b a&b a|b a~b 1+2 1-2 1*2 1=2 x+1",
        "code": "def f(x): return x+1 # note\nfor (int i=0;i<10;i++) { a[i] = b->c; }",
        "html": "<p>river</p> <a href=\"x\">y</a> &nbsp; &lt;b&gt;",
        "markdown": "# Title\n\n**bold** _it_ `x` [a](http://example.com) ![i](j.png)\n- one\n* two\n1. three",
        "handles": "@river #stone @mill_corn #salt-honey $CORN u/rain r/maps", "mixed_script": "river水stone石mill пол-ноль naïve café",
        "underscores": "snake_case __init__ _a_ a_b_c", "camel": "camelCase PascalCase iPhone eBay McStone",
        "initials": "J.R.R. Stone, A. B. Mill, U.S.A. N.Y.C. B.Sc. M.D.", "possessive": "river's rivers' James's 1990's the mill's",
        "currency_words": "USD5 5USD 5 USD EUR 10", "temperature": "20°C 68°F 5° 20C 300K",
        "repeat_punctuation": "what?? no!!! well... really?! --- *** ___ ===", "quotation_end": "He said \"go.\" She said 'no.' (Done.)",
        "emoji_joined": "river🙂stone 🙂🙂 🙂. river🙂", "dash_kinds": "a-b a–b a—b a−b a‐b a‑b a―b",
        "apostrophes": "rock'n'roll o'clock 'tis 'twas y'know d'you o'stone l'eau", "tabs": "a\tb\t\tc\n\td",
        "double_space": "a  b   c    d", "leading_space": "  a b", "space_newline": "a \n b\n\nc \n\n d", "long_word": "a" * 300,
        "long_signs": "-" * 300, "long_mixed": "ab-" * 100, "dots_in_word": "a.b.c.d.e.f.g.h",
        "prefix_run": "(((((((river", "suffix_run": "river)))))))", "both_runs": "\"'([river])'\"!", "infix_run": "river......stone",
        "comma_numbers": "1,2,3 1, 2, 3 a,b,c a,B,C", "colon": "10:30 a:b A:B http: http:// x::y",
        "at_sign": "a@b a@b.c @ @@ a@", "percent": "50% 50 % %50 a%b", "ampersand": "R&D AT&T a & b &",
        "exceptions": "Adm. Bros. Gen. Gov. Rep. Sen. Mt. Ave. Blvd. Ala. Calif. Mass. Pa. Va. Wis.", "o_clock": "o'clock o.o O_o 0_0 o.O",
        "names_of_spacy": "IS_ALPHA and LIKE_URL and ORTH are words",
    }.items():
        yield name, text
        yield f"{name}_in_prose", f"{prose(40, 96)} {text} {prose(20, 97)}"


def languages() -> Cases:
    texts = {
        "german": "Der Fluss fließt langsam durch die kleine Stadt, und die alte Mühle dreht sich noch immer. Früher kamen die "
        "Leute aus allen Dörfern hierher.",
        "french": "La rivière coule lentement à travers la petite ville, et l'ancien moulin tourne encore. Autrefois, les gens "
        "venaient de tous les villages.",
        "spanish": "El río corre despacio por el pueblo, y el viejo molino todavía gira. ¿Quién recuerda aquellos años? ¡Nadie los olvida!",
        "russian": "Река медленно течёт через маленький город, и старая мельница всё ещё крутится. Раньше сюда приходили люди "
        "из всех деревень.",
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


def addresses() -> Cases:
    """E-mail and IP addresses, whole and almost; names and hosts are reserved for examples."""
    for number, address in enumerate((
        "jane@example.com", "jane.stone@example.com", "jane+corn@example.com", "j_s-t@mail.example.co.uk", "JANE@EXAMPLE.ORG",
        "jane@example", "jane@.example.com", "@example.com",
        "jane@", "jane@@example.com", ".jane@example.com", "jane.@example.com", "jane..stone@example.com", "jane@example..com",
        "jane@-example.com", "jane@example-.com",
        "jane@exam_ple.com", "jane@[192.0.2.1]", "jane@[999.0.2.1]", "<jane@example.com>", "(jane@example.com)", "jane@example.com.",
        "jane@example.com,bob@example.net",
        "mailto:jane@example.com", "jane@example.com?subject=x", "jäne@example.com", "jane@exämple.com", "jane@例え.jp",
        "o'stone@example.com", "#jane@example.com", "!jane@example.com",
        "'jane@example.com'", "jane at example.com", "jane@example.c", "jane@1.2", "jane@example.com/path", "x" * 70 + "@example.com",
        "jane@" + "a." * 30 + "com", "user@host@example.com",
        "jane@example.com-bob@example.com", "水jane@example.com", "jane@example.com水", "jane\u200b@example.com", "{jane}@example.com",
        "a`b|c~d@example.org", "https://x:y@example.com/",
    )):
        yield f"mail_{number}", address
        yield f"mail_{number}_in_prose", f"{prose(20, 101)} Write to {address} today, or to {address}. {prose(20, 102)}"
    for number, address in enumerate((
        "8.8.8.8", "1.1.1.1", "192.168.0.1", "10.0.0.1", "127.0.0.1", "172.16.0.1", "172.32.0.1", "169.254.1.1", "0.0.0.0",
        "255.255.255.255", "224.0.0.1", "100.64.0.1", "198.51.100.7",
        "203.0.113.9", "192.0.2.1", "192.0.0.8", "198.18.0.1", "240.0.0.1", "256.1.1.1", "1.256.1.1", "1.1.1.256", "1.2.3", "1.2.3.4.5",
        "1.2.3.4.5.6.7.8", "01.02.03.04", "008.8.8.8", "8.8.8.08",
        "1.2.3.4:80", "1.2.3.4/24", "http://9.9.9.9/", "v1.2.3.4", "1.2.3.4a", "x8.8.8.8", "18.8.8.8.", "8.8.8.888", "88.888.8.8",
        "8,8,8,8", "8. 8. 8. 8", "2001:db8::1", "::ffff:8.8.8.8", "٨.٨.٨.٨",
        "8.8.8.8 8.8.4.4 9.9.9.9 1.0.0.1 4.4.4.4 5.5.5.5 6.6.6.6 7.7.7.7",
    )):
        yield f"number_{number}", address
        yield f"number_{number}_in_prose", f"{prose(20, 103)} The host {address} answered, not {address}. {prose(20, 104)}"
    yield "both", "jane@8.8.8.8 8.8.8.8@example.com jane@[8.8.8.8] 8.8.8.8jane@example.com"
    yield "many", " ".join(f"user{at}@example.com at 8.8.{at}.1" for at in range(20))


def broken_text() -> Cases:
    """Text decoded wrongly, once or twice, and what a repair must leave alone."""
    for name, text in {"accents": "naïve café über señor", "quotes": "“river” ‘stone’ – mill — corn…", "euro": "10 € and ½ £",
        "cyrillic": "река мельница", "han": "水流過石橋", "emoji": "🙂👍"}.items():
        for codec in ("latin-1", "cp1252", "cp1251", "cp437", "macroman"):
            broken = text.encode().decode(codec, "replace")
            yield f"{name}_{codec}", broken
            yield f"{name}_{codec}_in_prose", f"{prose(20, 105)} {broken} {prose(20, 106)}"
        yield f"{name}_twice", text.encode().decode("latin-1").encode().decode("latin-1")
        yield f"{name}_whole", text
    for name, text in {
        "entities": "&lt;b&gt; &amp; &eacute; &#39; &#x27; &nbsp; &notit; &hellip;", "entities_with_tag": "<p>&lt;b&gt;</p>",
        "terminal": "\x1b[1;31mred\x1b[0m plain",
        "controls": "a\x00b\x01c\x08d\x0be\x7ff\x80g\x9fh", "c1": "\x93river\x94 \x97 mill\x85", "ligatures": "ﬁnd ﬂow oﬃce",
        "wide": "ｒｉｖｅｒ！ １２３", "decomposed": "cafe\u0301",
        "line_breaks": "a\r\nb\rc\u2028d\u2029e\x85f", "bom_inside": "a\ufeffb", "byte_order_start": "\ufeffriver",
        "lossy": "donâ€\ufffdt Ã\ufffd", "a_tilde_space": "Ã la carte and voilÃ", "nonchar": "a\uffff\ufdd0b",
    }.items():
        yield name, text
        yield f"{name}_in_prose", f"{prose(20, 107)} {text} {prose(20, 108)}"


def mixed() -> Cases:
    for seed in range(1, 31):
        yield f"prose_{seed}", prose(30 + seed * 17, seed)
    for seed in range(1, 11):
        yield f"boilerplate_{seed}", "\n".join(["Home | About | Contact", prose(60, seed), "Share this:", "Terms of use",
            "Home | About | Contact"])
        yield f"headings_{seed}", "\n\n".join(f"## Part {at}\n\n{prose(20, seed + at)}" for at in range(seed))
        yield f"list_{seed}", "\n".join([prose(40, seed), *[f"- {' '.join(draw(4, seed * 50 + at))}" for at in range(seed * 3)]])
        yield f"code_{seed}", "\n".join(f"    {name} = {name}_{at}({at}, '{name}')" for at, name in enumerate(draw(seed * 5, seed)))
        yield f"noise_{seed}", "".join(draw(400, seed, list("abcdefgh ....,,#\n\n-•…'\"()[]12é水🙂\xa0\r\t")))
        yield f"noise_lines_{seed}", "\n".join(" ".join(draw(seed, seed * 31 + at,
            [*STOP, "...", "…", "#", "-", "[1]", "{", "12", "No.", "end."])) for at in range(40))
    yield "one_long_line", " ".join(draw(5000, 99))
    yield "one_long_word", "x" * 20_000
    yield "many_short_lines", "\n".join(draw(2000, 100))
    yield "many_blank_lines", "\n" * 2000
