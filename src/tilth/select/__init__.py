"""Choosing among documents by what was measured: a share of the best, a stated precision, a draw that favours the better."""

from tilth.select.pareto import ParetoLuck, pareto
from tilth.select.precision import PrecisionThreshold
from tilth.select.top_share import TopShare

__all__ = ["ParetoLuck", "PrecisionThreshold", "TopShare", "pareto"]
