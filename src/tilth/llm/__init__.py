"""One client for language models: asked over plain HTTP, answered from a cache, never above its budget."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tilth.errors import LlmError
from tilth.llm.budget import Spending
from tilth.llm.client import Client, configure, current, using
from tilth.llm.prices import Price
from tilth.llm.request import Reply, Request, Usage

if TYPE_CHECKING:
    from tilth.llm.background import close, in_order
    from tilth.llm.batch import ask_in_batch
    from tilth.llm.forecast import Estimate, estimate
    from tilth.llm.session import Session, spending

__all__ = [
    "Client", "Estimate", "LlmError", "Price", "Reply", "Request", "Session", "Spending", "Usage", "ask_in_batch", "close", "configure",
    "current", "estimate", "in_order", "spending", "using",
]  # fmt: skip

_LATER = {  # what needs aiohttp is imported when it is used
    "Session": "session", "spending": "session", "in_order": "background", "close": "background", "estimate": "forecast",
    "Estimate": "forecast", "ask_in_batch": "batch",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'tilth.llm' has no attribute {name!r}")
    found = getattr(import_module(f"tilth.llm.{_LATER[name]}"), name)
    globals()[name] = found
    return found
