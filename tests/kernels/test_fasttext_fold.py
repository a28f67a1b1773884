"""Folding two layers, and k-means, against NumPy."""

from __future__ import annotations

import numpy as np

from tilth.kernels.fasttext_fold import fold_layers, means, nearest

CHANCE = np.random.default_rng(0)


def test_folding_is_a_product_a_scale_and_an_offset() -> None:
    vectors, toward = CHANCE.normal(size=(20, 5)).astype(np.float32), CHANCE.normal(size=(3, 5)).astype(np.float32)
    folded = fold_layers(vectors, toward, np.float32(2), np.float32(-1))
    assert folded.dtype == np.float32 and np.allclose(folded, 2 * vectors @ toward.T - 1, atol=1e-5)


def test_nearest_is_nearest_and_the_first_of_several() -> None:
    points, centroids = CHANCE.normal(size=(200, 2)).astype(np.float32), CHANCE.normal(size=(17, 2)).astype(np.float32)
    assert nearest(points, centroids).tolist() == ((points[:, None] - centroids) ** 2).sum(2).argmin(1).tolist()
    assert nearest(np.zeros((1, 1), np.float32), np.array([[1], [-1]], np.float32)).tolist() == [0]


def test_means_are_means_and_an_empty_one_stays() -> None:
    points = np.array([[0, 0], [2, 4], [7, 7]], np.float32)
    found = means(points, np.array([0, 0, 2], np.uint8), np.full((4, 2), 9, np.float32))
    assert found.tolist() == [[1, 2], [9, 9], [7, 7], [9, 9]]
