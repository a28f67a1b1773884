"""Prompts in the order that a server's prefix cache has most of."""
