"""Writers: what a run leaves for other tools to read."""

from tilth.write.jsonl import Jsonl
from tilth.write.parquet import Parquet
from tilth.write.writer import Writer

__all__ = ["Jsonl", "Parquet", "Writer"]
