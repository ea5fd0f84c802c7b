"""Borrows against what a lender's feed prices far above the market, and never comes back.

It buys an asset where it is cheap, puts it up where it counts for more, borrows the venue's quote against it, and buys again with
that, until its pools have nothing left to lend. It begins, and goes on, only while what one lot put up lends is more than the lot costs at
its late view of the venue: posted price times the pool's loan-to-value against the mid and its own allowance. So it needs no name of a
fault: a feed that stopped at a floor, that repeats itself or that is late will do. A pool that refuses it is let be for a while.
Source: Venus and Blizz Finance, 12 May 2022, LUNA counted at 0.107 USD and traded at a tenth of it (statements of the two).

Left out: flash loans (what it works with is its own), moving the price itself, swaps on the chain, and lenders against bands or troves.
"""

from collections.abc import Iterator
from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.assets import Instrument
from sim.commands import BorrowCall, Command, PlaceOrder, TransferCall, WakeMe, Withdraw
from sim.fixed import floor_to_int, mul_div_down, mul_div_up, share_down
from sim.lending.aave.views import Reserves, ReserveView
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
from sim.units import BPS_ONE, SECOND, AssetId, Bps, Nanos, Place, Units
from sim.vocabulary import Motive, Side, TimeInForce
from strategies.borrowers.acts import Act, Means, steps_of
from strategies.borrowers.rescue import value_of
from strategies.borrowers.wallet import Wallet
from strategies.keepers.nonces import TRANSFER_GAS

SUPPLY = Act(at=0, do="supply")
PATIENCE_BLOCKS = 5
MULTIPLE_BPS: Bps = 15_000
"""What it bids for a tx, as a multiple of the going price: it is not alone."""
OWN_TXS = (On(TxPending, own=True), On(TxIncluded, own=True), On(TxReverted, own=True), On(TxDropped, own=True))
OWN_UNITS = (On(TransferCredited, own=True), On(TransferRefused, own=True))
OWN_ORDERS = (On(Traded, own=True), On(OrderCancelled, own=True), On(OrderRefused, own=True))


