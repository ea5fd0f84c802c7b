"""A hedged keeper: it sells on the venue what a liquidation will bring while its tx still waits, out of a stock it keeps there.

So the price cannot run away before it sells; what it seizes refills the stock. A liquidation that comes to nothing leaves it short, and it
buys the stock back at the next block it sees. Where the debt is what the venue trades, it buys there what it is about to repay, and sells
that again where it comes to nothing; its stock on the chain is not filled up by that. Everything else is the liquidator's. How desks
with inventory on exchanges work; the two sales of one liquidation (now, and never again) are what its selling does to the price earlier
than others' does. Left out: hedging a part, futures, hedges that the book did not take (they count as made).
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News
from sim.commands import Command, PlaceOrder
from sim.units import Lots, Place, Units
from sim.vocabulary import Motive, Side, TimeInForce
from strategies.keepers.liquidator import Liquidator
from strategies.keepers.nonces import Outcome
from strategies.keepers.outlets import SellsAt


@attrs.define(on_setattr=attrs.setters.NO_OP)
class Hedged(Liquidator):
    """Sells what it is about to seize, and buys what it is about to repay, on its first venue before its tx is included."""

    sells_at: SellsAt = attrs.field(default="venue", validator=attrs.validators.in_(("venue",)))
    """On its venue: it has sold there already."""

    needs: ClassVar[tuple[str, ...]] = ("lenders", "stock")
    _hedged: dict[int, Lots] = attrs.field(factory=dict, init=False)
    """By nonce of a liquidation under way: lots sold for it."""
    _short: Lots = attrs.field(default=0, init=False)
    """Sold for liquidations that came to nothing, to be bought back."""
    _bought: dict[int, Lots] = attrs.field(factory=dict, init=False)
    """By nonce of a liquidation under way: lots of the debt bought for it."""
    _long: Lots = attrs.field(default=0, init=False)
    """Bought for liquidations that came to nothing, to be sold again."""
    _stock: Units = attrs.field(default=0, init=False)
    """Units sold ahead of what is on its way to the venue: they are not sold again."""

    def _block(self, desk: Desk) -> list[Command]:
        """Do as the liquidator does, and sell ahead what its new liquidations will bring."""
        known = dict.fromkeys(self._line.waiting)
        commands = Liquidator._block(self, desk)
        if not desk.connections.venues or not desk.block().number:
            return commands
        venue = desk.connections.venues[0]
        instrument = desk.connections.terms[venue].instrument
        left = instrument.lots_down(desk.balance(venue, instrument.base.id).free)
        for nonce, sent in self._line.waiting.items():
            lots = min(left, instrument.lots_down(sent.brings))
            if nonce not in known and lots and sent.target and self._market_of(sent.contract, desk) == venue:
                self._hedged[nonce], left = lots, left - lots
                commands.append(_hedge(desk, venue, Side.SELL, lots))
            owed = instrument.lots_down(sent.amount) if sent.asset == instrument.base.id and sent.target else 0
            if nonce not in known and owed and self._market_of(sent.contract, desk) == venue:
                self._bought[nonce] = owed
                commands.append(_hedge(desk, venue, Side.BUY, owed))
        if self._long:
            commands.append(_hedge(desk, venue, Side.SELL, self._long))
            self._long = 0
        if self._short:
            commands.append(_hedge(desk, venue, Side.BUY, self._short))
            self._short = 0
        return commands

    def _book(self, outcome: Outcome | None) -> None:
        """Learn what became of a tx: of one that came to nothing the hedge is to be undone."""
        Liquidator._book(self, outcome)
        bought = self._bought.pop(outcome.sent.nonce, 0) if outcome is not None else 0
        if outcome is not None and not outcome.is_included:
            self._long += bought
        lots = self._hedged.pop(outcome.sent.nonce, 0) if outcome is not None else 0
        if outcome is not None and not outcome.is_included:
            self._short += lots
        elif outcome is not None and lots:
            self._stock += outcome.sent.brings

    def _credited(self, news: News, desk: Desk, venue: Place) -> list[Command]:
        """Keep as stock what was sold ahead; sell the rest as the liquidator does."""
        _, asset, amount, _ = news.row
        if asset != desk.connections.terms[venue].instrument.base.id or venue != desk.connections.venues[0]:
            return Liquidator._credited(self, news, desk, venue)
        kept = min(amount, self._stock)
        self._stock -= kept
        return self._purse_at(venue, desk).credited(desk, venue, amount - kept) if amount > kept else []


def _hedge(desk: Desk, venue: Place, side: Side, lots: Lots) -> PlaceOrder:
    return PlaceOrder(venue, side, lots, None, TimeInForce.IOC, Motive.HEDGE, desk.new_order())
