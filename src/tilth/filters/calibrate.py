"""Probabilities that mean what they say: a scale, and for two labels an offset, for a model's scores, fitted on texts it has not seen.

Two labels: Platt, "Probabilistic outputs for support vector machines" (1999), by the Newton method of Lin, Lin and Weng (2007). More:
temperature scaling, Guo et al., "On calibration of modern neural networks" (ICML 2017).
"""

from __future__ import annotations

import math

import numpy as np

_ROUNDS, _STEPS, _ENOUGH = 100, 40, 1e-9
_LEAST_SCALE, _MOST_SCALE = 1e-2, 1e2


def platt(scores: np.ndarray, true: np.ndarray) -> tuple[float, float]:
    """Return (a, b) such that 1 / (1 + exp(-(a * score + b))) is the probability that a text with that score is `true`.

    `scores` float64[n], `true` bool[n], both kinds among them. Targets are drawn in a little, as Platt has it, so that scores which
    part the two without a fault do not lead to infinite certainty.

    >>> a, b = platt(np.array([-3.0, -1.0, 1.0, 3.0] * 50), np.array([False, False, True, True] * 50))
    >>> a > 1 and abs(b) < 1e-6
    True
    """
    yes, no = int(true.sum()), int((~true).sum())
    wanted = np.where(true, (yes + 1) / (yes + 2), 1 / (no + 2))
    at = np.array([0.0, math.log((yes + 1) / (no + 1))])
    for _ in range(_ROUNDS):
        chances = _logistic(at[0] * scores + at[1])
        missing, weights = chances - wanted, np.maximum(chances * (1 - chances), 1e-12)
        slope = np.array([(missing * scores).sum(), missing.sum()])
        bend = np.array([[(weights * scores**2).sum(), (weights * scores).sum()], [(weights * scores).sum(), weights.sum()]])
        step = np.linalg.solve(bend + 1e-12 * np.eye(2), slope)
        at = _walked(at, step, scores, wanted)
        if np.abs(slope).max() < 1e-9 * len(scores):
            break
    return float(np.clip(at[0], _LEAST_SCALE, _MOST_SCALE)), float(at[1])


def temperature(scores: np.ndarray, labels: np.ndarray, each: bool = False) -> float:
    """Return the scale for `scores` float64[n, labels] at which the labels int64[n] are least surprising, by golden section.

    `each`: a logistic function for each label, not one softmax for all.

    >>> round(temperature(np.array([[2.0, 0], [2.0, 0], [0, 2.0], [2.0, 0]] * 9), np.array([0, 0, 0, 0] * 9)), 2)
    0.55
    """
    cut = (math.sqrt(5) - 1) / 2
    low, high = math.log(_LEAST_SCALE), math.log(_MOST_SCALE)
    for _ in range(_STEPS):
        width = (high - low) * cut
        if surprise(math.exp(high - width) * scores, labels, each) < surprise(math.exp(low + width) * scores, labels, each):
            high = low + width
        else:
            low = high - width
    return math.exp((low + high) / 2)


def surprise(scores: np.ndarray, labels: np.ndarray, each: bool = False) -> float:
    """Return the mean of -log p(label), the log loss."""
    if each:
        signs = np.where(np.arange(scores.shape[1]) == labels[:, None], -scores, scores)
        return float(np.logaddexp(0, signs).sum(1).mean())
    top = scores.max(1)
    return float((np.log(np.exp(scores - top[:, None]).sum(1)) + top - scores[np.arange(len(labels)), labels]).mean())


def _walked(at: np.ndarray, step: np.ndarray, scores: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return `at` less the step, or less a half, a quarter ... of it: the first that does not make matters worse."""
    before, part = _loss(at, scores, wanted), 1.0
    while part > _ENOUGH and not _loss(at - part * step, scores, wanted) <= before:
        part /= 2
    return at - part * step if part > _ENOUGH else at


def _loss(at: np.ndarray, scores: np.ndarray, wanted: np.ndarray) -> float:
    z = at[0] * scores + at[1]
    return float((np.logaddexp(0, z) - wanted * z).sum())


def _logistic(z: np.ndarray) -> np.ndarray:
    return np.exp(-np.logaddexp(0, -z))
