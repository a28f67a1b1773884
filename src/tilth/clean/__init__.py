"""Steps that turn what was found into clean text: extraction from HTML, repair, redaction."""

from tilth.clean.html import HtmlText
from tilth.clean.pii import RedactPii
from tilth.clean.unicode import FixUnicode
from tilth.clean.whitespace import Whitespace

__all__ = ["FixUnicode", "HtmlText", "RedactPii", "Whitespace"]
