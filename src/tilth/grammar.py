"""The grammar of rules: text in, a small tree out. It knows no Arrow; `tilth.rules` gives the tree its meaning.

    rule        = rule "or" rule | rule "and" rule | "not" rule | "(" rule ")" | comparison | a column of true and false
    comparison  = value (("<" | "<=" | ">" | ">=" | "==" | "!=") value)+          chains as in 50 <= words <= 100_000
                | value ["not"] "in" "(" literal, ... ")" | value ["not"] "between" value "and" value | value "is" ["not"] "null"
    value       = a column | 0.65 | 'text' | "text" | true | false | -value | value (+ - * /) value | "(" value ")"

A column whose name is not a plain word stands in backquotes; a quote inside a text has a backslash before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from tilth.errors import RecipeError

MAX_LENGTH = 10_000  # characters of a rule
MAX_DEPTH = 40  # parentheses, `not` and signs inside each other; terms of one sum or product

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_KEYWORDS = frozenset({"and", "or", "not", "in", "between", "is", "null", "true", "false"})
_TOKEN = re.compile(
    r"""(?P<number>(?:[0-9](?:_?[0-9])*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<word>[^\W\d]\w*(?:\.\w+)*)|(?P<quoted>`[^`]+`)
    |(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<sign><=|>=|==|!=|[-<>()+*/,])""",
    re.VERBOSE | re.DOTALL,
)


# What a rule is made of. `at` and `end` are places in its text.


@dataclass(frozen=True)
class Literal:
    value: float | str | bool
    at: int
    end: int


@dataclass(frozen=True)
class Column:
    name: str
    at: int


@dataclass(frozen=True)
class Arithmetic:
    op: str
    left: Node
    right: Node
    at: int


@dataclass(frozen=True)
class Compare:
    op: str
    left: Node
    right: Node
    at: int


@dataclass(frozen=True)
class Within:
    value: Node
    literals: tuple[Literal, ...]
    at: int


@dataclass(frozen=True)
class IsNull:
    value: Node
    at: int


@dataclass(frozen=True)
class Not:
    rule: Node
    at: int


@dataclass(frozen=True)
class Every:
    rules: tuple[Node, ...]
    at: int


@dataclass(frozen=True)
class Either:
    rules: tuple[Node, ...]
    at: int


Node = Literal | Column | Arithmetic | Compare | Within | IsNull | Not | Every | Either


class Wrong(Exception):
    """Something is wrong at a place of the rule; becomes a RecipeError once the rule's text is at hand."""

    def __init__(self, what: str, at: int, why: str = "", fix: str = "") -> None:
        self.what, self.at, self.why, self.fix = what, at, why, fix

    def shown(self, rule: str) -> RecipeError:
        line = re.sub(r"\s", " ", rule)
        start = max(0, self.at - 60)
        caret = " " * (len("  where:  ") - 1 + self.at - start) + "^"
        return RecipeError(self.what, where=f"{line[start : self.at + 60]}\n{caret}", why=self.why, fix=self.fix)


# Reading a rule: tokens, then one method a level of precedence.


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


@lru_cache(maxsize=1024)
def parse(rule: str) -> Node:
    """Return the tree of `rule`; raises RecipeError with a caret under the place that cannot be read."""
    try:
        if len(rule) > MAX_LENGTH:
            raise Wrong(f"The rule is longer than {MAX_LENGTH} characters.", 0, fix="write several Filter steps")
        return _Parser(tuple(_tokens(rule))).whole()
    except Wrong as wrong:
        raise wrong.shown(rule) from None


def _tokens(rule: str) -> Iterator[_Token]:
    at = 0
    while at < len(rule):
        if rule[at].isspace():
            at += 1
            continue
        match = _TOKEN.match(rule, at)
        if not match:
            fix = "write == to compare" if rule[at] == "=" else "a text stands in quotes, a column with odd characters in backquotes"
            raise Wrong("The rule cannot be read.", at, f"no part of a rule begins with {rule[at]!r}", fix)
        kind, text = str(match.lastgroup), match.group()
        keyword = kind == "word" and text.lower() in _KEYWORDS
        yield _Token("sign" if keyword else kind, text.lower() if keyword else text, at)
        at = match.end()
    yield _Token("end", "", at)


class _Parser:
    def __init__(self, tokens: tuple[_Token, ...]) -> None:
        self.tokens, self.next, self.depth = tokens, 0, 0

    def whole(self) -> Node:
        rule = self.either()
        if self.here.kind != "end":
            raise self.wrong("`and`, `or`, a comparison or the rule's end")
        if not any(isinstance(node, Column) for node in walk(rule)):
            raise Wrong("The rule names no column.", 0, "it says the same of every row", "compare a column, as in `words >= 50`")
        return rule

    @property
    def here(self) -> _Token:
        return self.tokens[self.next]

    def wrong(self, expected: str) -> Wrong:
        found = repr(self.here.text) if self.here.text else "the rule ends"
        example = "a rule looks like `words >= 50 and lang_en > 0.65`"
        return Wrong("The rule cannot be read.", self.here.at, f"expected {expected}, found {found}", example)

    def taken(self, *signs: str) -> str:
        """Step over the next token and return its text if it is one of `signs`, else return ""."""
        if self.here.kind != "sign" or self.here.text not in signs:
            return ""
        self.next += 1
        return self.tokens[self.next - 1].text

    def need(self, sign: str) -> None:
        if not self.taken(sign):
            raise self.wrong(f"`{sign}`")

    def within(self, level: Callable[[], Node]) -> Node:
        """Parse one level further in, where levels can be inside each other without end."""
        if self.depth == MAX_DEPTH:
            raise Wrong(f"The rule is nested more than {MAX_DEPTH} levels deep.", self.here.at, fix="write several Filter steps")
        self.depth += 1
        node = level()
        self.depth -= 1
        return node

    def either(self) -> Node:
        at, rules = self.here.at, [self.every()]
        while self.taken("or"):
            rules.append(self.every())
        return rules[0] if len(rules) == 1 else Either(tuple(rules), at)

    def every(self) -> Node:
        at, rules = self.here.at, [self.negation()]
        while self.taken("and"):
            rules.append(self.negation())
        return rules[0] if len(rules) == 1 else Every(tuple(rules), at)

    def negation(self) -> Node:
        at = self.here.at
        return Not(self.within(self.negation), at) if self.taken("not") else self.comparison()

    def comparison(self) -> Node:
        left, at = self.sum(), self.here.at
        if self.taken("is"):
            negated = self.taken("not")
            self.need("null")
            return Not(IsNull(left, at), at) if negated else IsNull(left, at)
        negated = self.taken("not")
        if self.taken("in"):
            node: Node = Within(left, self.literals(), at)
        elif self.taken("between"):
            low = self.sum()
            self.need("and")
            node = Every((Compare(">=", left, low, at), Compare("<=", left, self.sum(), at)), at)
        elif negated:
            raise self.wrong("`in` or `between`")
        else:
            return self.chain(left)
        return Not(node, at) if negated else node

    def chain(self, left: Node) -> Node:
        links: list[Node] = []
        while True:
            at, op = self.here.at, self.taken(*COMPARISONS)
            if not op:
                return left if not links else links[0] if len(links) == 1 else Every(tuple(links), links[0].at)
            right = self.sum()
            links.append(Compare(op, left, right, at))
            left = right

    def literals(self) -> tuple[Literal, ...]:
        self.need("(")
        found: list[Literal] = []
        while not found or self.taken(","):
            node = self.signed()
            if not isinstance(node, Literal):
                raise Wrong("A list may hold only numbers and texts.", node.at, fix="put texts in quotes")
            found.append(node)
        self.need(")")
        return tuple(found)

    def sum(self) -> Node:
        return self.left_to_right(("+", "-"), lambda: self.left_to_right(("*", "/"), self.signed))

    def left_to_right(self, signs: tuple[str, ...], level: Callable[[], Node]) -> Node:
        node = level()
        for _ in range(MAX_DEPTH):
            at, op = self.here.at, self.taken(*signs)
            if not op:
                return node
            node = Arithmetic(op, node, level(), at)
        raise Wrong(f"More than {MAX_DEPTH} terms.", self.here.at, fix="write several Filter steps")

    def signed(self) -> Node:
        at = self.here.at
        if not self.taken("-"):
            return self.atom()
        node = self.within(self.signed)
        if isinstance(node, Literal) and not isinstance(node.value, str | bool):
            return Literal(-node.value, at, node.end)
        return Arithmetic("-", Literal(0, at, at), node, at)

    def atom(self) -> Node:
        kind, text, at = self.here
        end = at + len(text)
        if self.taken("("):
            node = self.within(self.either)
            self.need(")")
            return node
        if self.taken("true", "false"):
            return Literal(text == "true", at, end)
        if kind not in ("number", "word", "quoted", "text"):
            raise self.wrong("a column, a number or a text")
        self.next += 1
        if kind == "number":
            return Literal(_read(text), at, end)
        if kind == "text":
            return Literal(re.sub(r"\\(['\"\\])", r"\1", text[1:-1]), at, end)
        return Column(text.strip("`"), at)


def _read(text: str) -> float:
    whole = re.fullmatch(r"[0-9_]+", text) and float(text) < 2**63
    return int(text) if whole else float(text)


def number(node: Node) -> bool:
    """Return whether `node` is a number written in the rule."""
    return isinstance(node, Literal) and not isinstance(node.value, str | bool)


def walk(node: Node) -> Iterator[Node]:
    """Yield `node` and everything in it, in the order of the rule's text."""
    yield node
    match node:
        case Arithmetic(_, left, right) | Compare(_, left, right):
            parts: tuple[Node, ...] = (left, right)
        case Every(rules) | Either(rules):
            parts = rules
        case Within(value, literals):
            parts = (value, *literals)
        case IsNull(inner) | Not(inner):
            parts = (inner,)
        case _:
            parts = ()
    for part in parts:
        yield from walk(part)
