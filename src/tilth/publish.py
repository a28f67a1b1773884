"""The output folder: files that others read, each the whole blob it was made as, and nothing there that this run did not leave."""

from __future__ import annotations

import contextlib
import os
import shutil

from tilth.store import Store

LISTING = "published.json"


def publish(store: Store, out: Store, files: dict[str, str]) -> None:
    """Make `out` hold exactly these published files (name -> blob digest), touching only those that changed."""
    before: dict[str, str] = out.read_json(LISTING) or {}
    for name in sorted(before.keys() - files.keys()):
        with contextlib.suppress(FileNotFoundError):
            out.fs.rm_file(out.path(name))
    for name, blob in sorted(files.items()):
        if before.get(name) != blob or not out.fs.exists(out.path(name)):
            _copy(store, blob, out, name)
    out.write_json(files, LISTING)


def _copy(store: Store, blob: str, out: Store, name: str) -> None:
    """On one disk a published file is a second name for its blob (both read-only), so that it costs no room."""
    if not (store.local and out.local):
        out.write_file(store.get(blob), name)
        return
    target, partial = out.path(name), out.path(f"{name}.partial")
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(partial)
    try:
        os.link(store.blob(blob), partial)
    except OSError:  # another disk, or one without links
        shutil.copyfile(store.blob(blob), partial)
    os.replace(partial, target)


