"""The door to presidio, with a spaCy pipeline made here: its entities are listed, so what is found is known."""

import sys

import pyarrow as pa
import pytest

from tilth.clean import RedactEntities
from tilth.clean.entities import parts, redact_entities
from tilth.errors import MissingExtra, RecipeError
from tilth.testing import check

KEY = "a key of at least sixteen bytes"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with a pipeline that knows two persons and a place."""
    pytest.importorskip("presidio_analyzer", reason="the extra 'pii' is not installed")
    spacy = pytest.importorskip("spacy", reason="the extra 'pii' is not installed")
    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler")
    names = {"Jane Stone": "PERSON", "Jürgen": "PERSON", "Ulm": "GPE"}
    ruler.add_patterns([{"label": label, "pattern": name} for name, label in names.items()])
    folder = tmp_path_factory.mktemp("model") / "names"
    pipeline.to_disk(folder)
    return str(folder)


def batch(*texts: str | None) -> pa.RecordBatch:
    return pa.record_batch({"text": pa.array(texts, pa.large_string())})


def test_entities_are_tagged_and_counted(model: str) -> None:
    step = RedactEntities(model=model)
    found = step.apply(batch("Für Jürgen in Ulm, von Jane Stone.", None, "", "nobody")).to_pydict()
    assert found["text"] == ["Für <PERSON> in <LOCATION>, von <PERSON>.", None, "", "nobody"]
    assert found["pii_person"] == [2, None, 0, 0]
    assert found["pii_location"] == [1, None, 0, 0]


def test_only_what_is_asked_for(model: str) -> None:
    assert RedactEntities(("LOCATION",), model, mode="remove").apply(batch("Jürgen in Ulm"))["text"].to_pylist() == ["Jürgen in "]


def test_a_threshold_and_the_patterns_of_presidio(model: str) -> None:
    text = batch("Jane Stone, jane@mail.org")
    step = RedactEntities(("PERSON", "EMAIL_ADDRESS"), model, threshold=0.99)
    assert step.apply(text)["text"].to_pylist() == ["Jane Stone, <EMAIL_ADDRESS>"]


def test_pseudonyms(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILTH_PII_KEY", KEY)
    step = redact_entities(model=model, mode="pseudonym")[0]
    first, second = step.apply(batch("Jürgen and Jane Stone", "Jane Stone"))["text"].to_pylist()
    assert first.endswith(second) and first.count("<PERSON#") == 2


def test_long_texts_are_read_in_parts(model: str) -> None:
    text = "Jürgen was here\n" * 20_000
    assert RedactEntities(model=model).apply(batch(text))["pii_person"].to_pylist() == [20_000]


@pytest.mark.parametrize("text", ["", "a", "ab\ncd\n\nefgh", "x" * 25])
@pytest.mark.parametrize("most", [1, 3, 10, 100])
def test_parts_are_the_whole(text: str, most: int) -> None:
    found = list(parts(text, most))
    assert "".join(part for _, part in found) == text
    assert all(text[at : at + len(part)] == part and 0 < len(part) <= most for at, part in found)


def test_a_model_that_is_not_there_is_not_downloaded() -> None:
    pytest.importorskip("presidio_analyzer", reason="the extra 'pii' is not installed")
    with pytest.raises(RecipeError, match="python -m spacy download xx_no_such_model"):
        RedactEntities(model="xx_no_such_model").apply(batch("a"))


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    with pytest.raises(MissingExtra, match="pii"):
        RedactEntities(model="another").apply(batch("a"))


def test_laws(model: str) -> None:
    check(RedactEntities(model=model))
