"""Tilth: the data system for language models."""
