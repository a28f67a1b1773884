"""The one door to the `tokenizers` library: load it, build our tokenizer with it, and say how many threads it may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from tilth.errors import MissingExtra, RecipeError
from tilth.tokenize.pattern import PATTERN


def tokenizers() -> ModuleType:
    """Return the library; raise MissingExtra where it is not installed."""
    try:
        import tokenizers
    except ImportError as missing:
        raise MissingExtra.of("tokenizers", "tokens", "tokenize") from missing
    return tokenizers


def blank() -> Any:
    """Return an untrained byte-level BPE tokenizer that cuts text by PATTERN."""
    library = tokenizers()
    split = library.pre_tokenizers.Split(library.Regex(PATTERN), behavior="isolated")
    as_bytes = library.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer = library.Tokenizer(library.models.BPE())
    tokenizer.pre_tokenizer = library.pre_tokenizers.Sequence([split, as_bytes])
    tokenizer.decoder = library.decoders.ByteLevel()
    return tokenizer


def load(tokenizer: bytes) -> Any:
    """Return the library's object for the bytes of a tokenizer.json, set to take text as text.

    Nothing is cut off or padded, and "<|endoftext|>" in a document is thirteen characters, never the separator.

    Raises RecipeError where the bytes are not a tokenizer.
    """
    try:
        loaded = tokenizers().Tokenizer.from_str(tokenizer.decode())
    except MissingExtra:
        raise
    except Exception as broken:  # the library raises bare Exception
        raise RecipeError("This is not a tokenizer.", why=str(broken), fix="give the bytes of a tokenizer.json") from broken
    loaded.encode_special_tokens = True
    loaded.no_truncation()
    loaded.no_padding()
    return loaded


@contextmanager
def threads(many: bool) -> Iterator[None]:
    """Let the library use every core, or one: it reads this variable at each call. Results do not depend on it."""
    before = os.environ.get("TOKENIZERS_PARALLELISM")
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if many else "false"
    try:
        yield
    finally:
        if before is None:
            del os.environ["TOKENIZERS_PARALLELISM"]
        else:
            os.environ["TOKENIZERS_PARALLELISM"] = before