def _wallet_of(attacker: "GapBorrower") -> Wallet:
    return Wallet(MULTIPLE_BPS, PATIENCE_BLOCKS, attacker.gas_reserve)


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class GapBorrower:
    """Buys the base of its first venue, puts it up in its pools one after the other, and borrows the quote."""

    least_gain_bps: Bps = attrs.field(default=1_000, validator=attrs.validators.ge(1))
    """What a loan must be worth above what its collateral costs, as a share of that cost."""
    share_bps: Bps = attrs.field(default=9_800, validator=attrs.validators.in_(range(1, BPS_ONE + 1)))
    """Part of what the pool would lend at most that it borrows."""
    worst_bps: Bps = attrs.field(default=100, validator=attrs.validators.in_(range(BPS_ONE)))
    """How far above the late mid it still buys."""
    least: Units = attrs.field(default=100 * 10**6, metadata={"asset": "quote", "decimals": 6}, validator=attrs.validators.ge(1))
    """Worth of the smallest amount that it moves, at the market."""
    look_interval: Nanos = attrs.field(default=15 * SECOND, validator=attrs.validators.ge(1))
    """Time between two looks; a step is taken at a look, a whole interval after the last news of its own."""
    retry_after: Nanos = attrs.field(default=300 * SECOND, validator=attrs.validators.ge(1))
    """Time for which it lets a pool be that refused it."""
    gas_reserve: Units = attrs.field(default=10**17, metadata={"asset": "gas", "decimals": 18})
    """Gas money that it does not spend otherwise."""

    wakes_on: ClassVar[tuple[On, ...]] = (*OWN_TXS, *OWN_UNITS, *OWN_ORDERS)
    _wallet: Wallet = attrs.field(default=attrs.Factory(_wallet_of, takes_self=True), init=False)
    _travelling: bool = attrs.field(default=False, init=False)
    """Units are between chain and venue."""
    _heard_at: Nanos = attrs.field(default=0, init=False)
    _shut: dict[Place, Nanos] = attrs.field(factory=dict, init=False)
    """Contracts that refused it, with when it asks again."""

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Take a step at each look; book everything else."""
        if news.kind == START.kind:
            return [WakeMe(1 + floor_to_int(desk.dice.uniform() * self.look_interval))]
        if news is TIMER:
            return [*self._look(desk), WakeMe(self.look_interval)]
        self._heard_at = desk.now
        if news.is_a(TransferCredited) or news.is_a(TransferRefused):
            self._travelling = False
        outcome = self._wallet.line.hear(news)
        if outcome is not None and not outcome.is_included:
            self._travelling = False
            self._shut[outcome.sent.contract] = desk.now + self.retry_after
        return []

    def _look(self, desk: Desk) -> list[Command]:
        """Return the next step, if the last one is through and its traces are in view."""
        self._wallet.look(desk)
        if self._wallet.is_busy:
            return list(self._wallet.unstick(desk))
        if self._travelling or desk.now - self._heard_at < self.look_interval or not desk.connections.venues:
            return []
        venue = desk.connections.venues[0]
        target = next(self._targets(desk, venue), None)
        return self._step(desk, venue, *target) if target is not None else []

    def _targets(self, desk: Desk, venue: Place) -> Iterator[tuple[Place, Means]]:
        """Yield the pools that would lend it more than it costs, and have something to lend."""
        instrument = desk.connections.terms[venue].instrument
        for pool in desk.connections.pools:
            view, position = desk.pool(pool), desk.position(pool)
            if view is None or position is None or self._shut.get(pool, 0) > desk.now:
                continue
            base, quote = (view.reserves.get(asset.id) for asset in (instrument.base, instrument.quote))
            if base and quote and quote.liquidity >= self.least and self._is_gain(desk, venue, base, quote):
                free = {asset.id: self._wallet.free(desk, asset.id) for asset in (instrument.base, instrument.quote)}
                yield pool, Means(view, position, free)

    def _is_gain(self, desk: Desk, venue: Place, base: ReserveView, quote: ReserveView) -> bool:
        """Tell whether a lot put up lends more than it costs at the late mid, by what it asks for at least."""
        instrument, limit = desk.connections.terms[venue].instrument, self._limit(desk, venue)
        if not limit or not quote.price:
            return False
        lent = mul_div_down(share_down(value_of(instrument.lot, base), base.max_ltv), quote.unit, quote.price)
        return lent * BPS_ONE > instrument.notional(limit, 1) * (BPS_ONE + self.least_gain_bps)

    def _step(self, desk: Desk, venue: Place, pool: Place, means: Means) -> list[Command]:
        """Return the next step: what lies furthest along its way moves first."""
        instrument = desk.connections.terms[venue].instrument
        base, quote = instrument.base.id, instrument.quote.id
        if self._worth(desk, instrument, venue, means.free[base]) >= self.least:
            return self._supply(desk, pool, base, means)
        loan = self._loan(pool, base, quote, means)
        if loan >= self.least:
            return list(self._wallet.send(desk, pool, BorrowCall(quote, loan), Motive.VOLUNTARY))
        if self._worth(desk, instrument, venue, desk.balance(venue, base).free) >= self.least:
            self._travelling = True
            return [Withdraw(venue, base, desk.balance(venue, base).free)]
        wanted = self._cost_of_rest(desk, venue, means.view.reserves[base], means.view.reserves[quote])
        if desk.balance(venue, quote).free >= self.least:
            return self._buy(desk, venue, min(wanted, desk.balance(venue, quote).free))
        return self._deposit(desk, venue, quote, min(wanted, means.free[quote])) if means.free[quote] >= self.least else []

    def _supply(self, desk: Desk, pool: Place, base: AssetId, means: Means) -> list[Command]:
        commands: list[Command] = []
        for step in steps_of(SUPPLY, (base, means.free[base]), (0, 0), means):
            commands += self._wallet.send(desk, pool, step.call, Motive.VOLUNTARY, step.gas, step.pays, asset=step.asset)
        return commands

    def _loan(self, pool: Place, base: AssetId, quote: AssetId, means: Means) -> Units:
        """Return what it may still borrow: of what the pool would lend at most, a part, less what is owed."""
        reserves: Reserves = means.view.reserves
        most = sum(share_down(value_of(each.units, reserves[base]), reserves[base].max_ltv) for each in means.position.collaterals)
        value = max(0, share_down(most, self.share_bps) - means.position.debt_value)
        return min(mul_div_down(value, reserves[quote].unit, reserves[quote].price), reserves[quote].liquidity)

    def _cost_of_rest(self, desk: Desk, venue: Place, base: ReserveView, quote: ReserveView) -> Units:
        """Return what the collateral costs against which the pool would lend all that it has left, and a tenth more."""
        instrument = desk.connections.terms[venue].instrument
        lent = mul_div_down(share_down(value_of(instrument.lot, base), base.max_ltv), quote.unit, quote.price)
        return mul_div_up(quote.liquidity, instrument.notional(self._limit(desk, venue), 11), 10 * lent)

    def _limit(self, desk: Desk, venue: Place) -> int:
        """Return the most it pays for a lot, in ticks; 0 while it has heard of no price."""
        return mul_div_up(desk.quote(venue).mid, BPS_ONE + self.worst_bps, 2 * BPS_ONE)

    def _worth(self, desk: Desk, instrument: Instrument, venue: Place, units: Units) -> Units:
        """Return what units of the base are worth at the late mid."""
        return mul_div_down(units, desk.quote(venue).mid * instrument.tick, 2 * instrument.base.unit)

    def _buy(self, desk: Desk, venue: Place, budget: Units) -> list[Command]:
        terms, limit = desk.connections.terms[venue], self._limit(desk, venue)
        lot = mul_div_up(terms.instrument.notional(limit, 1), 10**6 + max(terms.taker_fee_ppm, 0), 10**6)
        lots = budget // lot
        return [PlaceOrder(venue, Side.BUY, lots, limit, TimeInForce.IOC, Motive.VOLUNTARY, desk.new_order())] if lots else []

    def _deposit(self, desk: Desk, venue: Place, asset: AssetId, units: Units) -> list[Command]:
        call = TransferCall(asset, venue, units)
        sent = self._wallet.send(desk, desk.connections.token_place, call, Motive.VOLUNTARY, TRANSFER_GAS, pays=units)
        self._travelling = bool(sent)
        return list(sent)
