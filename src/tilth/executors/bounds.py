"""A bound on what a process may still allocate: what goes beyond it fails there, before the machine has no memory left for others."""

from __future__ import annotations

import os
import sys

if sys.platform == "linux":
    import resource

    def bound_memory(more: int) -> None:
        """Let this process allocate so many bytes beyond what it has now (RLIMIT_DATA; mapped files do not count)."""
        with open("/proc/self/statm") as file:
            held = int(file.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        soft = held + more
        resource.setrlimit(resource.RLIMIT_DATA, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))

    def lift_bound() -> None:
        """Take the bound away again."""
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))

else:  # other systems count otherwise, or not at all: there the time limit alone holds

    def bound_memory(more: int) -> None:
        return None

    def lift_bound() -> None:
        return None
