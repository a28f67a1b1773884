"""A small part of this machine, read once."""

from __future__ import annotations

import pytest

from tilth.semantic.demo import Machine


@pytest.fixture(scope="session")
def machine() -> Machine:
    return Machine(packages=40, most=400)
