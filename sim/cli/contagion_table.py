"""A contagion map as tables for people: edges between protocols by channel, who carried them, fates, orders of failure; and its twins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.cli.study_table import cell, counted
from sim.cli.telling import Teller
from sim.contagion.drawing import whose_sales
from sim.experiment.transmission import ALL

_WIDEST = 1_000
MOST_EDGES = 10
"""Edges shown of a channel."""
Grid = tuple[str, list[str], list[list[str]]]
"""Title, header, rows."""
_UNITS = {"debt": "base currency", "pulled": "quote units pulled", "bps": "bps"}
REMARK = (
    "an account of what the tape says: price and oracle may both carry one liquidation, so channels do not add up; what a channel did"
    " is asked with --twins"
)


def print_map(figures: Mapping[str, Any], teller: Teller) -> None:
    """Print what ``sim.contagion.realised_figures`` found."""
    _print([headline(figures)], map_grids(figures, teller), [f"remark: {each}" for each in (REMARK, *figures["predicted"]["remarks"])])


def print_transmission(table: Mapping[str, Any]) -> None:
    """Print what ``sim.experiment.transmission`` found."""
    seeds = table["seeds"]
    head = [
        f"{table['scenario']}: {table['title']}",
        f"{counted(seeds)} from {seeds[0]} on; mean (and {table['confidence']:.0%} of the bootstrap's means)",
    ]
    _print(head, transmission_grids(table), transmission_lines(table))


def headline(figures: Mapping[str, Any]) -> str:
    """Return the map in a line."""
    between = [edge for edge in figures["between"] if edge["from"] != edge["to"]]
    return f"{len(figures['nodes'])} nodes, {len(figures['edges'])} edges, {len(between)} of them between two; {whose_sales(figures)}"


def map_grids(figures: Mapping[str, Any], teller: Teller) -> Iterator[Grid]:
    """Yield the tables of a map."""
    fates = figures["protocols"]
    header = ["", "margin calls", "liquidations", "debt", "from others", "from itself", "bad debt", "first liquidated", "first bad debt"]
    body = [
        [
            *(name, f"{each['margin_calls']:,}", f"{each['liquidations']:,}", *(f"{each[key]:,.0f}" for key in _DEBTS)),
            *(_clock(each[key], teller) for key in ("first_liquidated_at_ns", "first_bad_debt_at_ns")),
        ]
        for name, each in fates.items()
    ]
    yield "what became of whom", header, body
    yield from _edges("from one to another, whatever lies in between", figures["between"], teller)
    yield from _edges("edges of the map", figures["edges"], teller)
    orders = {model: order for model, order in figures["predicted"]["orders"].items() if order}
    if orders:
        body = [
            [name, _clock(fate["first_liquidated_at_ns"], teller), *(_place(order.get(name)) for order in orders.values())]
            for name, fate in fates.items()
        ]
        yield (
            "order of failure: as it came, and as models foretold it",
            ["", "first liquidated", *(_words(model) for model in orders)],
            body,
        )
    if figures["agreement"]:
        rows = [
            [_words(each["model"]), each["failure"], str(each["n"]), *(_number(each[key]) for key in _ALIKE)]
            for each in figures["agreement"]
        ]
        yield "predicted order of failure against the realised one", ["model", "failure", "protocols", *_ALIKE], rows


_DEBTS = ("debt", "from_others", "from_itself", "bad_debt")
_ALIKE = ("kendall", "spearman", "chance")


def transmission_grids(table: Mapping[str, Any]) -> Iterator[Grid]:
    """Yield the tables of twins."""
    for key, words in (("debt", "debt liquidated"), ("liquidations", "liquidations"), ("bad_debt", "bad debt")):
        cuts = table["cuts"]
        shown = [name for name, each in table["run"].items() if key != "bad_debt" or each[key]["mean"] or _differs(cuts, name, key)]
        if shown:
            body = [[name, cell(table["run"][name][key]), *(cell(cut["protocols"][name][key]) for cut in cuts.values())] for name in shown]
            yield f"{words}: the run, and how much more than its twin without", ["", "run", *cuts], body


def transmission_lines(table: Mapping[str, Any]) -> Iterator[str]:
    """Yield what stands below the tables."""
    for name, feature in table["features"].items():
        channel = f" (channel {feature['channel'].replace('_', ' ')})" if feature["channel"] else ""
        yield f"{name}: {feature['title']}{channel}"
    if ALL in table["cuts"]:
        yield f"{ALL}: none of what protocols share; they touch nowhere"
    for name, cut in table["cuts"].items():
        if cut["same_digest"]:
            yield f"in {counted(range(cut['same_digest']))} of {len(table['seeds'])} the twin without {name} is the run, to the last entry"
    yield from (
        f"without {name}: {reason if reason.startswith('not alone') else f'none, for {reason}'}"
        for name, reason in table["lacking"].items()
    )
    yield from (f"remark: {remark}" for remark in table["remarks"])
    yield from (f"note: {note}" for note in table["notes"])


def _edges(title: str, edges: Sequence[Mapping[str, Any]], teller: Teller) -> Iterator[Grid]:
    if not edges:
        return
    rows, left = [], dict[str, int]()
    shown: dict[tuple[str, str], int] = {}
    for edge in edges:
        key = (edge["channel"], edge["unit"])
        shown[key] = shown.get(key, 0) + 1
        if shown[key] <= MOST_EDGES:
            late = f"{edge['blocks_late']:,.1f}" if edge["blocks_late"] else ""
            flow = f"{edge['flow']:,.0f}" if edge["unit"] in _UNITS else f"{edge['flow']:,.2f}"
            what = [edge["channel"].replace("_", " "), edge["from"], edge["to"], flow, _UNITS.get(edge["unit"], edge["unit"])]
            rows.append([*what, f"{edge['count']:,}", _clock(edge["first_at_ns"], teller), late])
        else:
            left[edge["channel"]] = left.get(edge["channel"], 0) + 1
    more = "".join(f"; {count} more by {channel.replace('_', ' ')}" for channel, count in left.items())
    yield f"{title}{more}", ["channel", "from", "to", "flow", "in", "count", "first", "blocks late"], rows


def _differs(cuts: Mapping[str, Any], name: str, key: str) -> bool:
    return any(cut["protocols"][name][key]["mean"] for cut in cuts.values())


def _clock(at: int | None, teller: Teller) -> str:
    return "never" if at is None else teller.clock(at)


def _place(place: float | None) -> str:
    return "not at all" if place is None else f"{place:g}"


def _words(model: str) -> str:
    return model.replace("_", " ")


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}"


def _print(head: Sequence[str], grids: Iterator[Grid], below: Iterator[str] | Sequence[str]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(soft_wrap=True, highlight=False, width=_WIDEST)
    for line in head:
        console.print(line, markup=False)
    for title, header, body in grids:
        console.print(f"\n{title}", style="bold", markup=False)
        made = Table(*header, box=None, pad_edge=False)
        for cells in body:
            made.add_row(*map(escape, cells))
        console.print(made)
    console.print()
    for line in below:
        console.print(line, markup=False)
