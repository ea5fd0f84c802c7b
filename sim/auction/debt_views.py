"""What a desk may know of the vow and of auctions of governance units, per block, and the sums their keepers do off the chain.

The helpers are the contracts' own rules: what they say will be taken is taken if nothing changes. Views are frozen; a sale's view is
also how the house keeps it, replaced whole at each change.
"""

import attrs

from sim.auction import flipper_rules as rules
from sim.units import NOBODY, Party, Rad, Seconds, Seq, Units, Wad


@attrs.frozen(eq=False)
class DebtSaleView:
    """One auction of governance units as it stands."""

    sale: int
    started: Seq
    """Its ``DebtAuctionStarted``."""
    lot: Units
    """What the last bidder would be issued; before the first bid, the most that will be."""
    bid: Rad
    """The fixed sum that every bidder pays."""
    ends: Seconds
    bidder: Party = NOBODY
    """Who gets the lot as things stand; 0 before the first bid."""
    expires: Seconds = 0
    """From after when the bid wins; 0 before the first."""


@attrs.frozen
class DebtAuctionsView:
    """The house of debt auctions at a block."""

    timestamp: Seconds
    sales: tuple[DebtSaleView, ...]
    """All that are not settled, by number. The same tuple as at the last block unless one changed."""
    increment: Wad
    """Factor by which a bid must improve, above one."""
    bid_lifetime: Seconds

    def is_open(self, sale: DebtSaleView, timestamp: Seconds) -> bool:
        """Say whether a bid in a block of this instant would be taken."""
        return rules.is_open(sale.expires, sale.ends, timestamp)

    def can_settle(self, sale: DebtSaleView, timestamp: Seconds) -> bool:
        """Say whether a block of this instant could settle it."""
        return rules.can_settle(sale.expires, sale.ends, timestamp)

    def can_rearm(self, sale: DebtSaleView, timestamp: Seconds) -> bool:
        """Say whether a block of this instant could rearm it."""
        return rules.can_rearm(sale.expires, sale.ends, timestamp)

    def most_lot(self, sale: DebtSaleView) -> Units:
        """Return the largest lot that the next bid may name."""
        return rules.most_lot_less(sale.lot, self.increment)

    def funds(self, sale: DebtSaleView, bidder: Party) -> Rad:
        """Return the internal money a bidder needs: the whole sum, nothing for who holds the sale already."""
        return 0 if bidder == sale.bidder else sale.bid


@attrs.frozen
class VowView:
    """The house's own money and debt at a block."""

    timestamp: Seconds
    queue: tuple[tuple[Seconds, Rad], ...]
    """Debt that waits: since when, and how much. The same tuple as at the last block unless it changed."""
    wait: Seconds
    surplus: Rad
    bad_debt: Rad
    """Neither queued nor on auction: it can be healed, or auctioned."""
    on_auction: Rad
    lot: Rad
    """What one debt auction covers."""

    def releasable(self, timestamp: Seconds) -> tuple[Seconds, ...]:
        """Return which queued debt a block of this instant could let go, oldest first."""
        return tuple(since for since, _ in self.queue if since + self.wait <= timestamp)

    @property
    def can_heal(self) -> Rad:
        """Return the debt that its own money could cancel."""
        return min(self.surplus, self.bad_debt)

    @property
    def can_start_auction(self) -> bool:
        """It has no money left, and debt enough for an auction."""
        return not self.surplus and self.bad_debt >= self.lot
