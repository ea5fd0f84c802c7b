"""A cascade as tables for people: generations, trees, one tree drawn, cohorts, shares of the fall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from sim.cascade import Cascade
from sim.cascade.figures import told_as_tree
from sim.cli.telling import Teller
from sim.units import SECOND

_WIDEST = 1_000
MOST_LINES = 16
"""Liquidations drawn of the largest tree."""
MOST_COHORTS = 12
MOST_GROUPS = 6
Grid = tuple[str, list[str], list[list[str]]]
"""Title, header, rows."""
REMARK = (
    "accounting shares: they sum exactly and are no causal effects (for these, compare with a twin); the mean number of children is "
    "below one by arithmetic, and the branching estimates know no causes"
)


def print_cascade(figures: Mapping[str, Any], cascade: Cascade, teller: Teller) -> None:
    """Print what ``sim.cascade.figures`` found."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(soft_wrap=True, highlight=False, width=_WIDEST)
    for line in headline(figures):
        console.print(line, markup=False)
    for title, header, body in grids(figures, teller):
        console.print(f"\n{title}", style="bold", markup=False)
        made = Table(*header, box=None, pad_edge=False)
        for cells in body:
            made.add_row(*map(escape, cells))
        console.print(made)
    for line in drawn(figures, cascade, teller):
        console.print(line, markup=False)
    console.print(f"\nremark: {REMARK}", markup=False)
    if "check" in figures:
        console.print(checked(figures["check"]), markup=False)


