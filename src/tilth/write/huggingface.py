"""A dataset folder of Hugging Face: Parquet files, split by split, and the card that says which is which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from tilth.errors import CorpusError, RecipeError
from tilth.write.parquet import RowGroups, long_bytes
from tilth.write.writer import Open, Writer

_SPLITS = "## Splits\n\n"
_NAME = re.compile(r"\w+(\.\w+)*")  # what `datasets` takes for the name of a split


@dataclass(frozen=True)
class HuggingFace(Writer):
    """Parquet files and a card (README.md), as `datasets.load_dataset(FOLDER)` reads them and the hub shows them.

    All rows are the split `split`, or each is of the split that the column `by` names (a row without one is of `split`). The card is the
    run's own (sources, licences, languages, what was left out, limits) with the configuration, its files, and rows and bytes of each split;
    `licence` (an identifier of the hub, as "cc-by-4.0") takes the place of what the data say. `without` names columns to leave out; the
    runner's own (`row`, `drop`, `error`) always are. Format: huggingface.co/docs/hub/datasets-cards.

    >>> HuggingFace(by="split", licence="cc-by-4.0").folder
    'huggingface'
    """

    folder: ClassVar[str] = "huggingface"
    together: ClassVar[bool] = True

    split: str = "train"
    by: str = ""
    licence: str = ""
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.split):
            raise RecipeError(f"{self.split!r} is no name of a split.", where="write.HuggingFace", fix='split="train"')

    def write(self, batches: Iterator[pa.RecordBatch], schema: pa.Schema, open: Open) -> dict[str, Any]:
        names = [name for name in schema.names if name not in (*self.without, "row", "drop", "drop_of", "error")]
        kept = pa.schema([schema.field(name) for name in names])
        groups: dict[str, RowGroups] = {}
        rows, size = Counter[str](), Counter[str]()
        with ExitStack() as stack:
            for batch in batches:
                for split, part in self._parts(batch):
                    if split not in groups:
                        groups[split] = _opened(stack, kept, open(f"-{split}.parquet"))
                    groups[split].write(part.select(names))
                    rows[split] += len(part)
                    size[split] += int(long_bytes(part.select(names)).sum())
        return {"rows": dict(sorted(rows.items())), "bytes": dict(sorted(size.items()))}

    def finish(self, shards: dict[int, dict[str, Any]]) -> dict[str, bytes]:
        rows = sum((Counter(shard["rows"]) for shard in shards.values()), Counter[str]())
        size = sum((Counter(shard["bytes"]) for shard in shards.values()), Counter[str]())
        return {"README.md": card(dict(sorted(rows.items())), dict(size), self.licence)}

    def card(self, own: bytes, about: str) -> bytes:
        head, splits = _parted(own.decode())
        known, body = _parted(about)
        return _with_head(known | head, f"{body.strip()}\n\n{splits[splits.index(_SPLITS) :].strip()}\n")

    def _parts(self, batch: pa.RecordBatch) -> Iterator[tuple[str, pa.RecordBatch]]:
        """The rows of each split, in the order in which splits come."""
        if not self.by:
            yield self.split, batch
            return
        if self.by not in batch.schema.names:
            raise CorpusError.no_column(self.by, batch.schema.names, "write.HuggingFace", fix="by= must name a column of the rows")
        found = pc.fill_null(batch[self.by], self.split)
        for split in pc.unique(found).to_pylist():
            if not _NAME.fullmatch(split):
                why = "letters, digits, _ and . are allowed"
                raise CorpusError(f"{split!r} is no name of a split.", where="write.HuggingFace", why=why, fix="mend the column")
            yield split, batch.filter(pc.equal(found, split))


def card(rows: dict[str, int], size: dict[str, int], licence: str = "") -> bytes:
    """Return a card whose head says which files are which split; `rows` and `size` (bytes of texts and lists) by split.

    >>> print(card({"test": 2}, {"test": 30}).decode().partition("dataset_info")[0])
    ---
    configs:
    - config_name: default
      data_files:
      - split: test
        path: '*-test.parquet'
    <BLANKLINE>
    """
    files = [{"split": split, "path": f"*-{split}.parquet"} for split in rows]
    splits = [{"name": split, "num_bytes": size[split], "num_examples": count} for split, count in rows.items()]
    head: dict[str, Any] = {"license": licence} if licence else {}
    head["configs"] = [{"config_name": "default", "data_files": files}]
    head["dataset_info"] = {"splits": splits, "dataset_size": sum(size.values())}
    lines = [f"| {split} | {count:,} | {size[split]:,} |" for split, count in rows.items()]
    table = "\n".join(["| split | rows | bytes of text |", "|---|---:|---:|", *lines])
    return _with_head(head, f"# Dataset\n\n{_SPLITS}{table}\n")


def _with_head(head: Mapping[str, Any], body: str) -> bytes:
    return f"---\n{yaml.safe_dump(dict(head), sort_keys=False, allow_unicode=True)}---\n\n{body}".encode()


def _parted(text: str) -> tuple[dict[str, Any], str]:
    """The head of a card, and what follows it."""
    _, head, body = text.split("---\n", 2)
    return yaml.safe_load(head), body


def _opened(stack: ExitStack, schema: pa.Schema, sink: BinaryIO) -> RowGroups:
    stack.enter_context(sink)
    return stack.enter_context(RowGroups(schema, sink))
