"""Runs under a Python with NeMo Curator 1.4.0: what its English pipeline scores every text, and which filter drops it first.

    python peer_nemo.py TEXTS.jsonl.gz RECORDS.jsonl

The filters are made from the pipeline's own configuration file. The package itself is not imported as a whole: that would start Ray.
The most common n-gram is, among equals, the first of a Python set, whose order changes from process to process: eight processes
with hash seeds of their own say which texts that concerns.
"""

from __future__ import annotations

import gzip
import importlib
import importlib.util
import json
import math
import os
import subprocess
import sys
import types
from functools import cache
from pathlib import Path
from typing import Any

SEEDS = tuple("12345678")
PACKAGES = ("nemo_curator", "nemo_curator.stages", "nemo_curator.stages.text", "nemo_curator.stages.text.filters")


@cache
def stand_in() -> Path:
    """Put empty packages in the place of those that import Ray and models; return the folder of the real one."""
    found = importlib.util.find_spec("nemo_curator")
    assert found is not None and found.origin is not None
    root = Path(found.origin).parent
    for name in PACKAGES:
        package = types.ModuleType(name)
        package.__path__ = [str(root.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = package
    return root


def pipeline(root: Path) -> list[Any]:
    """Return the filters of the English pipeline, in its order."""
    import yaml

    stages = yaml.safe_load((root / "config" / "text" / "heuristic_filter_english_pipeline.yaml").read_text())["stages"]
    return [made(**stage["filter_obj"]) for stage in stages if "filter_obj" in stage]


def made(_target_: str, **arguments: Any) -> Any:
    """Return what an entry of the configuration describes."""
    module, _, name = _target_.rpartition(".")
    return getattr(importlib.import_module(module), name)(**arguments)


def record(filters: list[Any], text: str) -> dict[str, dict[str, Any]]:
    """Return every score, NaN where the filter raises, and the first filter that drops the text or raises."""
    scores, reason = dict[str, float](), ""
    for each in filters:
        try:
            score = each.score_document(text)
            keeps = each.keep_document(score)
        except (ZeroDivisionError, ValueError):  # a text without words or lines
            score, keeps = math.nan, False
        scores[each.name] = score
        reason = reason or ("" if keeps else each.name)
    top = {name: scores.pop(name) for name in list(scores) if name.startswith("repeating_top")}
    return {"scores": {"reason": reason, **scores}, "top": top}


def main(source: str, target: str) -> None:
    seed = os.environ.get("PYTHONHASHSEED", "")
    if seed not in SEEDS:
        parts = []
        for each in SEEDS:
            part = f"{target}.{each}"
            subprocess.run([sys.executable, __file__, source, part], check=True, env={**os.environ, "PYTHONHASHSEED": each})
            parts.append([json.loads(line) for line in Path(part).read_text("utf-8").splitlines()])
        with open(target, "w", encoding="utf-8") as out:
            out.writelines(json.dumps(joined(records)) + "\n" for records in zip(*parts, strict=True))
        return
    filters = pipeline(stand_in())
    with gzip.open(source, "rt", encoding="utf-8") as lines, open(target, "w", encoding="utf-8") as out:
        out.writelines(json.dumps(record(filters, json.loads(line)["text"])) + "\n" for line in lines)


def joined(records: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """Return one record for several processes: the least and the greatest of scores that differ, and all reasons."""
    first = records[0]
    reasons = sorted({each["scores"]["reason"] for each in records})
    quality = {name: score for name, score in first["scores"].items() if not name.startswith("repeat")}
    repetition = {name: score for name, score in first["scores"].items() if name.startswith("repeat")}
    for name in first["top"]:
        values = [each["top"][name] for each in records]
        repetition |= {name: min(values), f"{name}_most": max(values)}
    quality["reason"] = "|".join(reasons)
    return {"heuristics": quality, "repetition": repetition}


if __name__ == "__main__":
    main(*sys.argv[1:])
