"""The map as a graph of networkx, for GraphML and for whoever computes on graphs. networkx is an extra."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.units import SECOND


def graph(figures: Mapping[str, Any]) -> Any:
    """Return a ``networkx.MultiDiGraph`` of a map, realised or predicted: a node each, an edge by channel and unit."""
    networkx = _networkx()
    made = networkx.MultiDiGraph()
    for node in figures["nodes"]:
        fate = figures.get("protocols", {}).get(node["name"], {}) if node["kind"] == "protocol" else {}
        known = {key: value for key, value in fate.items() if value is not None}
        made.add_node(node_id(node["kind"], node["name"]), kind=node["kind"], label=node["name"], **known)
    for edge in figures["edges"]:
        ends = node_id(edge["from_kind"], edge["from"]), node_id(edge["to_kind"], edge["to"])
        what = {key: edge[key] for key in ("channel", "unit", "flow", "count", "blocks_late") if key in edge}
        when = {"first_at_s": edge["first_at_ns"] / SECOND} if "first_at_ns" in edge else {}
        made.add_edge(*ends, key=f"{edge['channel']} {edge['unit']}", **when, **what)
    return made


def write_graphml(path: Path, figures: Mapping[str, Any]) -> None:
    """Write the map as GraphML. InputError when networkx is not installed, or the disk says no."""
    made = graph(figures)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _networkx().write_graphml(made, path)
    except OSError as problem:
        raise InputError(f"{path} cannot be written ({problem.strerror}); give another file") from problem


def node_id(kind: str, name: str) -> str:
    """Return what a node is called in a graph: an asset and a venue may have one name."""
    return f"{kind} {name}"


def _networkx() -> Any:
    try:
        import networkx  # An extra.
    except ModuleNotFoundError:
        raise InputError("a graph needs networkx, which is not installed: pip install 'downtick[plot]'") from None
    return networkx
