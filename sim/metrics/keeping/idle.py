"""How much of keepers' money lay idle: in time, what they held as money against what was tied up in collateral or in bids.

Idle is the quote asset a keeper began with (``facts.purses``, wherever it lies), plus what its business brought since, less what stands
in bids; tied up are those bids and the units it holds of what it seized or bought, at what they were worth when they came. Told in units
of the quote asset, after each of its own entries, the last of a second. Left out: gas money, other assets it began with, and a keeper
whose purse the facts do not tell.
"""

from __future__ import annotations

from fractions import Fraction

import attrs

from sim.facts import Facts
from sim.metrics.keeping.spending import ItemisedProfit
from sim.units import SECOND, AssetId, Nanos, Units

ZERO = Fraction(0)


@attrs.define
class Capital:
    """One keeper's in one quote asset."""

    opening: Units
    series: list[tuple[Nanos, Units, Units, Units]] = attrs.field(factory=list)
    """Instant, idle, in collateral, in bids."""
    idle_time: int = 0
    """Units times nanoseconds."""
    tied_time: int = 0
    most_tied: Units = 0
    _since: Nanos = 0
    _idle: Units = 0
    _tied: Units = 0

    def __attrs_post_init__(self) -> None:
        """Begin with everything idle."""
        self._idle = self.opening

    def now(self, at: Nanos, profit: ItemisedProfit, locked: Units) -> None:
        """Take how it stands after an entry."""
        self.until(at)
        held = int(sum((max(each, ZERO) for each in profit.booked.values()), ZERO))
        self._idle, self._tied = max(0, self.opening + int(profit.cash) - locked), held + locked
        self.most_tied = max(self.most_tied, self._tied)
        if self.series and self.series[-1][0] // SECOND == at // SECOND:
            self.series.pop()
        self.series.append((at, self._idle, held, locked))

    def until(self, at: Nanos) -> None:
        """Let what stands go on until an instant."""
        self.idle_time += self._idle * (at - self._since)
        self.tied_time += self._tied * (at - self._since)
        self._since = at


def openings(facts: Facts) -> dict[tuple[str, AssetId], Units]:
    """Return what keepers began with, by agent and asset, all accounts and places together."""
    found: dict[tuple[str, AssetId], Units] = {}
    for agent in facts.agents:
        for purse in facts.purses:
            if agent.role == "keeper" and agent.party <= purse.party < agent.party + max(1, agent.accounts):
                key = (agent.name, purse.asset)
                found[key] = found.get(key, 0) + purse.units
    return found
