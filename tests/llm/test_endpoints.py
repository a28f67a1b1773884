"""Names to addresses, and keys that go where they belong and are shown nowhere."""

from __future__ import annotations

import pytest

from tilth.llm import Client, LlmError
from tilth.llm.endpoints import PROVIDERS, endpoint


def test_a_provider_has_its_own_address_and_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider, (base_url, variable) in PROVIDERS.items():
        if variable:
            monkeypatch.setenv(variable, f"key-of-{provider}")
        found = endpoint(Client(), f"{provider}/some/model")
        assert (found.base_url, found.name) == (base_url, "some/model") and found.key == (f"key-of-{provider}" if variable else "")


def test_a_base_url_takes_all_and_never_gets_a_providers_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret-openai")
    monkeypatch.setenv("TILTH_LLM_BASE_URL", "http://elsewhere/v1/")
    found = endpoint(Client(), "openai/x")
    assert (found.base_url, found.key) == ("http://elsewhere/v1", "") and "Authorization" not in found.headers
    assert endpoint(Client(base_url="http://mine/v1"), "openai/x").base_url == "http://mine/v1"
    assert endpoint(Client(base_url="http://mine/v1", key_variable="OPENAI_API_KEY"), "openai/x").key == "secret-openai"
    monkeypatch.setenv("TILTH_LLM_API_KEY", "mine")
    assert endpoint(Client(), "meta-llama/Llama").headers["Authorization"] == "Bearer mine"
    assert endpoint(Client(), "meta-llama/Llama").name == "meta-llama/Llama"  # a name with a slash of its own


WRONG = (
    (Client(), "gpt-x"), (Client(), "nobody/x"), (Client(base_url="localhost:8000"), "x"), (Client(), "openai/x"),
    (Client(base_url="http://x/v1", key_variable="UNSET_KEY"), "x"),
)  # fmt: skip


@pytest.mark.parametrize("client, model", WRONG)
def test_what_cannot_be_reached_is_told_with_its_fix(client: Client, model: str) -> None:
    with pytest.raises(LlmError) as caught:
        endpoint(client, model)
    assert caught.value.fix and caught.value.why


def test_a_provider_misspelt_is_told_the_nearest() -> None:
    with pytest.raises(LlmError) as caught:
        endpoint(Client(), "opnai/gpt-x")
    assert caught.value.fix.startswith('"openai/gpt-x"')


def test_keys_are_in_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "plainwords")
    found = endpoint(Client(), "groq/x")
    assert "plainwords" not in repr(found)
    assert found.without_key("the key plainwords is wrong, so is sk-proj-abcdef*****wxyz") == "the key [key] is wrong, so is [key]"


@pytest.mark.parametrize("key", ["a\nb", "schlüssel", "a\x7fb"])
def test_a_key_with_signs_that_no_key_has(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(LlmError, match="cannot be sent") as error:
        endpoint(Client(), "openai/small")
    assert key not in str(error.value)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-mine\n")
    assert endpoint(Client(), "openai/small").key == "sk-of-mine"
