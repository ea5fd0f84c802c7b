"""The bands of a market: collateral that is sold for money as the price falls, and bought back as it rises, by whoever arbitrages.

Anybody swaps (``SwapCall``, ``SwapForCall``: what the bands cannot serve is not taken); only the market deposits and withdraws. A swap
keeps the oracle's price, and pays at least what the oracle's last move would have won it. Fees stay in the bands they are paid in. When
interest accrues the whole grid moves up with the debt.

Promised (``_check``): below the active band there is no collateral, above it no money; owners' shares add up to the bands'; what lies in
the purse is what is in bands, plus roundings; a reverted tx leaves no trace. Source: AMM.vy [curvefi/curve-stablecoin cf1d05f]. Model
choices: a swap beyond what bands hold takes what they can use, and one for an exact amount they do not hold is refused, as there; a swap
that rounds to nothing changes nothing. Left out: the callback of liquidity mining, changes of fee and oracle, fees to an administrator.
"""

from typing import Any, ClassVar

import attrs

from sim.amm.amm import pair_of, receiver_of
from sim.amm.calls import SwapCall, SwapForCall
from sim.assets import Asset
from sim.chain.contract import CallContext
from sim.chain.till import Till
from sim.errors import InputError, Revert
from sim.lending.llamma import gas, rules, stakes
from sim.lending.llamma.bands import Bands
from sim.lending.llamma.grid import Grid, Trade, swap
from sim.lending.llamma.oracle import MovingAverage
from sim.lending.llamma.quotes import BandAmmView
from sim.lending.llamma.rules import Limited
from sim.lending.llamma.terms import LlammaTerms
from sim.lending.llamma.worth import money_on_the_way_down
from sim.records.amm import Swapped
from sim.records.llamma import ActiveBandMoved
from sim.units import UINT256_MAX, WAD, Gas, Party, Place, Seconds, Units, Wad
from sim.vocabulary import Refusal


