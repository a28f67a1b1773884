"""Tilth: the data system for language models."""

__version__ = "0.1.0"
