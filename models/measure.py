"""What a model does on texts that it was not trained on, as tables in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import groups
import languages
import numpy as np
import pyarrow as pa
import quality
import toxicity
from splits import Rows

from tilth.filters import Classify, Language, Languages
from tilth.filters.classify import loaded
from tilth.filters.language import LID_176
from tilth.filters.language_models import Together, teller
from tilth.op import Op

SEED, TEXTS, PAIRS = 1, 60, 30  # texts a language of each kind, and texts in two languages
TELLERS = {"lid.176": "", "tilth": "tilth", "both": "both"}


def table(head: str, rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table; a `head` that ends in ":" is of numbers.

    >>> print(table("a | b:", [("x", 0.5)]))
    | a | b |
    |---|---:|
    | x | 0.500 |
    """
    names = head.split(" | ")
    rule = "".join("---:|" if name.endswith(":") else "---|" for name in names)
    lines = [f"| {' | '.join(name.rstrip(':') for name in names)} |", f"|{rule}"]
    cells = ([f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows)
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in cells)])


def column(step: Op, texts: Sequence[str], name: str) -> np.ndarray:
    return np.array(step.apply(pa.record_batch({"text": pa.array(texts, pa.large_string())}))[name].to_pylist())


def auc(scores: np.ndarray, true: np.ndarray) -> float:
    """Return the probability that a text that is true scores higher than one that is not; a tie counts half."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    yes = int(true.sum())
    return float((ranks[true].sum() - yes * (yes + 1) / 2) / (yes * (len(true) - yes)))


def calibration_error(scores: np.ndarray, true: np.ndarray) -> float:
    """Return the expected calibration error over ten bins of equal width (Guo et al. 2017)."""
    bins = np.minimum((scores * 10).astype(int), 9)
    return float(sum(abs(scores[bins == b].sum() - true[bins == b].sum()) for b in range(10)) / len(scores))


def two_labels(step: Classify, rows: Rows, thresholds: Sequence[float] = (0.5,)) -> list[list[object]]:
    """Return a line for each threshold: texts, share that is `positive`, AUC, calibration error, threshold, then each label's figures."""
    scores, true = column(step, [text for text, _ in rows], step.name), np.array([label == step.positive for _, label in rows])
    head = [len(rows), float(true.mean()), auc(scores, true), calibration_error(scores, true)]
    return [[*head, threshold, *_figures(scores > threshold, true), *_figures(scores <= threshold, ~true)] for threshold in thresholds]


def _figures(told: np.ndarray, true: np.ndarray) -> tuple[float, float]:
    hit = (told & true).sum()
    return float(hit / max(1, told.sum())), float(hit / max(1, true.sum()))


def of_quality(step: Classify, folder: Path) -> str:
    head = "test | texts: | high: | AUC: | ECE: | threshold: | high P: | R: | low P: | R:"
    judged = [["web pages judged by people", *row] for row in two_labels(step, quality.judged(folder), (0.25, 0.5, 0.75, 0.9, 0.95))]
    return table(head, [["pieces of pages (held out)", *row] for row in two_labels(step, quality.held_out(folder))] + judged)


def of_toxicity(step: Classify, folder: Path) -> str:
    head = "test | texts: | toxic: | AUC: | ECE: | threshold: | toxic P: | R: | ok P: | R:"
    found = [[name, *row] for name, rows in toxicity.tests(folder).items() for row in two_labels(step, rows, (0.5, 0.9))]
    ordinary = []
    for name, texts in toxicity.prose(folder).items():
        scores = column(step, texts, step.name)
        ordinary.append([name, len(texts), f"{np.mean(scores > 0.5):.2%}", f"{np.mean(scores > 0.9):.2%}"])
    named = []
    for name in groups.NAMES:
        scores = column(step, groups.tests(name), step.name)
        named.append([name, float(scores.mean()), float(scores.max())])
    return (
        table(head, found) + "\n\nTexts that are not toxic, called so:\n\n" + table("texts | number: | above 0.5: | above 0.9:", ordinary)
        + f"\n\nPlain sentences that name a group ({len(groups.TEST)} each, such as \"{groups.TEST[0]}\"):\n\n"
        + table("group | mean score: | highest:", sorted(named, key=lambda row: -row[1]))
    )  # fmt: skip


