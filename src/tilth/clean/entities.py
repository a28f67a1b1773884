"""Names of persons, places and organisations, found by a language model of spaCy through presidio."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tilth.clean import pseudonym
from tilth.clean.splice import splice
from tilth.errors import MissingExtra, RecipeError
from tilth.kernels.arrow import utf8
from tilth.op import Op, put

MOST_CHARACTERS = 100_000  # that the model sees at once: it takes memory by the text; spaCy refuses more than a million


@dataclass(frozen=True)
class RedactEntities(Op):
    """Find named entities in `text` with presidio and the spaCy model `model`, count them in `pii_<entity>` (int64), and tag or remove
    them, or give them pseudonyms, as `Redact` does.

    `model` is the name of an installed model or the path of one; a run knows it by that name. `entities` are presidio's: PERSON,
    LOCATION, ORGANIZATION, NRP, and those of its patterns (`US_PASSPORT`). What scores below `threshold` is left. Texts of more than
    100,000 characters are read in parts, cut at ends of lines. It is as slow as the model.

    Source: microsoft/presidio (analyzer 2.2). Raises MissingExtra without presidio, RecipeError without the model.
    """

    entities: tuple[str, ...] = ("PERSON", "LOCATION")
    model: str = "en_core_web_sm"
    lang: str = "en"
    threshold: float = 0.4
    mode: str = "tag"
    key_variable: str = ""
    key_check: str = ""

    def __post_init__(self) -> None:
        pseudonym.check_mode("clean.RedactEntities", self.mode, self.key_variable, self.key_check)
        if not self.entities:
            raise RecipeError("There is nothing to redact.", where="clean.RedactEntities(entities=())", fix="entities=('PERSON',)")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        text = batch["text"]
        engine = _engine(self.model, self.lang)
        secret = pseudonym.key(self.key_variable, self.key_check) if self.mode == "pseudonym" else b""
        offsets = utf8(text)[0]
        spans, replaced, counts = [], [], np.zeros((len(self.entities), len(batch)), np.int64)
        for row, whole in enumerate(text.to_pylist()):
            for start, stop, entity in self._found(engine, whole or ""):
                first = int(offsets[row]) + len(whole[:start].encode())
                spans.append((row, first, first + len(whole[start:stop].encode())))
                replaced.append(pseudonym.replacement(entity.lower(), whole[start:stop], self.mode, secret))
                counts[self.entities.index(entity), row] += 1
        batch = put(batch, "text", splice(text, np.array(spans, np.int64).reshape(-1, 3), replaced))
        for entity, count in zip(self.entities, counts, strict=True):
            batch = put(batch, f"pii_{entity.lower()}", pa.array(count, mask=np.asarray(text.is_null())))
        return batch

    def _found(self, engine: Any, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield (first and last character, entity) in order and apart; of two that overlap the surer, then the longer."""
        for begin, part in parts(text):
            taken: list[Any] = []
            results = engine.analyze(part, language=self.lang, entities=list(self.entities), score_threshold=self.threshold)
            for each in sorted(results, key=lambda each: (-each.score, each.start - each.end, each.start, each.entity_type)):
                if all(each.end <= other.start or other.end <= each.start for other in taken):
                    taken.append(each)
            for each in sorted(taken, key=lambda each: each.start):
                yield begin + each.start, begin + each.end, each.entity_type


def parts(text: str, most: int = MOST_CHARACTERS) -> Iterator[tuple[int, str]]:
    """Yield (where it begins, part) of a text, parts of at most `most` characters that end with a line where one ends.

    >>> list(parts("one\\ntwo three", 8))
    [(0, 'one\\n'), (4, 'two thre'), (12, 'e')]
    """
    at = 0
    while at < len(text):
        end = len(text) if len(text) - at <= most else text.rfind("\n", at, at + most) + 1 or at + most
        yield at, text[at:end]
        at = end


@functools.cache
def _engine(model: str, lang: str) -> Any:
    """Return presidio's analyzer over this model, which is never downloaded."""
    try:
        from presidio_analyzer import AnalyzerEngine
        from presidio_analyzer.nlp_engine import NlpEngineProvider
    except ImportError:
        raise MissingExtra.of("presidio-analyzer", "pii", "clean.RedactEntities") from None
    if not Path(model).is_dir() and not (model.isidentifier() and importlib.util.find_spec(model)):
        why, fix = "it is not installed, and no folder has that name", f"python -m spacy download {model}"
        raise RecipeError(f"There is no spaCy model {model!r}.", where="clean.RedactEntities", why=why, fix=fix)
    settings = {"nlp_engine_name": "spacy", "models": [{"lang_code": lang, "model_name": model}]}
    engine = NlpEngineProvider(nlp_configuration=settings).create_engine()
    return AnalyzerEngine(nlp_engine=engine, supported_languages=[lang])


def redact_entities(
    entities: tuple[str, ...] = ("PERSON", "LOCATION"), model: str = "en_core_web_sm", lang: str = "en", threshold: float = 0.4,
    mode: str = "tag", key_variable: str = "TILTH_PII_KEY",
) -> Sequence[Op]:
    """Return the step that finds named entities; for pseudonyms the key is read from the environment variable `key_variable`.

    >>> redact_entities(("PERSON",), mode="remove")[0].entities
    ('PERSON',)
    """
    if mode != "pseudonym":
        return [RedactEntities(tuple(entities), model, lang, threshold, mode)]
    return [RedactEntities(tuple(entities), model, lang, threshold, mode, key_variable, pseudonym.key_check(key_variable))]
