"""Which sales of an auction house a keeper has to look at now, so that it need not weigh all of them at every block.

A sale is due when it changed, when what kept the keeper from it is gone (its money, its nonce), or when lots have become worth more.
Due sales are taken in the sequence in which they became so. Promised: a block in which nothing happened costs the same with one sale
as with a thousand, beside what was due before; a block in which one sale changed costs a pass over all.
"""

import attrs

from sim.auction.english_views import EnglishSaleView, EnglishView
from sim.commands import Command, Note
from sim.units import BPS_ONE, UINT256_MAX, Bps, Party, Place, Rad, Seconds, Units
from sim.vocabulary import Refusal

RELOOK_BPS: Bps = 50
"""How much more a lot must be worth before sales that were left are weighed again."""
CHEAPER_BPS: Bps = 500
"""How much less it must be worth before those left for want of money are: they may be affordable now."""


@attrs.define
class Watch:
    """What a keeper knows of one house."""

    first: Party
    """Its own accounts are so many parties from this one on."""
    accounts: int
    known: dict[int, EnglishSaleView] = attrs.field(factory=dict)
    """All sales, as last looked at."""
    due: dict[int, None] = attrs.field(factory=dict)
    mine: dict[int, EnglishSaleView] = attrs.field(factory=dict)
    """Sales in which an own bid stands."""
    said: dict[int, Refusal] = attrs.field(factory=dict)
    """The last reason noted for each sale."""
    worth: dict[int, Units] = attrs.field(factory=dict)
    """What a lot was worth when the keeper bid for it last."""
    _sales: tuple[EnglishSaleView, ...] = ()
    largest: Units = 0
    """The largest lot among all, as it was at the start: what it is worth tells whether lots have become worth more."""
    standing: Units = 0
    """Collateral of the lots in which an own bid stands."""
    bids: dict[Party, int] = attrs.field(factory=dict)
    """By own account, in how many sales its bid stands."""
    _settles: Seconds = 0
    """Until then none of them can be settled."""
    _short: dict[int, Rad] = attrs.field(factory=dict)
    """Left for want of money, and how much was wanted."""
    _least: Rad = 0
    """The least of what was wanted."""
    _short_worth: int = 0
    """What a lot was worth when money was short first."""
    _worth_now: int = 0
    _stuck: dict[int, None] = attrs.field(factory=dict)
    """Left while no tx could be sent."""
    _lowest: int | None = None
    """What a lot was worth at least since all sales were due last."""

    def look(self, view: EnglishView) -> None:
        """Find what changed since the last look: it is due, unless the change was one's own bid."""
        if view.sales is self._sales:
            return
        before, known, self._sales = self.known, {}, view.sales
        for sale in view.sales:
            number = sale.sale
            known[number] = sale
            if before.pop(number, None) is not sale:
                self._changed(sale)
        self.known = known
        for gone in before:
            for kept in (self.due, self.mine, self.said, self.worth, self._short, self._stuck):
                kept.pop(gone, None)
        self._sum_up()

    def _sum_up(self) -> None:
        self.largest = max((sale.lot_at_start for sale in self.known.values()), default=0)
        self.standing = sum(sale.lot for sale in self.mine.values())
        self.bids = {}
        for sale in self.mine.values():
            self.bids[sale.bidder] = self.bids.get(sale.bidder, 0) + 1
        self._settles = min((min(sale.expires, sale.ends) for sale in self.mine.values()), default=UINT256_MAX)

    def is_own(self, sale: EnglishSaleView) -> bool:
        """An own bid stands in it."""
        return 0 <= sale.bidder - self.first < self.accounts

    def won(self, view: EnglishView) -> list[EnglishSaleView]:
        """Return the sales that can be settled for its keeper. Costs nothing before the first of them can."""
        if view.timestamp <= self._settles:
            return []
        return [sale for sale in self.mine.values() if view.can_settle(sale, view.timestamp)]

    def price(self, lot_worth: int) -> None:
        """Say what a lot is worth now: when that rose, every sale is due again, own ones too."""
        self._worth_now = lot_worth
        if self._short and (self._short_worth - lot_worth) * BPS_ONE > abs(self._short_worth) * CHEAPER_BPS:
            self.due.update(dict.fromkeys(self._short))
            self._short = {}
        if self._lowest is None or lot_worth < self._lowest:
            self._lowest = lot_worth
        elif (lot_worth - self._lowest) * BPS_ONE > abs(self._lowest) * RELOOK_BPS:
            self._lowest = lot_worth
            for number in self.known:
                self.due.setdefault(number)

    def release(self, money: Rad, can_send: bool) -> None:
        """Make what was left due again where its reason is gone: there is the money, or a line that moves."""
        if self._short and money >= self._least:
            for number in [number for number, wanted in self._short.items() if wanted <= money]:
                del self._short[number]
                self.due[number] = None
            self._least = min(self._short.values(), default=0)
        if self._stuck and can_send:
            self.due.update(self._stuck)
            self._stuck = {}

    def leave(self, number: int, reason: Refusal = Refusal.NONE, wanted: Rad = 0) -> None:
        """Let go of a due sale until its reason is gone; of one for want of money until there is what was wanted."""
        self.due.pop(number, None)
        if reason is Refusal.NO_FUNDS:
            if not self._short:
                self._least, self._short_worth = wanted, self._worth_now
            self._least = min(wanted, self._least)
            self._short[number] = wanted
        elif reason is Refusal.STUCK_NONCE:
            self._stuck[number] = None

    def note(self, pool: Place, number: int, reason: Refusal, gain: int = 0) -> list[Command]:
        """Return a note of why a sale was left, when the reason changed; NONE is none."""
        if reason is Refusal.NONE or self.said.get(number) == reason:
            return []
        self.said[number] = reason
        return [Note(self.known[number].account, pool, reason, gain)]

    def again(self, number: int) -> None:
        """Make a sale due, if it still is one: a tx for it came to nothing."""
        if number in self.known:
            self.due.setdefault(number)

    def _changed(self, sale: EnglishSaleView) -> None:
        number = sale.sale
        self._short.pop(number, None)
        self._stuck.pop(number, None)
        self.due.pop(number, None)  # What changes goes to the end.
        if self.is_own(sale):
            self.mine[number] = sale
        else:
            self.mine.pop(number, None)
            self.due[number] = None
