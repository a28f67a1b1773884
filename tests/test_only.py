"""Steps for some of the rows."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import tilth as t
from tilth import clean, filters, recipe, testing, tokenize
from tilth.op import Op

WEB = "source == 'web'"


def table(texts: list[str], sources: list[str]) -> pa.Table:
    return pa.table({"text": texts, "source": sources, "id": [str(n) for n in range(len(texts))]})


@pytest.mark.parametrize("step", [filters.GopherQuality(), clean.HtmlText(), clean.RedactPii(), t.Filter("text is not null")], ids=repr)
def test_laws(step: Op) -> None:
    testing.check(t.Only("row > 2 and id != 'x'", step), testing.examples())


def test_other_rows_are_as_they_were() -> None:
    rows = table(["a \nb", "a \nb"], ["web", "books"])
    assert t.evaluate([t.Only(WEB, clean.Whitespace())], rows).table["text"].to_pylist() == ["a\nb", "a \nb"]


def test_columns_of_others_are_null() -> None:
    measured = t.evaluate([t.Only(WEB, filters.GopherQuality())], table(["one two", "three four five"], ["books", "web"])).table
    assert measured["gopher_words"].to_pylist() == [None, 3]


def test_a_batch_without_such_rows_has_the_columns() -> None:
    rows = table(["one two"], ["books"])
    assert t.evaluate([t.Only(WEB, filters.GopherQuality())], rows).table["gopher_words"].to_pylist() == [None]


def test_untouched_columns_are_the_same_arrays() -> None:
    batch = t.evaluate([], table(["one", "two"], ["books", "web"])).table.to_batches()[0]
    done = t.Only(WEB, filters.GopherQuality()).apply(batch)
    assert done["text"].buffers()[2].address == batch["text"].buffers()[2].address


def test_rules_hold_for_those_rows_alone() -> None:
    steps = t.only(WEB, filters.gopher_quality())
    done = t.evaluate(steps, table(["too short", "too short"], ["web", "code"]))
    assert done.table["source"].to_pylist() == ["code"]
    assert done.audit["reason"].to_pylist() == ["gopher_short_doc"]


def test_a_rule_that_knows_or_is_kept_together() -> None:
    (rule,) = t.only(WEB, [t.Filter("id == '0' or id == '1'")])
    done = t.evaluate([rule], table(["a", "b", "c", "d"], ["web", "web", "web", "books"]))
    assert done.table["id"].to_pylist() == ["0", "1", "3"]
    assert done.audit["reason"].to_pylist() == ["id == '0' or id == '1'"]


def test_equal_to_the_step_on_the_rows_alone() -> None:
    rows = testing.examples()
    half = rows.filter(pc.less(rows["row"], 9))
    both = filters.fineweb2(identify=False)
    alone = t.evaluate(filters.fineweb_quality(), half)
    some = t.evaluate(t.only("row < 9", filters.fineweb_quality()), rows)
    assert some.table.filter(pc.less(some.table["row"], 9))["row"] == alone.table["row"]
    assert len(t.only(WEB, both)) == len(both)


@pytest.mark.parametrize("step", [tokenize.Pack(), t.learn_from, None], ids=["Pack", "function", "none"])
def test_what_sees_more_than_a_batch_is_refused(step: object) -> None:
    with pytest.raises(t.RecipeError, match="cannot be done for some of the rows only"):
        t.only(WEB, [step])  # type: ignore[list-item]


def test_a_rule_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(t.RecipeError):
        t.only("source = 'web'", [t.Filter("words > 3")])


def test_yaml() -> None:
    text = """
recipe:
  - only:
      when: source == 'web'
      steps: [filters.gopher_quality, Filter: {rule: id is not null, reason: no id}]
"""
    made = recipe.parse(text)
    assert made.steps == tuple(t.only(WEB, [*filters.gopher_quality(), t.Filter("id is not null", "no id")]))
    assert recipe.parse(recipe.dump(made)) == made
