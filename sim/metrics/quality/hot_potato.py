"""Whether makers passed units on to one another instead of keeping them: lots traded between makers, over what all of them came to hold.

On 6 May 2010 high-frequency traders traded more than 27,000 contracts within fourteen seconds and bought 200 of them net (CFTC and SEC
2010; Kirilenko, Kyle, Samadi and Tuzun 2017). A maker is whoever has placed an order with the motive of making a market, from that order
on.
"""

from __future__ import annotations

import attrs
import numpy as np

from sim.metrics.fold import Figures, Integers, at_place
from sim.metrics.quality.line import significant
from sim.metrics.quality.reading import Look, Sums
from sim.metrics.quality.spans import Fall
from sim.records.market import OrderAccepted
from sim.units import SECOND, Party, Seq
from sim.vocabulary import Motive


@attrs.define
class HotPotato:
    """One venue's makers."""

    whole: float
    """Whole base units in a lot."""
    _since: dict[Party, Seq] = attrs.field(factory=dict)
    """Makers, and the first order of each."""
    _between: Sums = attrs.field(factory=lambda: Sums(SECOND))
    _net: Sums = attrs.field(factory=lambda: Sums(SECOND))
    _all: Sums = attrs.field(factory=lambda: Sums(SECOND))

    def take(self, look: Look) -> None:
        """Read the next orders and trades."""
        seqs, parties, motives = at_place(look.stretch.columns(OrderAccepted), look.venue.place, "seq", "party", "motive")
        making = motives == Motive.MARKET_MAKING
        found, firsts = np.unique(parties[making], return_index=True)
        for party, seq in zip(found.tolist(), seqs[making][firsts].tolist(), strict=True):
            self._since.setdefault(party, seq)
        trades = look.trades
        is_maker, is_taker = self._are_makers(trades.makers, trades.seqs), self._are_makers(trades.takers, trades.seqs)
        self._between.add(trades.instants, trades.lots * (is_maker & is_taker))
        self._net.add(trades.instants, trades.lots * trades.signs * (is_taker.astype(np.int64) - is_maker))
        self._all.add(trades.instants, trades.lots)

    def figures(self, fall: Fall | None, seconds: int) -> Figures:
        """Return volumes in whole base units and their ratio, of the run and of the fall; None where makers hold what they held before."""
        steps = max(seconds, 1)
        found = self._over(slice(0, steps), steps, "")
        falling = self._over(slice(fall.peak, fall.trough), steps, "_in_fall") if fall else None
        return found | (falling or {f"{key}_in_fall": None for key in found})

    def _over(self, span: slice, steps: int, word: str) -> Figures:
        between, net, traded = (float(np.sum(sums.over(steps)[span])) for sums in (self._between, self._net, self._all))
        return {
            f"between_makers{word}": significant(between * self.whole),
            f"makers_net{word}": significant(net * self.whole),
            f"ratio{word}": round(between / abs(net), 4) if net else None,
            f"between_makers_share{word}": round(between / traded, 6) if traded else None,
        }

    def _are_makers(self, parties: Integers, seqs: Integers) -> np.ndarray:
        if not self._since:
            return np.zeros(len(parties), bool)
        known = np.array(sorted(self._since), np.int64)
        since = np.array([self._since[party] for party in known.tolist()], np.int64)
        places = np.minimum(np.searchsorted(known, parties), len(known) - 1)
        found: np.ndarray = (known[places] == parties) & (since[places] < seqs)
        return found
