"""Where a model is served: `provider/model` names, base URLs, and keys, which are read from the environment and shown nowhere."""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass, field
from functools import cached_property

from tilth.errors import LlmError
from tilth.llm.client import Client

PROVIDERS = {  # name -> (base URL, variable with the key; none where a local server asks for none)
    "openai": ("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "anthropic": ("https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
    "gemini": ("https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY"),
    "mistral": ("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    "deepseek": ("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    "groq": ("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    "together": ("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    "fireworks": ("https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
    "openrouter": ("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    "xai": ("https://api.x.ai/v1", "XAI_API_KEY"),
    "vllm": ("http://localhost:8000/v1", ""),
    "ollama": ("http://localhost:11434/v1", ""),
    "llamacpp": ("http://localhost:8080/v1", ""),
    "lmstudio": ("http://localhost:1234/v1", ""),
}
BASE_URL, KEY = "TILTH_LLM_BASE_URL", "TILTH_LLM_API_KEY"
_SECRET = re.compile(r"\b(?:sk|gsk|xai|key|pk)[-_][\w*.\-]{6,}")


@dataclass(frozen=True)
class Endpoint:
    """One model on one server: `model` as it was asked for, `name` as that server knows it."""

    base_url: str
    model: str
    name: str
    key_variable: str
    key: str = field(repr=False, compare=False)

    @cached_property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        told = {"Content-Type": "application/json"}
        return told | {"Authorization": f"Bearer {self.key}"} if self.key else told

    def without_key(self, text: str) -> str:
        """Return a server's words with every key taken out: some servers repeat the key that they refuse."""
        return _SECRET.sub("[key]", text.replace(self.key, "[key]") if self.key else text)


def endpoint(client: Client, model: str, keyed: bool = True) -> Endpoint:
    """Return where `model` is served: at the client's `base_url`, else `TILTH_LLM_BASE_URL`, else at its provider.

    A provider's key goes to that provider only. Another URL gets the key in the client's `key_variable`, else in `TILTH_LLM_API_KEY`, else
    none. Raises LlmError where the model names no provider and there is no URL, or the key is not there and shall be (`keyed`).

    >>> endpoint(Client(base_url="http://localhost:9/v1"), "openai/gpt-x").name
    'gpt-x'
    >>> endpoint(Client(), "ollama/library/llama").base_url
    'http://localhost:11434/v1'
    """
    provider, _, rest = model.partition("/")
    name = rest if provider in PROVIDERS and rest else model
    given = client.base_url or os.environ.get(BASE_URL, "")
    if not given and name is model:
        near = difflib.get_close_matches(provider, PROVIDERS, n=1) if rest else []
        raise LlmError(
            f"Nobody knows where the model {model!r} is served.", where="llm", why="it names no provider, and no base URL is given",
            fix=f'"{near[0]}/{rest}"' if near else f'"openai/{model}", llm.Client(base_url="http://localhost:8000/v1"), or set {BASE_URL}',
        )  # fmt: skip
    base, variable = (given, client.key_variable or KEY) if given else PROVIDERS[provider]
    if not base.startswith(("http://", "https://")):
        fix = f'"http://{base}", or https'
        raise LlmError(f"{base!r} is no base URL.", where="llm", why="it does not begin with http:// or https://", fix=fix)
    key = os.environ.get(variable, "").strip() if variable else ""
    if keyed and variable and not key and not (given and not client.key_variable):
        raise LlmError(f"There is no key for {model}.", where="llm", why=f"{variable} is not set", fix=f"export {variable}=...")
    if not (key.isascii() and key.isprintable()):
        raise LlmError("The key cannot be sent.", where="llm", why=f"{variable} has signs that no key has", fix=f"export {variable}=...")
    return Endpoint(base.rstrip("/"), model, name, variable, key)
