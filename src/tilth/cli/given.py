"""What several commands are given: a recipe, what to read, where to write."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

import yaml

from tilth.cli.input import reader_of
from tilth.errors import RecipeError
from tilth.recipe import Recipe, load, override


def recipe_arguments(parser: argparse.ArgumentParser) -> None:
    """Add RECIPE and the options that change it."""
    parser.add_argument("recipe", metavar="RECIPE", help="a .py, .yaml or .json file; or the folder of a run, for what it learned")
    parser.add_argument("--input", metavar="PATH", nargs="+", help="what to read instead: files, globs, folders, URLs of one kind")
    parser.add_argument(
        "--set", metavar="STEP.FIELD=VALUE", action="append", default=[],
        help="change a step, or the reader (corpus.text=body)",
    )
    parser.add_argument("--allow", metavar="PACKAGE", action="append", default=[], help="let a YAML recipe import PACKAGE or ./file.py")


def run_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what decides where a run lies and how it is cut."""
    parser.add_argument("--out", metavar="FOLDER", help="where to write, a folder or URL (default: the recipe's, or work/NAME)")
    parser.add_argument("--store", metavar="FOLDER", help="where blobs and receipts lie; runs that share work may share it")
    parser.add_argument("--split", metavar="MB", type=int, help="megabytes of a shard, decided once for a corpus (default: from its size)")


def recipe_of(given: argparse.Namespace) -> tuple[Any, Recipe]:
    """Return (reader, recipe) as the command line wants them; raises RecipeError where there is nothing to read."""
    recipe = load(given.recipe, given.allow)
    if given.input:
        recipe = dataclasses.replace(recipe, corpus=reader_of(tuple(given.input), recipe.corpus))
    if recipe.corpus is None:
        raise RecipeError("The recipe does not say what to read.", where=given.recipe, fix="add --input 'data/*.jsonl'")
    recipe = override(recipe, dict(map(setting, given.set)))
    return recipe.corpus, recipe


def out_of(given: argparse.Namespace, recipe: Recipe) -> str:
    """Return where to write: --out, or what the recipe says, or work/ and the recipe's name."""
    return given.out or recipe.out or f"work/{Path(given.recipe).stem}"


def setting(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise RecipeError(f"--set {text} sets nothing.", why="it has no =", fix="--set Filter.rule='words >= 20'")
    try:
        return key, yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise RecipeError(f"--set {text} cannot be read.", why=" ".join(str(error).split()), fix="put the value in quotes") from None
