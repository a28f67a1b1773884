"""Choosing among documents: a share of the best, a stated precision, a draw that favours the better, a mixture to a plan."""

from tilth.select.compare import compare
from tilth.select.dsir import Dsir, DsirPool, DsirWeight, NgramBuckets
from tilth.select.gumbel import GumbelDraw, GumbelLuck, gumbel
from tilth.select.mix import Copies, Mix, Part, repeated
from tilth.select.pareto import ParetoLuck, pareto
from tilth.select.precision import PrecisionThreshold
from tilth.select.top_share import TopShare

__all__ = [
    "Copies", "Dsir", "DsirPool", "DsirWeight", "GumbelDraw", "GumbelLuck", "Mix", "NgramBuckets", "ParetoLuck", "Part",
    "PrecisionThreshold", "TopShare", "compare", "gumbel", "pareto", "repeated",
]  # fmt: skip
