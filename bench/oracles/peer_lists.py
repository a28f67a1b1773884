"""Runs under a Python with one of the peers: what it says of the addresses and texts of `list_cases.py`.

    python peer_lists.py datatrove|dclm|dolma OUT.json

datatrove 0.10.1 and dolma 1.2.1 run as they are, with our lists for theirs. DCLM does not install here: its url_substring_filter is called
as dclm_baseline_refinedweb.yaml calls it, on the library retrie 0.3.1 that it stands on.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import list_cases as cases


def datatrove() -> dict[str, Any]:
    from datatrove.data import Document
    from datatrove.pipeline.filters import URLFilter

    filters = URLFilter(
        extra_domains=cases.DOMAINS, extra_urls=cases.URLS, banned_words=cases.WORDS, banned_subwords=cases.SUBSTRINGS,
        soft_banned_words=cases.SOFT_WORDS, use_integrated_lists=False,
    )

    def reason(url: str) -> str:
        said = filters.filter(Document(text="", id="", metadata={"url": url}))
        return "" if said is True else said[1]

    return {"urls": [reason(url) for url in cases.urls()], "bad_words": datatrove_bad_words()}


def datatrove_bad_words() -> list[bool]:
    from datatrove.data import Document
    from datatrove.pipeline.filters import C4BadWordsFilter, c4_filters

    folder = Path(tempfile.mkdtemp())
    for lang, words in cases.BAD_WORDS.items():
        (folder / lang).write_text("\n".join(words))
    c4_filters.cached_asset_path_or_download = lambda url, **_: folder / url.rpartition("/")[2]
    step = C4BadWordsFilter()
    texts = cases.bad_word_texts()
    return [step.filter(Document(text=text, id="", metadata={"language": lang})) is not True for lang, text in texts]


def dclm() -> dict[str, Any]:
    import re
    from urllib.parse import urlparse

    from retrie.retrie import Blacklist

    def pattern(words: tuple[str, ...], substrings: bool) -> re.Pattern[str]:
        return re.compile(Blacklist([word.lower() for word in words], match_substrings=substrings, re_flags=re.IGNORECASE).compiled)

    domains = {domain.lower() for domain in cases.DOMAINS}
    strict, hard, soft = pattern(cases.SUBSTRINGS, True), pattern(cases.WORDS, False), pattern(cases.SOFT_WORDS, False)

    def reason(url: str) -> str:
        lower = url.lower()
        if urlparse(url).netloc.lower().replace("www", "") in domains:
            return "domain"
        if set(strict.findall(lower.replace("-", "").replace(".", ""))):
            return "blacklisted_subword"
        if set(hard.findall(lower)):
            return "hard_blacklisted"
        return "soft_blacklisted" if len(set(soft.findall(lower))) >= 2 else ""

    def said(url: str) -> str | None:
        try:
            return reason(url)
        except ValueError:  # urlparse refuses it, and DCLM with it
            return None

    words = re.compile(rf"\b(?:{'|'.join(word.lower() for word in cases.BAD_WORDS['en'])})\b")  # as its substring_filter puts it together
    return {"urls": [said(url) for url in cases.urls()], "bad_words": [bool(words.search(text.lower())) for _,
    text in cases.bad_word_texts()]}


def dolma() -> dict[str, Any]:
    from dolma.core.data_types import DocumentWithMetadata
    from dolma.taggers.url import BaseDomainTagger, BaseUrlTagger

    folder = tempfile.mkdtemp()
    path = Path(folder, "list.txt")
    path.write_text("\n".join(cases.HOSTS_LISTS))
    found: dict[str, Any] = {}
    for name, base in (("urls", BaseUrlTagger), ("domains", BaseDomainTagger)):
        tagger = type(name, (base,), {"BLOCKLIST_PATHS": [str(path)]})()

        def said(url: str, tagger: Any = tagger) -> bool | None:
            try:
                return bool(tagger.predict(DocumentWithMetadata(source="", id="", text="a", metadata={"url": url})).spans)
            except Exception:  # urllib3 refuses it, and dolma stops
                return None

        found[name] = [said(url) for url in cases.urls()]
    return found | {"bad_words": dolma_bad_words()}


def dolma_bad_words() -> list[bool]:
    from dolma.core.data_types import Document
    from dolma.taggers import c4

    c4.NAUGHTY_WORDS = {word for word in cases.BAD_WORDS["en"] if " " not in word}
    c4.NAUGHTY_PHRASES = set(cases.BAD_WORDS["en"]) - c4.NAUGHTY_WORDS
    tagger = c4.FasterC4Tagger()
    said = (tagger.predict(Document(source="", id="", text=text)).spans for _, text in cases.bad_word_texts())
    return [any(span.type == "has_naughty_word" for span in spans) for spans in said]


if __name__ == "__main__":
    said = {"datatrove": datatrove, "dclm": dclm, "dolma": dolma}[sys.argv[1]]()
    Path(sys.argv[2]).write_text(json.dumps(said, ensure_ascii=False) + "\n")
