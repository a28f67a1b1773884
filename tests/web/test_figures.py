"""Drawings: well-formed, inside their frame, and tinted on the side that goes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.sketch import Sketch
from tilth.web.bins import Bins, binned
from tilth.web.figures import HEIGHT, WIDTH, Mark, bar, histogram, sizes


def drawn(markup: str) -> ET.Element:
    return ET.fromstring(markup)


def of_class(figure: ET.Element, name: str) -> list[ET.Element]:
    return [element for element in figure.iter() if name in element.get("class", "").split()]


marks = st.builds(Mark, st.floats(-100, 1e6), st.text(max_size=8), st.sampled_from(["", "<", "<=", ">", ">="]))


@given(st.lists(st.floats(0, 1e6), max_size=60), st.lists(marks, max_size=3), st.text())
def test_a_histogram_is_well_formed_and_stays_in_its_frame(values: list[float], lines: list[Mark], about: str) -> None:
    sketch = Sketch()
    sketch.add(np.array(values))
    figure = drawn(histogram(binned(sketch, [mark.value for mark in lines]), lines, about))
    assert figure.get("viewBox") == "0 0 320 104"
    for element in figure.iter():
        for name, most in (("x", WIDTH), ("x1", WIDTH), ("x2", WIDTH), ("y", HEIGHT), ("y1", HEIGHT), ("y2", HEIGHT)):
            assert -0.01 <= float(element.get(name, 0)) <= most + 0.01
    for x in re.findall(r"M([\d.-]+) ", "".join(each.get("d", "") for each in of_class(figure, "kept"))):
        assert 0 <= float(x) <= WIDTH


@pytest.mark.parametrize(("rejects", "x", "width"), [("<", 0, 80), (">=", 80, 240)])
def test_the_side_that_a_threshold_rejects_is_tinted(rejects: str, x: float, width: float) -> None:
    figure = drawn(histogram(Bins(np.array([0.0, 2.0, 4.0]), np.array([3, 1])), [Mark(1.0, "≥ 1", rejects)]))
    wash, view = of_class(figure, "away")[0], figure.find("svg")
    assert view is not None
    for box in (wash, view):
        assert (float(box.get("x", -1)), float(box.get("width", -1))) == (x, width)
    assert view[0].get("d") == of_class(figure, "kept")[0].get("d")


def test_a_threshold_that_does_not_decide_alone_is_a_dashed_line() -> None:
    figure = drawn(histogram(Bins(np.array([0.0, 4.0]), np.array([3])), [Mark(1.0, "≥ 1")]))
    assert of_class(figure, "perhaps") and not of_class(figure, "away") and not of_class(figure, "gone")


@pytest.mark.parametrize(("rejects", "at"), [("<", 128), ("<=", 192), (">", 192), (">=", 128)])
def test_between_whole_numbers_the_line_stands_where_the_rule_cuts(rejects: str, at: float) -> None:
    bins = Bins(np.arange(6) - 0.5, np.ones(5, int), whole=True)
    line = of_class(drawn(histogram(bins, [Mark(2.0, "2", rejects)])), "limit")[0]
    assert float(line.get("x1", 0)) == at


def test_a_bar_that_dwarfs_the_others_is_broken_and_says_its_share() -> None:
    figure = drawn(histogram(Bins(np.arange(5.0), np.array([90, 4, 3, 3]))))
    assert of_class(figure, "break") and of_class(figure, "share")[0].text == "90.0%"
    assert not of_class(drawn(histogram(Bins(np.arange(5.0), np.array([9, 4, 3, 3])))), "break")


def test_sizes_of_clusters_double_from_column_to_column() -> None:
    figure = drawn(sizes(np.array([2, 2, 3, 4, 5, 8, 9])))
    labels = [element.text for element in figure.iter("text")]
    assert labels == ["2", "2", "2", "3–4", "2", "5–8", "1", "9–16"]
    assert figure[0].text == "4 clusters" or figure[0].text == "7 clusters; the largest has 9 documents"


@given(st.lists(st.integers(2, 10**7), min_size=1, max_size=50))
def test_every_cluster_is_in_one_column(clusters: list[int]) -> None:
    figure = drawn(sizes(np.array(clusters)))
    assert len(of_class(figure, "gone")) == len({(size - 1).bit_length() for size in clusters})


def test_a_bar_leaves_out_what_is_nothing() -> None:
    assert bar((0.25, "kept"), (0, "gone")) == '<span class="bar"><i class="kept" style="width:25%"></i></span>'
