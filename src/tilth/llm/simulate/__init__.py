"""An LLM endpoint that answers from gold data, with the errors, faults, prices and caches of a model that you describe.

Simulated quality is not a model's quality: a simulated model is as good as its description says. It serves dry runs, forecasts of cost,
and tests of what a pipeline does with wrong, missing and broken answers.
"""

from tilth.llm.simulate.gold import Gold, row_key
from tilth.llm.simulate.model import Model
from tilth.llm.simulate.pattern import LOTUS, Pattern
from tilth.llm.simulate.server import Server, serve

__all__ = ["LOTUS", "Gold", "Model", "Pattern", "Server", "row_key", "serve"]
