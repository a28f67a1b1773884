"""Addresses, and lists of domains, words and substrings to hold them against; all made up here, every host under a reserved or odd name."""

from __future__ import annotations

import random

DOMAINS = (
    "bad.example", "blocked.co.uk", "deep.host.blocked-sub.com", "listed.github.io", "github.io", "evil.ck", "sub.evil.ck", "www.ck",
    "foo.www.ck",
    "shop.kawasaki.jp", "city.kawasaki.jp", "a.city.kawasaki.jp", "xn--e1afmkfd.xn--p1ai", "пример.рф", "192.0.2.7", "localhost",
    "UPPER.com", "upper2.com", "trailing.com.", "bad-name.com", "www.only-www.com", "port.com:8080", "co.uk", "com", "под.рф",
    "bad_under.com",
    "hat.com", "eb.com", "ww.com", "netloc.com", "user.com", ".dotted.com",
)  # fmt: skip
URLS = ("https://exact.com/page", "https://exact.com/page/", "exact.com/no-scheme", "http://exact.com/q?a=1", "HTTPS://EXACT.com/Case")
WORDS = ("grog", "Rum-Punch", "gin2", "x")
SOFT_WORDS = ("tavern", "dice", "cards", "wager")
SUBSTRINGS = ("moonshine", "bar-room", "l0t5")
HOSTS_LISTS = (
    "# a comment", "; another", "! a third", "0.0.0.0 ads.bad.example", "127.0.0.1 localhost", "::1 ip6.example", "||tracker.co.uk^",
    "|one.example^",
    "bad.example", "www.only-www.com", "UPPER.com", "path.com/inside/", "port.com:8080", "hat.com", "web.com", "*.wild.com", "a",
    "999.1.1.1 odd.com",
    "http://scheme.com/x", "trailing.com.", "exact.com/page", "||unclosed.com",
)  # fmt: skip

_SCHEMES = ("https://", "http://", "", "//", "ftp://", "HTTPS://", "s3+x-1.2://", "a:b://", "://", "mailto:")
_USERS = ("", "", "", "user@", "user:pass@", "a@b@")
_HOSTS = (
    "bad.example", "www.bad.example", "blocked.co.uk", "a.b.blocked.co.uk", "x.deep.host.blocked-sub.com", "deep.host.blocked-sub.com",
    "blocked-sub.com", "listed.github.io", "user.github.io", "github.io", "evil.ck", "a.evil.ck", "sub.evil.ck", "www.ck", "foo.www.ck",
    "ck",
    "shop.kawasaki.jp", "x.shop.kawasaki.jp", "city.kawasaki.jp", "a.city.kawasaki.jp", "kawasaki.jp", "xn--e1afmkfd.xn--p1ai", "пример.рф",
    "www.пример.рф", "XN--e1afmkfd.xn--P1AI", "192.0.2.7", "192.0.2.8", "localhost", "UPPER.com", "upper.com", "Upper2.com", "upper2.com",
    "trailing.com", "trailing.com.", "bad-name.com", "only-www.com", "www.only-www.com", "port.com", "co.uk", "com", "", ".", "..",
    "a..com",
    ".com", "[2001:db8::1]", "[::1", "grog.com", "rum-punch.com", "rumpunch.com", "gin2.org", "tavern-dice.net", "dice.cards.example",
    "moonshine.com",
    "moon-shine.com", "m.o.o.n.shine.com", "MOONSHINE.com", "barroom.de", "bar-room.de", "L0T5.com", "fine.com", "www.fine.org",
    "wwwhat.com", "web.com",
    "ww.com", "bad_under.com", "a.b.c.d.e.f.example", "exact.com", "user.com", "netloc.com", "www.netloc.com", "дурной.com",
    "xn--bcher-kva.com", "xn--a.com",
    "ads.bad.example", "ip6.example", "tracker.co.uk", "x.tracker.co.uk", "one.example", "path.com", "odd.com", "wild.com", "scheme.com",
    "0.0.0.0", "127.0.0.1",
)  # fmt: skip
_PORTS = ("", "", "", "", ":8080", ":", ":80", ":0")
_PATHS = (
    "", "/", "/page", "/page/", "/Grog", "/grog", "/a/grog/b", "/grog-rum", "/rumpunch", "/Rum-Punch", "/x", "/x/", "/X", "/tavern",
    "/tavern/dice",
    "/tavern-tavern", "/TAVERN/dice", "/cards?wager=1", "/gin2", "/gin", "?q=moonshine", "?q=moon%20shine", "#bar.room",
    "/Moon_Shine.html", "/l-0-t-5",
    "/inside", "/inside/", "/inside/more", "/a/../b", "/a/./b", "/é/grog", "/水grog水", "/grog水", "/a b", "?a=1", "/no-scheme", "/Case",
    "/x?tavern", "//double//",
    "/%7Euser", "/a//b", "/tavern_dice", "/dice.cards",
)  # fmt: skip


def urls() -> list[str]:
    """Return the addresses: every host and every path once at least, and random combinations."""
    chance = random.Random(11)
    found = [f"https://{host}/" for host in _HOSTS] + [f"https://fine.com{path}" for path in _PATHS]
    found += [f"{scheme}{user}bad.example/" for scheme in _SCHEMES for user in _USERS] + list(URLS)
    while len(found) < 2500:
        parts = [chance.choice(each) for each in (_SCHEMES[: chance.choice((2, 2, 10))], _USERS, _HOSTS, _PORTS, _PATHS)]
        found.append("".join(parts))
    return [url for url in dict.fromkeys(found) if url.strip()]

BAD_WORDS = {  # harmless words stand for bad ones
    "en": ("grog", "rum punch", "g&t", "o'booze", "bar_fly", "Swill", "sm", "gin-mill", "50% proof", "ale!", "-tipsy", "naïve"),
    "de": ("fusel", "süffel", "straße", "ÄPPLER"),
    "tr": ("rakı", "içki", "şarap", "iki tek"),
    "hi": ("शराब", "ह", "है"),
    "ar": ("خمر", "كأس"),
    "ja": ("酒", "グロ", "女の子", "さけ のみ"),
    "zh": ("酒鬼", "性", "醉"),
    "th": ("เหล้า", "เมา"),
    "ru": ("водка", "Самогон"),
}
_GLUE = (" ", " ", " ", "", ".", ",", "_", "-", "'", "\n", " \n ", "\u00a0", "\u3000", "\u200b", "\u0301", "!", "(", ")", "é", "水", "1",
"\t", "\u2028", "ı", "%", "\x85")
_PLAIN = ("the", "house", "groggy", "Rum", "punch", "Straße", "STRASSE", "İçki", "RAKI", "rakı", "ΣΑΣ", "女", "の", "日本酒", "มา", "है।",
"शराबी", "swill", "ÄPPLER", "proof", "50", "بالكأس")


def bad_word_texts() -> list[tuple[str, str]]:
    """Return (language, text): words of the list and others, put together at random."""
    chance = random.Random(12)
    found = []
    for lang, words in BAD_WORDS.items():
        spellings = [spelling for word in words for spelling in (word, word, word.upper(), word.title())]
        for number in range(160):
            some = [chance.choice(spellings if chance.random() < (number % 4) / 8 else _PLAIN) for _ in range(number % 7)]
            found.append((lang, "".join(part for word in some for part in (word, chance.choice(_GLUE)))))
    return found