@attrs.define(eq=False, repr=False)
class BandAmm:
    """One market's bands."""

    calls: ClassVar[tuple[type[Any], ...]] = (SwapCall, SwapForCall)

    till: Till
    terms: LlammaTerms
    oracle: MovingAverage
    bands: Bands
    old_price: Wad
    """What the last swap saw of the oracle."""
    old_at: Seconds
    rate_at: Seconds
    old_fee: Wad = 0
    rate: Wad = 0
    """Interest per second."""
    multiplier: Wad = WAD
    """What a unit of debt has grown to, when the rate was last set."""

    @classmethod
    def of(cls, till: Till, terms: LlammaTerms, oracle: MovingAverage, opened_at: Seconds) -> "BandAmm":
        """Return empty bands. Raises InputError while there is no price."""
        try:
            price = oracle.write(opened_at)
        except Revert:
            name = f"{terms.collateral.symbol}/{terms.money.symbol}"
            raise InputError(f"{name}: bands need a price to open at; give the feed one at the start") from None
        return cls(till, terms, oracle, Bands(till.journal), price, opened_at, opened_at)

    @property
    def place(self) -> Place:
        """Where it speaks from."""
        return self.till.place

    @property
    def assets(self) -> tuple[Asset, ...]:
        """Money, then collateral."""
        return self.terms.assets

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a swap out. Reverts: UNKNOWN_ASSET, PRICE_LIMIT, ZERO_AMOUNT, SLIPPAGE, INSUFFICIENT_BALANCE, NOTHING_POSTED."""
        context.spend(gas.REFUSED)
        if call.price_limit:
            raise Revert(Refusal.PRICE_LIMIT)
        is_in = isinstance(call, SwapCall)
        named, other = (call.asset_in, call.asset_out) if is_in else (call.asset_out, call.asset_in)
        first, second = pair_of(self.assets, named, other)
        came = first if is_in else second
        amount = call.amount_in if is_in else call.amount_out
        if amount < 0:
            raise Revert(Refusal.ZERO_AMOUNT)
        oracle = self._keep_price(context.timestamp)
        done = self.trade_of(self.grid_with(oracle, context.timestamp), came, amount, is_in)
        _guard(call, done, self._units(done, came), is_in)
        return self._settle(done, came, receiver_of(call.receiver, context.sender), context, oracle)

    def view(self, timestamp: Seconds) -> BandAmmView:
        """Return what desks see at a block; while nothing is posted, at the price that the last swap saw."""
        bands = self.bands
        try:
            grid = self.grid(timestamp)
        except Revert:
            grid = self.grid_with(Limited(self.old_price, self.old_fee), timestamp)
        frozen = grid._replace(x=dict(bands.x), y=dict(bands.y))
        return BandAmmView(self.place, timestamp, self.terms, frozen)

    @property
    def is_reconciled(self) -> bool:
        """Its purse covers its bands. Cost: all bands."""
        held = self._held()
        return all(has >= needs for has, needs in zip(held, self.bands.totals, strict=True))

    # What is so.

    def limited(self, timestamp: Seconds) -> Limited:
        """Return what a swap at an instant would see of the oracle. Reverts with NOTHING_POSTED."""
        return rules.limited(self.oracle.price(timestamp), self.old_price, self.old_fee, timestamp - self.old_at)

    def multiplier_at(self, timestamp: Seconds) -> Wad:
        """Return what a unit of debt has grown to."""
        return self.multiplier * (WAD + self.rate * (timestamp - self.rate_at)) // WAD

    def base_at(self, timestamp: Seconds) -> Wad:
        """Return where band 0 begins."""
        return self.terms.base_price * self.multiplier_at(timestamp) // WAD

    def edge(self, n: int, timestamp: Seconds) -> Wad:
        """Return the oracle price at which a band begins."""
        return rules.upper_edge(self.terms.amp, self.base_at(timestamp), n)

    def grid(self, timestamp: Seconds) -> Grid:
        """Return all bands at an instant; it reads what lives. Reverts with NOTHING_POSTED."""
        return self.grid_with(self.limited(timestamp), timestamp)

    def grid_with(self, oracle: Limited, timestamp: Seconds) -> Grid:
        """Return all bands at a price of the oracle."""
        bands, terms = self.bands, self.terms
        return Grid(terms.amp, self.base_at(timestamp), oracle, terms.fee, bands.active, bands.lowest, bands.highest, bands.x, bands.y)

    def worth(self, party: Party, timestamp: Seconds) -> Units:
        """Return the money that an owner's bands would bring on the way down. Reverts with NOTHING_POSTED. Cost: 3 us a band."""
        stake = self.bands.stakes.get(party)
        if stake is None:
            return 0
        price, edge, slices = self.limited(timestamp).price, self.edge(stake.first, timestamp), self.bands.slices(party)
        found = money_on_the_way_down(self.terms.amp, price, edge, stake.first, self.bands.active, slices)
        return found // self.terms.money_quantum

    def sums(self, party: Party) -> tuple[Units, Units]:
        """Return the money and collateral that an owner would get for all of its bands."""
        taken = [each.taken(WAD) for each in self.bands.slices(party)]
        return sum(x for _, x, _ in taken) // self.terms.money_quantum, sum(y for _, _, y in taken) // self.terms.collateral_quantum

    # What the market does.

    def set_rate(self, rate: Wad, timestamp: Seconds) -> None:
        """Let interest run at another rate from now on."""
        self.till.journal.put(self, "multiplier", self.multiplier_at(timestamp))
        self.till.journal.put(self, "rate_at", timestamp)
        self.till.journal.put(self, "rate", rate)

    def deposit(self, party: Party, units: Units, first: int, last: int) -> None:
        """Put collateral into bands evenly; the units must come in too. Reverts: AMOUNT_TOO_LOW, BAND_NOT_EMPTY."""
        stakes.deposit(self.bands, party, units * self.terms.collateral_quantum, first, last)

    def withdraw(self, party: Party, share: Wad) -> tuple[Units, Units]:
        """Take a share of an owner's bands; return the money and collateral that must go out. Reverts with AMOUNT_TOO_LOW."""
        quanta = self.terms.money_quantum, self.terms.collateral_quantum
        x, y = stakes.withdraw(self.bands, party, share, quanta)
        return x // quanta[0], y // quanta[1]

    def trade_of(self, grid: Grid, came: int, amount: Units, is_in: bool) -> Trade:
        """Return what a swap does; ``came`` is the place of the asset that comes in. 2^256-1 out is all there is."""
        quanta = self.terms.money_quantum, self.terms.collateral_quantum
        scaled = amount * quanta[came if is_in else 1 - came]
        return swap(grid, came == 0, scaled, is_in, (quanta[came], quanta[1 - came]))

    def _units(self, done: Trade, came: int) -> tuple[Units, Units]:
        quanta = self.terms.money_quantum, self.terms.collateral_quantum
        return done.amount_in // quanta[came], done.amount_out // quanta[1 - came]

    def _keep_price(self, timestamp: Seconds) -> Limited:
        """Read the oracle for a swap, and keep what it saw."""
        oracle = rules.limited(self.oracle.write(timestamp), self.old_price, self.old_fee, timestamp - self.old_at)
        for field, value in (("old_price", oracle.price), ("old_fee", oracle.fee), ("old_at", timestamp)):
            self.till.journal.put(self, field, value)
        return oracle

    def _settle(self, done: Trade, came: int, receiver: Party, context: CallContext, oracle: Limited) -> Gas:
        """Write a swap's bands, move the units and say so. Reverts with INSUFFICIENT_BALANCE."""
        paid, got = self._units(done, came)
        if not paid or not got:
            return gas.SWAP
        before = self.bands.active
        stakes.write_trade(self.bands, done, came == 0)
        self.till.take(self.assets[came].id, context.sender, paid)
        self.till.pay(self.assets[1 - came].id, receiver, got)

        grid = self.grid_with(oracle, context.timestamp)
        price = grid.price if came else WAD * WAD // grid.price
        fee = done.fee // (self.terms.money_quantum, self.terms.collateral_quantum)[came]
        ends = self.assets[came].id, self.assets[1 - came].id
        context.say(self.place, context.sender, (Swapped.kind, receiver, *ends, paid, got, fee, price))
        if self.bands.active != before:
            context.say(self.place, context.sender, (ActiveBandMoved.kind, before, self.bands.active, grid.price, oracle.price))
        return gas.SWAP + gas.BAND_SWAPPED * len(done.paid)

    def _held(self) -> tuple[int, int]:
        """Return what the purse has, with 18 decimals."""
        money, collateral = (self.till.held(asset.id) for asset in self.assets)
        return money * self.terms.money_quantum, collateral * self.terms.collateral_quantum

    def _check(self) -> None:
        """Assert every invariant. Cost: all bands and owners."""
        self.bands._check()
        strays = [has - needs - dust for has, needs, dust in zip(self._held(), self.bands.totals, self.bands.dust, strict=True)]
        assert min(strays) >= 0, strays
        assert min(self.old_price, self.multiplier) > 0
        assert 0 <= self.old_fee < WAD


def _guard(call: SwapCall | SwapForCall, done: Trade, units: tuple[Units, Units], is_in: bool) -> None:
    paid, got = units
    if isinstance(call, SwapCall):
        if got < call.least_out:
            raise Revert(Refusal.SLIPPAGE)
        return
    if paid > call.most_in or got != call.amount_out != UINT256_MAX:
        raise Revert(Refusal.SLIPPAGE)
