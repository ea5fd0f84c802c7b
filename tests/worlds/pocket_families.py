"""The pocket world of families (``families.toml``)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.scenario.load import load
from sim.scenario.spec import Scenario

FAMILIES = Path(__file__).with_name("families.toml")
LENDERS = ("old", "new", "blue", "kit", "first", "troves", "bands")
"""Its lenders, in the sequence in which they are built."""
AMMS = ("pair", "ranges", "stable", "bands/amm")


def families(keys: Mapping[str, Any] | None = None) -> Scenario:
    """Return the pocket scenario of families, with values set at dotted paths."""
    return load(FAMILIES, keys or {})
