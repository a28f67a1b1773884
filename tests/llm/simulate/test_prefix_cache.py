"""The prefix cache counts what a server would: whole blocks, in order of arrival, the longest unused forgotten."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tilth.llm.simulate.prefix_cache import BLOCK, PrefixCache

prompts = st.lists(st.lists(st.sampled_from("ab"), min_size=1, max_size=80).map(lambda each: sorted(each)), max_size=12)


@given(prompts)
def test_with_room_for_all_it_is_the_longest_common_prefix_in_whole_blocks(given: list[list[str]]) -> None:
    cache = PrefixCache("blocks", 1_000_000)
    for n, prompt in enumerate(given):
        common = max((next((i for i, (a, b) in enumerate(zip(prompt, old, strict=False)) if a != b), min(len(prompt), len(old))) // BLOCK
                      for old in given[:n]), default=0)  # fmt: skip
        assert cache.cached(prompt) == min(common, (len(prompt) - 1) // BLOCK) * BLOCK


def test_hosted_caches_count_from_1024_in_steps_of_128() -> None:
    cache = PrefixCache("hosted", 1_000_000)
    prompt = [str(n) for n in range(3000)]
    cache.cached(prompt)
    for common, counted in ((1000, 0), (1039, 1024), (1151, 1024), (1152, 1152), (2999, 2944)):
        assert cache.cached([*prompt[:common], "other"]) == counted


def test_what_was_longest_unused_is_forgotten_from_its_end() -> None:
    cache = PrefixCache("blocks", 6 * BLOCK)
    one, two = (["a"] + [str(n) for n in range(4 * BLOCK)], ["b"] + [str(n) for n in range(4 * BLOCK)])
    assert (cache.cached(one), cache.cached(two)) == (0, 0)
    assert cache.cached(one) == 2 * BLOCK  # two of its four blocks made room
    assert cache.cached(one) == 4 * BLOCK


def test_none_and_clear() -> None:
    assert [PrefixCache("none", 100).cached(["a"] * 100) for _ in range(2)] == [0, 0]
    cache = PrefixCache("blocks", 1000)
    cache.cached(["a"] * 100)
    cache.clear()
    assert cache.cached(["a"] * 100) == 0
