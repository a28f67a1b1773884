"""The two chains: what they hold and in which order."""

from __future__ import annotations

import pytest

import tilth
from tilth import clean, filters
from tilth.op import Op, label

WORDS = ("Hills of the north", "lie under clouds", "and with them rain", "falls on all", "that have roofs", "of slate there",
    "where people go",
    "to be warm again", "before a fire", "while dogs sleep", "under long tables", "until morning comes", "once more here",
    "as every day", "since anyone remembers", "how it was")
PAGE = "\n".join(f"{line}." for line in WORDS)


def reasons(steps: list[Op]) -> list[str]:
    return [label(step).removeprefix("Filter: ") for step in steps if isinstance(step, tilth.Filter)]


def test_a_plain_page_passes_both() -> None:
    for chain in (filters.refinedweb(), filters.dclm()):
        assert tilth.try_on(chain, f"{PAGE}\n\n\n\nhttp://example.org/x\nSign-in")["text"] == f"{PAGE}"


def test_order() -> None:
    paper, dclm = reasons(filters.refinedweb()), reasons(filters.dclm())
    assert sorted(paper) == sorted(dclm) and paper[0] == "repeated_lines" and dclm[0] == "page_length_filter"
    assert paper[-1] == dclm[-1] == "word_removal_ratio_filter"


@pytest.mark.parametrize("chain", [filters.refinedweb, filters.dclm])
def test_the_first_edits_can_be_left_to_steps_before(chain: object) -> None:
    assert callable(chain)
    assert chain(remove_urls=False) == chain()[2:] and isinstance(chain()[0], clean.RemoveUrls)
    assert len(chain(max_removed_ratio=None)) == len(chain()) - 1


def test_dclm_keeps_addresses_where_the_page_begins_like_no_domain() -> None:
    page = f"12. {PAGE}\nSee example.org for it."
    dclm, paper = (tilth.try_on(chain, page)["text"] for chain in (filters.dclm(), filters.refinedweb()))
    assert "example.org" in dclm and "example.org" not in paper
