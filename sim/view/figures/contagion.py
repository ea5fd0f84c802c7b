"""The contagion map: who passed how much distress to whom, and by which channel, as the metric ``contagion`` found it on the tape."""

from __future__ import annotations

from typing import Any

from sim.contagion import drawing
from sim.view.canvas import Frame, beside
from sim.view.extra import Figure
from sim.view.figure import Tables, rows, table
from sim.view.material import Material
from sim.view.words import amount, count, plain

NAME = "contagion"
HEADING = "The contagion map"
_EDGES = ("from_kind", "from", "to_kind", "to", "channel", "unit", "flow", "count", "first_at_ns", "blocks_late")
_TOLD = ("calls_left", "outages", "usual_wait_blocks")


def data(material: Material) -> Tables:
    """Return edges, nodes, protocols, and what is told of the whole map."""
    found, figures = material.tables("contagion"), material.figures("contagion")
    return {
        "contagion_edges": _copied(found.get("edges"), _EDGES),
        "contagion_nodes": _copied(found.get("nodes"), ("kind", "name")),
        "contagion_protocols": _copied(found.get("protocols"), ("protocol", "debt", "from_others", "from_itself")),
        "contagion_in_all": table(("key", "value"), [(key, figures.get(key)) for key in _TOLD]),
    }


def nothing(tables: Tables) -> str:
    """Say so where nothing went from anybody to anybody."""
    return "" if tables["contagion_edges"]["from"] else "No distress went from anybody to anybody: there is no map to draw."


def title(tables: Tables) -> str:
    """Return how much fell to others' sales."""
    told = drawing.title(_figures(tables))
    return told[:1].upper() + told[1:]


def caption(tables: Tables) -> str:
    """Return the heaviest edges by channel, and how to read it."""
    heaviest: dict[tuple[str, str], tuple[Any, ...]] = {}
    for edge in rows(tables["contagion_edges"], "channel", "unit", "from", "to", "flow"):
        kept = heaviest.setdefault((edge[0], edge[1]), edge)
        if abs(edge[4]) > abs(kept[4]):
            heaviest[edge[0], edge[1]] = edge
    told = [f"{plain(channel)}: {start} to {end}, {amount(flow)} {plain(unit)}" for channel, unit, start, end, flow in heaviest.values()]
    edges = count(len(tables["contagion_edges"]["from"]), "edge")
    return f"{edges}. The heaviest by channel: {'; '.join(told)}. {drawing.caption(_figures(tables)).capitalize()}."


def draw(picture: Figure, tables: Tables, frame: Frame) -> None:
    """Draw the map."""
    (axes,) = beside(picture, 1, 6.2)
    drawing.draw(axes, _figures(tables))


def _figures(tables: Tables) -> dict[str, Any]:
    """Return the map as the drawing takes it."""
    protocols = _records(tables, "contagion_protocols")
    return {
        "edges": _records(tables, "contagion_edges"),
        "nodes": _records(tables, "contagion_nodes"),
        "protocols": {each["protocol"]: each for each in protocols},
        **{key: value or 0 for key, value in rows(tables["contagion_in_all"])},
    }


def _records(tables: Tables, name: str) -> list[dict[str, Any]]:
    return [dict(zip(tables[name], row, strict=True)) for row in rows(tables[name])]


def _copied(found: Any, columns: tuple[str, ...]) -> dict[str, list[Any]]:
    return {name: list(values) for name, values in found.items()} if found else {name: [] for name in columns}
