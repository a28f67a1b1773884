"""What a corpus is like: signals by group, variety, duplicates by source, what each rule does, and thresholds to propose."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tilth.run import load
from tilth.stats.copies import Pair, copies
from tilth.stats.groups import QUANTILES, Group, Groups, Summary, by_group
from tilth.stats.people import Beside, People, people
from tilth.stats.presence import Presence, presence
from tilth.stats.proposals import Proposal, proposals
from tilth.stats.rules import Effect, effects
from tilth.stats.shifts import Shift, shifts
from tilth.stats.spoken import Spoken, spoken
from tilth.stats.variety import Phrase, Sampled, Variety, variety

__all__ = [
    "QUANTILES", "Beside", "Effect", "Group", "Groups", "Pair", "People", "Phrase", "Presence", "Proposal", "Shift", "Spoken", "Stats",
    "Summary", "Variety", "by_group", "copies", "effects", "people", "presence", "propose", "shifts", "spoken", "stats", "variety",
]  # fmt: skip


@dataclass(frozen=True)
class Stats:
    """What a finished run kept, what it dropped, and why."""

    out: str
    rows_in: int
    kept: Group
    groups: tuple[Groups, ...]  # by source, language, domain and month, as far as columns tell these
    variety: Variety
    duplicates: tuple[Pair, ...]
    effects: tuple[Effect, ...]
    presence: tuple[Presence, ...]  # who it speaks of, where `filters.Mentions` counted it
    shifts: tuple[Shift, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain lists and dicts, null for what is not known."""
        return {**asdict(self), "quantiles": QUANTILES}


def stats(out: str, most: int = 10, sample: int = 1000) -> Stats:
    """Return what the run in folder `out` is like: the `most` largest groups and n-grams, texts measured on `sample` rows.

    Reads the kept rows twice and the audit four times, in batches. Raises CorpusError where there is no finished run.
    """
    run, sampled = load(out), Sampled(sample)
    said = spoken(run)
    kept, groups = by_group(run, most, [sampled])
    told = variety(sampled.texts(), most)
    return Stats(out, run.data["rows_in"], kept, groups, told, copies(run), effects(run), presence(said), shifts(said))


def propose(out: str, k: float | None = None, share: float | None = None) -> tuple[Proposal, ...]:
    """Return bounds for every number that the run in folder `out` measured; see `tilth.stats.proposals.proposals`."""
    return proposals(load(out), k, share)
