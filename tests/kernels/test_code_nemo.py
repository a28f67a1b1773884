"""The comments that comment_parser finds, its own mistakes included."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tilth.kernels.arrow import utf8
from tilth.kernels.code_nemo import GO, HTML, JAVASCRIPT, NONE, RUBY, SHELL, C, comments


@pytest.mark.parametrize(
    ("parser", "text", "found"),
    [
        (C, "a; // one\n/* two */", [" one", " two "]), (C, '"\\"// not a string', ["// not a string"[2:]]), (C, "/* no end", None),
        (C, '"// no" x', []), (C, "'\"' // a\n\"", [" a"]), (JAVASCRIPT, "'// no' // a", [" a"]), (JAVASCRIPT, "a /'// b' ", [" b' "]),
        (GO, "`// no` // a", [" a"]), (JAVASCRIPT, "`// a`", [" a`"]), (SHELL, "a ${b#c} # d\n'# no'", ["c} # d"]),
        (SHELL, "\\# # a", [" a"]),
        (RUBY, '"#{no}" # a', [" a"]), (RUBY, '"a \\" # no" # b', [" b"]), (HTML, '<!-- a --><b c="<!-- no -->">', [" a "]),
        (HTML, "<!-- no end", None), (NONE, "// a", []),
    ],
)
def test_what_it_takes_for_a_comment(parser: int, text: str, found: list[str] | None) -> None:
    offsets, data = utf8(pa.array([text], pa.large_string()))
    wanted = -1 if found is None else len(" ".join(found))
    assert comments(offsets, data, np.array([parser])).tolist() == [wanted]
