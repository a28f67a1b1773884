"""Writers: what a run leaves for other tools to read."""

from tilth.write.huggingface import HuggingFace
from tilth.write.jsonl import Jsonl
from tilth.write.lance import Lance
from tilth.write.megatron import Megatron
from tilth.write.parquet import Parquet
from tilth.write.tfrecord import TFRecord
from tilth.write.webdataset import WebDataset
from tilth.write.writer import Writer

__all__ = [
    "HuggingFace", "Jsonl", "Lance", "Megatron", "Parquet", "TFRecord", "WebDataset", "Writer",
]
