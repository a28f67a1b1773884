"""Duplicates, exact and near: every one that goes names the document that stands for it."""

from tilth.dedup.curve import bands, probability
from tilth.dedup.datatrove import DatatroveSignatures
from tilth.dedup.exact import Exact, exact
from tilth.dedup.near import NearDuplicates, near
from tilth.dedup.normalise import Normalise
from tilth.dedup.signatures import Signatures

__all__ = ["DatatroveSignatures", "Exact", "NearDuplicates", "Normalise", "Signatures", "bands", "exact", "near", "probability"]
