"""What the vaults' money cost against the outside: its premium, from two prices of one asset.

The price of money is the mid of a reference venue (collateral against something else) over the mid of the venue that quotes the
collateral in money: when bidders must have money and sell collateral for it there, it rises above one. Read once a minute. Where one
venue jumps and the other follows later, the minutes between show how late it is and no premium: so the highest is that of the whole hours
of the run, from the hour of the first auction on, each by the median of its minutes. The mean is of all minutes from the first auction on.
"""

from __future__ import annotations

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.facts import Facts, VenueFacts
from sim.metrics.fold import Figures, Prices, bps, mids, percentile
from sim.records.agents import RunEnded
from sim.records.auctions import AuctionStarted
from sim.records.chain import BlockSealed
from sim.units import HOUR, MINUTE, Nanos

FIGURES = ("stable_premium_bps_max", "stable_premium_bps_mean")
"""Its keys."""
_MINUTES = HOUR // MINUTE


def venue_pair(facts: Facts) -> tuple[VenueFacts, VenueFacts] | None:
    """Return the reference venue and the one that quotes in money, of the first pool of vaults that has both."""
    for vault in facts.vaults:
        venues = [venue for venue in facts.venues if venue.base == vault.collateral]
        inside = next((venue for venue in venues if venue.quote == vault.money), None)
        reference = next((venue for venue in venues if venue.quote != vault.money), None)
        if inside and reference:
            return reference, inside
    return None


@attrs.define
class PremiumMetric:
    """The premium of the vaults' money."""

    facts: Facts
    pair: tuple[VenueFacts, VenueFacts] | None = attrs.field(init=False)
    by_minute: dict[int, float] = attrs.field(factory=dict)
    """By minute since the start, as of its end; minutes without both mids are left out."""
    first_auction: Nanos | None = None
    _minutes: int = 0
    """Minutes read so far."""
    _before: tuple[float, float] = (0.0, 0.0)

    def __attrs_post_init__(self) -> None:
        """Find the two venues."""
        self.pair = venue_pair(self.facts)

    def take(self, stretch: Stretch) -> None:
        """Read the next quotes."""
        if self.pair is None:
            return
        started = stretch.columns(AuctionStarted)["at_ns"]
        if self.first_auction is None and len(started):
            self.first_auction = int(started[0])
        quoted = [mids(stretch, self.facts, venue) for venue in self.pair]
        self._read(quoted, self._ended(stretch, quoted))
        self._before = (quoted[0].last(self._before[0]), quoted[1].last(self._before[1]))

    def figures(self) -> Figures:
        """Return the highest hour's median and the mean, in bps; None without hours or minutes to go by, nothing without the two venues."""
        if self.pair is None:
            return {}
        since = self.first_auction
        later = [] if since is None else [each for minute, each in self.by_minute.items() if (minute + 1) * MINUTE > since]
        highest = max(self.by_hour().values(), default=None)
        found = (None if highest is None else bps(highest), bps(sum(later) / len(later)) if later else None)
        return dict(zip(FIGURES, found, strict=True))

    def by_hour(self) -> dict[int, float]:
        """Return the median (nearest rank) of each whole hour since the start, from that of the first auction on."""
        if self.first_auction is None:
            return {}
        hours: dict[int, list[float]] = {}
        for minute, premium in self.by_minute.items():
            hours.setdefault(minute // _MINUTES, []).append(premium)
        whole = range(self.first_auction // HOUR, self._minutes // _MINUTES)
        medians = {hour: percentile(hours[hour], 50) for hour in whole if hour in hours}
        return {hour: median for hour, median in medians.items() if median is not None}

    def _ended(self, stretch: Stretch, quoted: list[Prices]) -> Nanos:
        """Return an instant that the stretch has reached: whatever comes later is not before it, and nothing comes after the run's end."""
        ends = stretch.columns(RunEnded)["at_ns"]
        seen = [each.instants for each in quoted] + [stretch.columns(BlockSealed)["at_ns"], ends + 1]
        return max((int(instants[-1]) for instants in seen if len(instants)), default=0)

    def _read(self, quoted: list[Prices], until: Nanos) -> None:
        """Look at the end of each minute that is over."""
        ends = np.arange(self._minutes + 1, -(-until // MINUTE)) * MINUTE
        reference, inside = (_at(prices, ends, before) for prices, before in zip(quoted, self._before, strict=True))
        for each in np.flatnonzero((reference > 0) & (inside > 0)).tolist():
            self.by_minute[int(ends[each]) // MINUTE - 1] = float(reference[each] / inside[each]) - 1
        self._minutes += len(ends)


def _at(prices: Prices, instants: np.ndarray, before: float) -> np.ndarray:
    """Return the price in force at instants; ``before`` where the first change lies ahead."""
    known = np.concatenate([[before], prices.values])
    found: np.ndarray = known[np.searchsorted(prices.instants, instants, side="right")]
    return found
