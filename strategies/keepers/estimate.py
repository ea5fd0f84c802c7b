"""What a keeper's node tells it of gas, as late as the node is; and the ceiling of its software.

A late node names the price of a while ago: in a calm it makes no difference, in a rush the bid is too low from the start. Left out:
nodes that name too much, and estimators that look at the mempool.
"""

import attrs

from sim.units import Bps, Nanos, WeiPerGas
from sim.views import Block
from strategies.keepers.tips import Bid, market_bid, raised

NOTHING = Bid(0, 0)


@attrs.define
class Estimate:
    """A multiple of the price that space went for some time ago."""

    age: Nanos
    """How old the price is; 0: that of the last block in view."""
    multiple_bps: Bps
    most: WeiPerGas
    """Never bids more per gas."""
    _seen: list[Block] = attrs.field(factory=list)
    """Blocks from the one in force on, oldest first."""
    _bid: Bid = NOTHING

    def look(self, block: Block, now: Nanos) -> None:
        """Take note of the last block in view, and forget those that are older than the age asks for."""
        seen = self._seen
        if not seen or block.number > seen[-1].number:
            seen.append(block)
        while len(seen) > 1 and seen[1].at <= now - self.age:
            seen.pop(0)
        bid = market_bid(seen[0], self.multiple_bps)
        self._bid = Bid(min(bid.max_fee, self.most), min(bid.tip, self.most))

    @property
    def block(self) -> Block:
        """The block whose price it names; before the first is old enough, the first it saw."""
        return self._seen[0]

    def bid(self) -> Bid:
        """Return what it bids for a new tx; nothing before the first look."""
        return self._bid

    def raised(self, bid: Bid) -> Bid | None:
        """Return what may take the place of a bid that is stuck; None where that is above the ceiling."""
        least, now = raised(bid), self.bid()
        better = Bid(max(least.max_fee, now.max_fee), max(least.tip, now.tip))
        return better if better.max_fee <= self.most else None
