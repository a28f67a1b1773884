"""Rare positives: nearly all of them found, and every row that is returned was verified.

Where few rows are positive, accepting unseen saves little and proving its precision costs much. So nothing is accepted unseen: the rows
above one cut are all asked about, which makes precision 1 for free and the number of positives found exact; all of delta is left to prove
that few positives lie below, by draws that go more often where the score is higher (zones.py).

What no method can beat: of the rows below the cut, h hidden positives are missed by a sample of a share s with probability about (1-s)^h.
So to prove that at most h are hidden takes at least a share 1 - delta^(1/(h+1)) of them: with 100 positives and recall 0.9, h is 11, and
a fifth of those rows must be read; with 1,000 positives 3 %; with 10 positives most. `overlook` lets h be larger.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from tilth.semantic.guarantees.cuts import Cut, Targets
from tilth.semantic.guarantees.strata import Inquiry, Strata, checked
from tilth.semantic.guarantees.thresholds import search


def rare(scores: ArrayLike, recall: float = 0.9, delta: float = 0.05, *, overlook: int = 0, seed: int = 0) -> Inquiry[Cut]:
    """Search for the cut above which every row is asked about, so that precision is 1 and, with probability 1 - `delta`, `recall` holds.

    With `overlook`, the promise is: recall holds, or at most `overlook` positives are missed. That is a promise that can be kept cheaply
    even where there are no positives at all. Yields, is sent and raises what `thresholds.precision_recall` does.

    >>> import numpy as np
    >>> from tilth.semantic.guarantees.strata import answered
    >>> draw = np.random.default_rng(0)
    >>> gold = draw.random(20_000) < 0.02
    >>> cut = answered(rare(gold + draw.normal(0, 0.2, 20_000)), lambda rows: gold[rows])
    >>> cut.calls < 5000, bool((cut.decide() & gold).sum() >= 0.9 * gold.sum()), bool((cut.decide() & ~gold).any())
    (True, True, False)
    """
    return (yield from search(Strata(checked(scores, "rare"), seed=seed), Targets(1.0, recall, delta, overlook), most_accepted=0))
