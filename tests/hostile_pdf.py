"""PDF files made to harm their parser, small on disk."""

from __future__ import annotations

import zlib
from collections.abc import Sequence


def assembled(objects: Sequence[bytes]) -> bytes:
    """A PDF file of these objects; the first is its catalogue."""
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return b"%sxref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        data, size, table, size, len(data)
    )


def bomb(words: int) -> bytes:
    """One page whose content unpacks, twice, to so many words, all in one place: text extraction takes time by their square."""
    content = zlib.compress(zlib.compress(b"BT /F 1 Tf " + b"(ha) Tj " * words + b"ET", 9), 9)
    return assembled([*_page(b"<</Font<</F 3 0 R>>>>"), _stream(b"/Filter[/FlateDecode/FlateDecode]", content)])


def billion_laughs(depth: int, width: int) -> bytes:
    """One page that draws a form `width` times, which draws another `width` times, and so on: memory by width to the power of depth."""
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>/Font<</F 3 0 R>>>>"
    forms = [_stream(form % (7 + level), b"/X Do " * width) for level in range(depth)]
    last = _stream(form % 3, b"BT /F 1 Tf (ha) Tj ET")
    return assembled([*_page(b"<</XObject<</X 6 0 R>>>>"), _stream(b"", b"/X Do " * width), *forms, last])


def deep(levels: int) -> bytes:
    """A page whose resources are arrays in arrays."""
    return assembled([*_page(b"[" * levels + b"]" * levels), _stream(b"", b"BT ET")])


def _page(resources: bytes) -> list[bytes]:
    return [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[4 0 R]>>", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources%s/Contents 5 0 R>>" % resources,
    ]


def _stream(head: bytes, body: bytes) -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (head, len(body), body)
