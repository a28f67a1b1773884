"""Who stays and who goes for whom, document by document in order of rank."""

from __future__ import annotations

import numpy as np

from tilth.kernels.jit import kernel

OPEN = np.uint64(2**64 - 1)  # not known yet
EQUAL = np.int32(2**31 - 1)  # in place of a likeness: the two are the same, and share one fate


@kernel
def fates(
    addresses: np.ndarray, fate: np.ndarray, starts: np.ndarray, worse: np.ndarray, better: np.ndarray, near: np.ndarray, said: np.ndarray,
    any_better: bool,
) -> None:  # fmt: skip
    """Fill `fate` (uint64[documents]) with the address of what stands for each document, its own where it stays, where that is known.

    Document `worse[g]` has the edges `starts[g]` to `starts[g + 1]`, the most like first, to documents `better[e]`, which are like it
    by `near[e]` (int32). Groups come best document first, so each finds those before it settled; `said[e]` is what is known of the
    others. A document goes for the first that stays, and stays where none does; it goes as its equal goes; with `any_better` it goes
    with the first, whether that stays or not.
    """
    for g in range(len(worse)):
        verdict = addresses[worse[g]]
        for e in range(starts[g], starts[g + 1]):
            stands = fate[better[e]] if fate[better[e]] != OPEN else said[e]
            if stands == OPEN or any_better or near[e] == EQUAL or stands == addresses[better[e]]:
                verdict = stands
                break
        fate[worse[g]] = verdict
