"""Duplicates, exact and near: every one that goes names the document that stands for it."""

from tilth.dedup.curve import bands, probability
from tilth.dedup.cut import CutSpans
from tilth.dedup.datatrove import DatatroveSignatures
from tilth.dedup.exact import Exact, exact
from tilth.dedup.hamming import HammingDuplicates
from tilth.dedup.image_hash import ImageHash, perceptual
from tilth.dedup.near import NearDuplicates, near
from tilth.dedup.normalise import Normalise
from tilth.dedup.overlap import NgramOverlap, bff, datatrove_bloom
from tilth.dedup.passages import Passages
from tilth.dedup.plan import Banding, plan
from tilth.dedup.semantic import SemanticDuplicates, semantic
from tilth.dedup.shingles import Shingles
from tilth.dedup.signatures import Signatures
from tilth.dedup.simhash import SimHash, simhash
from tilth.dedup.span_variants import SentencesLeft, UrlRank, c4_lines, datatrove_sentences, dclm_within_page, dolma_paragraphs
from tilth.dedup.spans import RepeatedSpans, RepeatedWithin, spans
from tilth.dedup.substrings import RepeatedSubstrings, substrings
from tilth.dedup.urls import DuplicateUrls, UrlForm, urls

__all__ = [
    "Banding", "CutSpans", "DatatroveSignatures", "DuplicateUrls", "Exact", "HammingDuplicates", "ImageHash", "NearDuplicates",
    "NgramOverlap", "Normalise", "Passages", "RepeatedSpans", "RepeatedSubstrings", "RepeatedWithin", "SemanticDuplicates",
    "SentencesLeft", "Shingles", "Signatures", "SimHash", "UrlForm", "UrlRank", "bands", "bff", "c4_lines", "datatrove_bloom",
    "datatrove_sentences", "dclm_within_page", "dolma_paragraphs", "exact", "near", "perceptual", "plan", "probability", "semantic",
    "simhash", "spans", "substrings", "urls",
]  # fmt: skip
