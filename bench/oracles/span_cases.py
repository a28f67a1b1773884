"""Documents that share lines and runs of sentences, made here: the same on every machine."""

from __future__ import annotations

from prose import draw, sentence

ODD = (
    "Déjà vu, at 12.5 past!", "deja VU at 7 past", "Deja\u0301 vu at 9,5 past?", "你好。世界。", "ΟΔΟΣ ΟΔΟΣ.", "οδος οδοσ.",
    "İstanbul.", "i̇stanbul.", "!!!", "...", "Dr. No said no.", '"Yes," he said. "No."', "👩‍👩‍👧 e\u0301.", "Tab\there.",
    "Non\xa0breaking space.", "NUL \x00 inside.", "a", "", " ", "x" * 300, "A.B.C. are letters.", "Is it? It is! It was...",
    "1 + 1 = 2, 2 + 2 = 4.", "مرحبا بالعالم؟ نعم.", "यह है। वह था।", "It’s the end — or not.",
)
GAPS = (" ", " ", " ", "\n", "\n", "\n\n", "\r\n", "  ", "\n \n", "\u2028", "\t", "\x85", "")
ENDS = ("", "", "", " ", "\n", "  ", "\r\n", "\n ")
POOL = tuple(sentence(4 + n % 9, 100 + n) for n in range(300))


def documents(count: int = 1200) -> list[str]:
    """Return texts of 1 to 40 sentences, half of them in runs that other texts have too."""
    return [_document(n) for n in range(count)]


def _document(n: int) -> str:
    numbers = iter(_numbers(n))
    gap = GAPS[next(numbers) % len(GAPS)]
    parts = [ENDS[next(numbers) % len(ENDS)]]
    for _ in range(1 + next(numbers) % 8):
        kind = next(numbers) % 8
        start, size = next(numbers) % len(POOL), 1 + next(numbers) % 5
        if kind < 5:
            run = [POOL[(start + i) % len(POOL)] for i in range(size)]
        elif kind == 5:
            run = [ODD[next(numbers) % len(ODD)]]
        elif kind == 6:
            run = [POOL[start].upper(), POOL[(start + 1) % len(POOL)].lower()]
        else:
            run = [sentence(5 + next(numbers) % 9, 10_000 + n * 8 + i) for i in range(size)]
        again = GAPS[next(numbers) % len(GAPS)] if next(numbers) % 3 == 0 else gap
        parts.append(again.join(run) + again)
    return "".join(parts).removesuffix(gap) + ENDS[next(numbers) % len(ENDS)]


def _numbers(seed: int) -> list[int]:
    return [int(word) for word in draw(200, seed + 1, [str(number) for number in range(9973)])]
