"""Addresses cut out of running text."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from tilth.clean.edited import with_edited
from tilth.errors import RecipeError
from tilth.kernels import letter_case
from tilth.kernels.arrow import strings, utf8
from tilth.kernels.text_classes import classes
from tilth.kernels.text_urls import remove, top_level_domains
from tilth.op import Op

VARIANTS = ("paper", "dclm")


@dataclass(frozen=True)
class RemoveUrls(Op):
    """Cut URLs, host names and IPv4 numbers out of `text`, with up to ten white spaces before each.

    A name needs no scheme: it ends in a top-level domain in small letters, and what hangs on it goes too. The variant "dclm" cuts names
    only out of pages that begin with the letters of such a domain, as its code has it ("th" of "The" is one); numbers out of all.

    Source: Penedo et al. 2023 (RefinedWeb, arXiv 2306.01116), section 3.1; the patterns of DCLM (MIT, commit 361714b),
    `url_removal_modifier`.

    >>> RemoveUrls().apply(pa.record_batch({"text": ["See https://example.org/a?b=c or 192.0.2.1:80."]}))["text"].to_pylist()
    ['See or']
    """

    variant: str = "paper"

    def __post_init__(self) -> None:
        if self.variant not in VARIANTS:
            raise RecipeError(
                f"There is no variant {self.variant!r}.", where=repr(self), why=f"RemoveUrls knows: {', '.join(map(repr, VARIANTS))}",
                fix="RemoveUrls(variant='paper')",
            )

    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        known, longest = top_level_domains(folded=False)
        opening, _ = top_level_domains(folded=True)
        cut = remove(*utf8(batch["text"]), classes(), letter_case.same(), known, opening, longest, self.variant != "dclm")
        return with_edited(batch, strings(*cut))
