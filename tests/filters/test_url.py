"""What the lists mean for the columns and for the first reason; that each variant says what its tool says is in tests/oracles."""

from pathlib import Path

import pyarrow as pa
import pytest

from tilth import evaluate, filters
from tilth.errors import RecipeError
from tilth.memory import addressed
from tilth.recipe import Recipe, dump, parse
from tilth.testing import check

pytest.importorskip("tldextract", reason="the extra 'web' is not installed")
PAGES = [
    "https://bad.com/", "https://www.bad.com/", "https://host.sub.com/", "https://sub.com/", "https://fine.com/exact",
    "https://fine.com/Grog",
    "https://fine.com/grog", "https://fine.com/dice/cards", "https://fine.com/dice/dice", "https://fine.com/m-o-o-n-Shine",
    "https://good.bad.com/grog",
    "", None, "no url at all", "\x00", "http://" + "a." * 50_000 + "com",
]  # fmt: skip
LISTS = {
    "domains": ("bad.com", "host.sub.com"), "urls": ("https://fine.com/exact",), "words": ("grog",), "soft_words": ("dice", "cards"),
    "substrings": ("moonshine",),
}  # fmt: skip


def table() -> pa.Table:
    return addressed(pa.table({"url": pa.array(PAGES, pa.large_string()), "text": pa.array(["text"] * len(PAGES), pa.large_string())}))


def reasons(steps: list[object]) -> list[str]:
    audit = evaluate(steps, table()).audit
    said = dict(zip(audit["row"].to_pylist(), audit["reason"].to_pylist(), strict=True))
    return [said.get(row, "") for row in range(len(PAGES))]


def test_reasons() -> None:
    assert reasons(filters.urls(**LISTS)) == [
        "domain", "domain", "subdomain", "", "url", "", "hard_blacklisted", "soft_blacklisted", "", "blacklisted_subword", "domain", "",
        "", "", "", "",
    ]  # fmt: skip


def test_an_allowed_domain_is_exempt_from_every_rule() -> None:
    exempt = reasons(filters.urls(**LISTS, allow=("good.bad.com", "fine.com")))
    assert exempt[4:11] == [""] * 7
    assert exempt[:3] == ["domain", "domain", "subdomain"]


def test_files_and_entries_are_the_same_step(tmp_path: Path) -> None:
    for name, entries in LISTS.items():
        (tmp_path / name).write_text("\n".join(entries) + "\n")
    assert filters.urls(**LISTS) == filters.urls(**{name: str(tmp_path / name) for name in LISTS})
    assert filters.urls(domains=str(tmp_path)) == filters.urls(domains=LISTS["domains"])


def test_the_address_may_stand_in_another_column() -> None:
    step = filters.urls(domains=("bad.com",), column="id")[0]
    assert step.apply(pa.record_batch({"id": ["http://bad.com"]}))["url_domain_listed"].to_pylist() == [True]
    with pytest.raises(RecipeError, match="column='id'"):
        filters.urls(domains=("bad.com",))[0].apply(pa.record_batch({"id": ["http://bad.com"]}))


@pytest.mark.parametrize(("arguments", "message"), [
    ({}, "no list"), ({"domains": ("a.com",), "variant": "dclm", "urls": ("b",)}, "would not be used"),
    ({"words": ("a",), "variant": "dolma"}, "would not be used"), ({"domains": ("a.com",), "variant": "oasis"}, "no variant"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        filters.urls(**arguments)


def test_a_recipe_holds_the_lists() -> None:
    recipe = Recipe(tuple(filters.urls(**LISTS)))
    assert parse(dump(recipe)) == recipe


def test_dclm_takes_www_out_but_not_its_dot() -> None:
    step = filters.urls(domains=("bad.com", ".worse.com"), variant="dclm")[0]
    urls = ["http://bad.com/", "http://www.bad.com/", "http://wwwbad.com", "http://www.worse.com", "http://bad.com:80/"]
    assert step.apply(pa.record_batch({"url": urls}))["url_domain_listed"].to_pylist() == [True, False, True, True, False]


@pytest.mark.parametrize(("banned", "url", "threshold", "dropped"), [
    (("badword1", "badword2", "badword3"), "https://www.badword123-badword2.com", 2, False),
    (("badword123", "badword2", "badword3"), "https://www.badword123-badword2.com", 2, True),
    (("BadWord", "badword2"), "https://www.badword.com/BadWord2", 2, True),
    (("badword",), "https://www.badword.com/badword", 2, False),
])  # fmt: skip
def test_dclm_words_as_its_own_tests_have_them(banned: tuple[str, ...], url: str, threshold: int, dropped: bool) -> None:
    steps = filters.urls(soft_words=banned, soft_word_threshold=threshold, variant="dclm")
    rows = addressed(pa.table({"url": pa.array([url], pa.large_string()), "text": pa.array(["a"], pa.large_string())}))
    assert len(evaluate(steps, rows).audit) == dropped


def test_dolma_knows_addresses_and_hosts() -> None:
    steps = filters.urls(domains=("0.0.0.0 bad.com", "# none"), urls=("fine.com/exact/",), variant="dolma")
    assert reasons(steps)[:6] == ["domain", "domain", "", "", "url", ""]


@pytest.mark.parametrize("variant", ["datatrove", "dclm", "dolma"])
def test_laws(variant: str) -> None:
    lists = {name: LISTS[name] for name in (LISTS if variant == "datatrove" else ("domains",))}
    check(filters.urls(**lists, variant=variant)[0], table())
