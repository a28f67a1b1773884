"""Keys, tokens and passwords, as they stand in code, configuration and logs, named as gitleaks and detect-secrets name them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from math import log2

Span = tuple[int, int, str]

_BEFORE, _AFTER = rb"(?<![A-Za-z0-9_\-])(?:", rb")(?![A-Za-z0-9])"
_PATTERNS = {
    "aws_access_key": rb"(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}",
    "github_token": rb"gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9_]{82}",
    "gitlab_token": rb"glpat-[A-Za-z0-9_\-]{20,}",
    "slack_token": rb"xox[abeoprs]-[A-Za-z0-9\-]{10,}",
    "slack_webhook": rb"(?<=/)hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{20,}",
    "google_api_key": rb"AIza[A-Za-z0-9_\-]{35}|ya29\.[A-Za-z0-9_\-]{20,}",
    "stripe_key": rb"[rs]k_(?:live|test)_[A-Za-z0-9]{16,}",
    "openai_key": rb"sk-(?:proj-|svcacct-|ant-)?[A-Za-z0-9_\-]{20,}",
    "hugging_face_token": rb"hf_[A-Za-z]{34}",
    "npm_token": rb"npm_[A-Za-z0-9]{36}",
    "pypi_token": rb"pypi-AgE[A-Za-z0-9_\-]{50,}",
    "sendgrid_key": rb"SG\.[A-Za-z0-9_\-]{22}\.[A-Za-z0-9_\-]{43}",
    "twilio_key": rb"(?:SK|AC)[0-9a-f]{32}",
    "digitalocean_token": rb"do[opr]_v1_[a-f0-9]{64}",
    "azure_storage_key": rb"(?<=AccountKey=)[A-Za-z0-9+/]{86}==",
    "jwt": rb"eyJ[A-Za-z0-9_\-]{10,}\.eyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}",
}
KINDS = (*_PATTERNS, "private_key", "generic_secret")
_TOKEN = re.compile(b"|".join(b"(?P<%s>%s%s%s)" % (name.encode(), _BEFORE, each, _AFTER) for name, each in _PATTERNS.items()))
_OPENED = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_CLOSED = re.compile(rb"-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_LINES = re.compile(rb"[^\n]*(?:\n[A-Za-z0-9+/=:, \-]*)*")
_KEY_BYTES = re.compile(rb"[A-Za-z0-9+/=]{16}")
_LONGEST_BLOCK = 1 << 13
_ASSIGNED = re.compile(
    rb"(?i:api_?key|access_?key|secret|token|passwd|password|passphrase|credential|auth)[\w.\-]{0,24}[\"'`\]]{0,2}"
    rb"\s{0,3}(?::=|=>|=|:)\s{0,3}[\"'`]?(?P<value>[A-Za-z0-9+/_\-.=]{16,200})(?![A-Za-z0-9+/_\-=(])"
)
_BEFORE_VALUE = 64
_PLACEHOLDER = re.compile(rb"(?i)example|placeholder|changeme|your[_\-]|xxxx|dummy|sample|<|\$")
_NAME = re.compile(rb"[A-Za-z_.\-/]*[0-9]{0,4}[A-Za-z_.\-/]*")  # of a variable, a function, a file
_URL_CREDENTIALS = re.compile(rb"(?<=://)[A-Za-z0-9._%+\-]{1,64}:(?P<password>[^\s:@/]{3,128})@(?=[A-Za-z0-9\[])")


def tokens(data: bytes, start: int, end: int) -> Iterator[Span]:
    """Yield (start, end, kind) of the keys in data[start:end], a stretch without white space.

    >>> list(tokens(b"key AKIAIOSFODNN7ABCDEFG", 4, 24))
    [(4, 24, 'aws_access_key')]
    """
    for match in _TOKEN.finditer(data, start, end):
        if not match[0].endswith(b"EXAMPLE") and (match.lastgroup != "openai_key" or not _NAME.fullmatch(match[0])):
            yield match.start(), match.end(), str(match.lastgroup)
    for match in _ASSIGNED.finditer(data, max(0, start - _BEFORE_VALUE), end):
        if match.end() > start and _is_random(match["value"]):
            yield *match.span("value"), "generic_secret"


def _is_random(value: bytes) -> bool:
    """Tell a value that no person chose: letters and digits, 3.5 bits a character (3 for hex), as gitleaks and detect-secrets ask."""
    if _PLACEHOLDER.search(value) or _NAME.fullmatch(value) or not re.search(rb"[A-Za-z]", value):
        return False
    counts = Counter(value).values()
    entropy = -sum(count / len(value) * log2(count / len(value)) for count in counts)
    return entropy >= (3.0 if re.fullmatch(rb"[0-9a-fA-F]+", value) else 3.5)


def private_key(data: bytes, start: int, end: int) -> Iterator[Span]:
    """Yield the span of the PEM block that begins at `start`, to its end mark, or else to the end of what may be its lines.

    >>> list(private_key(b"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkq\\n-----END PRIVATE KEY-----\\n", 0, 70))
    [(0, 70, 'private_key')]
    """
    if _OPENED.match(data, start, end):
        limit = min(end, start + _LONGEST_BLOCK)
        closed, lines = _CLOSED.search(data, start, limit), _LINES.match(data, start, limit)
        stop = closed.end() if closed else lines.end() if lines else limit
        if _KEY_BYTES.search(data, start, stop):
            yield start, stop, "private_key"


def url_credentials(data: bytes, start: int, end: int) -> Iterator[Span]:
    """Yield the spans of `user:password` in URLs.

    >>> list(url_credentials(b"ftp://jane:s3cret@host/x", 0, 24))
    [(6, 17, 'url_credentials')]
    """
    for match in _URL_CREDENTIALS.finditer(data, start, end):
        if not _PLACEHOLDER.search(match["password"]):
            yield match.start(), match.end() - 1, "url_credentials"
