"""Who buys up a thin asset that others owe, so that they are liquidated and what was repaid must be bought back: from whom bought it up.

Somebody has borrowed a thin asset, sold it, and stands near liquidation. A squeezer buys the book up to a price at which a lender's feed
makes that debt too large, holds the price with a bid, and offers what it has bought just above. Keepers who repay the debt and refill
their stock buy there; what the collateral does not reach stays a bad debt. Before that it does its sums on what it sees late: what
buying up would cost (some times over, for others sell into it), how much of the debt the pool's own rules let be repaid at the price, what
that brings there, and what the present bids would pay for the rest. Where they say loss at every price, or it cannot pay, it does
nothing. It sells what is left once nobody can be liquidated any more, or its patience is at an end.

Source: CRV on Aave v2, 22 November 2022: some 92 million CRV borrowed against USDC and sold down to 0.40 USD; the price went above 0.60,
the account was liquidated to the last of its collateral, and a bad debt of some 1.6 million USD was left (proposal of Llama and Gauntlet
to Aave's governance; "Short Squeeze in DeFi Lending Market", arXiv 2302.04068). Whether anybody meant that squeeze is not known. Left
out: borrowing and selling first (the short itself), whether keepers do buy back (it takes for granted that they do), several venues
and pools.
"""

from typing import ClassVar, NamedTuple

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.commands import CancelOrder, Command, PlaceOrder, WakeMe
from sim.fixed import mul_div_down, share_down
from sim.lending.aave.views import AccountView, PoolView, at_price, largest_liquidation
from sim.records import BlockSealed
from sim.units import BPS_ONE, MINUTE, SECOND, AssetId, Bps, Lots, Nanos, Place, Ticks, Units
from sim.vocabulary import Motive, Side, TimeInForce

TIMES: tuple[Bps, ...] = (10_500, 11_000, 12_000, 13_500, 15_000, 18_000)
"""Prices that it considers, as multiples of the present one."""
NEAR_BPS: Bps = 200
"""How near the feed must be to the price it wants before it takes an absence of unhealthy accounts for the end."""
PPM = 10**6