def headline(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield what there is to say in a line each."""
    shares = figures["accounting_shares"]
    trees, generations = figures["trees"], len(figures["generations"])
    yield f"{figures['liquidations']:,} liquidations in {trees['count']:,} trees of up to {generations} generations"
    if not figures["liquidations"]:
        return
    found = [f"{shares[key]['count']:.1%} by count, {shares[key]['debt']:.1%} by debt" for key in ("descending", "descending_with_makers")]
    yield f"descend from others: {found[0]} (with what makers pulled in answer: {found[1]})"
    yield f"mean number of children: {figures['mean_children']:.3f}"
    gain = figures["gain_before"].get("all", next(iter(figures["gain_before"].values()), None))
    yield f"gain before the run: {'none' if gain is None else f'{gain:.3f}'}"
    estimates = figures["branching_estimates"]
    hawkes = estimates["hawkes"] and estimates["hawkes"]["n"]
    told = [
        f"{words} {'none' if value is None else f'{value:.2f}'}"
        for words, value in (("counts", estimates["of_counts"]), ("Hawkes", hawkes))
    ]
    yield f"branching estimates from the instants alone: {', '.join(told)}"


def grids(figures: Mapping[str, Any], teller: Teller) -> Iterator[Grid]:
    """Yield the tables."""
    header = ["liquidations", "accounts", "debt", "from", "lasting", "protocols", ""]
    if figures["generations"]:
        body = [
            [str(each["generation"]), *_ratios(each), f"{each['forced_weight']:.1%}", *_row(each, teller)]
            for each in figures["generations"]
        ]
        words = "generations (R: over the one before; by sales: weight of liquidations among their parents, by debt)"
        yield words, ["", "R by debt", "R by count", "by sales", *header], body
    if figures["trees"]["largest"]:
        body = [[str(each["root"]), f"{each['depth']} x {each['breadth']}", *_row(each, teller)] for each in figures["trees"]["largest"]]
        yield "largest trees", ["root", "depth x breadth", *header], body
    if figures["cohorts"]:
        largest = sorted(figures["cohorts"], key=lambda each: -float(each["debt"]))[:MOST_COHORTS]
        shown = sorted(largest, key=lambda each: int(each["start_ns"]))
        more = f", the {MOST_COHORTS} largest of {len(figures['cohorts'])}" if len(figures["cohorts"]) > MOST_COHORTS else ""
        body = [[teller.clock(each["start_ns"]), *_ratios(each), *_row(each, teller)] for each in shown]
        yield f"cohorts (R: what descends from them, over their own{more})", ["", "R by debt", "R by count", *header], body
    for place, moves in figures["accounting_shares"]["moves"].items():
        if moves["falls"] or moves["rises"]:
            yield _moves(place, moves)
    for each in figures["weights_since_peak"]:
        yield _since_peak(each, teller)


def drawn(figures: Mapping[str, Any], cascade: Cascade, teller: Teller) -> Iterator[str]:
    """Yield the largest tree, each liquidation below its heaviest parent."""
    deep = [each for each in figures["trees"]["largest"] if each["liquidations"] > 1]
    if not deep:
        return
    yield f"\nthe largest tree, root {deep[0]['root']}, by heaviest parents"
    told = told_as_tree(cascade, deep[0]["root"], MOST_LINES)
    for depth, each, weight in told:
        share = f"{teller.share(weight)} of " if depth > 1 and weight < Fraction(1) else ""
        whose = f"{teller.name(each.fall.account)} of {teller.name(each.fall.pool)}"
        debt = teller.base_currency(each.debt_value, each.fall.pool)
        yield f"{'  ' * depth}{share}[{each.seq}] {teller.clock(each.at)} {whose}: {debt}"
    if deep[0]["liquidations"] > len(told):
        yield f"  and {deep[0]['liquidations'] - len(told)} more"


def checked(found: Mapping[str, Any]) -> str:
    """Return what was asked, and how it was answered."""
    if found["offences"]:
        return f"checked, and {len(found['offences'])} things do not hold: {found['offences'][0]}"
    sums = f"{found['quotes']:,} moves of quotes and {found['posts']:,} of posted prices sum to the unit"
    return f"checked: {sums}, parents weigh one, {found['entries']:,} causes point back"


def _since_peak(each: Mapping[str, Any], teller: Teller) -> Grid:
    lowest = f"{each['posted_price']:,.2f} ({teller.clock(each['at_ns'])})"
    rows = [[_words(group), f"{weight:.1%}"] for group, weight in each["by_group"].items()][:MOST_GROUPS]
    heaviest = each["heaviest_liquidations"]
    rows += [[f"  {_words(found['kind'])} {found['entry']}", f"{found['weight']:.1%}"] for found in heaviest]
    return f"who pushed down the price that {each['pool']} read, from its peak to {lowest}", ["", "weight"], rows


def _moves(place: str, moves: Mapping[str, Any]) -> Grid:
    groups = {**moves["falls"], **moves["rises"], **moves["falls_with_makers"], **moves["rises_with_makers"]}
    keys = ("falls", "rises", "falls_with_makers", "rises_with_makers")
    largest = sorted(groups, key=lambda group: -max(abs(moves[key].get(group, 0)) for key in keys))[:MOST_GROUPS]
    body = [[_words(group), *(f"{moves[key].get(group, 0):+,.2f}" for key in keys)] for group in largest]
    title = f"whose doing the moves of {place} were, {moves['opening']:,.2f} to {moves['closing']:,.2f}, summed move by move"
    return title, ["", "falls", "rises", "falls, with makers", "rises, with makers"], body


def _ratios(each: Mapping[str, Any]) -> list[str]:
    return ["" if each[key] is None else f"{each[key]:.3f}" for key in ("ratio_by_debt", "ratio_by_count")]


def _row(each: Mapping[str, Any], teller: Teller) -> list[str]:
    protocols = ", ".join(f"{name} {count}" for name, count in each["protocols"].items())
    counts = [f"{each['liquidations']:,}", f"{each['accounts']:,}", f"{float(each['debt']):,.0f}"]
    lasting = teller.span(each["duration_ns"]) if each["duration_ns"] >= SECOND else "at once"
    return [*counts, teller.clock(each["first_at_ns"]), lasting, protocols, "open" if each["is_open"] else ""]


def _words(group: str) -> str:
    return group.replace("_", " ")
