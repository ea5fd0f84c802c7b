"""What a desk may know of an English auction house, per block, and the sums a bidder does with it off the chain.

The helpers are the house's own rules (``flipper_rules``): a bid that they name is one the house would take if nothing changed. Views
are frozen and carry no reference into the world. A sale's view is also how the house keeps it: at each change it is replaced whole, so
whoever saw a sale before can ask by ``is`` whether anything happened to it.
"""

from typing import Any

import attrs

from sim.auction import flipper_rules as rules
from sim.units import NOBODY, Party, Rad, Seconds, Seq, Units, Wad


@attrs.frozen(eq=False)
class EnglishSaleView:
    """One auction as it stands."""

    sale: int
    started: Seq
    """Its ``AuctionStarted``."""
    account: Party
    """Whose vault; what the last bidder does without goes back there."""
    lot: Units
    """What the last bidder would get."""
    owed: Rad
    """Debt and penalty."""
    debt: Rad
    """Without the penalty."""
    lot_at_start: Units
    ends: Seconds
    bid: Rad = 0
    bidder: Party = NOBODY
    """Who gets the lot as things stand; 0 before the first bid."""
    expires: Seconds = 0
    """From after when the bid wins; 0 before the first."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "EnglishSaleView":
        return self

    @property
    def is_covered(self) -> bool:
        """All that is owed has been bid: from now on only lots are bid down."""
        return self.bid == self.owed


@attrs.frozen
class EnglishView:
    """A house at a block."""

    timestamp: Seconds
    sales: tuple[EnglishSaleView, ...]
    """All that are not settled, by number. The same tuple as at the last block unless one changed."""
    increment: Wad
    """Factor by which a bid must improve, above one."""
    bid_lifetime: Seconds
    version: str
    """``1.0``, ``1.1`` or ``1.2``."""

    @property
    def repays_oneself(self) -> bool:
        """Under 1.0 an own bid is paid back before the better one is taken: its money must be there twice."""
        return self.version == "1.0"

    def is_open(self, sale: EnglishSaleView, timestamp: Seconds) -> bool:
        """Say whether a bid in a block of this instant would be taken."""
        return rules.is_open(sale.expires, sale.ends, timestamp)

    def can_settle(self, sale: EnglishSaleView, timestamp: Seconds) -> bool:
        """Say whether a block of this instant could settle it."""
        return rules.can_settle(sale.expires, sale.ends, timestamp)

    def can_rearm(self, sale: EnglishSaleView, timestamp: Seconds) -> bool:
        """Say whether a block of this instant could rearm it."""
        return rules.can_rearm(sale.expires, sale.ends, timestamp)

    def least_bid(self, sale: EnglishSaleView) -> Rad:
        """Return the least that a raise may offer; 0 when the sale is covered."""
        return rules.least_raise(sale.bid, sale.owed, self.increment)

    def most_lot(self, sale: EnglishSaleView) -> Units:
        """Return the largest lot that bidding down may name; 0 while the sale is not covered."""
        return rules.most_lot_less(sale.lot, self.increment) if sale.is_covered else 0

    def funds(self, sale: EnglishSaleView, bidder: Party, bid: Rad) -> Rad:
        """Return the free internal money a bidder needs for a raise to ``bid``, or for bidding down when the sale is covered."""
        is_own = bidder == sale.bidder
        if sale.is_covered:
            return rules.lower_funds(sale.bid, is_own, self.repays_oneself)
        return rules.raise_funds(sale.bid, bid, is_own, self.repays_oneself)
