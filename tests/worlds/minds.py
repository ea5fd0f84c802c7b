"""Minds that only tests want."""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import TIMER, News, On
from sim.commands import CancelOrder, Command, Note, PlaceOrder, ReduceOrder, RepriceOrder, WakeMe, Withdraw
from sim.records import PricePosted
from sim.units import SECOND
from sim.vocabulary import Refusal, Side, TimeInForce


@attrs.define
class Clumsy:
    """Raises when its first timer rings."""

    wakes_on: ClassVar[tuple[On, ...]] = ()

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Wait for half a minute, then raise."""
        if news is TIMER:
            raise ZeroDivisionError("on purpose")
        return [WakeMe(30 * SECOND)]


@attrs.define
class Listener:
    """Notes every price it hears of."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(PricePosted),)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Write down that a price was heard."""
        return [Note(desk.me, news.place, Refusal.NO_PROFIT)] if news.is_a(PricePosted) else []


@attrs.define
class Tinkerer:
    """Tries one command after another on its first venue, at a distance where nobody trades; some of them cannot be."""

    price: int = 1
    """Ticks at which its orders rest."""
    touch: int = 20_000
    """Ticks at which it meets itself, and nobody else: inside the spread."""

    wakes_on: ClassVar[tuple[On, ...]] = ()
    _step: int = attrs.field(default=0, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Do the next thing, a second after the last."""
        venue, order, base = desk.connections.venues[0], desk.me << 32 | 1, desk.connections.gas_asset
        tries: list[Command] = [
            PlaceOrder(venue, Side.BUY, 1, self.touch),
            PlaceOrder(venue, Side.SELL, 1, self.touch),
            PlaceOrder(venue, Side.BUY, 10, self.price, order=order),
            PlaceOrder(venue, Side.BUY, 10, self.price, order=order),
            ReduceOrder(venue, order, 6),
            RepriceOrder(venue, order, self.price + 1),
            CancelOrder(venue, order),
            CancelOrder(venue, order),
            PlaceOrder(venue, Side.BUY, 10, self.price, TimeInForce.FOK),
            PlaceOrder(venue, Side.BUY, 0, self.price),
            PlaceOrder(venue, Side.BUY, 10, 10**9),
            PlaceOrder(venue, Side.SELL, 10, self.price, TimeInForce.POST_ONLY),
            Withdraw(venue, base, 10**24),
            Withdraw(venue, base, 0),
        ]
        self._step += 1
        return [*tries[self._step - 1 : self._step], WakeMe(SECOND)]