def of_languages(step: Classify, folder: Path) -> str:
    """Return how well each language is told, alone and beside others, by each model."""
    found = languages.read(folder)
    tests = {code: {name: languages.split(texts)[1] for name, texts in each.items()} for code, each in found.items()}
    known = set(LID_176.split())
    kinds = {"paragraph": None, "6 to 12 words": (6, 12), "2 to 5 words": (2, 5)}
    rows = {kind: _sampled(tests, lengths) for kind, lengths in kinds.items()}
    f1 = {(kind, who): _f1(_told(who, rows[kind], known)) for kind in kinds for who in TELLERS}
    shared = {kind: [row for row in rows[kind] if row[1] in known] for kind in kinds}
    mixed = {who: _mixed(model, tests, known if who == "lid.176" else set(tests)) for who, model in TELLERS.items()}
    return "\n\n".join([
        "Over all languages (mean F1; lid.176 is asked only about the languages that it knows):",
        table("text | model | languages: | mean F1: | F1 of 0.9 and more: | of 0.8 and more:", [
            [kind, who, len(f1[kind, who]), *_summary(f1[kind, who])] for kind in kinds for who in TELLERS
        ]),
        f"The {len(known & set(tests))} languages that both know:",
        table("text | model | mean F1: | F1 of 0.9 and more: | of 0.8 and more:", [
            [kind, who, *_summary(_f1(_told(who, shared[kind], known)))] for kind in kinds for who in TELLERS
        ]),
        "Texts of a kind that nothing was trained on (XQuAD: paragraphs of Wikipedia, and questions about them; twelve languages):",
        table("text | model | mean F1: | lowest:", _elsewhere(languages.questions(folder))),
        "A book that nothing was trained on and no setting was chosen by (Genesis; six languages, 500 lines of each at most):",
        table("text | model | mean F1: | lowest:", _elsewhere(languages.genesis(folder))),
        (f"Texts in two languages (three sentences of each, {PAIRS} texts a language) and in one (six sentences), by `Languages`; of the "
         "kind that tilth was trained on:"),
        table("model | both found: | first language right where there is one: | a second of a tenth or more where there is none:", [
            [who, *mixed[who][1]] for who in TELLERS
        ]),
        ("Each language, on texts mostly of the kind that tilth was trained on: F1 of paragraphs, of 2 to 5 words, and in how many of the "
         "mixed texts it was found."),
        table("language | " + " | ".join(f"{kind}, {who}:" for kind in ("paragraph", "short", "mixed") for who in TELLERS), [
            [f"{code} ({languages.CODES[code][0]})", *(_cell(f1["paragraph", who], code) for who in TELLERS),
             *(_cell(f1["2 to 5 words", who], code) for who in TELLERS), *(_cell(mixed[who][0], code) for who in TELLERS)]
            for code in sorted(tests)
        ]),
    ])  # fmt: skip


def of_unseen(step: Classify, folder: Path, source: str) -> str:
    """Return how well a model of languages tells texts of a source, which it was not trained on, alone and with lid.176."""
    other = teller("lid.176")
    models = {"lid.176": other, "alone": loaded(step.model), "with lid.176": Together(loaded(step.model), other)}
    tests = {code: {source: languages.split(each[source])[1]} for code, each in languages.read(folder).items() if each.get(source)}
    lines = []
    for kind, lengths in (("paragraph", None), ("2 to 5 words", (2, 5))):
        rows = _sampled(tests, lengths)
        for who, model in models.items():
            best, _, _ = model.classify(pa.array([text for text, _ in rows], pa.large_string()), np.zeros(0, np.int32))
            told = [(code, model.labels[number] if number >= 0 else "") for number, (_, code) in zip(best, rows, strict=True)]
            lines.append([kind, who, len(tests), *_summary(_f1(told))])
    return table("text | model | languages: | mean F1: | F1 of 0.9 and more: | of 0.8 and more:", lines)