class Squeeze(NamedTuple):
    """One squeeze, by its own sums."""

    price: Ticks
    lots: Lots
    """To be bought."""
    profit: int
    """Quote units: what is sold to keepers and afterwards, less the buying."""


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Squeezer:
    """Buys up the base of its first venue against those who owe it in its first pool."""

    min_profit: Units = attrs.field(default=0, metadata={"asset": "quote"})
    """Least profit for which it begins."""
    effort_bps: Bps = attrs.field(default=15_000, validator=attrs.validators.ge(BPS_ONE))
    """What it reckons buying up takes, as a multiple of the lots that the book in view offers."""
    bought_back_bps: Bps = attrs.field(default=8_000, validator=attrs.validators.in_(range(BPS_ONE + 1)))
    """Part of the repaid debt that it reckons keepers buy from it."""
    look_interval: Nanos = attrs.field(default=2 * SECOND, validator=attrs.validators.ge(1))
    """Time between two looks at the book while it squeezes."""
    patience: Nanos = attrs.field(default=5 * MINUTE, validator=attrs.validators.ge(1))
    """Time after which it gives up and sells what is left."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)
    sees: ClassVar[tuple[str, ...]] = ("near",)
    _target: Ticks = attrs.field(default=0, init=False)
    _budget: Lots = attrs.field(default=0, init=False)
    """Lots that it may still buy."""
    _until: Nanos = attrs.field(default=0, init=False)
    _orders: list[int] = attrs.field(factory=list, init=False)
    """Own orders that may rest."""
    _has_left: bool = attrs.field(default=False, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Wait for sums that say gain, buy up, offer what was bought, leave."""
        connections = desk.connections
        if news is START or not connections.venues or not connections.pools:
            return []
        view, venue = desk.pool(connections.pools[0]), connections.venues[0]
        if not isinstance(view, PoolView) or desk.connections.terms[venue].instrument.base.id not in view.reserves:
            return []
        if news is TIMER:
            return self._look(desk, venue, view) if self._target else []
        return [] if self._target else self._begin(desk, venue, connections.pools[0], view)

    def _begin(self, desk: Desk, venue: Place, pool: Place, view: PoolView) -> list[Command]:
        base = desk.connections.terms[venue].instrument.base.id
        accounts = [each for each in (*view.unhealthy, *desk.near(pool)) if any(debt.asset == base for debt in each.debts)]
        known = tuple({each.account: each for each in accounts}.values())
        if not known or not desk.quote(venue).mid:
            return []
        best = max((self._sum(desk, venue, view, known, times) for times in TIMES), key=_profit)
        if best.profit <= self.min_profit:
            return []
        self._target, self._budget, self._until = best.price, best.lots, desk.now + self.patience
        return self._look(desk, venue, view)

    def _sum(self, desk: Desk, venue: Place, view: PoolView, known: tuple[AccountView, ...], times: Bps) -> Squeeze:
        """Return what a squeeze to a multiple of the present price would leave. Cost: a settlement for each account, a walk of the book."""
        terms, depth = desk.connections.terms[venue], desk.depth(venue)
        instrument = terms.instrument
        price = mul_div_down(desk.quote(venue).mid, times, 2 * BPS_ONE)
        asks = [(ask, lots) for ask, lots in depth.asks if ask < price]
        offered = sum(lots for _, lots in asks)
        lots, rest = share_down(offered, self.effort_bps), share_down(offered, self.effort_bps) - offered
        paid = sum(instrument.notional(ask, lots) for ask, lots in asks) + instrument.notional(price, rest)
        paid += paid * max(terms.taker_fee_ppm, 0) // PPM
        if not lots or desk.balance(venue, instrument.quote.id).free < paid:
            return Squeeze(price, 0, -1)
        repaid = _repaid(at_price(view, known, instrument.base.id, instrument.price_8(2 * price)), instrument.base.id)
        wanted = min(lots, share_down(instrument.lots_down(repaid), self.bought_back_bps))
        return Squeeze(price, lots, instrument.notional(price, wanted) + desk.sale(venue, lots - wanted) - paid)

    def _look(self, desk: Desk, venue: Place, view: PoolView) -> list[Command]:
        """Buy what is offered below, and stand on both sides of the price; at the end leave, and sell what is left."""
        instrument, quote = desk.connections.terms[venue].instrument, desk.quote(venue)
        has_squeezed = view.reserves[instrument.base.id].price >= share_down(instrument.price_8(2 * self._target), BPS_ONE - NEAR_BPS)
        is_over = has_squeezed and not _repaid(view, instrument.base.id)
        held = instrument.lots_down(desk.balance(venue, instrument.base.id).free)
        if self._has_left:
            return self._sell_rest(desk, venue, held)
        if is_over or desk.now >= self._until:
            self._has_left, orders, self._orders = True, self._orders, []
            return [WakeMe(self.look_interval), *(CancelOrder(venue, order) for order in orders)]
        commands: list[Command] = [WakeMe(self.look_interval)]
        money = desk.balance(venue, instrument.quote.id).free // max(1, 2 * instrument.notional(self._target, 1))
        lots = min(self._budget, money)
        if lots and quote.bid < self._target - 1:
            # What is offered it takes, and bids for the rest with the same order: nobody gets between.
            self._budget -= lots
            commands += [CancelOrder(venue, order) for order in self._orders]
            self._orders = []
            commands.append(self._order(desk, venue, Side.BUY, lots, self._target - 1))
        if held:
            commands.append(self._order(desk, venue, Side.SELL, held, self._target + 1))
        return commands

    def _order(self, desk: Desk, venue: Place, side: Side, lots: Lots, limit: Ticks) -> PlaceOrder:
        order = desk.new_order()
        self._orders.append(order)
        return PlaceOrder(venue, side, lots, limit, TimeInForce.GTC, Motive.VOLUNTARY, order)

    def _sell_rest(self, desk: Desk, venue: Place, held: Lots) -> list[Command]:
        """Sell what is left to whoever bids, look after look, until nothing is."""
        if not held:
            return []
        return [
            WakeMe(self.look_interval),
            PlaceOrder(venue, Side.SELL, held, None, TimeInForce.IOC, Motive.VOLUNTARY, desk.new_order()),
        ]


def _repaid(view: PoolView, asset: AssetId) -> Units:
    """Return how much of an asset liquidating a view's unhealthy accounts would repay: each against what it gives most for."""
    total = 0
    for account in view.unhealthy:
        held = [each.asset for each in account.collaterals if each.asset != asset]
        owed = any(debt.asset == asset for debt in account.debts)
        quotes = [largest_liquidation(view, account, asset, each) for each in held] if owed else []
        total += max((quote.repaid for quote in quotes if quote is not None), default=0)
    return total


def _profit(squeeze: Squeeze) -> int:
    return squeeze.profit
