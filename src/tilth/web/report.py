"""`report.html`: the page that a person opens after a run."""

from __future__ import annotations

from tilth.store import Store
from tilth.web.markup import joined, tag
from tilth.web.page import page
from tilth.web.sections.duplicates import duplicates
from tilth.web.sections.edits import edits
from tilth.web.sections.evaluation import evaluation
from tilth.web.sections.funnel import funnel
from tilth.web.sections.headline import headline
from tilth.web.sections.made_by import made_by
from tilth.web.sections.people import people
from tilth.web.sections.pictures import pictures
from tilth.web.sections.quarantine import quarantine
from tilth.web.sections.rules import rules
from tilth.web.sections.signals import signals
from tilth.web.sections.sources import languages, sources
from tilth.web.statistics import Statistics, statistics


def report(out: str, redact: bool = True) -> str:
    """Write `report.html` into the folder of a finished run, from what the run left there, and return its path.

    The file is whole in itself: it opens without a network, runs no script, and prints. With `redact` the documents in it are shown
    without e-mail addresses, public IP addresses and phone numbers. Raises CorpusError where there is no finished run.
    """
    folder = Store(out)
    folder.write_file(rendered(statistics(out, redact)).encode(), "report.html")
    return folder.path("report.html")


def rendered(found: Statistics) -> str:
    """Return the page of these figures."""
    sections = [
        ("funnel", "The funnel", funnel(found)),
        ("rules", "What the rules dropped", rules(found)),
        ("signals", "What was measured", signals(found)),
        ("duplicates", "Duplicates", duplicates(found)),
        ("languages", "Languages", languages(found)),
        ("sources", "Sources", sources(found)),
        *([("evaluation", "Evaluation sets", evaluation(found.exposures))] if found.exposures else []),
        *([("people", "Whom it speaks of", people(found.spoken))] if found.spoken else []),
        ("edits", "Edits", edits(found)),
        *([("pictures", "Pictures", pictures(found))] if found.pictures else []),
        ("quarantine", "Quarantine", quarantine(found)),
        ("made-by", "What made it", made_by(found)),
    ]
    foot = joined(tag("p", f"Made by tilth {found.run.data['version']} from what the run left in its folder."))
    return page(f"{found.run.out}: {found.run.rows:,} of {found.run.data['rows_in']:,} rows", headline(found), sections, foot)
