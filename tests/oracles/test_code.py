"""Tilth's code filters against what dolma 1.2.1's code taggers and NeMo Curator 1.4.0's code filters said of our source files."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from oracles.recorded import GOLDEN, close, column, digest, oracle

from tilth import filters

DOLMA = {
    "code_max_line_length": "redpajama_max_line_length_doc", "code_mean_line_length": "redpajama_avg_line_length_doc",
    "code_alnum_ratio": "redpajama_alnum_prop_doc", "code_alpha_per_token": "redpajama_alpha_token_prop_doc",
    "code_xml_header": "v2_has_xml_template_doc", "code_visible_ratio": "v2_code_to_text_ratio_html_doc",
    "code_comment_ratio": "v2_code_to_comment_ratio_doc", "code_notice_ratio": "copyright_doc",
}
NEMO = {
    "code_lines": "lines", "code_max_line_length": "max_line", "code_mean_line_length": "mean_line", "code_alnum_ratio": "alphanumeric",
    "code_alpha_ratio": "alpha", "code_xml_header": "xml", "code_visible_ratio": "html", "code_comment_ratio": "comments",
}
EXACT = {"code_comment_ratio": 0.99}  # the share of files on which a figure must be the same; of the others all


@cache
def files() -> dict[str, str]:
    found: dict[str, str] = oracle("cases_code").cases()
    return found


@cache
def golden(peer: str) -> pa.Table:
    """Return the peer's records, which must be of our files as they are now."""
    table = pq.read_table(GOLDEN / "code" / f"{peer}.parquet")
    assert table["path"].to_pylist() == list(files()), "the cases changed: record again"
    assert table["digest"].to_pylist() == [digest(text) for text in files().values()], "the cases changed: record again"
    return table


@cache
def measured(variant: str) -> pa.RecordBatch:
    texts = pa.array(list(files().values()), pa.large_string())
    return filters.Code(variant).apply(pa.record_batch({"id": list(files()), "text": texts}))


def figures(variant: str, name: str) -> np.ndarray:
    return np.array(measured(variant)[name].to_pylist(), np.float64)


@pytest.mark.parametrize(("variant", "name", "theirs"), [
    *(("dolma", name, theirs) for name, theirs in DOLMA.items()), *(("nemo", name, theirs) for name, theirs in NEMO.items()),
])
def test_figures(variant: str, name: str, theirs: str) -> None:
    same = close(figures(variant, name), column(golden(variant), theirs), 1e-9)
    assert same.mean() >= EXACT.get(name, 1), [path for path, equal in zip(files(), same, strict=True) if not equal]


@pytest.mark.parametrize(("variant", "theirs", "low", "high"), [
    ("dolma", "v2_code_to_comment_ratio_doc", 0.01, 0.8), ("dolma_v1", "v1_nl_ratio_doc", 0.01, 0.8), ("nemo", "comments", 0.01, 0.85),
])
def test_verdicts_on_comments(variant: str, theirs: str, low: float, high: float) -> None:
    ours, wanted = figures(variant, "code_comment_ratio"), column(golden("nemo" if variant == "nemo" else "dolma"), theirs)
    same = ((low <= ours) & (ours <= high)) == ((low <= wanted) & (wanted <= high))
    assert same.mean() >= 0.99, [path for path, equal in zip(files(), same, strict=True) if not equal]


def test_the_first_tagger_of_starcoder_counts_in_every_language() -> None:
    same = close(figures("dolma_v1", "code_comment_ratio"), column(golden("dolma"), "v1_nl_ratio_doc"), 1e-9)
    assert same.mean() >= 0.97, [path for path, equal in zip(files(), same, strict=True) if not equal]


def test_the_files_are_many_and_both_verdicts_are_met() -> None:
    assert len(files()) >= 600 and len({path.partition("/")[0] for path in files()}) == 6
    for variant in ("starcoder", "codegen", "redpajama", "dolma", "nemo"):
        reasons = measured(variant)
        for step in filters.code(variant)[1:]:
            reasons = step.apply(reasons)
        dropped = reasons["drop"].null_count
        assert 0 < dropped < len(files()), variant
