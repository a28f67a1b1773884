"""Pages written for the recipes: prose that every recipe keeps, and for each family of rules one page that it is made to catch."""

from __future__ import annotations

import random

ADJECTIVES = str.split(
    "old quiet narrow wooden bright heavy early distant careful broken gentle northern crowded empty famous patient sudden muddy golden "
    "stubborn cheerful forgotten steep shallow hungry polite ancient crooked silent tidy"
)
NOUNS = str.split(
    "harbour orchard railway library market bridge kitchen meadow chapel workshop lantern teacher doctor sailor gardener baker engine "
    "river valley forest winter summer letter garden island village carpenter merchant miller school window mountain cellar shepherd"
)
VERBS = str.split(
    "visited repaired described painted measured remembered explained carried borrowed watched guarded crossed opened cleaned sold planted "
    "discovered followed counted praised"
)
PLACES = str.split("beside behind near above beyond opposite to with of from inside under")
HELPERS = ["has often", "had never", "was to be", "may have", "has since", "could have"]
LINKS = ["and", "because", "while", "although", "so that", "until", "after", "and that is why"]
PEOPLE = ["they", "she", "he", "we", "nobody", "the others", "my father", "a stranger", "his sister", "you"]


def sentence(draw: random.Random) -> str:
    """Return a sentence whose words are drawn one by one, so that hardly any five stand together twice."""

    def thing() -> str:
        return f"{draw.choice(['the', 'a', 'our', 'that', 'her', 'this', 'every'])} {draw.choice(ADJECTIVES)} {draw.choice(NOUNS)}"

    def place() -> str:
        return f"{draw.choice(PLACES)} {thing()}"

    said = f"{thing()} {draw.choice(HELPERS)} {draw.choice(VERBS)} {thing()} {place()}"
    more = f"{draw.choice(LINKS)} {draw.choice(PEOPLE)} {draw.choice(VERBS)} {thing()}"
    order = draw.choice([f"{said} {more}", f"{place()}, {said}", f"{draw.choice(PEOPLE)} {draw.choice(VERBS)} {place()}, {more}"])
    return order[0].upper() + order[1:] + "."


def prose(seed: int, paragraphs: int = 12) -> list[str]:
    """Return paragraphs of three sentences that look English and hardly repeat each other."""
    draw = random.Random(seed)
    return [" ".join(sentence(draw) for _ in range(3)) for _ in range(paragraphs)]


GERMAN_NOUNS = str.split(
    "Hafen Garten Bahnhof Markt Keller Winter Brief Lehrer Bäcker Müller Wald Fluss Turm Brunnen Weg Wagen Abend Maler Schäfer Laden "
    "Berg Kapitän Nachbar Gärtner Ofen Acker Richter Schmied Fischer Kaufmann Stall Zaun Hof Teich Sommer Herbst Vogel Hund"
)
GERMAN_ADJECTIVES = str.split("alten stillen schmalen hellen schweren frühen fernen leeren berühmten steilen müden goldenen dunklen blauen")
GERMAN_VERBS = str.split("besucht beschrieben gemessen gezählt getragen verkauft bewacht gemalt gefunden gelobt repariert vergessen")
GERMAN_PLACES = str.split("mit dem|von einem|nach dem|bei einem|aus dem|vor einem|zu seinem|auf dem|in ihrem|unter dem", "|")
GERMAN_PEOPLE = str.split("wir|sie|die Leute|alle|viele|die beiden|meine Eltern|die anderen", "|")
GERMAN_LINKS = str.split("weil obwohl während damit und")


def german_sentence(draw: random.Random) -> str:

    def thing(before: list[str]) -> str:
        return f"{draw.choice(before)} {draw.choice(GERMAN_ADJECTIVES)} {draw.choice(GERMAN_NOUNS)}"

    first, second, third, seen = thing(GERMAN_PLACES), thing(GERMAN_PLACES), thing(GERMAN_PLACES), thing(["den"])
    said = f"{first} haben {draw.choice(GERMAN_PEOPLE)} {seen} {second} nicht {draw.choice(GERMAN_VERBS)}"
    said += f", {draw.choice(GERMAN_LINKS)} der {draw.choice(GERMAN_NOUNS)} {third} ist."
    return said[0].upper() + said[1:]


def german(seed: int) -> list[str]:
    """Return paragraphs that look German."""
    draw = random.Random(seed)
    return [" ".join(german_sentence(draw) for _ in range(3)) for _ in range(12)]


def german_goods(seed: int) -> list[str]:
    draw = random.Random(seed)
    return [f"{draw.choice(GERMAN_ADJECTIVES)} {draw.choice(GERMAN_NOUNS)} {draw.choice(GERMAN_NOUNS)} blau".title() for _ in range(60)]


def page(lines: list[str]) -> str:
    return "<html><body><main>" + "".join(f"<p>{line}</p>" for line in lines) + "</main></body></html>"


def with_line(seed: int, line: str) -> str:
    """Return a page of prose with one line in the middle."""
    lines = prose(seed)
    return page([*lines[:6], line, *lines[6:]])


def with_end(seed: int, end: str) -> str:
    """Return a page of prose each of whose paragraphs ends otherwise."""
    return page([line.removesuffix(".") + end for line in prose(seed)])


def nearly(seed: int) -> str:
    """Return a page that differs from the one of this seed in its last words."""
    lines = prose(seed)
    return page([*lines[:-1], lines[-1] + " So it goes."])


def goods(seed: int) -> list[str]:
    """Return lines as a shop lists its goods: names of things, and nothing said of them."""
    draw = random.Random(seed)
    return [f"{draw.choice(ADJECTIVES)} {draw.choice(NOUNS)} {draw.choice(NOUNS)} of the {draw.choice(NOUNS)}".title() for _ in range(60)]


def numbers(seed: int) -> list[str]:
    draw = random.Random(seed)
    return [f"the {draw.choice(NOUNS)} " + " ".join(str(draw.randrange(10_000)) for _ in range(9)) + "." for _ in range(30)]


GOOD = [f"good_{i}" for i in range(10)]
PAGES: dict[str, str] = {
    **{name: page(prose(i)) for i, name in enumerate(GOOD)},
    "good_german": page(german(1)),
    "copied": page(prose(0)),  # of good_0, and after it in the order of names
    "copied_nearly": nearly(1),
    "empty": page([]),
    "short": page([sentence(random.Random(20))]),
    "german_goods": page(german_goods(2)),
    "curly": with_line(21, "Then write { the amount of every order } into the book and close it."),
    "lorem": with_line(22, "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor."),
    "goods": page(goods(23)),
    "numbers": page(numbers(24)),
    "hashes": page([" ".join(f"#{word}" for word in line.split()) for line in prose(25)]),
    "ellipses": with_end(26, "..."),
    "bullets": page([f"• {line}" for line in prose(27)]),
    "refrain": page([line for line in prose(28, 4) for _ in range(4)]),
    "stutter": page([" ".join(f"{line} and that is {line}" for line in ["the old mill by the river that they have with it"] * 4)] * 3),
    "shouting": page([line.upper() if n % 3 == 0 else line for n, line in enumerate(prose(29))]),
    "contacts": page([f"{line} Write to person{n}@mail-{n}.org about it." for n, line in enumerate(prose(30))]),
    "cookies": with_line(31, "By reading this page you agree that we use cookies and have a privacy policy."),
    "bad_words": with_line(32, "Nobody had expected that the whole of it was grockle and nothing else."),
}
