"""Who of a market is unhealthy. Health here is no mix of prices: it hangs on bands that swaps change, so it is screened by bands.

Calm loans are those whose bands all lie beyond the active one and beyond the oracle's price, and which would be healthy at the very edge of
their first band: nothing can change that but a call of their own, a swap that reaches them, or a price that does. They are kept by first
band and not looked at. All others, those in soft liquidation above all, are judged by the market's exact sums whenever anything moved.
Interest moves edges as it moves debts, so it makes nobody less calm.
"""

from typing import Protocol

import attrs

from sim.lending.aave.rules import NO_DEBT
from sim.lending.aave.standing import Standing
from sim.lending.llamma.amm import BandAmm
from sim.lending.llamma.powers import logarithm
from sim.lending.watch import MOST_ON_TAPE
from sim.records.layout import Row
from sim.records.lending import HealthFell, HealthRecovered
from sim.units import NO_SEQ, WAD, Party, Price, Seconds, Seq, Units, Wad

MARGIN: Wad = WAD + 10**12
"""Health at the edge that roundings cannot use up."""
LEAST_IN_BAND = 10**10
"""Collateral (18 decimals) of an owner in each band below which roundings might."""
LEAST_DEBT = 10**6
"""Units of debt below which they might."""


class Judged(Protocol):
    """The market, as far as it is needed here."""

    @property
    def amm(self) -> BandAmm:
        """Its bands."""
        ...

    def debt(self, party: Party, timestamp: Seconds) -> Units:
        """Return what somebody owes."""
        ...

    def health(self, party: Party, timestamp: Seconds, full: bool = True) -> Wad:
        """Return an account's health."""
        ...

    def standing(self, party: Party, timestamp: Seconds) -> Standing:
        """Return an account's values and health."""
        ...


@attrs.define(eq=False, repr=False)
class SoftWatch:
    """The unhealthy loans of one market."""

    fell: dict[Party, Seq] = attrs.field(factory=dict)
    """Unhealthy accounts, as far as screened, with their ``HealthFell`` (0 until noted)."""
    calm: dict[int, dict[Party, None]] = attrs.field(factory=dict)
    """By first band."""
    band_of: dict[Party, int] = attrs.field(factory=dict)
    """Of the calm."""
    restless: dict[Party, None] = attrs.field(factory=dict)
    """All other loans."""
    changed: dict[Party, None] = attrs.field(factory=dict)
    """Whose loan was written to since the last screening; a tx that is rolled back leaves its account here, which costs a look."""
    judged: int = 0
    """Accounts judged so far: what tests count instead of time."""
    _seen: tuple[int, ...] = ()

    def mark(self, party: Party) -> None:
        """Note that a loan was written to."""
        self.changed[party] = None

    def note_fell(self, account: Party, seq: Seq) -> None:
        """Take note of the number an account's ``HealthFell`` got on the tape."""
        assert account in self.fell
        self.fell[account] = seq

    def screen(self, market: Judged, timestamp: Seconds, post: Seq, price: Price) -> list[tuple[Party, Row]]:
        """Return a row for every account that changed sides, by id."""
        amm = market.amm
        now, base = amm.limited(timestamp).price, amm.base_at(timestamp)
        seen = (now, base, amm.bands.version)
        if seen == self._seen and not self.changed:
            return []
        self._seen = seen
        for party in self.changed:
            self._rouse(party)
        self.changed.clear()
        reach = max(amm.bands.take_reached(), 1 + logarithm(max(base * WAD // now, 1)) // amm.terms.amp.log_ratio)
        for band in [band for band in self.calm if band <= reach]:
            for party in list(self.calm[band]):
                self._rouse(party)
        rows = [(party, self._judge(market, party, timestamp, post, price, reach)) for party in sorted(self.restless)]
        return [(party, row) for party, row in rows if row is not None]

    def _judge(self, market: Judged, party: Party, timestamp: Seconds, post: Seq, price: Price, reach: int) -> Row | None:
        """Note on which side an account stands, and whether it is calm; return the row to say if that is news."""
        self.judged += 1
        health = market.health(party, timestamp)
        is_unhealthy, was_unhealthy = health < WAD, party in self.fell
        self._settle(market, party, timestamp, reach, health)
        if is_unhealthy and not was_unhealthy:
            self.fell[party] = NO_SEQ
            stand = market.standing(party, timestamp)
            return (HealthFell.kind, post, price if post else 0, health, stand.debt, stand.collateral)
        if was_unhealthy and not is_unhealthy:
            del self.fell[party]
            return (HealthRecovered.kind, min(health, MOST_ON_TAPE))
        return None

    def _settle(self, market: Judged, party: Party, timestamp: Seconds, reach: int, health: Wad) -> None:
        """Let a loan rest where nothing can reach it; forget one that is gone."""
        if health == NO_DEBT:
            del self.restless[party]
            return
        first = market.amm.bands.stakes[party].first
        if first <= reach or market.debt(party, timestamp) < LEAST_DEBT or market.health(party, timestamp, full=False) < MARGIN:
            return
        if min(each.part(each.y) for each in market.amm.bands.slices(party)) < LEAST_IN_BAND:
            return
        del self.restless[party]
        self.calm.setdefault(first, {})[party] = None
        self.band_of[party] = first

    def _rouse(self, party: Party) -> None:
        """Judge an account from now on, until it is calm."""
        band = self.band_of.pop(party, None)
        if band is not None:
            del self.calm[band][party]
            if not self.calm[band]:
                del self.calm[band]
        self.restless[party] = None

    def _check(self, market: Judged) -> None:
        """Assert that every loan is watched. Cost: all loans."""
        listed = {party for parties in self.calm.values() for party in parties}
        assert listed == self.band_of.keys()
        assert not listed & self.restless.keys()
        owners = market.amm.bands.stakes.keys()
        assert owners <= listed | self.restless.keys() | self.changed.keys()
        assert self.fell.keys() <= self.restless.keys() | self.changed.keys()
