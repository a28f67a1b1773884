"""What a prefix cache finds of each prompt: chains of hashes over blocks of tokens, and the least recently used block goes first."""

from __future__ import annotations

import numpy as np

from tilth.kernels.jit import kernel

_SEED = np.uint64(0x9E3779B97F4A7C15)


@kernel(allocates=False, inline=True)
def _mixed(state: np.uint64, token: int) -> np.uint64:
    """Return the state after one more token: multiply, add, and the finish of splitmix64."""
    x = state * np.uint64(0xD1342543DE82EF95) + np.uint64(token + 1) * _SEED
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@kernel
def chains(
    tokens: np.ndarray, starts: np.ndarray, parts: np.ndarray, width: int, block: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (lengths int64[prompts], bounds int64[prompts + 1], hashes uint64[bounds[-1]]) of prompts made of `width` parts each.

    Part s is the tokens (int64) from `starts[s]` to `starts[s + 1]`; prompt p is the parts `parts[p * width : (p + 1) * width]`. It is
    cut into whole blocks of `block` tokens, and a block's hash is that of all tokens up to its end: equal hash, equal beginning.
    """
    prompts = len(parts) // width
    lengths, bounds = np.zeros(prompts, np.int64), np.zeros(prompts + 1, np.int64)
    for p in range(prompts):
        for s in parts[p * width : (p + 1) * width]:
            lengths[p] += starts[s + 1] - starts[s]
        bounds[p + 1] = bounds[p] + lengths[p] // block
    hashes = np.empty(bounds[-1], np.uint64)
    for p in range(prompts):
        state, at, full = _SEED, 0, bounds[p]
        for s in parts[p * width : (p + 1) * width]:
            for t in range(starts[s], starts[s + 1]):
                state = _mixed(state, tokens[t])
                at += 1
                if at % block == 0:
                    hashes[full] = state
                    full += 1
    return lengths, bounds, hashes


@kernel
def replay(blocks: np.ndarray, bounds: np.ndarray, capacity: int, in_flight: int) -> np.ndarray:
    """Return int64[prompts]: how many of its leading blocks the cache holds when a prompt comes.

    `blocks` are dense ids (int64) of the hashes of `chains`. The cache holds `capacity` blocks, the least recently used leaves first; of
    one prompt the last block counts as used first. A block is found by prompts that come `in_flight` or more after the one that made it.
    """
    size = blocks.max() + 1 if len(blocks) else 0
    newer, older = np.arange(size + 1), np.arange(size + 1)  # a ring; `size` stands between the newest and the oldest
    born = np.full(size, -1)
    held = 0
    found = np.zeros(len(bounds) - 1, np.int64)
    for p in range(len(bounds) - 1):
        for b in blocks[bounds[p] : bounds[p + 1]]:
            if born[b] < 0 or born[b] + in_flight > p:
                break
            found[p] += 1
        for b in blocks[bounds[p] : bounds[p + 1]][::-1]:
            if born[b] >= 0:
                newer[older[b]], older[newer[b]] = newer[b], older[b]
            else:
                born[b] = p
                held += 1
            newest = older[size]
            older[size], newer[b], older[b], newer[newest] = b, size, newest, b
        while held > capacity:
            oldest = newer[size]
            newer[size], older[newer[oldest]] = newer[oldest], size
            born[oldest] = -1
            held -= 1
    return found
