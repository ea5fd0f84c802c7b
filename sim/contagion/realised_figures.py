"""The realised map as figures ready for JSON, and as tidy tables. ``docs/reference/contagion.md`` tells every key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any

from sim.contagion.fates import Fate
from sim.contagion.order import Agreement, agreement
from sim.contagion.realised import Realised
from sim.contagion.realised_edges import SCALE, Edge, Node, Unit

Figures = dict[str, Any]
Table = dict[str, list[Any]]
_BASE_CURRENCY = 10**8
FAILURES = {"margin call": "first_called_at_ns", "liquidation": "first_liquidated_at_ns", "insolvency": "first_bad_debt_at_ns"}
"""Ways to fail, and the figure of a protocol that says when."""
_EDGE = ("from_kind", "from", "to_kind", "to", "channel", "unit", "flow", "count", "first_at_ns", "blocks_late")


def figures(found: Realised) -> Figures:
    """Return all of it, ready for JSON."""
    return {
        "nodes": [{"kind": node[0].value, "name": named(found, node)} for node in found.nodes],
        "edges": [_edge(found, each) for each in found.edges],
        "between": [_edge(found, each) for each in found.between],
        "protocols": {named(found, node): _fate(fate) for node, fate in found.fates.items()},
        "usual_wait_blocks": found.usual_wait,
        "calls_left": found.calls_left,
        "outages": found.outages,
    }


def tables(found: Realised) -> dict[str, Table]:
    """Return nodes, edges and protocols as tables."""
    told = figures(found)
    fates = [{"protocol": name, **fate} for name, fate in told["protocols"].items()]
    return {
        "nodes": _table(("kind", "name"), told["nodes"]),
        "edges": _table(_EDGE, told["edges"]),
        "between": _table(_EDGE, told["between"]),
        "protocols": _table(("protocol", *_fate(Fate())), fates),
    }


def realised_orders(protocols: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return the instants at which protocols failed, infinity for those that did not, by way of failing."""
    return {
        way: {name: inf if fate[key] is None else float(fate[key]) for name, fate in protocols.items()} for way, key in FAILURES.items()
    }


def compared(protocols: Mapping[str, Mapping[str, Any]], predicted: Mapping[str, Mapping[str, float | None]]) -> list[Figures]:
    """Return how alike each predicted order and each realised one are.

    ``predicted`` gives an order by model, the smaller the earlier, None for who does not fail; a model without an order is left out.
    """
    return [
        {"model": model, "failure": way, **_agreement(agreement(_placed(order), instants))}
        for model, order in predicted.items()
        if order
        for way, instants in realised_orders(protocols).items()
    ]


def named(found: Realised, node: Node) -> str:
    """Return a node's name; its number where the facts do not name it."""
    return found.names.get(node, f"{node[0].value} {node[1]}")


def _edge(found: Realised, edge: Edge) -> Figures:
    (start, end), late = (edge.start, edge.end), edge.late / SCALE[Unit.BLOCKS]
    ends = {"from_kind": start[0].value, "from": named(found, start), "to_kind": end[0].value, "to": named(found, end)}
    what = {"channel": edge.channel.value, "unit": edge.unit.value, "flow": edge.told, "count": edge.count}
    return {**ends, **what, "first_at_ns": edge.first_at, "blocks_late": late}


def _fate(fate: Fate) -> Figures:
    return {
        "margin_calls": fate.calls,
        "liquidations": fate.liquidations,
        "debt": fate.debt / _BASE_CURRENCY,
        "from_others": fate.from_others / _BASE_CURRENCY,
        "from_itself": fate.from_itself / _BASE_CURRENCY,
        "from_others_share": round(fate.from_others / fate.debt, 6) if fate.debt else None,
        "bad_debt": fate.bad_debt / _BASE_CURRENCY,
        "first_called_at_ns": fate.first_called_at,
        "first_liquidated_at_ns": fate.first_liquidated_at,
        "first_bad_debt_at_ns": fate.first_bad_debt_at,
    }


def _placed(order: Mapping[str, float | None]) -> dict[str, float]:
    return {name: inf if place is None else place for name, place in order.items()}


def _agreement(found: Agreement) -> Figures:
    return {"n": found.n, "kendall": found.kendall, "spearman": found.spearman, "chance": found.chance}


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Table:
    kept = list(rows)
    return {column: [row[column] for row in kept] for column in columns}
