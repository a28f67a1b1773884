"""The thresholds of each row's language, as columns that rules compare with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tilth.filters.parameters import LIMITS, parameters
from tilth.op import Op, put
from tilth.segment.languages import by_language


@dataclass(frozen=True)
class Thresholds(Op):
    """Add `threshold_<name>` (float64) for each of LIMITS: what `parameters` (see `fineweb2_parameters`) have for the row's `lang`.

    A language that they know without that limit has an infinite one, that nothing fails; one that they do not know has nulls.

    >>> from tilth.filters.parameters import LanguageParameters, blob_of
    >>> step = Thresholds(blob_of({"deu_Latn": LanguageParameters((), {"dup_line_frac": 0.263})}))
    >>> step.apply(pa.record_batch({"lang": ["de", "fr"]}))["threshold_dup_line_frac"].to_pylist()
    [0.263, None]
    """

    parameters: bytes

    def __post_init__(self) -> None:
        parameters(self.parameters)

    @property
    def reads(self) -> tuple[str, ...]:
        return ("lang",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        known, found = parameters(self.parameters), {name: np.full(len(batch), np.nan) for name in LIMITS}
        for language, rows in by_language(batch["lang"]):
            if language in known:
                for name, nothing in LIMITS.items():
                    found[name][rows] = known[language].limits.get(name, nothing)
        for name, values in found.items():
            batch = put(batch, f"threshold_{name}", pa.array(values, mask=np.isnan(values)))
        return batch
