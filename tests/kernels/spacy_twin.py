"""spaCy's blank English tokenizer and sentencizer in plain Python, by regular expressions made of the data files: the kernel's twin."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from itertools import pairwise

from tilth.kernels.text_classes import data_file

DATA = data_file("text_classes.json")["classes"]
WORDS = data_file("spacy_words.json")
RULES = {rule["text"]: rule["tokens"] for rule in WORDS["rules"]}
RUNS = {tuple(rule["pieces"]): rule["text"] for rule in WORDS["rules"] if rule["pieces"]}


@dataclass(frozen=True)
class Token:
    text: str
    start: int  # in code points

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def members(*names: str, without: str = "") -> str:
    """The inside of a character class of these named classes."""
    found = {code for name in names for first, last in DATA[name] for code in range(first, last + 1)}
    return "".join(re.escape(chr(code)) for code in sorted(found - set(map(ord, without))) if not 0xD800 <= code < 0xE000)


def any_of(texts: list[str]) -> str:
    return "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True))


@functools.cache
def patterns() -> dict[str, re.Pattern[str]]:
    alpha, lower, upper, quote = members("alpha"), members("lower"), members("upper"), members("quote")
    prefix = rf"\.\.+|US\$|[AC]\$|\+(?![0-9])|[{members('prefix', without='+')}]"
    endings = any_of(WORDS["endings_after_digit"])
    suffix = (
        rf"(?:\.\.+|……|['’][sS]|(?<=[0-9])(?:{endings})|(?<=[0-9])[{members('suffix_after_digit', without='.')}]"
        rf"|(?<=[{members('before_dot')}])\.|(?<=[{upper}][{upper}])\.|(?<=°[FfCcKk])\.|[{members('suffix')}])$"
    )
    infix = (
        rf"\.\.+|[{members('infix')}]|(?<=[0-9])[-+*^](?=[0-9-])|(?<=[{lower}{quote}])\.(?=[{upper}{quote}])|(?<=[{alpha}]),(?=[{alpha}])"
        rf"|(?<=[{alpha}0-9])(?:-{{1,3}}|—{{1,2}}|–|~)(?=[{alpha}])|(?<=[{alpha}0-9])[:<>=/](?=[{alpha}])"
    )
    host = rf"(?:[{members('host')}](?:[{members('host')}_-]{{0,62}}[{members('host')}])?\.)+[{lower}]{{2,63}}"
    octets = r"(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3])(?:\.(?:\d\d?|1\d\d|2[0-4]\d|25[0-5])){2}\.(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-4])"
    local = r"(?!1(?:0|27)\.\d|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)"
    return {
        "prefix": re.compile(prefix), "suffix": re.compile(suffix), "infix": re.compile(infix), "scheme": re.compile(r"[\w+.-]{2,}://"),
        "place": re.compile(rf"(?:{host}|{local}{octets})(?::\d{{2,5}})?(?:[/?#].*)?", re.DOTALL),
    }


def is_url(text: str) -> bool:
    scheme = patterns()["scheme"].match(text)
    starts = [0] + ([scheme.end()] if scheme else []) + [at + 1 for at, c in enumerate(text) if c == "@" and at]
    return any(patterns()["place"].fullmatch(text, start) for start in starts)


def chunk_words(text: str) -> list[str]:
    """The tokens of one chunk."""
    front: list[str] = []
    back: list[str] = []
    size = -1
    while text and len(text) != size and text not in RULES:
        size = len(text)
        prefix = patterns()["prefix"].match(text)
        cut = prefix.end() if prefix else 0
        if cut and text[cut:] in RULES:
            front.append(text[:cut])
            text = text[cut:]
            break
        suffix = patterns()["suffix"].search(text[cut:])
        end = len(text) - (len(suffix.group()) if suffix else 0)
        if suffix and text[:end] in RULES:
            back.append(text[end:])
            text = text[:end]
            break
        front += [text[:cut]] if cut else []
        back += [text[end:]] if suffix else []
        text = text[cut:end]
    return front + middle(text) + back[::-1]


def middle(text: str) -> list[str]:
    if text in RULES:
        return list(RULES[text])
    if is_url(text):
        return [text]
    pieces, start = [], 0
    for match in patterns()["infix"].finditer(text):
        if match.start():
            pieces += [text[start : match.start()], match.group()]
            start = match.end()
    return [piece for piece in [*pieces, text[start:]] if piece]


def tokens(text: str) -> list[Token]:
    """All tokens, white space that is one included."""
    found: list[Token] = []
    start = 0
    for space, chunk in re.findall(rf"([{members('space')}]*)([^{members('space')}]*)", text):
        gap = space[1:] if space.startswith(" ") and start else space
        if gap:
            found.append(Token(gap, start + len(space) - len(gap)))
        start += len(space)
        for piece in chunk_words(chunk) if chunk else []:
            found.append(Token(piece, start))
            start += len(piece)
    return put_together(found)


def put_together(found: list[Token]) -> list[Token]:
    longest = max(map(len, RUNS))
    texts = [token.text for token in found]
    spans = [(i, n) for n in range(longest, 0, -1) for i in range(len(found) - n + 1) if tuple(texts[i : i + n]) in RUNS]
    taken: set[int] = set()
    chosen = {}
    for i, size in spans:
        if i not in taken and i + size - 1 not in taken:
            chosen[i] = size
        taken |= set(range(i, i + size))
    result, i = [], 0
    while i < len(found):
        part = found[i : i + chosen.get(i, 1)]
        unbroken = all(a.end == b.start for a, b in pairwise(part))
        if i in chosen and unbroken:
            start = part[0].start
            for piece in RULES[RUNS[tuple(texts[i : i + len(part)])]]:
                result.append(Token(piece, start))
                start += len(piece)
        else:
            result += part
        i += len(part)
    return result


def words(text: str) -> list[str]:
    """What datatrove calls words."""
    return [token.text for token in tokens(text) if token.text.strip()]


@functools.cache
def marks(name: str) -> frozenset[str]:
    return frozenset(chr(code) for first, last in DATA[name] for code in range(first, last + 1))


def sentences(text: str) -> int:
    """How many sentences spaCy's sentencizer makes of the text."""
    count, ended = 1, False
    for token in tokens(text):
        end = token.text in marks("sentence_end")
        if ended and not end and not all(c in marks("punctuation") for c in token.text):
            count, ended = count + 1, False
        elif end:
            ended = True
    return count
