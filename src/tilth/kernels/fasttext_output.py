"""The output layer of fastText: from the hidden vector of a text to the probabilities of its labels, in fastText's own arithmetic.

fastText takes logarithms as log(x + 1e-5), so that a sure label reads 1.00001 or a little more, and an impossible one 0.00001.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from tilth.kernels.jit import kernel

TREE, NEGATIVE, SOFTMAX, EACH = 1, 2, 3, 4  # hierarchical softmax, negative sampling, softmax, one label against all others
_FLOOR = np.float32(math.log(1e-5))  # fastText follows no branch below it
_GAIN = np.float32(2e-5)  # more than a step down the tree can add to a score: log(1 + 1e-5), and what float32 rounds


class Output(NamedTuple):
    """The output layer: `weights` float32[rows, dim], each row scaled by `norms` float32[rows]; `tree` int32[2 labels - 1, 2].

    A tree's first nodes are the labels; a later one has two children and, counted from the first such, a row of `weights`.
    """

    loss: int
    weights: np.ndarray
    norms: np.ndarray
    tree: np.ndarray


@kernel(allocates=False)
def _dot(layer: Output, row: Any, hidden: np.ndarray) -> Any:
    total = np.float32(0)
    for j in range(len(hidden)):
        total += layer.weights[row, j] * hidden[j]
    return total * layer.norms[row]


@kernel(allocates=False)
def _log(x: Any) -> Any:
    return np.float32(math.log(np.float64(x) + 1e-5))


class Trail(NamedTuple):
    """What a walk down the tree needs: bool[nodes], which nodes lead to a wanted label or are one; a stack of nodes and their scores."""

    leads: np.ndarray
    nodes: np.ndarray
    reached: np.ndarray


@kernel
def trail_of(layer: Output, wanted: np.ndarray) -> Trail:
    """Return the trail to the labels `wanted`, int32[k]; an empty one where there is no tree."""
    labels, size = len(layer.weights), len(layer.tree)
    leads = np.zeros(size, np.bool_)
    if size:
        for label in wanted:
            leads[label] = True
    for node in range(labels, size):
        leads[node] = leads[layer.tree[node, 0]] or leads[layer.tree[node, 1]]
    return Trail(leads, np.empty(size + 1, np.int64), np.empty(size + 1, np.float32))


@kernel(allocates=False)
def score(layer: Output, hidden: np.ndarray, trail: Trail, scores: np.ndarray) -> Any:
    """Set `scores` (float32[labels]) to the log of fastText's probability, -inf where it has none: of the best label and those wanted.

    Returns the best label, -1 if all are ruled out. Of labels that score the same, the last counts.
    """
    if layer.loss == TREE:
        return _descend(layer, hidden, trail, scores)
    for i in range(len(scores)):
        scores[i] = _dot(layer, i, hidden)
    if layer.loss == SOFTMAX:
        _softmax(scores)
    best, top = -1, np.float32(-np.inf)
    for i in range(len(scores)):
        scores[i] = _log(scores[i] if layer.loss == SOFTMAX else _sigmoid(scores[i]))
        if scores[i] >= top:
            best, top = i, scores[i]
    return best


@kernel(allocates=False)
def _softmax(scores: np.ndarray) -> None:
    top, total = scores[0], np.float32(0)
    for i in range(len(scores)):
        top = max(top, scores[i])
    for i in range(len(scores)):
        scores[i] = np.float32(math.exp(np.float64(scores[i] - top)))
        total += scores[i]
    for i in range(len(scores)):
        scores[i] /= total


@kernel(allocates=False)
def _descend(layer: Output, hidden: np.ndarray, trail: Trail, scores: np.ndarray) -> Any:
    """Walk down the tree, the likelier branch first, and not into one that can no longer hold the best label and leads to none wanted."""
    labels = len(scores)
    slack = _GAIN * np.float32(labels)
    best, top = -1, np.float32(-np.inf)
    for i in range(labels):
        scores[i] = top
    depth = 1
    trail.nodes[0], trail.reached[0] = len(layer.tree) - 1, np.float32(0)
    while depth:
        depth -= 1
        node, so_far = trail.nodes[depth], trail.reached[depth]
        if so_far < _FLOOR or (so_far + slack < top and not trail.leads[node]):
            continue
        if node < labels:
            scores[node] = so_far
            if so_far >= top:
                best, top = node, so_far
            continue
        right = np.float32(1.0 / np.float64(np.float32(1) + math.exp(-_dot(layer, node - labels, hidden))))
        left = np.float32(1.0 - np.float64(right))
        likelier = 1 if right > left else 0
        for side in (1 - likelier, likelier):
            trail.nodes[depth] = layer.tree[node, side]
            trail.reached[depth] = so_far + _log(right if side else left)
            depth += 1
    return best


@kernel(allocates=False)
def _sigmoid(x: Any) -> Any:
    """Return the logistic function as fastText's table of 512 steps over -8 to 8 has it."""
    if x > np.float32(8):
        return np.float32(1)
    if not x >= np.float32(-8):
        return np.float32(0)
    step = np.int64((x + np.float32(8)) * np.float32(512) / np.float32(8) / np.float32(2))
    place = np.float32(step * 16) / np.float32(512) - np.float32(8)
    return np.float32(1.0 / (1.0 + np.float64(math.exp(-place))))
