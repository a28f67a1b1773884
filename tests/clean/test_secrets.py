"""Keys put together here, none of them real, each in code, configuration and logs; and names, paths and hashes that are no keys."""

import random
import string

import pytest

from tilth.clean.secrets import private_key, tokens, url_credentials

ALNUM, HEX = string.ascii_letters + string.digits, "0123456789abcdef"


def some(alphabet: str, size: int, seed: int = 1) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=size))


KEYS = {
    "aws_access_key": "AK" + "IA" + some("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16), "github_token": "gh" + "p_" + some(ALNUM, 36),
    "gitlab_token": "gl" + "pat-" + some(ALNUM, 20), "slack_token": "xo" + "xb-" + some(string.digits, 12) + "-" + some(ALNUM, 24),
    "google_api_key": "AI" + "za" + some(ALNUM + "_-", 34) + "x", "stripe_key": "sk" + "_live_" + some(ALNUM, 24),
    "openai_key": "sk" + "-proj-" + some(ALNUM, 40), "hugging_face_token": "hf" + "_" + some(string.ascii_letters, 34),
    "npm_token": "np" + "m_" + some(ALNUM, 36), "sendgrid_key": "S" + "G." + some(ALNUM, 22) + "." + some(ALNUM, 43),
    "twilio_key": "S" + "K" + some(HEX, 32), "digitalocean_token": "do" + "p_v1_" + some(HEX, 64),
    "pypi_token": "py" + "pi-AgE" + some(ALNUM, 80),
    "jwt": ".".join(["ey" + "J" + some(ALNUM, 20), "ey" + "J" + some(ALNUM, 40), some(ALNUM, 43)]),
}  # fmt: skip


def spans(text: str) -> list[tuple[str, str]]:
    data = text.encode()
    return [(kind, data[start:stop].decode()) for start, stop, kind in tokens(data, 0, len(data)) if kind != "generic_secret"]


@pytest.mark.parametrize(("kind", "key"), KEYS.items())
@pytest.mark.parametrize("around", ["{}", "key = '{}'", "KEY={}\n", '"token": "{}",', "curl -H 'Authorization: Bearer {}'", "({})"])
def test_each_kind_is_found_in_any_surroundings(kind: str, key: str, around: str) -> None:
    assert spans(around.format(key)) == [(kind, key)]


def test_a_webhook_and_an_account_key() -> None:
    hook = "hooks.slack" + ".com/services/T" + some(string.digits, 8) + "/B" + some(string.digits, 8) + "/" + some(ALNUM, 24)
    assert spans(f"https://{hook}") == [("slack_webhook", hook)]
    key = some(ALNUM, 86) + "=="
    assert spans(f"AccountName=a;AccountKey={key};") == [("azure_storage_key", key)]


@pytest.mark.parametrize("text", [
    "AKIAIOSFODNN7EXAMPLE", "xAKIA" + "Q" * 16, "AKIA" + "q" * 16, "ghp_short", "sk-learn-contrib-something", "my_hf_" + "a" * 10,
    "eyJhbGciOi.eyJ", "d41d8cd98f00b204e9800998ecf8427e",
])  # fmt: skip
def test_what_only_looks_like_a_key_is_left(text: str) -> None:
    assert spans(text) == []


@pytest.mark.parametrize(("text", "value"), [
    ("password = 'xK9#mP'", None), ("api_key = '9f8e7d6c5b4a39281706f5e4d3c2b1a0'", "9f8e7d6c5b4a39281706f5e4d3c2b1a0"),
    ("SECRET_KEY: hG7kP2mQ9xR4tY8wZ1nB5vC", "hG7kP2mQ9xR4tY8wZ1nB5vC"),
    ('"auth_token": "Zx81kQpW73mNtR5yB2vLc9"', "Zx81kQpW73mNtR5yB2vLc9"), ("api_key = 'your-api-key-goes-here-123'", None),
    ("token = standard_b64encode(value)", None),
    ("secret = aaaaaaaaaaaaaaaaaaaa1", None), ("password: correct-horse-battery-staple", None),
    ("sha = 9f8e7d6c5b4a39281706f5e4d3c2b1a0", None),
    ("token = settings.AUTH_TOKEN_V2_NAME", None),
])  # fmt: skip
def test_assigned_secrets(text: str, value: str | None) -> None:
    data = text.encode()
    found = [data[start:stop].decode() for start, stop, kind in tokens(data, 0, len(data)) if kind == "generic_secret"]
    assert found == ([value] if value else [])


@pytest.mark.parametrize("kind", ["RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PRIVATE KEY", "PGP PRIVATE KEY BLOCK"])
def test_private_keys_are_found_whole(kind: str) -> None:
    body = "\n".join(some(ALNUM, 64, line) for line in range(20))
    block = f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----"
    assert list(private_key(f"{block}\nrest".encode(), 0, len(block) + 5)) == [(0, len(block), "private_key")]
    cut = f"-----BEGIN {kind}-----\n{body}\n"
    start, stop, _ = next(private_key(f"{cut}<p>rest".encode(), 0, len(cut) + 7))
    assert (start, stop) == (0, len(cut))


def test_a_public_key_and_an_empty_block_are_left() -> None:
    for text in ("-----BEGIN PUBLIC KEY-----\n" + "A" * 64 + "\n-----END PUBLIC KEY-----",
    "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"):
        assert list(private_key(text.encode(), 0, len(text))) == []


@pytest.mark.parametrize(("url", "found"), [
    ("https://jane:s3cret@host.org/x", "jane:s3cret"), ("postgres://admin:p%40ss@10.0.0.1:5432/db", "admin:p%40ss"),
    ("https://host:8080/a@b", None),
    ("https://user@host.org", None), ("https://user:<password>@host", None), ("redis://default:${PASS}@host", None),
])  # fmt: skip
def test_credentials_in_urls(url: str, found: str | None) -> None:
    data = f"see {url} now".encode()
    assert [data[start:stop].decode() for start, stop, _ in url_credentials(data, 0, len(data))] == ([found] if found else [])
