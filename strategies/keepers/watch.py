"""Which sales of an auction house a keeper has to look at now, so that it need not weigh all of them at every block.

A sale is due when it changed, when what kept the keeper from it is gone (its money, its nonce), or when lots have become worth more.
Due sales are taken in the sequence in which they became so. Promised: a block in which nothing happened costs the same with one sale
as with a thousand, beside what was due before; a block in which one sale changed costs a pass over all.
"""

import attrs

from sim.auction.english_views import EnglishSaleView, EnglishView
from sim.commands import Command, Note
from sim.units import BPS_ONE, Bps, Party, Place, Rad, Units
from sim.vocabulary import Refusal

RELOOK_BPS: Bps = 50
"""How much more a lot must be worth before sales that were left are weighed again."""


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
    _short: dict[int, None] = attrs.field(factory=dict)
    """Left for want of money."""
    _short_at: Rad = 0
    _stuck: dict[int, None] = attrs.field(factory=dict)
    """Left while no tx could be sent."""
    _lowest: int | None = None
    """What a lot was worth at least since all sales were due last."""

    def look(self, view: EnglishView) -> None:
        """Find what changed since the last look: it is due, unless the change was one's own bid."""
        if view.sales is self._sales:
            return
        before, self.known, self._sales = self.known, {}, view.sales
        for sale in view.sales:
            self.known[sale.sale] = sale
            if before.pop(sale.sale, None) is not sale:
                self._changed(sale)
        for gone in before:
            for kept in (self.due, self.mine, self.said, self.worth, self._short, self._stuck):
                kept.pop(gone, None)

    def is_own(self, sale: EnglishSaleView) -> bool:
        """An own bid stands in it."""
        return 0 <= sale.bidder - self.first < self.accounts

    def price(self, lot_worth: int) -> None:
        """Say what a lot is worth now: when that rose, every sale is due again, own ones too."""
        if self._lowest is None or lot_worth < self._lowest:
            self._lowest = lot_worth
        elif (lot_worth - self._lowest) * BPS_ONE > abs(self._lowest) * RELOOK_BPS:
            self._lowest = lot_worth
            for number in self.known:
                self.due.setdefault(number)

    def release(self, money: Rad, can_send: bool) -> None:
        """Make what was left due again where its reason is gone: there is more money, or a line that moves."""
        if self._short and money > self._short_at:
            self.due.update(self._short)
            self._short = {}
        if self._stuck and can_send:
            self.due.update(self._stuck)
            self._stuck = {}

    def leave(self, number: int, reason: Refusal, money: Rad) -> None:
        """Let go of a due sale until its reason is gone."""
        self.due.pop(number, None)
        if reason is Refusal.NO_FUNDS:
            self._short_at = min(money, self._short_at) if self._short else money
            self._short.setdefault(number)
        elif reason is Refusal.STUCK_NONCE:
            self._stuck.setdefault(number)

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
