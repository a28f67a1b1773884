"""The peak is this process's own, not that of who started it."""

from __future__ import annotations

import subprocess
import sys

from tilth.peak import peak_mb


def test_it_grows_with_what_is_held() -> None:
    before = peak_mb()
    held = b"x" * (peak_mb() * 2**20 + (64 << 20))
    assert peak_mb() >= before + 60 and held


def test_a_big_parent_does_not_count() -> None:
    held = b"x" * (600 << 20)
    told = subprocess.run([sys.executable, "-c", "from tilth.peak import peak_mb; print(peak_mb())"], capture_output=True, check=True)
    assert int(told.stdout) < 600 and held
