"""The realised contagion map as a metric: what ``sim.contagion.realised`` finds, and the premium of the vaults' money beside it.

The premium is a channel between pools of vaults with one money: bidders of each must have it, and whoever owes it must buy it back.
Which of them made it dear is not on the tape; so every pool that had auctions is said to have paid for its highest hour, an edge to
the asset and one back, in bps.
"""

from __future__ import annotations

import attrs

from sim.cascade import CascadeFold, Stretch
from sim.contagion.realised import Realised, RealisedFold
from sim.contagion.realised_edges import SCALE, Channel, Edge, Edges, Kind, Unit
from sim.contagion.realised_figures import figures, tables
from sim.facts import Facts
from sim.metrics.analysis import Names, Table
from sim.metrics.fold import Figures
from sim.metrics.premium import PremiumMetric
from sim.units import HOUR


@attrs.define
class ContagionMetric:
    """Nodes, edges and fates. Cost: that of the cascade."""

    facts: Facts
    _fold: RealisedFold = attrs.field(init=False)
    _premium: PremiumMetric = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin to follow the tape."""
        self._fold, self._premium = RealisedFold(self.facts), PremiumMetric(self.facts)

    @classmethod
    def beside(cls, facts: Facts, cascade: CascadeFold) -> ContagionMetric:
        """Return one that uses a cascade which somebody else follows: told to ``carry``, and fed each stretch before this."""
        made = cls(facts)
        made._fold = RealisedFold(facts, cascade)
        return made

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        self._fold.take(stretch)
        self._premium.take(stretch)

    def result(self) -> Realised:
        """Return the map."""
        found, edges = self._fold.result(), Edges()
        for each in (*found.edges, *self._of_premium(found)):
            edges.add(each.start, each.end, each.channel, each.unit, each.flow, each.first_at, each.count, each.late)
        return attrs.evolve(found, edges=edges.told())

    def figures(self) -> Figures:
        """Return it, ready for JSON."""
        return figures(self.result())

    def tables(self, name: Names) -> dict[str, Table]:
        """Return it as tidy tables."""
        return dict(tables(self.result()))

    def _of_premium(self, found: Realised) -> list[Edge]:
        """Return the edges from and to the vaults' money, if it had a premium."""
        hours = {hour: premium for hour, premium in self._premium.by_hour().items() if premium > 0}
        if not hours or self._premium.pair is None:
            return []
        money, first = self._premium.pair[1].quote, min(hours) * HOUR
        highest = round(max(hours.values()) * 10_000 * SCALE[Unit.BPS])
        edges = []
        for vault in self.facts.vaults:
            pool, asset = (Kind.PROTOCOL, vault.place), (Kind.ASSET, money)
            if vault.money == money and pool in found.fates and found.fates[pool].liquidations:
                edges += [
                    Edge(start, end, Channel.PREMIUM, Unit.BPS, highest, len(hours), first) for start, end in ((pool, asset), (asset, pool))
                ]
        return edges