def _cell(figures: dict[str, float], code: str) -> object:
    return f"{figures[code]:.2f}" if code in figures else "-"


def _summary(figures: dict[str, float]) -> list[object]:
    values = np.array(list(figures.values()))
    return [float(values.mean()), int((values >= 0.9).sum()), int((values >= 0.8).sum())]


def _sampled(tests: dict[str, dict[str, list[str]]], lengths: tuple[int, int] | None) -> Rows:
    """Return (text, code): paragraphs, or pieces of so many words, of each language's sources by turns."""
    chance, rows = np.random.default_rng(SEED), []
    for code in sorted(tests):
        pools = [pool for pool in tests[code].values() if len(pool) > 2]
        for turn in range(TEXTS):
            pool = pools[turn % len(pools)]
            text = pool[int(chance.integers(len(pool)))]
            rows.append((languages.piece(code, text, chance, lengths) if lengths else text, code))
    return [row for row in rows if row[0]]


def _told(who: str, rows: Rows, known: set[str]) -> list[tuple[str, str]]:
    """Return (code, code told) of each text."""
    rows = [row for row in rows if who != "lid.176" or row[1] in known]
    told = column(Language(scores=(), model=TELLERS[who]), [text for text, _ in rows], "lang")
    return [(code, str(lang)) for (_, code), lang in zip(rows, told, strict=True)]


def _f1(told: list[tuple[str, str]]) -> dict[str, float]:
    found = {}
    for code in sorted({true for true, _ in told}):
        hit = sum(true == code == lang for true, lang in told)
        wrong = sum((true == code) != (lang == code) for true, lang in told)
        found[code] = 2 * hit / max(1, 2 * hit + wrong)
    return found


def _elsewhere(found: dict[str, list[str]]) -> list[list[object]]:
    lines: list[list[object]] = []
    for kind, lengths in (("whole", None), ("2 to 5 words", (2, 5))):
        chance = np.random.default_rng(SEED)
        texts = [(code, text) for code, each in found.items() for text in each]
        rows = [(languages.piece(code, text, chance, lengths) if lengths else text, code) for code, text in texts]
        for who in TELLERS:
            figures = _f1(_told(who, rows, set(found)))
            lowest = min(figures, key=lambda code: figures[code])
            lines.append([kind, who, float(np.mean(list(figures.values()))), f"{lowest} {figures[lowest]:.3f}"])
    return lines


def _mixed(model: str, tests: dict[str, dict[str, list[str]]], codes: set[str]) -> tuple[dict[str, float], list[float]]:
    """Return in what share of its mixed texts each language is found, and the figures over all."""
    chance, known = np.random.default_rng(SEED), sorted(codes & set(tests))
    sentences = {code: next(iter(tests[code].values())) for code in known}

    def some(code: str, count: int) -> str:
        return "\n".join(str(text) for text in chance.choice(sentences[code], count))

    pairs = [(code, known[int(chance.integers(len(known)))]) for code in known for _ in range(PAIRS)]
    pairs = [(a, b) for a, b in pairs if a != b]
    step = Languages(model)
    texts = [some(a, 3) + "\n" + some(b, 3) for a, b in pairs]
    told = list(zip(column(step, texts, "lang_1"), column(step, texts, "lang_2"), strict=True))
    hits = {code: [code in each for pair, each in zip(pairs, told, strict=True) if code in pair] for code in known}
    alone = [(code, some(code, 6)) for code in known for _ in range(PAIRS // 3)]
    firsts, seconds = (column(step, [text for _, text in alone], name) for name in ("lang_1", "lang_2_share"))
    both = float(np.mean([set(pair) == set(each) for pair, each in zip(pairs, told, strict=True)]))
    right = float(np.mean([first == code for first, (code, _) in zip(firsts, alone, strict=True)]))
    return {code: float(np.mean(hit)) for code, hit in hits.items()}, [both, right, float(np.mean(seconds.astype(float) >= 0.1))]
