"""Who pumps its own thin collateral with two accounts and borrows against it: Mango Markets, October 2022, on a venue and a lender.

One account puts the collateral into the pool and stands with an ask at the price it wants; the other buys everything below and stands
with a bid. Once the feed shows that price the first borrows all the pool lends against it, and both leave: the debt stays. Before that it
does its sums on what it sees: what buying the book up would cost (some times over, for others sell into it), what the pool would
lend at the price, what the collateral is worth unpumped. Where they say loss at every price, or the buying account cannot pay, it
does nothing; where the feed does not follow, it gives up after a while.

Source: the complaint of the CFTC against Eisenberg (January 2023): two accounts, a price up thirteen times, some 114 million dollars
borrowed. Left out: perpetual futures (here the collateral itself is pumped), selling what was bought, several venues.
"""

from typing import ClassVar, NamedTuple

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.commands import BorrowCall, CancelOrder, Command, PlaceOrder, SendTx, SupplyCall, WakeMe
from sim.fixed import mul_div_down, share_down
from sim.lending.aave.views import PoolView
from sim.records import BlockSealed
from sim.units import BPS_ONE, MINUTE, SECOND, AssetId, Bps, Gas, Lots, Nanos, Place, Ticks, Units
from sim.vocabulary import Motive, Side, TimeInForce
from strategies.keepers.tips import market_bid

GAS: Gas = 500_000
"""Limit of a call to the pool."""
TIMES: tuple[Bps, ...] = (12_000, 15_000, 20_000, 30_000, 50_000, 80_000)
"""Prices that it considers, as multiples of the present one."""
NEAR_BPS: Bps = 200
"""How near the feed must be to the price it wants."""


