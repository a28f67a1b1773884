from itertools import product

import numpy as np
import pytest

from tilth.dedup import bands, probability
from tilth.errors import RecipeError

SETTINGS = {  # published settings: bands, rows and what they make of pairs at 0.7, 0.8 and 0.9, to three digits
    "FineWeb": (14, 8, 0.565, 0.924, 1.0),
    "Data-Juicer": (25, 10, 0.511, 0.942, 1.0),
    "NeMo Curator": (20, 13, 0.177, 0.677, 0.997),
    "text-dedup": (24, 10, 0.497, 0.935, 1.0),
    "SlimPajama": (9, 13, 0.084, 0.399, 0.929),
    "RefinedWeb": (450, 20, 0.302, 0.995, 1.0),
    "DCLM": (93, 15, 0.358, 0.964, 1.0),
    "OpenAI-style script": (10, 20, 0.008, 0.109, 0.726),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_published_settings(name):
    count, rows, *expected = SETTINGS[name]
    assert [round(probability(jaccard, count, rows), 3) for jaccard in (0.7, 0.8, 0.9)] == expected


@pytest.mark.parametrize("jaccard", [0.3, 0.5, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0])
def test_bands_reach_the_recall_and_one_more_row_would_not(jaccard):
    count, rows = bands(jaccard)
    assert count * rows <= 112 and probability(jaccard, count, rows) >= 0.9
    assert rows == 112 or probability(jaccard, 112 // (rows + 1), rows + 1) < 0.9


def test_too_few_values():
    with pytest.raises(RecipeError, match="more values"):
        bands(0.1, recall=0.99, values=10)


@pytest.mark.parametrize(("bands_", "rows", "least"), [(2, 3, 4), (3, 2, 3), (4, 2, 8), (3, 3, 0), (2, 2, 5)])
def test_with_a_check_the_probability_is_that_of_all_outcomes(bands_, rows, least):
    for jaccard in (0.0, 0.3, 0.8, 1.0):
        total = 0.0
        for agreed in product((0, 1), repeat=bands_ * rows):
            if sum(agreed) >= least and any(all(agreed[band * rows : (band + 1) * rows]) for band in range(bands_)):
                total += np.prod([jaccard if one else 1 - jaccard for one in agreed])
        assert probability(jaccard, bands_, rows, least) == pytest.approx(total)
