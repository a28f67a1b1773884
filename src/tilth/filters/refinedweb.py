"""The heuristics of RefinedWeb, and DCLM's reproduction of them, on which DCLM-Baseline stands."""

from __future__ import annotations

from tilth.clean.line_edits import refinedweb_line_edits
from tilth.clean.newlines import LimitNewlines
from tilth.clean.urls import RemoveUrls
from tilth.filters.gopher_dclm import quality_rules, repetition_rules
from tilth.filters.gopher_quality import GOPHER_STOP_WORDS, GopherQuality
from tilth.filters.gopher_repetition import GopherRepetition
from tilth.op import Op


def refinedweb(
    remove_urls: bool = True, stop_words: tuple[str, ...] = GOPHER_STOP_WORDS, max_removed_ratio: float | None = 0.05
) -> list[Op]:
    """Return the steps of RefinedWeb's heuristics, in the paper's order: URLs cut out of all texts, repetition, quality, line edits.

    Its code is not public: measures are DCLM's. Not here: its URL lists, trafilatura and its language threshold of 0.65; its deduplication.
    `remove_urls=False` leaves out the first two steps where they came before, with language identification between.

    Source: Penedo et al. 2023 (RefinedWeb, arXiv 2306.01116), section 3 and appendix G.

    >>> [type(step).__name__ for step in refinedweb()][:5], len(refinedweb())
    (['RemoveUrls', 'LimitNewlines', 'GopherRepetition', 'GopherQuality', 'Filter'], 28)
    """
    measures: list[Op] = [GopherRepetition("dclm"), GopherQuality("dclm", tuple(stop_words))]
    edits: list[Op] = [RemoveUrls(), LimitNewlines()] if remove_urls else []
    return [*edits, *measures, *repetition_rules(), *quality_rules(), *refinedweb_line_edits(max_removed_ratio)]


def dclm(remove_urls: bool = True, stop_words: tuple[str, ...] = GOPHER_STOP_WORDS, max_removed_ratio: float | None = 0.05) -> list[Op]:
    """Return the steps of the heuristics of DCLM-Baseline, in its order: URLs, quality, repetition, line edits.

    Not here: its URL lists, resiliparse and its language threshold of 0.65; deduplication, and the classifier that it ends with.
    `remove_urls=False` leaves out the first two steps where they came before, with language identification between, as in its
    configuration.

    Source: DCLM (MIT, commit 361714b), baselines/baselines_configs/dclm_baseline_refinedweb.yaml; Li et al. 2024 (DCLM, arXiv 2406.11794),
    appendix F.

    >>> [type(step).__name__ for step in dclm()][:5], dclm()[4].reason
    (['RemoveUrls', 'LimitNewlines', 'GopherQuality', 'GopherRepetition', 'Filter'], 'page_length_filter')
    """
    measures: list[Op] = [GopherQuality("dclm", tuple(stop_words)), GopherRepetition("dclm")]
    edits: list[Op] = [RemoveUrls("dclm"), LimitNewlines()] if remove_urls else []
    return [*edits, *measures, *quality_rules(), *repetition_rules(), *refinedweb_line_edits(max_removed_ratio)]
