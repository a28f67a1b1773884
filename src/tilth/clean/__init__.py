"""Steps that turn what was found into clean text: extraction from HTML, repair, redaction, lines that are no text."""

from tilth.clean.entities import RedactEntities, redact_entities
from tilth.clean.html import HtmlText
from tilth.clean.line_edits import Cut, LineEdits, refinedweb_line_edits
from tilth.clean.lines import DropLines, SymbolLines
from tilth.clean.newlines import LimitNewlines
from tilth.clean.page_repeats import PageRepeats
from tilth.clean.pii import RedactPii
from tilth.clean.redact import Redact, redact
from tilth.clean.unicode import FixUnicode
from tilth.clean.urls import RemoveUrls
from tilth.clean.whitespace import Whitespace

__all__ = [
    "Cut", "DropLines", "FixUnicode", "HtmlText", "LimitNewlines", "LineEdits", "PageRepeats", "Redact", "RedactEntities", "RedactPii",
    "RemoveUrls", "SymbolLines", "Whitespace", "redact", "redact_entities", "refinedweb_line_edits",
]
