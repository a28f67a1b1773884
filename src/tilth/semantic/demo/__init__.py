"""What language models do with data, shown on what a machine has anyway: see `tilth llm demo`."""

from tilth.semantic.demo.demo import BUDGET, Demo, Done
from tilth.semantic.demo.machine import Machine
from tilth.semantic.demo.part import Models, Scored
from tilth.semantic.demo.report import show

__all__ = ["BUDGET", "Demo", "Done", "Machine", "Models", "Scored", "show"]
