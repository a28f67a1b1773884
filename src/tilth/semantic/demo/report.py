"""The demo as people read it: what there is, what it will cost, how good it was, what it cost and what the plain plan would have."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from tilth.llm import Estimate
from tilth.semantic.demo.demo import ORACLE, PROXY, Demo, Done

ALONE = "one by one: every row or pair in a prompt of its own to the oracle; at least: as if answers were one token"


def about(demo: Demo) -> str:
    """Return who answers, and where the models are simulated, what that means."""
    if not demo.simulated:
        return f"Asked are {demo.models.oracle} and {demo.models.proxy}."
    large, small = ("{1:.2f} and {2:.2f} ({0})".format(each.name, *(each.price or ())[::2]) for each in (ORACLE, PROXY))
    return (
        f"[bold]The models are simulated:[/] they know the gold and err on purpose, {ORACLE.name} on {ORACLE.flip:.0%} and {PROXY.name} on "
        f"{PROXY.flip:.0%} of what is true, more where rows share a prompt. [bold]Their quality is not a model's quality.[/]\n"
        f"Prompts and tokens are real, sent over HTTP. Dollars for a million tokens of prompts and of answers: {large}, {small}."
    )


def show(demo: Demo, console: Console) -> list[Done]:
    """Run `demo`, print it, and return how its parts went.

    Raises what `Demo.estimates` raises, before anything is asked, and StepError where the budget is spent; the parts done are printed.
    """
    machine = demo.machine
    console.print("[bold]Language models at work on what this machine has[/]\n")
    with console.status("reading what this machine has"):
        console.print(
            f"{len(machine.installed):,} packages, {len(machine.readmes):,} of them with a description; {len(machine.parts):,} parts, "
            f"modules and Debian packages; {len(machine.pages):,} pages of documentation. Metadata is the gold.\n", highlight=False,
        )  # fmt: skip
    console.print(about(demo), highlight=False)
    done: list[Done] = []
    with demo.reached():
        console.print(estimate([part.title for part in demo.parts], demo.estimates(), demo.client.budget))
        try:
            for part in demo.parts:
                with console.status(part.title):
                    done.append(demo.do(part))
        finally:  # where the budget is spent, what was done until then
            if done:
                console.print(quality(done), cost(done))
                console.print(f"In {sum(each.seconds for each in done):.0f} seconds.", highlight=False)
    return done


def estimate(titles: Sequence[str], told: Sequence[Estimate], budget: float | None) -> Table:
    """Return the table of what parts may ask and cost."""
    table = _table("Before anything is asked", "prompts at most", "prompt tokens", "dollars at most")
    for title, each in zip(titles, told, strict=True):
        table.add_row(title, f"{each.calls:,}", f"{each.prompt_tokens:,}", _dollars(each.high))
    cap = "no budget" if budget is None else f"capped at ${budget:.2f}"
    table.add_section()
    calls, tokens = sum(each.calls for each in told), sum(each.prompt_tokens for each in told)
    table.add_row("together", f"{calls:,}", f"{tokens:,}", cap, style="bold")
    return table


def quality(done: Sequence[Done]) -> Table:
    """Return the table of how good answers were, against the gold."""
    table = _table("How good, against gold", "", "precision", "recall", "F1")
    for each in done:
        for n, scored in enumerate(each.scored):
            figures = (f"{value:.2f}" for value in (scored.precision, scored.recall, scored.f1))
            table.add_row("" if n else each.title, scored.what, *figures)
        table.add_section()
    return table


def cost(done: Sequence[Done]) -> Table:
    """Return the table of what it cost, and what a prompt for every row or pair to the oracle would have, at least."""
    table = _table("What it cost", "prompts", "oracle", "dollars", "one by one", "at least", "cheaper")
    table.caption, table.caption_justify = ALONE, "left"
    for each in done:
        _compare(table, each)
    table.add_section()
    _compare(table, reduce(_both, done))
    return table


def _both(one: Done, other: Done) -> Done:
    calls, dollars = one.plain_calls + other.plain_calls, one.plain_dollars + other.plain_dollars
    return Done("together", (), one.spent + other.spent, one.oracle + other.oracle, one.seconds + other.seconds, calls, dollars)


def _compare(table: Table, done: Done) -> None:
    spent, plain = done.spent.dollars, done.plain_dollars
    times = f"{plain / spent:,.1f}x" if spent else "from the cache"
    asked = (f"{done.spent.calls:,}", f"{done.oracle.calls:,}", _dollars(spent))
    table.add_row(done.title, *asked, f"{done.plain_calls:,}", _dollars(plain), times)


def _table(title: str, *columns: str) -> Table:
    """Return an empty table of a first column with texts and of figures."""
    table = Table(title, box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True, header_style="bold")
    for name in columns:
        table.add_column(name, justify="right" if name else "left")
    return table


def _dollars(value: float | None) -> str:
    return "unknown" if value is None else f"${value:,.2f}"
