import math

import numpy as np
import pyarrow as pa
import pytest

from tilth.dedup import NearDuplicates, Shingles, Signatures, near, plan
from tilth.dedup.plan import MESSAGE, PEAK, foretold
from tilth.errors import RecipeError
from tilth.memory import addressed, evaluate


@pytest.mark.parametrize("corpus", [10**6, 10**10, 10**13])
@pytest.mark.parametrize("memory", [10**8, 10**10])
def test_a_plan_fits_the_memory_and_reaches_the_recall(corpus, memory):
    if corpus / memory > 10**4:
        with pytest.raises(RecipeError, match="too small"):
            plan(corpus, memory)
        return
    made = plan(corpus, memory, 0.75, 0.95)
    assert made.recall >= 0.95 and made.memory <= memory and made.bands * made.rows <= 112
    assert made.partitions == 1 or made.memory * 2 > memory or made.passes > 1
    assert made.memory == int(PEAK * made.messages / made.partitions)


def test_the_steps_are_those_of_near_and_of_as_many_passes():
    assert plan(10**9, 10**9).steps("longest") == near(0.8, keep="longest", bands=14, rows=8)
    made = plan(10**12, 3 * 10**8)
    steps = made.steps()
    assert made.passes > 1 and len(steps) == 2 * made.passes
    assert sum(step.bands for step in steps[1::2]) == made.bands and {step.shingles for step in steps[1::2]} == {Shingles()}
    assert len({step.seed for step in steps[0::2]}) == made.passes


def test_passes_find_what_all_bands_at_once_would():
    rng, pairs = np.random.default_rng(8), 400
    texts = []
    for _ in range(pairs):
        words = ["".join(chr(97 + n) for n in letters) for letters in rng.integers(0, 26, (120, 12))]
        texts += [" ".join(words[:110]), " ".join(words[:100] + words[110:120])]  # 100 of 120: 0.83
    made = plan(len(texts) * 4096, len(texts) * MESSAGE * 3 // 256 * 2, jaccard=0.83, recall=0.9)
    assert made.passes > 2
    found = len(evaluate(made.steps(ngram=1), pa.table({"text": texts})).audit)
    chance = 1 - math.prod(1 - step.probability(100 / 120) for step in made.steps()[1::2])
    assert abs(found / pairs - chance) < 4 * math.sqrt(chance * (1 - chance) / pairs)


def test_messages_and_memory_are_as_measured():
    rows = addressed(pa.table({"text": [f"some text {i} of words {i * i} and others" for i in range(500)]}))
    signatures, duplicates = near()
    sent = pa.concat_tables([duplicates.scatter(signatures.apply(batch)) for batch in rows.to_batches()])
    assert sent.nbytes == 500 * duplicates.bands * MESSAGE


def test_what_is_told_beforehand():
    rows = pa.table({"text": ["x" * 100] * 10})
    (told,) = foretold([Signatures(), *near(0.8)], rows, 10**6)
    assert "14 bands of 8 rows" in told and "0.50 0.55" in told
    assert "about 9,615" in told  # 10**6 bytes of 104 each, their offsets among them
    assert not list(foretold([Signatures()], rows, 10**6))
    (unchecked,) = foretold([NearDuplicates(jaccard=0.0)], rows, 10**6)
    assert "unchecked" in unchecked


def test_what_cannot_be():
    with pytest.raises(RecipeError, match="No bands find 99%"):
        plan(10**9, 10**9, jaccard=0.1, recall=0.99, values=10)