class Pump(NamedTuple):
    """One pump, by its own sums."""

    price: Ticks
    profit: int
    """Quote units: what is borrowed, less the collateral and the buying."""


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Pumper:
    """Pumps the base of its first venue and borrows the quote in its first pool. Needs two accounts."""

    min_profit: Units = attrs.field(default=0, metadata={"asset": "quote"})
    """Least profit for which it begins."""
    effort_bps: Bps = attrs.field(default=20_000, validator=attrs.validators.ge(BPS_ONE))
    """What it reckons buying costs, as a multiple of what the book in view would."""
    wall: Units = attrs.field(default=5_000 * 10**6, metadata={"asset": "quote", "decimals": 6}, validator=attrs.validators.ge(1))
    """What its bid at the price it wants is worth; placed anew whenever the market is below."""
    look_interval: Nanos = attrs.field(default=2 * SECOND, validator=attrs.validators.ge(1))
    """Time between two looks at the book while it pumps."""
    patience: Nanos = attrs.field(default=5 * MINUTE, validator=attrs.validators.ge(1))
    """Time after which it gives up a pump that no feed follows."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)
    _target: Ticks = attrs.field(default=0, init=False)
    _until: Nanos = attrs.field(default=0, init=False)
    _orders: list[tuple[int, int]] = attrs.field(factory=list, init=False)
    """Own resting orders: account and number."""
    _has_left: bool = attrs.field(default=False, init=False)
    _sent: int = attrs.field(default=0, init=False)
    """The block at which it last sent a tx."""

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Put the collateral in, wait for sums that say gain, pump, borrow, leave."""
        connections = desk.connections
        if news is START or self._has_left or desk.accounts < 2 or not connections.venues or not connections.pools:
            return []
        view = desk.pool(connections.pools[0])
        if not isinstance(view, PoolView):
            return []
        if news is TIMER:
            return self._pump(desk, connections.venues[0]) if self._target else []
        return self._block(desk, connections.venues[0], connections.pools[0], view)

    def _block(self, desk: Desk, venue: Place, pool: Place, view: PoolView) -> list[Command]:
        instrument = desk.connections.terms[venue].instrument
        own, base, quote = desk.position(pool), instrument.base.id, instrument.quote.id
        if own is not None and own.debts:
            return self._leave(venue)
        held = next((each.units for each in own.collaterals if each.asset == base), 0) if own is not None else 0
        if not held:
            return self._supply(desk, pool, base)
        if not self._target:
            return self._begin(desk, venue, view, held)
        reserve = view.reserves[base]
        if reserve.price >= share_down(instrument.price_8(2 * self._target), BPS_ONE - NEAR_BPS):
            amount = share_down(self._lent(view, base, quote, held, reserve.price), BPS_ONE - NEAR_BPS // 2)
            return self._tx(desk, pool, BorrowCall(quote, amount))
        return self._leave(venue) if desk.now >= self._until else []

    def _begin(self, desk: Desk, venue: Place, view: PoolView, held: Units) -> list[Command]:
        best = max((self._sum(desk, venue, view, held, times) for times in TIMES), key=_profit)
        if best.profit <= self.min_profit:
            return []
        self._target, self._until = best.price, desk.now + self.patience
        return self._pump(desk, venue)

    def _sum(self, desk: Desk, venue: Place, view: PoolView, held: Units, times: Bps) -> Pump:
        """Return what a pump to a multiple of the present price would leave. Cost: a walk of the asks in view."""
        terms, mid = desk.connections.terms[venue], desk.quote(venue).mid
        instrument = terms.instrument
        price = mul_div_down(mid, times, 2 * BPS_ONE)
        asks = [(ask, lots) for ask, lots in desk.depth(venue).asks if ask <= price]
        paid = sum(instrument.notional(ask, lots) for ask, lots in asks)
        worth = sum(instrument.notional(mid // 2, lots) for _, lots in asks)
        if not mid or self._money(desk, venue) < share_down(paid, self.effort_bps):
            return Pump(price, -1)
        cost = share_down(paid - worth, self.effort_bps) + paid * terms.taker_fee_ppm // 10**6
        lent = self._lent(view, instrument.base.id, instrument.quote.id, held, instrument.price_8(2 * price))
        return Pump(price, lent - cost - instrument.notional(mid // 2, instrument.lots_down(held)))

    def _lent(self, view: PoolView, base: AssetId, quote: AssetId, held: Units, price: int) -> Units:
        """Return what the pool would lend against the collateral at a price."""
        if base not in view.reserves or quote not in view.reserves or not view.reserves[quote].price:
            return 0
        of, money = view.reserves[base], view.reserves[quote]
        value = mul_div_down(held * price, of.max_ltv, of.unit * BPS_ONE)
        return min(money.liquidity, mul_div_down(value, money.unit, money.price))

    def _pump(self, desk: Desk, venue: Place) -> list[Command]:
        """Buy whatever is offered below, and stand on both sides of the price with an account each."""
        instrument, quote = desk.connections.terms[venue].instrument, desk.quote(venue)
        commands: list[Command] = [WakeMe(self.look_interval)]
        cheap: Lots = sum(lots for ask, lots in desk.depth(venue).asks if ask < self._target)
        cheap = min(cheap, self._money(desk, venue) // max(1, 2 * instrument.notional(self._target, 1)))
        if cheap and quote.ask and quote.ask < self._target:
            order = desk.new_order(1)
            commands.append(PlaceOrder(venue, Side.BUY, cheap, self._target - 1, TimeInForce.IOC, Motive.VOLUNTARY, order, 1))
        lots = max(1, self.wall // max(1, instrument.notional(self._target, 1)))
        if not self._orders:
            commands.append(self._rest(desk, venue, Side.SELL, lots, self._target + 1, 0))
        if quote.bid < self._target - 1:
            commands.append(self._rest(desk, venue, Side.BUY, lots, self._target - 1, 1))
        return commands

    def _money(self, desk: Desk, venue: Place) -> Units:
        """Return what the buying account has left."""
        return desk.balance(venue, desk.connections.terms[venue].instrument.quote.id, 1).free

    def _rest(self, desk: Desk, venue: Place, side: Side, lots: Lots, limit: Ticks, account: int) -> PlaceOrder:
        order = desk.new_order(account)
        self._orders.append((account, order))
        return PlaceOrder(venue, side, lots, limit, TimeInForce.GTC, Motive.VOLUNTARY, order, account)

    def _leave(self, venue: Place) -> list[Command]:
        """Take all orders back, and do nothing any more."""
        self._has_left, orders, self._orders = True, self._orders, []
        return [CancelOrder(venue, order, account) for account, order in orders]

    def _supply(self, desk: Desk, pool: Place, base: AssetId) -> list[Command]:
        free = desk.balance(desk.connections.chain_place, base).free
        keep = free // 10 if base == desk.connections.gas_asset else 0
        return self._tx(desk, pool, SupplyCall(base, free - keep)) if free > keep else []

    def _tx(self, desk: Desk, pool: Place, call: SupplyCall | BorrowCall) -> list[Command]:
        """Return the tx of a call, no sooner than three blocks after the last."""
        block = desk.block()
        if self._sent and block.number < self._sent + 3:
            return []
        self._sent = block.number
        bid = market_bid(block, 15_000)
        return [SendTx(pool, call, bid.max_fee, bid.tip, GAS)]


def _profit(pump: Pump) -> int:
    return pump.profit
