"""Who pumps its own thin collateral with two accounts and borrows against it: Mango Markets, October 2022, on a venue and a lender.

One account puts the collateral into the pool and stands with an ask at the price it wants; the other buys everything below and stands
with a bid. Once the feed shows that price the first borrows all the pool lends against it, and both leave: they sell what they have to
whoever still bids more than it was worth before, and the debt stays. Before that it does its sums on what it sees: what buying the
book up would cost (some times over, for others sell into it), what the pool would lend at the price, what the collateral is worth
unpumped. Of a feed that is a mean over time it knows the window, and reckons with as much of the way as that will go while it is patient.
Where the sums say loss at every price, or the buying account cannot pay, it does nothing. Where the feed does not follow, it borrows at
the end of its patience if that brings more than the collateral was worth, and gives up otherwise, with what it has bought.

The second account is there so that who owes and who buys are not one name; the sums would be the same with one. Source: the complaint
of the CFTC against Eisenberg (January 2023): two accounts, a price up thirteen times, some 114 million dollars borrowed. Left out:
perpetual futures (there the two accounts held both sides of one, whose gain was the collateral; here the collateral itself is
pumped), several venues and pools, what a median or a guard does to the feed (it finds out).
"""

import math
from typing import ClassVar, NamedTuple

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.commands import BorrowCall, CancelOrder, Command, PlaceOrder, SendTx, SupplyCall, WakeMe
from sim.fixed import floor_to_int, mul_div_down, mul_div_up, share_down
from sim.lending.aave.views import PoolView
from sim.records import BlockSealed
from sim.units import BPS_ONE, MINUTE, SECOND, AssetId, Bps, Gas, HalfTicks, Lots, Nanos, Place, Price, Ticks, Units
from sim.vocabulary import Motive, Side, TimeInForce
from strategies.keepers.tips import market_bid

GAS: Gas = 500_000
"""Limit of a call to the pool."""
TIMES: tuple[Bps, ...] = (12_000, 15_000, 20_000, 30_000, 50_000, 80_000, 130_000)
"""Prices that it considers, as multiples of the present one."""
NEAR_BPS: Bps = 200
"""How near the feed must be to the price it wants."""


