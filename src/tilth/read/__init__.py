"""Readers: where a corpus comes from. Each is a frozen dataclass; `path` is a file, glob, folder or URL, or a tuple of these."""

from tilth.read.arrow import Arrow
from tilth.read.cdx import CdxIndex
from tilth.read.csv import Csv
from tilth.read.delta import Delta
from tilth.read.docx import Docx
from tilth.read.epub import Epub
from tilth.read.html import Html
from tilth.read.huggingface import HuggingFace
from tilth.read.iceberg import Iceberg
from tilth.read.json import Json
from tilth.read.jsonl import Jsonl
from tilth.read.machine_corpus import Machine
from tilth.read.mbox import Mbox
from tilth.read.media import Media
from tilth.read.notebook import Notebook
from tilth.read.parquet import Parquet
from tilth.read.pdf import Pdf
from tilth.read.reader import File, Reader, Span
from tilth.read.repository import Repository
from tilth.read.sql import Sql
from tilth.read.text import Text
from tilth.read.union import Union, union
from tilth.read.warc import Warc
from tilth.read.webdataset import WebDataset
from tilth.read.wikipedia import Wikipedia

__all__ = [
    "Arrow", "CdxIndex", "Csv", "Delta", "Docx", "Epub", "File", "Html", "HuggingFace", "Iceberg", "Json", "Jsonl", "Machine", "Mbox",
    "Media", "Notebook", "Parquet", "Pdf", "Reader", "Repository", "Span", "Sql", "Text", "Union", "Warc", "WebDataset", "Wikipedia",
    "union",
]
