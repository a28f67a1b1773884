"""What a finished run found of evaluation sets, read from the folder that it left."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from tilth.decontaminate.exposure import exposed, hits
from tilth.decontaminate.remove import Remove
from tilth.record import restore
from tilth.run import Run

_REMOVE = f"{Remove.__module__}:{Remove.__qualname__}"


@dataclass(frozen=True, eq=False)
class Contamination:
    """`exposed`: a row an evaluation set; `hits`: a row a stretch of a document; `action`: what became of those of `share` of an item."""

    exposed: pa.Table
    hits: pa.Table
    action: str
    share: float


def contamination(run: Run) -> Contamination | None:
    """Return what the run's decontamination found (of several the last one's); None where its recipe had none that reports.

    >>> import json, pathlib, tempfile, tilth
    >>> from tilth import read
    >>> from tilth.decontaminate import NGrams
    >>> said = "how many of the nine eggs are left when two of them are eaten"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("exam", "corpus"):
    ...         _ = pathlib.Path(folder, f"{name}.jsonl").write_text(json.dumps({"text": f"{name}: {said}?"}))
    ...     look = tilth.learn_from(read.Jsonl(f"{folder}/exam.jsonl"), NGrams(n=8))
    ...     contamination(tilth.run(read.Jsonl(f"{folder}/corpus.jsonl"), [look], f"{folder}/out", "inline")).exposed["dirty"].to_pylist()
    [1]
    """
    executed, fetch = run.data["executed"], run.store().get
    removes = [at for at, step in enumerate(executed) if step["$step"] == _REMOVE]
    looked = [step for step in executed[: removes[-1]] if "items" in step] if removes else []
    if not looked:
        return None
    remove = restore(executed[removes[-1]], fetch)
    if not remove.found:
        return None
    items, tokenizer = (restore(looked[-1].get(name), fetch) or b"" for name in ("items", "tokenizer"))
    return Contamination(exposed(remove, items, tokenizer), hits(remove), remove.action, remove.share)
