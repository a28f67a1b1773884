"""Pairs of rows: which are alike, which are asked about, and how they share prompts."""
