"""Language models as operators over rows: every answer is a value, or a null with its reason."""

from tilth.semantic.classify import Classify
from tilth.semantic.filter import Filter
from tilth.semantic.map import Map
from tilth.semantic.score import Score

__all__ = ["Classify", "Filter", "Map", "Score"]
