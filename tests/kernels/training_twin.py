"""fastText's training in plain Python and float64: blocks of texts that see the vectors as the block found them."""

from __future__ import annotations

import math

TURN, LOW = 116049371, (1 << 64) - 1


def fnv(word: bytes) -> int:
    h = 2166136261
    for byte in word:
        h = ((h ^ (byte - 256 & 0xFFFFFFFF if byte > 127 else byte)) * 16777619) & 0xFFFFFFFF
    return h


def signed(h: int) -> int:
    return (h - (1 << 32) if h >> 31 else h) & LOW


def words_of(text: str) -> list[bytes]:
    words = []
    for word in text.translate(dict.fromkeys((0, 9, 10, 11, 12, 13), " ")).encode().split(b" "):
        if word == b"</s>":
            break
        if word and not word.startswith(b"__label__"):
            words.append(word)
    return words


def char_ngrams(word: bytes, least: int, most: int) -> list[bytes]:
    letters = [char.encode() for char in "<" + word.decode() + ">"]
    found = []
    for start in range(len(letters)):
        for n in range(least, most + 1):
            gram = letters[start : start + n]
            if len(gram) == n and not (n == 1 and (start == 0 or start == len(letters) - 1)):
                found.append(b"".join(gram))
    return found


def rows_of(text: str, numbers: dict[bytes, int], entries: int, buckets: int, word_ngrams: int, chars: tuple[int, int]) -> list[int]:
    words = words_of(text)
    rows = []
    for word in words:
        rows += [numbers[word]] if word in numbers else []
        rows += [entries + fnv(gram) % buckets for gram in char_ngrams(word, *chars)] if chars[1] else []
    rows.append(0)
    hashes = [signed(fnv(word)) for word in [*words, b"</s>"]]
    for i, h in enumerate(hashes):
        for other in hashes[i + 1 : i + word_ngrams]:
            h = (h * TURN + other) & LOW
            rows.append(entries + h % buckets)
    return rows


def learn(model: tuple[list[list[float]], list[list[float]]], texts: list[tuple[list[int], int]], rate: float, each: bool) -> None:
    """Let one block of (rows, label) change the model, (vectors, weights)."""
    vectors, weights = model
    means = [[sum(vectors[row][j] for row in rows) / len(rows) for j in range(len(weights[0]))] for rows, _ in texts]
    for (rows, label), hidden in zip(texts, means, strict=True):
        scores = [sum(w * h for w, h in zip(weight, hidden, strict=True)) for weight in weights]
        if each:
            chances = [1 / (1 + math.exp(-score)) for score in scores]
        else:
            chances = [math.exp(score) / sum(map(math.exp, scores)) for score in scores]
        pulls = [rate * ((k == label) - chance) for k, chance in enumerate(chances)]
        step = [sum(pull * weight[j] for pull, weight in zip(pulls, weights, strict=True)) / len(rows) for j in range(len(hidden))]
        for weight, pull in zip(weights, pulls, strict=True):
            for j, h in enumerate(hidden):
                weight[j] += pull * h
        for row in rows:
            for j, s in enumerate(step):
                vectors[row][j] += s