class Pump(NamedTuple):
    """One pump, by its own sums."""

    price: Ticks
    profit: int
    """Quote units: what is borrowed, less the collateral and the buying."""
    put: Units
    """Of the collateral: what it takes."""


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Pumper:
    """Pumps the base of its first venue and borrows the quote in its first pool. Needs two accounts."""

    min_profit: Units = attrs.field(default=0, metadata={"asset": "quote"})
    """Least profit for which it begins."""
    effort_bps: Bps = attrs.field(default=20_000, validator=attrs.validators.ge(BPS_ONE))
    """What it reckons it has to buy for, as a multiple of what is offered in view below its price."""
    wall: Units = attrs.field(default=5_000 * 10**6, metadata={"asset": "quote", "decimals": 6}, validator=attrs.validators.ge(1))
    """What its bid at the price it wants is worth; placed anew whenever the market is below."""
    look_interval: Nanos = attrs.field(default=2 * SECOND, validator=attrs.validators.ge(1))
    """Time between two looks at the book while it pumps."""
    patience: Nanos = attrs.field(default=5 * MINUTE, validator=attrs.validators.ge(1))
    """Time for which it holds the price before it takes what the feed shows, or gives up."""
    waits: Nanos = attrs.field(default=0, validator=attrs.validators.ge(0))
    """Time from the start of the run before it does its sums."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)
    _target: Ticks = attrs.field(default=0, init=False)
    _put: Units = attrs.field(default=0, init=False)
    """What it puts into the pool."""
    _before: HalfTicks = attrs.field(default=0, init=False)
    """The mid when it began."""
    _until: Nanos = attrs.field(default=0, init=False)
    _orders: list[tuple[int, int]] = attrs.field(factory=list, init=False)
    """Own resting orders: account and number."""
    _has_left: bool = attrs.field(default=False, init=False)
    _is_in: bool = attrs.field(default=False, init=False)
    """Its collateral was seen in the pool."""
    _sent: int = attrs.field(default=0, init=False)
    """The block at which it last sent a tx."""

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Wait for sums that say gain, put the collateral in, pump, borrow, leave."""
        connections = desk.connections
        if news is START or desk.accounts < 2 or not connections.venues or not connections.pools:
            return []
        if self._has_left:
            return self._sell(desk, connections.venues[0]) if news is TIMER else []
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
        if not self._target:
            return self._begin(desk, venue, pool, view) if desk.now >= self.waits else []
        held = next((each.units for each in own.collaterals if each.asset == base), 0) if own is not None else 0
        self._sent = 0 if held and not self._is_in else self._sent
        self._is_in = held > 0
        posted, is_late = view.reserves[base].price, desk.now >= self._until
        if not held:
            return self._leave(venue) if is_late else self._tx(desk, pool, SupplyCall(base, self._put))
        amount = share_down(self._lent(view, base, quote, held, posted), BPS_ONE - NEAR_BPS // 2)
        has_followed = posted >= share_down(instrument.price_8(2 * self._target), BPS_ONE - NEAR_BPS)
        if has_followed or (is_late and amount > instrument.notional(self._before // 2, instrument.lots_down(held))):
            return self._tx(desk, pool, BorrowCall(quote, amount))
        return self._leave(venue) if is_late else []

    def _begin(self, desk: Desk, venue: Place, pool: Place, view: PoolView) -> list[Command]:
        base = desk.connections.terms[venue].instrument.base.id
        most = self._most(desk, base, view) if base in view.reserves else 0
        best = max((self._sum(desk, venue, pool, view, most, times) for times in TIMES), key=_profit)
        if best.profit <= self.min_profit or not best.put:
            return []
        self._target, self._put, self._before, self._until = best.price, best.put, desk.quote(venue).mid, desk.now + self.patience
        return [*self._tx(desk, pool, SupplyCall(base, self._put)), *self._pump(desk, venue)]

    def _most(self, desk: Desk, base: AssetId, view: PoolView) -> Units:
        """Return what it may put into the pool: what it has there, as far as a cap leaves room, gas money left out."""
        free, room = desk.balance(desk.connections.chain_place, base).free, view.reserves[base].supply_room
        most = free - (free // 10 if base == desk.connections.gas_asset else 0)
        return most if room is None else max(0, min(most, room - 10))  # A cap counts what shares are worth, rounded.

    def _sum(self, desk: Desk, venue: Place, pool: Place, view: PoolView, most: Units, times: Bps) -> Pump:
        """Return what a pump to a multiple of the present price would leave. Cost: a walk of the asks in view."""
        terms, mid = desk.connections.terms[venue], desk.quote(venue).mid
        instrument = terms.instrument
        price = mul_div_down(mid, times, 2 * BPS_ONE)
        asks = [(ask, lots) for ask, lots in desk.depth(venue).asks if ask <= price]
        paid = sum(instrument.notional(ask, lots) for ask, lots in asks)
        worth = sum(instrument.notional(mid // 2, lots) for _, lots in asks)
        if not mid or self._money(desk, venue) < share_down(paid, self.effort_bps):
            return Pump(price, -1, 0)
        # What others put in its way until it has its price it reckons to buy at that price.
        rest = share_down(paid, self.effort_bps - BPS_ONE)
        cost = paid - worth + mul_div_up(rest, times - BPS_ONE, times) + (paid + rest) * terms.taker_fee_ppm // 10**6
        feed = desk.connections.feed_of_asset.get((pool, instrument.base.id), 0)
        shown = self._shown(desk, feed, instrument.price_8(mid), instrument.price_8(2 * price))
        base, quote = instrument.base.id, instrument.quote.id
        lent, whole = self._lent(view, base, quote, most, shown), self._worth(view, base, quote, most, shown)
        # No more than what the pool's last unit can be borrowed with, and a little for a feed that is a little below.
        put = min(most, mul_div_up(mul_div_up(most, lent, whole), BPS_ONE, BPS_ONE - NEAR_BPS)) if whole else 0
        return Pump(price, lent - cost - instrument.notional(mid // 2, instrument.lots_down(put)), put)

    def _shown(self, desk: Desk, feed: Place, before: Price, wanted: Price) -> Price:
        """Return what a feed will show at the end of its patience: of a mean (of logarithms) over a longer time, a part of the way."""
        window = desk.connections.means.get(feed, 0) * SECOND
        return wanted if window <= self.patience else floor_to_int(before * math.pow(wanted / before, self.patience / window))

    def _lent(self, view: PoolView, base: AssetId, quote: AssetId, held: Units, price: Price) -> Units:
        """Return what the pool would lend against collateral at a price, as far as it has it and a cap allows."""
        worth = self._worth(view, base, quote, held, price)
        if not worth:
            return 0
        money = view.reserves[quote]
        return min(worth, money.liquidity if money.borrow_room is None else min(money.liquidity, money.borrow_room))

    def _worth(self, view: PoolView, base: AssetId, quote: AssetId, held: Units, price: Price) -> Units:
        """Return what collateral is good for at a price, whatever the pool has."""
        if base not in view.reserves or quote not in view.reserves or not view.reserves[quote].price:
            return 0
        of, money = view.reserves[base], view.reserves[quote]
        return mul_div_down(mul_div_down(held * price, of.max_ltv, of.unit * BPS_ONE), money.unit, money.price)

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
        offered = min(lots, instrument.lots_down(desk.balance(venue, instrument.base.id).free))
        if offered and not self._orders:
            commands.append(self._rest(desk, venue, Side.SELL, offered, self._target + 1, 0))
        if quote.bid < self._target - 1 and self._money(desk, venue) >= instrument.notional(self._target, lots):
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
        """Take all orders back."""
        self._has_left, orders, self._orders = True, self._orders, []
        return [WakeMe(self.look_interval), *(CancelOrder(venue, order, account) for account, order in orders)]

    def _sell(self, desk: Desk, venue: Place) -> list[Command]:
        """Sell what both accounts have to whoever bids more than it was worth before, look after look, until nobody does."""
        instrument, least = desk.connections.terms[venue].instrument, self._before // 2
        held = [instrument.lots_down(desk.balance(venue, instrument.base.id, account).free) for account in (0, 1)]
        if not any(held) or desk.quote(venue).bid <= least:
            return []
        orders = [
            PlaceOrder(venue, Side.SELL, lots, least, TimeInForce.IOC, Motive.VOLUNTARY, desk.new_order(account), account)
            for account, lots in enumerate(held)
            if lots
        ]
        return [WakeMe(self.look_interval), *orders]

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
