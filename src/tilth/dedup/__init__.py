"""Duplicates, exact and near: every one that goes names the document that stands for it."""

from tilth.dedup.curve import bands, probability
from tilth.dedup.cut import CutSpans
from tilth.dedup.datatrove import DatatroveSignatures
from tilth.dedup.exact import Exact, exact
from tilth.dedup.near import NearDuplicates, near
from tilth.dedup.normalise import Normalise
from tilth.dedup.signatures import Signatures
from tilth.dedup.substrings import RepeatedSubstrings, substrings

__all__ = [
    "CutSpans", "DatatroveSignatures", "Exact", "NearDuplicates", "Normalise", "RepeatedSubstrings", "Signatures", "bands", "exact", "near",
    "probability", "substrings",
]  # fmt: skip
