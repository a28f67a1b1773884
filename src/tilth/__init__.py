"""Tilth: the data system for language models.

Read `tilth/op.py` first: three shapes of step, and the laws they keep. Then `tilth/run.py`.
"""

from tilth.errors import CorpusError, MissingExtra, RecipeError, StepError, StoreError, TilthError
from tilth.explain import explain
from tilth.learn import learn_from
from tilth.memory import evaluate, try_on
from tilth.only import Only, only
from tilth.op import Exchange, Fold, Op, fail, mark, put
from tilth.probe import check
from tilth.rules import Filter
from tilth.run import Plan, Run, load, plan, run

__version__ = "0.1.0"

__all__ = [
    "CorpusError", "Exchange", "Filter", "Fold", "MissingExtra", "Only", "Op", "Plan", "RecipeError", "Run", "StepError", "StoreError",
    "TilthError", "check", "evaluate", "explain", "fail", "learn_from", "load", "mark", "only", "plan", "put", "run", "try_on",
]
