"""Language models as operators over rows: every answer is a value, or a null with its reason."""

from tilth.semantic.classify import Classify
from tilth.semantic.detect import Detect, WrongCells
from tilth.semantic.extract import Extract, extract
from tilth.semantic.filter import Filter
from tilth.semantic.impute import FillIn, Impute
from tilth.semantic.join import Joined, join
from tilth.semantic.map import Map
from tilth.semantic.score import Score

__all__ = [
    "Classify", "Detect", "Extract", "FillIn", "Filter", "Impute", "Joined", "Map", "Score", "WrongCells", "extract", "join",
]
