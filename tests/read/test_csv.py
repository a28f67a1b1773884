"""CSV and TSV: types from a probe, headers, quoted line breaks, and files read in parts where no field is quoted."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth import read
from tilth.errors import CorpusError, RecipeError

ReadAll = Callable[..., list[dict[str, Any]]]


def write(path: Path, data: str | bytes, **options: Any) -> read.Csv:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read.Csv(str(path), **options)


def test_types_come_from_the_probe(tmp_path: Path, read_all: ReadAll) -> None:
    reader = write(tmp_path / "a.csv", "text,n,x,zip,flag,mixed,none\na,1,1.5,007,true,1,\n,-2,3,120,False,b,\n")
    kinds = [str(field.type) for field in reader.schema(reader.files())]
    assert kinds[3:9] == ["int64", "double", "large_string", "bool", "large_string", "large_string"]
    rows = read_all(reader)
    assert rows[0] == {
        "id": f"{tmp_path}/a.csv:29", "source": "csv", "text": "a", "n": 1, "x": 1.5, "zip": "007", "flag": True, "mixed": "1", "none": "",
        "rest": None, "error": None,
    }
    assert (rows[1]["text"], rows[1]["x"], rows[1]["flag"]) == ("", 3.0, False)
    plain = read.Csv(reader.path, infer=False)
    assert {str(field.type) for field in plain.schema(plain.files())} == {"large_string"}


def test_fields_quoted_over_lines_and_tabs_in_tsv(tmp_path: Path, read_all: ReadAll) -> None:
    assert read_all(write(tmp_path / "a.csv", 'id,text\n1,"a\r\nb, ""c"""\n'), 3)[0]["text"] == 'a\r\nb, "c"'
    assert read_all(write(tmp_path / "a.tsv", "id\ttext\n1\ta,b\n"))[0]["text"] == "a,b"
    (tmp_path / "b.tsv.gz").write_bytes(gzip.compress(b"id\ttext\n1\tx\n"))
    assert read_all(read.Csv(f"{tmp_path}/b.tsv.gz"))[0]["text"] == "x"
    assert read_all(write(tmp_path / "a.csv", "id;text\n1;'a;b'\n", delimiter=";", quote="'"))[0]["text"] == "a;b"


def test_a_header_can_be_given(tmp_path: Path, read_all: ReadAll) -> None:
    rows = read_all(write(tmp_path / "a.csv", "a,1\nb,2\n", header=("text", "n")))
    assert [(row["text"], row["n"]) for row in rows] == [("a", 1), ("b", 2)]


@pytest.mark.parametrize(("line", "error"), [
    ("a", "1 fields here, 2 in the header"), ("a,1,2", "3 fields here, 2 in the header"), ('"a"b,1', "not CSV"),
    ("a,x", "field 'n' is a string here, int64 in this corpus"), (b"\xff,1", "field 'text' is not valid UTF-8 at character 0"),
    ("a,9223372036854775808", "field 'n' is an integer beyond 64 bits"), ("a,1e3", "field 'n' is a string"),
])
def test_a_bad_record_is_an_error_of_its_own(tmp_path: Path, read_all: ReadAll, line: str | bytes, error: str) -> None:
    bad = line if isinstance(line, bytes) else line.encode()
    rows = read_all(write(tmp_path / "a.csv", b"text,n\n" + b"a,1\n" * 1000 + bad + b"\na,1\n"))
    assert [row["error"] is None for row in rows] == [True] * 1000 + [False, True]
    assert rows[1000]["id"] == f"{tmp_path}/a.csv:4007"
    assert error in rows[1000]["error"]


def test_nul_bytes_are_kept(tmp_path: Path, read_all: ReadAll) -> None:
    assert read_all(write(tmp_path / "a.csv", "text\na\0b\n"))[0]["text"] == "a\0b"


def test_later_files_may_have_other_columns_but_must_have_the_text(tmp_path: Path, read_all: ReadAll) -> None:
    write(tmp_path / "a.csv", "text,n\n" + "a,1\n" * 1000)
    write(tmp_path / "b.csv", "more,text\nx,b\n")
    last = read_all(read.Csv(str(tmp_path)))[-1]
    assert (last["text"], last["n"], last["rest"]) == ("b", None, '{"more":"x"}')
    write(tmp_path / "b.csv", "more\nx\n")
    with pytest.raises(CorpusError, match=r"(?s)no column 'text'.*b\.csv.*are: more"):
        read_all(read.Csv(str(tmp_path)))


def test_faults_of_the_header(tmp_path: Path, read_all: ReadAll) -> None:
    with pytest.raises(CorpusError, match=r"(?s)no column 'text'.*are: body, n.*text=\"body\""):
        read_all(write(tmp_path / "a.csv", "body,n\na,1\n"))
    with pytest.raises(CorpusError, match=r"(?s)called 'n'.*header=\("):
        read_all(write(tmp_path / "a.csv", "n,text,n\na,1,2\n"))
    with pytest.raises(RecipeError, match="one character"):
        read.Csv("a.csv", delimiter=", ")


def test_empty_files_among_others(tmp_path: Path, read_all: ReadAll) -> None:
    write(tmp_path / "a.csv", "")
    write(tmp_path / "b.csv", "text\n")
    write(tmp_path / "c.csv", "text\na\n")
    assert [row["text"] for row in read_all(read.Csv(str(tmp_path)))] == ["a"]


@given(st.lists(st.tuples(st.text("ab \"'é", min_size=1, max_size=6), st.integers(-9, 99)), min_size=1, max_size=12), st.integers(1, 60))
def test_unquoted_files_in_any_cut(
    tmp_path_factory: pytest.TempPathFactory, read_all: ReadAll, rows: list[tuple[str, int]], size: int
) -> None:
    data = "text\tn\n" + "".join(f"{text}\t{n}\n" for text, n in rows)
    reader = write(tmp_path_factory.mktemp("c") / "a.tsv", data, quote="")
    found = read_all(reader, size)
    assert [(row["text"], row["n"]) for row in found] == rows
    assert found == read_all(reader)


def test_a_header_that_is_no_text_costs_its_file_alone(tmp_path: Path, read_all: ReadAll) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xff\x00,text\n1,2\n")
    (tmp_path / "b.csv").write_text("text\nfine\n")
    bad, good = read_all(read.Csv(str(tmp_path)))
    assert (good["text"], bad["error"]) == ("fine", "the header cannot be read: it is not UTF-8")


@pytest.mark.parametrize(("name", "delimiter"), [("a.csv", ";"), ("a.csv", "\t"), ("a.csv", "|"), ("a.tsv", ",")])
def test_another_delimiter_is_named(tmp_path: Path, name: str, delimiter: str) -> None:
    (tmp_path / name).write_text(delimiter.join(("id", "text")) + "\n" + delimiter.join(("1", "a")) + "\n")
    reader = read.Csv(str(tmp_path / name))
    with pytest.raises(CorpusError) as wrong:
        reader.schema(reader.files())
    assert f"delimiter={json.dumps(delimiter)}" in wrong.value.fix
    other = read.Csv(str(tmp_path / name), delimiter=delimiter)
    assert "text" in other.schema(other.files()).names
