"""The code filters: published cases of dolma and NeMo Curator, first reasons of every variant, what bad input gets.

Inputs and figures as in dolma's tests/python/test_code.py and NeMo Curator's tests/stages/text/modules/test_filters.py (both Apache-2.0).
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from tilth import evaluate, filters
from tilth.errors import RecipeError

SECRETS = "/* copyright: Test 2023 **/\n\nThis is a document.\n\nThis line contains a secret: https://username:password@dolma.allen.ai\n\n"
SECRETS += "This is a line with just text."
PYTHON = 'def foo():\n    # prints hello world\n    print("Hello, World!")'
HTML = """<!DOCTYPE html>
<html>
<head>
    <title>Page Title</title>
</head>
<body>
    <h1>This is a Heading</h1>
    <p>This is a paragraph.</p>
</body>
<javascript>
    console.log("Hello, World!")
    for (let i = 0; i < 10; i++) {
        console.log(i)
    }
</javascript>
</html>"""


def columns(variant: str, path: str, text: str | None) -> dict[str, Any]:
    batch = pa.record_batch({"id": [path], "text": pa.array([text], pa.large_string())})
    return {name: values[0] for name, values in filters.Code(variant).apply(batch).to_pydict().items()}


def reason(variant: str, path: str, text: str) -> str | None:
    batch = pa.record_batch({"id": [path], "text": pa.array([text], pa.large_string())})
    for step in filters.code(variant):
        batch = step.apply(batch)
    found: str | None = batch["drop"][0].as_py()
    return found


def test_dolma_published_cases() -> None:
    document = columns("dolma", "a.md", SECRETS)
    lines = SECRETS.split("\n")
    assert document["code_notice_ratio"] == (len(lines[0]) + 1) / len(SECRETS)
    assert document["code_max_line_length"] == max(map(len, lines))
    assert document["code_mean_line_length"] == sum(map(len, lines)) / len(lines)
    assert document["code_alnum_ratio"] == sum(map(str.isalnum, SECRETS)) / len(SECRETS)
    assert (document["code_comment_ratio"], document["code_visible_ratio"]) == (0.5, 1.0)
    assert columns("dolma", "a.md", 'An XML file:\n\n```\n<?xml version="1.0"?>')["code_xml_header"]
    python = columns("dolma", "b.py", PYTHON)
    assert python["code_comment_ratio"] == len("prints hello world") / len(PYTHON)
    assert not python["code_xml_header"] and python["code_visible_ratio"] == 1.0
    html = columns("dolma", "c.html", HTML)
    assert html["code_comment_ratio"] == 0.5
    assert columns("dolma", "d.html", "<html><head></head><body></body></html>")["code_visible_ratio"] == 0.0
    assert 100 < html["code_visible_ratio"] * len(HTML) < 230


GOOD_PAGE = """
        <!DOCTYPE html>
        <html>
        <head>
            <title>Sample Webpage</title>
        </head>
        <body>
            <h1>Welcome to my sample webpage</h1>
            <p>This is a very fun paragraph on my sample webpage.</p>
        </body>
        </html>
        """
SMALL_PAGE = """
            <!DOCTYPE html>
            <html><body>hello world</body></html>
        """


@pytest.mark.parametrize(
    ("path", "text", "name", "low", "high"),
    [
        ("a.py", "# Good code\nprint('hello world')", "code_comment_ratio", 0.01, 0.85),
        ("a.py", "print('bad code')", "code_comment_ratio", 0, 0), ("a.py", "# Too many\n# comments!", "code_comment_ratio", 0.86, 2),
        ("a.py", "'''Good comment'''\nprint('hello world')", "code_comment_ratio", 0.01, 0.85),
        ("a.cpp", '// Good code\nprintf("hello world\\n")', "code_comment_ratio", 0.01, 0.85),
        ("a.cpp", 'printf("bad code\\n")', "code_comment_ratio", 0, 0),
        ("a.cpp", "// Way far too many\n// comments!", "code_comment_ratio", 0.851, 1),
        ("a.cpp", '/*\nGood comment\n*/\nprintf("hello world\\n")', "code_comment_ratio", 0.01, 0.85),
        ("a.py", 'print("just")\n        print("right")', "code_lines", 2, 2),
        ("a.txt", "<?xml version=1.0>", "code_xml_header", True, True),
        ("a.txt", "slightly offset <?xml version=", "code_xml_header", True, True), ("a.txt", "no header", "code_xml_header", False, False),
        ("a.txt", "full of alphabet", "code_alpha_ratio", 0.25, 1), ("a.txt", "<>?$#@!", "code_alpha_ratio", 0, 0),
        ("a.txt", "mixed <>", "code_alpha_ratio", 0.25, 1), ("a.html", GOOD_PAGE, "code_visible_ratio", 0.2, 1),
        ("a.html", SMALL_PAGE, "code_visible_ratio", 0, 0), ("a.cpp", "abc\n", "code_mean_line_length", 1.5, 1.5),
        ("a.cpp", "\n", "code_mean_line_length", 0, 0), ("a.cpp", "Lorem ipsum \ndolor sit amet,", "code_mean_line_length", 13.5, 13.5),
        ("a.cpp", "Lorem ipsum \ndolor sit amet,", "code_max_line_length", 15, 15),
    ],
)
def test_nemo_published_cases(path: str, text: str, name: str, low: float, high: float) -> None:
    assert low <= columns("nemo", path, text)[name] <= high


CODE = "".join(
    f"// The {word} of the mill.\nfunction {word}(stones) {{\n  return stones + 1;\n}}\n" for word in ("wheel", "dam", "roof")
)
VARIANTS = ("starcoder", "codegen", "redpajama", "dolma", "dolma_v1", "nemo")


@pytest.mark.parametrize(
    ("variant", "path", "text", "why"),
    [
        *((variant, "a.js", CODE, None) for variant in VARIANTS),
        ("starcoder", "a.js", CODE + "x" * 1001, "max_line_length"),
        ("starcoder", "a.js", ("y" * 101 + "\n") * 9, "avg_line_length"),
        ("starcoder", "a.js", "+-* /\n" * 99, "alphanum_fraction"),
        ("starcoder", "a.js", "1234\n" * 99, "alpha_fraction"),
        ("starcoder", "a.js", "<?xml version='1'?>" + CODE, "xml"),
        ("starcoder", "a.js", "// Automatically generated\n" + CODE, "autogenerated"),
        ("starcoder", "a.html", SMALL_PAGE, "html"),
        ("starcoder", "a.html", GOOD_PAGE, None),
        ("starcoder", "a.json", '{"mill": 1}', "large_and_small_files"),
        ("starcoder", "a.json", '{"mill": "water"}\n' * 300, "large_and_small_files"),
        ("starcoder", "a.json", '{"mill": "water"}\n' * 30, None),
        ("starcoder", "a.js", "run(mill);\n" * 20, "comments"),
        ("starcoder", "a.js", "// all\n" * 20, "comments"),
        ("starcoder", "a.go", "run(mill)\n" * 20, None),
        ("codegen", "a.c", "0xfeed,\n" * 3 + "beef" * 40, "hexadecimal_digits"),
        ("codegen", "a.c", "y" * 100, "avg_line_length"),
        ("redpajama", "a.c", "a+\n" * 20, "alpha_token_prop"),
        ("redpajama", "a.c", "", "avg_line_length"),
        ("dolma", "a.py", "x = mill\n" * 9, "code_to_comment_ratio"),
        ("dolma", "a.html", SMALL_PAGE, "code_to_text_ratio_html"),
        ("nemo", "a.py", "x = mill\n" * 9, "python_comment_ratio"),
        ("nemo", "a.c", "run(mill);\n/* no end", "comment_ratio"),
        ("nemo", "a.rs", "run(mill);\n" * 9, None),
        ("nemo", "a.rs", "run(mill);\n" * 8, "num_lines"),
        ("nemo", "a.html", SMALL_PAGE * 9, "comment_ratio"),
    ],
)
def test_first_reason(variant: str, path: str, text: str, why: str | None) -> None:
    assert reason(variant, path, text) == why


def test_null_and_empty_files_have_no_ratios() -> None:
    for variant in ("starcoder", "codegen", "redpajama", "nemo"):
        empty, missing = columns(variant, "a.py", ""), columns(variant, "a.py", None)
        assert all(value is None for name, value in empty.items() if name.endswith("_ratio")), variant
        assert all(value is None for name, value in missing.items() if name.startswith("code_")), variant


def test_the_language_can_be_a_column_of_its_own() -> None:
    table = pa.table({"id": ["1", "2"], "text": [PYTHON, HTML], "lang": ["Python", "html"]})
    done = evaluate([filters.Code(path="lang")], table)
    assert done.table["code_language"].to_pylist() == ["python", "html"]
    assert done.table["code_visible_ratio"].to_pylist()[0] is None


def test_an_unknown_variant_is_refused_by_name() -> None:
    with pytest.raises(RecipeError, match="'redpajama'"):
        filters.code("stack")


def test_hostile_files_are_measured_in_a_moment() -> None:
    texts = ["(" * 10_000_000, '"' * 3_000_001, "\\" * 1_000_001, "'''" * 999_999, "\n" * 2_000_000, "def f(" * 200_000, "#" * 3_000_000]
    batch = pa.record_batch({"id": ["a.py"] * len(texts), "text": pa.array(texts, pa.large_string())})
    for variant in ("starcoder", "nemo"):
        assert len(filters.Code(variant).apply(batch)) == len(texts)
