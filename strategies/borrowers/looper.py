"""A looper: supplies, borrows, buys more with it, supplies that, again and again; and undoes it when its health falls.

Every step is a real tx, transfer or order of the parts: supply, borrow, deposit, buy, withdraw, supply. Looking at what it has where,
it takes the next step once the last one is through. Below a health it turns round: it sells what it has, calls collateral back as far
as its health allows, sells that, and repays. Left out: flash loans (one tx would do it all), swaps on the chain.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.commands import BorrowCall, Command, PlaceOrder, RepayCall, SupplyCall, TransferCall, WakeMe, Withdraw, WithdrawCall
from sim.fixed import floor_to_int, mul_div_down, mul_div_up, share_down
from sim.lending.aave.rules import NO_DEBT
from sim.lending.aave.views import AccountView, PoolView
from sim.records import (
    OrderCancelled,
    OrderRefused,
    Traded,
    TransferCredited,
    TransferRefused,
    TxDropped,
    TxIncluded,
    TxPending,
    TxReverted,
)
from sim.units import BPS_ONE, SECOND, WAD, AssetId, Bps, Nanos, Place, Units, Wad
from sim.vocabulary import Motive, Side, TimeInForce
from strategies.borrowers.rescue import value_of, withdrawable
from strategies.borrowers.wallet import Wallet
from strategies.keepers.nonces import TRANSFER_GAS

PATIENCE_BLOCKS = 5


def _wallet_of(borrower: "Looper") -> Wallet:
    return Wallet(borrower.multiple_bps, PATIENCE_BLOCKS, borrower.gas_reserve)


@attrs.define
class Looper:
    """Builds up a position in the base of its first venue, in its first pool, against the venue's quote."""

    loops: int = attrs.field(default=3, validator=attrs.validators.ge(0))
    """How often it borrows."""
    share_bps: Bps = 9_000
    """Part of what the pool would lend at most that it borrows."""
    begin: Nanos = 0
    """When it starts."""
    look_interval: Nanos = attrs.field(default=15 * SECOND, validator=attrs.validators.ge(1))
    """Time between two looks at what it has where; a step is taken at a look, a whole interval after the last news of its own."""
    least: Units = attrs.field(default=20 * 10**6, metadata={"asset": "quote", "decimals": 6})
    """Worth of the smallest amount that it moves: crumbs are left where they are until more comes."""
    worst_bps: Bps = 100
    """How far from the late mid it still trades."""
    unwind_health: Wad = 105 * WAD // 100
    """Health below which it turns round; 0 %: never."""
    target_health: Wad = 13 * WAD // 10
    """Health at which it stops unwinding."""
    edge_health: Wad = 101 * WAD // 100
    """Health down to which it calls collateral back."""
    multiple_bps: Bps = 12_000
    """What it bids for a tx, as a multiple of the going price."""
    gas_reserve: Units = attrs.field(default=10**17, metadata={"asset": "gas", "decimals": 18})
    """Gas money that it does not put into the pool."""

    wakes_on: ClassVar[tuple[On, ...]] = (
        On(TxPending, own=True),
        On(TxIncluded, own=True),
        On(TxReverted, own=True),
        On(TxDropped, own=True),
        On(TransferCredited, own=True),
        On(TransferRefused, own=True),
        On(Traded, own=True),
        On(OrderCancelled, own=True),
        On(OrderRefused, own=True),
    )
    is_unwinding: bool = attrs.field(default=False, init=False)
    """It has turned round."""
    _wallet: Wallet = attrs.field(default=attrs.Factory(_wallet_of, takes_self=True), init=False)
    _borrowed: int = attrs.field(default=0, init=False)
    _travelling: bool = attrs.field(default=False, init=False)
    """Units are between chain and venue."""
    _heard_at: Nanos = attrs.field(default=0, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Take a step at each look; book everything else."""
        if news.kind == START.kind:
            return [WakeMe(self.begin + 1 + floor_to_int(desk.dice.uniform() * self.look_interval))]
        if news is TIMER:
            return [*self._look(desk), WakeMe(self.look_interval)]
        self._heard_at = desk.now
        if self._wallet.hear(news):
            if self._travelling and not news.is_a(TxPending) and not news.is_a(TxIncluded) and not self._wallet.line.waiting:
                self._travelling = False  # The deposit's tx failed: nothing travels.
        elif news.is_a(TransferCredited) or news.is_a(TransferRefused):
            self._travelling = False
        return []

    def _look(self, desk: Desk) -> list[Command]:
        """Return the next step, if the last one is through and its traces are in view."""
        connections = desk.connections
        if not connections.venues or not connections.pools:
            return []
        self._wallet.look(desk)
        if self._wallet.is_busy:
            return list(self._wallet.unstick(desk))
        pool = connections.pools[0]
        position, view = desk.position(pool), desk.pool(pool)
        if self._travelling or desk.now - self._heard_at < self.look_interval or position is None or view is None:
            return []
        self._turn(position)
        step = self._down if self.is_unwinding else self._up
        return step(desk, connections.venues[0], pool, position, view)

    def _turn(self, position: AccountView) -> None:
        """Begin to unwind, or stop."""
        if position.health < self.unwind_health:
            self.is_unwinding = True
        elif position.health == NO_DEBT or position.health >= self.target_health:
            # What is left of its loops it leaves alone: once bitten.
            self._borrowed = self.loops if self.is_unwinding else self._borrowed
            self.is_unwinding = False

    def _up(self, desk: Desk, venue: Place, pool: Place, position: AccountView, view: PoolView) -> list[Command]:
        """Return the next step of building up: what lies furthest along its way moves first."""
        base, quote = self._pair(desk, venue)
        spare = self._wallet.free(desk, base)
        if self._matters(desk, venue, base, spare):
            return list(self._wallet.send(desk, pool, SupplyCall(base, spare), Motive.VOLUNTARY, pays=spare))
        if self._matters(desk, venue, base, desk.balance(venue, base).free):
            return self._withdraw(desk, venue, base)
        if self._matters(desk, venue, quote, desk.balance(venue, quote).free):
            return self._trade(desk, venue, Side.BUY, Motive.VOLUNTARY)
        if self._matters(desk, venue, quote, self._wallet.free(desk, quote)):
            return self._deposit(desk, venue, quote)
        return self._borrow(desk, pool, position, view, quote)

    def _down(self, desk: Desk, venue: Place, pool: Place, position: AccountView, view: PoolView) -> list[Command]:
        """Return the next step of unwinding."""
        base, quote = self._pair(desk, venue)
        funds = self._repayable(position, quote, self._wallet.free(desk, quote))
        if self._matters(desk, venue, quote, funds):
            return list(self._wallet.send(desk, pool, RepayCall(quote, funds), Motive.DELEVERAGE, pays=funds))
        if self._matters(desk, venue, quote, desk.balance(venue, quote).free):
            return self._withdraw(desk, venue, quote)
        if self._matters(desk, venue, base, desk.balance(venue, base).free):
            return self._trade(desk, venue, Side.SELL, Motive.DELEVERAGE)
        if self._matters(desk, venue, base, self._wallet.free(desk, base)):
            return self._deposit(desk, venue, base)
        units = withdrawable(position, view.reserves[base], self.edge_health, self.target_health)
        if not self._matters(desk, venue, base, units):
            return []
        return list(self._wallet.send(desk, pool, WithdrawCall(base, units), Motive.DELEVERAGE))

    def _repayable(self, position: AccountView, quote: AssetId, free: Units) -> Units:
        """Return what it repays out of what is free: all, and what accrues on the way, or what leaves the least debt there may be."""
        debt = next((debt for debt in position.debts if debt.asset == quote), None)
        if debt is None:
            return 0
        funds = min(free, debt.units + share_down(debt.units, 10))
        return max(0, debt.units - debt.least) if 0 < debt.units - funds < debt.least else funds

    def _matters(self, desk: Desk, venue: Place, asset: AssetId, units: Units) -> bool:
        """The units are worth moving, at the late mid."""
        instrument = desk.connections.terms[venue].instrument
        is_base = asset == instrument.base.id
        worth = mul_div_down(units, desk.quote(venue).mid * instrument.tick, 2 * instrument.base.unit) if is_base else units
        return worth >= max(1, self.least)

    def _pair(self, desk: Desk, venue: Place) -> tuple[AssetId, AssetId]:
        instrument = desk.connections.terms[venue].instrument
        return instrument.base.id, instrument.quote.id

    def _borrow(self, desk: Desk, pool: Place, position: AccountView, view: PoolView, quote: AssetId) -> list[Command]:
        """Return the next loan: a part of what the pool would lend at most, less what is owed."""
        if self._borrowed >= self.loops or not position.collaterals:
            return []
        most = sum(
            share_down(value_of(each.units, view.reserves[each.asset]), view.reserves[each.asset].max_ltv) for each in position.collaterals
        )
        reserve = view.reserves[quote]
        value = share_down(most, self.share_bps) - position.debt_value
        units = min(mul_div_down(max(0, value), reserve.unit, reserve.price), reserve.liquidity)
        if not units:
            return []
        sent = self._wallet.send(desk, pool, BorrowCall(quote, units), Motive.VOLUNTARY)
        self._borrowed += len(sent)
        return list(sent)

    def _deposit(self, desk: Desk, venue: Place, asset: AssetId) -> list[Command]:
        units = self._wallet.free(desk, asset)
        call = TransferCall(asset, venue, units)
        sent = self._wallet.send(desk, desk.connections.token_place, call, Motive.VOLUNTARY, TRANSFER_GAS, pays=units)
        self._travelling = bool(sent)
        return list(sent)

    def _withdraw(self, desk: Desk, venue: Place, asset: AssetId) -> list[Command]:
        self._travelling = True
        return [Withdraw(venue, asset, desk.balance(venue, asset).free)]

    def _trade(self, desk: Desk, venue: Place, side: Side, motive: Motive) -> list[Command]:
        """Return an order for all that is at the venue, at most so far from the late mid; nothing less than a lot."""
        terms, quote = desk.connections.terms[venue], desk.quote(venue)
        instrument = terms.instrument
        if not quote.mid:
            return []
        if side is Side.SELL:
            limit = max(1, mul_div_down(quote.mid, BPS_ONE - self.worst_bps, 2 * BPS_ONE))
            lots = instrument.lots_down(desk.balance(venue, instrument.base.id).free)
        else:
            limit = mul_div_up(quote.mid, BPS_ONE + self.worst_bps, 2 * BPS_ONE)
            fee = max(terms.taker_fee_ppm, terms.maker_fee_ppm, 0)
            lot = mul_div_up(instrument.notional(limit, 1), 10**6 + fee, 10**6)
            lots = desk.balance(venue, instrument.quote.id).free // lot
        if not lots:
            return []
        return [PlaceOrder(venue, side, lots, limit, TimeInForce.IOC, motive, desk.new_order())]
