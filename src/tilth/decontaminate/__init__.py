"""Test items kept out of a corpus: word for word, in other words, and the report of which document had which."""

from tilth.decontaminate.datatrove import DatatroveOverlap
from tilth.decontaminate.exposure import Exposure, exposed, hits
from tilth.decontaminate.ngrams import CommonNGrams, NGrams
from tilth.decontaminate.overlap import Overlap
from tilth.decontaminate.paraphrases import Paraphrased, Paraphrases
from tilth.decontaminate.remove import Remove

__all__ = ["CommonNGrams", "DatatroveOverlap", "Exposure", "NGrams", "Overlap", "Paraphrased", "Paraphrases", "Remove", "exposed", "hits"]
