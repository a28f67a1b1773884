"""Which shards are written together: a corpus that grew by a thousand small additions is not to become a thousand small files."""

from __future__ import annotations

from collections.abc import Mapping

ARITY_BITS = 3  # 8 neighbours become one, 8 such ones again one
GROUP_BYTES = 16 << 20


def groups(sizes: Mapping[int, int], following: int, limit: int = GROUP_BYTES) -> list[list[int]]:
    """Return the shards in order, in groups of neighbours that hold at most `limit` bytes, or one shard.

    `sizes` are bytes by shard number, `following` is the number that the next new shard will get. A group holds the shards of one
    aligned block of 8**k numbers, all of them given out: so an addition opens new groups or closes eight into one, every shard is
    written again at most once a level, and the groups follow from the manifest alone. (A log-structured merge tree: O'Neil et al., 1996.)

    >>> groups(dict.fromkeys(range(18), 1), 18)
    [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 13, 14, 15], [16], [17]]
    >>> groups({0: 1, 1: 9, 2: 1}, 64, limit=9), groups({0: 1, 1: 1}, 2)
    ([[0], [1], [2]], [[0], [1]])
    """
    level = max(0, (following - 1).bit_length() + ARITY_BITS - 1) // ARITY_BITS
    return _block(sorted(sizes), sizes, following, limit, level)


def _block(numbers: list[int], sizes: Mapping[int, int], following: int, limit: int, level: int) -> list[list[int]]:
    """The groups of the shards `numbers`, which lie in one block of `level`."""
    if len(numbers) < 2:
        return [numbers] if numbers else []
    bits = ARITY_BITS * level
    if ((numbers[0] >> bits) + 1) << bits <= following and sum(sizes[number] for number in numbers) <= limit:
        return [numbers]
    blocks: dict[int, list[int]] = {}
    for number in numbers:
        blocks.setdefault(number >> (bits - ARITY_BITS), []).append(number)
    return [group for block in blocks.values() for group in _block(block, sizes, following, limit, level - 1)]
