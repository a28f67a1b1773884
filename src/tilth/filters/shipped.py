"""Classifiers ready to use: those that ship with Tilth, and DCLM's, for who has its file."""

from __future__ import annotations

from tilth.filters.classify import Classify
from tilth.op import Op
from tilth.rules import Filter

DCLM_THRESHOLD = 0.018112


def quality(keep: str = "quality >= 0.5") -> list[Op]:
    """Measure `quality`, the probability that an English text is the main content of a page and not what stands around it, and decide.

    `keep` is the rule of what stays; "" decides nothing. docs/models/quality.md says what other thresholds keep.

    Source: the model `quality-1`, its training and its faults: docs/models/quality.md.

    >>> [step.reason for step in quality() if isinstance(step, Filter)]
    ['low quality']
    """
    return [Classify("quality-1", "quality", "high"), *([Filter(keep, "low quality")] if keep else [])]


def toxicity(keep: str = "toxicity < 0.5 or toxicity is null") -> list[Op]:
    """Measure `toxicity`, the probability that an English text insults, threatens or is obscene, and decide.

    `keep` is the rule of what stays; "" decides nothing. The model was made for sentences and posts; see docs/models/toxicity.md.

    Source: the model `toxicity-1`, its training and its faults: docs/models/toxicity.md.

    >>> [step.reason for step in toxicity() if isinstance(step, Filter)]
    ['toxic']
    """
    return [Classify("toxicity-1", "toxicity", "toxic", lower=True), *([Filter(keep, "toxic")] if keep else [])]


def dclm_quality(model: str | bytes, threshold: float = DCLM_THRESHOLD) -> list[Op]:
    """Measure `dclm_quality`, the probability of "hq" by DCLM's classifier, and keep what has more than `threshold`.

    `model` is the path of the published file (mlfoundations/fasttext-oh-eli5,
    openhermes_reddit_eli5_vs_rw_v2_bigram_200k_train.bin), or its bytes. Newlines are read as spaces, as DCLM does. The default threshold
    keeps a tenth of DCLM's own pool.

    Source: Li et al., "DataComp-LM" (2024, arXiv 2406.11794), section 4.4 and appendix; OpenHermes 2.5 and ELI5 against RefinedWeb.

    >>> dclm_quality("model.bin")[-1].rule
    'dclm_quality > 0.018112'
    """
    return [Classify(model, "dclm_quality", "hq"), Filter(f"dclm_quality > {threshold!r}", "low quality (DCLM)")]
