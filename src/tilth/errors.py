"""The few errors, each in four parts: what happened, where, why, and the line that fixes it."""

from __future__ import annotations

from collections.abc import Iterable


class TilthError(Exception):
    """Base of every error that Tilth raises on purpose; `str()` shows all four parts.

    Subclasses say what kind of thing is wrong; wordings used in more than one place are class methods below.

    >>> print(TilthError("Nothing to read.", where="read.Jsonl('x/*.jsonl')", why="no file matches", fix="check the path"))
    Nothing to read.
      where: read.Jsonl('x/*.jsonl')
      why:   no file matches
      fix:   check the path
    """

    def __init__(self, what: str, *, where: str = "", why: str = "", fix: str = "") -> None:
        self.what, self.where, self.why, self.fix = what, where, why, fix
        parts = [what]
        parts += [f"  {label:<6} {part}" for label, part in (("where:", where), ("why:", why), ("fix:", fix)) if part]
        super().__init__("\n".join(parts))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.where, self.why, self.fix)


def _rebuild(kind: type[TilthError], what: str, where: str, why: str, fix: str) -> TilthError:
    """Unpickle an error that crossed a process: keyword-only arguments need a hand."""
    return kind(what, where=where, why=why, fix=fix)


class CorpusError(TilthError):
    """The input cannot be read as a corpus: no files, no such column, a schema that drifts."""

    @classmethod
    def empty(cls, where: str, why: str = "no file matches, or every file is empty") -> CorpusError:
        return cls("The corpus is empty.", where=where, why=why, fix="check the path; `tilth ls PATH` shows what is found")

    @classmethod
    def no_column(cls, name: str, columns: Iterable[str], where: str, fix: str) -> CorpusError:
        return cls(f"There is no column {name!r}.", where=where, why=f"the columns are: {', '.join(columns)}", fix=fix)


class RecipeError(TilthError):
    """The recipe cannot run as written: an unknown column in a rule, a step that fails on the probe, a broken law."""


class StepError(TilthError):
    """A step failed in a way that no single row explains."""


class StoreError(TilthError):
    """The store cannot be written or does not hold what a receipt names: disk full, a damaged blob."""

    @classmethod
    def damaged(cls, name: str, where: str) -> StoreError:
        return cls(
            f"Blob {name} is not what its name says.", where=where, why="its bytes no longer match their digest",
            fix="delete that file and run again; only what depended on it is redone",
        )


class LlmError(TilthError):
    """No model can be asked, whatever the request: no key or a wrong one, no such model, a dead endpoint, a price that is not known."""


class MissingExtra(TilthError):
    """An optional library that a step needs is not installed."""

    @classmethod
    def of(cls, library: str, extra: str, needed_by: str) -> MissingExtra:
        return cls(
            f"{needed_by} needs the library {library!r}.", where=needed_by, why="it is an optional dependency and is not installed",
            fix=f"pip install 'tilth[{extra}]'",
        )
