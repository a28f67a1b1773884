"""What a corpus says of whom: associations measured, and texts rewritten as if they spoke of the other group."""

from tilth.bias.counterfactual import Counterfactual
from tilth.bias.pairs import ENGLISH, FREE, NAMES, Pair

__all__ = ["ENGLISH", "FREE", "NAMES", "Counterfactual", "Pair"]
