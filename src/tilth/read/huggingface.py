"""Dataset folders as Hugging Face's hub and `datasets` keep them: configurations and splits of Parquet, JSON, CSV or Arrow files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import fsspec
import orjson
import pyarrow as pa
import yaml

from tilth.errors import CorpusError
from tilth.op import put
from tilth.read.arrow import Arrow
from tilth.read.columns import STRING
from tilth.read.csv import Csv
from tilth.read.files import list_files
from tilth.read.json import Json
from tilth.read.jsonl import Jsonl
from tilth.read.lines import BOM
from tilth.read.parquet import Parquet
from tilth.read.reader import File, Reader, Span
from tilth.read.streams import Broken, compressed, read_at_most

_FORMATS: dict[type[Any], tuple[str, ...]] = {
    Parquet: (".parquet",), Jsonl: compressed((".jsonl", ".json", ".ndjson")), Csv: compressed((".csv", ".tsv")), Arrow: (".arrow",),
}
_HEAD = 1 << 10  # bytes by which a .json file shows what it is
_SUFFIXES = tuple(suffix for suffixes in _FORMATS.values() for suffix in suffixes)
_WORDS = {"train": "train|training", "validation": "validation|valid|val|dev", "test": "test|testing|eval|evaluation"}
_KEYWORDS = {split: re.compile(rf"(?i)(?:^|[-._ /0-9])(?:{words})(?=[-._ /0-9]|$)") for split, words in _WORDS.items()}
_SHARD = re.compile(r"(?:^|/)(\w+(?:\.\w+)*)-\d{5}-of-\d{5}(?:-[0-9a-f]+)?\.\w+$")
_CARD = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_ABOUT = ("dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json")

Splits = dict[str, list[str]]


@dataclass(frozen=True)
class HuggingFace(Reader):
    """Read a dataset folder: one configuration (`config`; by default the card's default, or the only one), all its `splits` or some.

    Which files belong to what is said by the card (README.md, `configs`), by `save_to_disk`'s own files, or else by names: folders and
    files called train, validation, test and the like. The column `split` says where a row is from (and takes the place of one that the
    data have). A .json file is JSON Lines, or one array as `read.Json` reads it, whichever it begins as. `text`, `id` and `columns` as for
    Parquet. Conventions: huggingface.co/docs/hub, data files configuration.

    >>> HuggingFace("my_dataset", splits=("train",)).source
    'huggingface'
    """

    path: str
    config: str = ""
    splits: tuple[str, ...] = ()
    text: str | None = "text"
    id: str | None = None
    columns: tuple[str, ...] | None = None
    source: str = "huggingface"
    max_bytes: int = 256 << 20

    def files(self) -> list[File]:
        found = self._splits()
        missing = [split for split in self.splits if split not in found]
        if missing or not found:
            what = f"There is no split {missing[0]!r}." if missing else "There are no data files."
            why = f"the splits are: {', '.join(found) or 'none'}"
            raise CorpusError(what, where=self._where, why=why, fix="name splits that are there: splits=(...)")
        known: dict[str, File] = {}
        for split in self.splits or found:
            listed = list_files(tuple(found[split]), _SUFFIXES, self._where)
            known |= {path: replace(file, path=path) for file in listed if _format(file.path) for path in [f"{split}:{file.path}"]}
        if not known:
            raise CorpusError.empty(self._where, f"no file is Parquet, JSON, CSV or Arrow ({', '.join(_SUFFIXES)})")
        return [known[path] for path in sorted(known)]

    def digest(self, file: File) -> str:
        return super().digest(replace(file, path=file.path.partition(":")[2]))

    def cut(self, file: File, size: int) -> list[Span]:
        split, _, path = file.path.partition(":")
        return [replace(span, path=f"{split}:{span.path}") for span in self._part(path).cut(replace(file, path=path), size)]

    def schema(self, files: list[File]) -> pa.Schema:
        paths = [replace(file, path=file.path.partition(":")[2]) for file in files]
        first = self._part(paths[0].path)
        same = [file for file in paths if _format(file.path) is _format(paths[0].path) and isinstance(self._part(file.path), type(first))]
        found = first.schema(same)
        own = [field for field in found if field.name not in ("split", "rest", "error")]
        last = [field for field in found if field.name in ("rest", "error")]
        return pa.schema([*own, pa.field("split", STRING), *last])

    def read(self, span: Span, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        split, _, path = span.path.partition(":")
        for batch in self._part(path).read(replace(span, path=path), schema):
            yield put(batch, "split", pa.repeat(pa.scalar(split, STRING), len(batch)))

    @property
    def _where(self) -> str:
        return f"read.HuggingFace({self.path!r})"

    def _part(self, path: str) -> Reader:
        """The reader for one file; its column "split", if it has one, gives way."""
        kind = _format(path)
        assert kind is not None  # `files` lists no others
        kind = Json if kind is Jsonl and _is_array(path) else kind
        return kind(path, text=self.text, id=self.id, columns=self.columns, source=self.source, max_bytes=self.max_bytes)

    def _splits(self) -> Splits:
        folder = self.path.rstrip("/")
        card = _card(folder)
        if card:
            return {split: [f"{folder}/{path}" for path in paths] for split, paths in self._chosen(card).items()}
        return _saved(folder) or _named(folder, self._where)

    def _chosen(self, configs: list[Mapping[str, Any]]) -> Splits:
        names = [str(config.get("config_name", "default")) for config in configs]
        marked = [name for name, config in zip(names, configs, strict=True) if config.get("default")]
        wanted = self.config or (marked or (["default"] if "default" in names else names))[0]
        if wanted not in names or (not self.config and not marked and "default" not in names and len(names) > 1):
            what = f"There is no configuration {self.config!r}." if self.config else "The dataset has several configurations."
            raise CorpusError(what, where=self._where, why=f"there are: {', '.join(names)}", fix=f"config={names[0]!r}, or another")
        return _data_files(configs[names.index(wanted)])


def _format(path: str) -> type[Any] | None:
    lower = path.lower()
    if lower.rpartition("/")[2] in _ABOUT:
        return None
    return next((kind for kind, suffixes in _FORMATS.items() if lower.endswith(suffixes)), None)


def _is_array(path: str) -> bool:
    """Whether a .json file begins as one array or as an object of several lines, and not as JSON Lines."""
    if not path.lower().endswith(compressed((".json",))):
        return False
    try:
        head = read_at_most(path, _HEAD).removeprefix(BOM).lstrip()
    except Broken:
        return False
    return head.startswith(b"[") or head.partition(b"\n")[0].strip() == b"{"


def _json(path: str) -> Any:
    try:
        with fsspec.open(path, "rb") as file:
            return orjson.loads(file.read())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return None


def _card(folder: str) -> list[Mapping[str, Any]]:
    """The configurations that the card lists."""
    try:
        with fsspec.open(f"{folder}/README.md", "rb") as file:
            head = _CARD.match(file.read(1 << 20).decode("utf-8", "replace"))
        data = yaml.safe_load(head[1]) if head else None
    except FileNotFoundError:
        return []
    except yaml.YAMLError as error:
        raise CorpusError("The dataset's card cannot be read.", where=f"{folder}/README.md", why=str(error), fix="mend its YAML") from error
    configs = data.get("configs") if isinstance(data, dict) else None
    return [config for config in configs if isinstance(config, dict)] if isinstance(configs, list) else []


def _data_files(config: Mapping[str, Any]) -> Splits:
    """The patterns of each split, in the forms that a card may give them; a path may not lead out of the folder."""
    given = config.get("data_files")
    folder = f"{config['data_dir'].strip('/')}/" if isinstance(config.get("data_dir"), str) else ""
    if given is None:
        given = "**"
    if isinstance(given, str) or (isinstance(given, list) and all(isinstance(path, str) for path in given)):
        given = {"train": given}
    if isinstance(given, list):
        given = {str(part.get("split", "train")): part.get("path") for part in given if isinstance(part, dict)}
    found = {split: [paths] if isinstance(paths, str) else list(paths or ()) for split, paths in given.items()}
    for path in (path for paths in found.values() for path in paths):
        if not isinstance(path, str) or path.startswith("/") or ".." in path.split("/") or "://" in path:
            raise CorpusError("A data file lies outside of its dataset.", where=str(path), why="the card names it", fix="mend the card")
    return {split: [folder + path for path in paths] for split, paths in found.items()}


def _saved(folder: str) -> Splits:
    """What `save_to_disk` left: a dataset, or a folder of them under the names of their splits."""
    kept = _json(f"{folder}/dataset_dict.json")
    if isinstance(kept, dict):
        names = [name for name in kept.get("splits", ()) if isinstance(name, str) and re.fullmatch(r"\w+(\.\w+)*", name)]
        return {name: paths for name in names for paths in _saved(f"{folder}/{name}").values()}
    state = _json(f"{folder}/state.json")
    if not isinstance(state, dict):
        return {}
    names = [str(file["filename"]).rpartition("/")[2] for file in state.get("_data_files", ())]
    return {str(state.get("_split") or "train"): [f"{folder}/{name}" for name in names]}


def _named(folder: str, where: str) -> Splits:
    """Splits by the names of folders and files; what has no such name is "train"."""
    found: Splits = {}
    for file in list_files(folder, _SUFFIXES, where):
        if _format(file.path):
            found.setdefault(_split_of(file.path[len(os.path.normpath(folder)) :].lstrip("/")), []).append(file.path)
    return found


def _split_of(name: str) -> str:
    shard = _SHARD.search(name)
    if shard:
        return shard[1]
    return next((split for split, words in _KEYWORDS.items() if words.search(name)), "train")
