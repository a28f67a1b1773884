"""What a corpus says of whom: associations measured, and texts rewritten as if they spoke of the other group."""

from tilth.bias.association import Association, Change, associations, effect
from tilth.bias.counterfactual import Counterfactual
from tilth.bias.pairs import ENGLISH, FREE, NAMES, Pair
from tilth.bias.weat import Weat, weat

__all__ = ["ENGLISH", "FREE", "NAMES", "Association", "Change", "Counterfactual", "Pair", "Weat", "associations", "effect", "weat"]
