"""How much memory this process has had at most."""

from __future__ import annotations

import contextlib
import re
import resource
from pathlib import Path


def peak_mb() -> int:
    """Return the peak resident memory of this process, in MiB.

    Linux tells it under VmHWM; `ru_maxrss` would count what the process that started this one held at that moment.

    >>> 10 < peak_mb() < 1_000_000
    True
    """
    with contextlib.suppress(OSError):
        found = re.search(r"^VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
        if found:
            return int(found[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
