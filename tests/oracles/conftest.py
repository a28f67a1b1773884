"""Both halves of the records, each read once: our own cases always, the real texts where their folder is."""

from __future__ import annotations

from pathlib import Path

import pytest
from oracles import recorded as records


@pytest.fixture(scope="session")
def ours() -> records.Recorded:
    return records.ours()


@pytest.fixture(scope="session")
def real(shared: Path) -> records.Recorded:
    pytest.importorskip("resiliparse", reason="the extra 'web' is not installed")
    return records.real(shared)


@pytest.fixture(scope="session", params=["ours", "real"])
def recorded(request: pytest.FixtureRequest) -> records.Recorded:
    """A test that takes it runs on our cases, and on the real texts."""
    return request.getfixturevalue(request.param)
