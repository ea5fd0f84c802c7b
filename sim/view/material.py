"""All that figures are made of: what one pass over a tape found, beside the manifest and the summary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from sim.cascade import Cascade
from sim.cascade.moves import Moves
from sim.facts import Facts, VenueFacts
from sim.metrics.analysis import Analysis
from sim.metrics.fold import asset_of
from sim.names import Names
from sim.storage import Manifest
from sim.units import AssetId, Nanos, Place
from sim.view.looks import Looks


@attrs.frozen
class Material:
    """A run, ready to be drawn."""

    manifest: Manifest
    standing: str
    """How far the run got, as a sentence."""
    facts: Facts
    names: Names
    scenario: Mapping[str, Any]
    """Its tables, as they were read."""
    summary: Mapping[str, Any]
    cascade: Cascade
    with_makers: Cascade
    """The same, makers' cancels counting as done by the sales they answer."""
    moves: Moves
    analysis: Analysis
    looks: Looks

    @property
    def length(self) -> Nanos:
        """From time zero to the last entry."""
        return max(self.looks.ended_at, 1)

    def name(self, id: int) -> str:
        """Return what an interned number stands for."""
        return self.names.name(id)

    def symbol(self, asset: AssetId) -> str:
        """Return an asset's symbol."""
        return asset_of(self.facts, asset).symbol

    def market(self, venue: VenueFacts) -> str:
        """Return what a venue's prices are counted in."""
        return f"{self.symbol(venue.quote)} per {self.symbol(venue.base)}"

    def money(self, pool: Place = 0) -> str:
        """Return in what a pool's debts are counted; without a pool, in what all of them are: USD where they are not the same."""
        monies = list(dict.fromkeys(self.symbol(vault.money) for vault in self.facts.vaults if not pool or vault.place == pool))
        is_other = any(not pool or each.place == pool for each in self.facts.pools)
        return monies[0] if len(monies) == 1 and not is_other else "USD"

    def tables(self, analysis: str) -> Mapping[str, Any]:
        """Return an analysis' tables by their own names; none where there is no such analysis."""
        key = f"{analysis}_"
        return {name.removeprefix(key): found for name, found in self.analysis.tables.items() if name.startswith(key)}

    def figures(self, analysis: str) -> Mapping[str, Any]:
        """Return an analysis' figures; none where there is no such analysis."""
        return self.analysis.figures.get(analysis, {})
