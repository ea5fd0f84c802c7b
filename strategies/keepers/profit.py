"""What a liquidation is worth to its keeper: what its own late view of the venue would pay, less what is repaid.

Never at the posted price: that is what the pool pays with, not what anybody buys at. What the keeper has still to sell is walked
first, so that each of its liquidations is weighed with those before it in its way. Everything is in the venue's quote units. Debts
and collaterals that are neither base nor quote of the venue are left alone. Left out: flash loans, other venues, buying base back.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import attrs

from sim.agents.desk import Desk
from sim.assets import Instrument
from sim.errors import Revert
from sim.fixed import mul_div_down, mul_div_up
from sim.lending.aave.views import AccountView, PoolView, largest_liquidation, quote_liquidation
from sim.units import BPS_ONE, AssetId, Bps, HalfTicks, Lots, Place, Units
from sim.vocabulary import Refusal

SMALLER_SIZES = 4
"""How often a size that moves the book too far is halved."""
MARGIN_BPS: Bps = 100
"""What a call asks for beyond what it expects to repay, for interest and a moving price: the contract takes what it may."""


class Offer(NamedTuple):
    """One liquidation that could be called, and what it is worth."""

    debt: AssetId
    collateral: AssetId
    asked: Units
    """What the call names."""
    repaid: Units
    seized: Units
    gain: int
    """Quote units that the sale would fetch, less what is repaid; gas not yet paid."""
    most: int
    """The same if all of it sold at the best bid."""
    is_short: bool
    """A larger purse would liquidate more."""
    is_absorbed: bool
    """The published book takes all of it."""


@attrs.define
class Experience:
    """A keeper's own record of races: the chance of losing one that it reckons with."""

    prior_bps: Bps
    """What it believes before the first."""
    weight: int
    """How many races that belief is worth."""
    attempts: int = 0
    lost: int = 0

    def note(self, is_lost: bool) -> None:
        """Take note of one race."""
        self.attempts += 1
        self.lost += is_lost

    @property
    def chance_bps(self) -> Bps:
        """The chance of losing: the mean of belief and record, each by its number; rounded up."""
        races = self.weight + self.attempts
        return -(-(self.prior_bps * self.weight + BPS_ONE * self.lost) // races) if races else 0


@attrs.frozen
class Stall:
    """A venue as its keeper sees it while it decides."""

    desk: Desk
    venue: Place
    haircut_bps: Bps
    """For the wait between the decision and the sale."""
    ahead: Lots
    """Own lots that will be sold before."""
    instrument: Instrument
    """What the venue trades."""
    mid: HalfTicks
    """The late mid; with one side gone, twice the other; 0 when nothing was heard."""

    @classmethod
    def seen(cls, desk: Desk, venue: Place, haircut_bps: Bps, ahead: Lots) -> "Stall":
        """Return a venue as a desk shows it now."""
        quote = desk.quote(venue)
        mid = quote.mid or 2 * max(quote.bid, quote.ask)
        return cls(desk, venue, haircut_bps, ahead, desk.connections.terms[venue].instrument, mid)

    @property
    def has_bids(self) -> bool:
        """The published book takes something."""
        return bool(self.desk.depth(self.venue).bids)

    def worth(self, base_units: Units) -> Units:
        """Return base units at the late mid, in quote units, rounded up: it is a cost."""
        return mul_div_up(base_units, self.mid * self.instrument.tick, 2 * self.instrument.base.unit)

    def gas_worth(self, gas_units: Units) -> Units:
        """Return gas money in quote units, rounded up; nothing where the venue trades no gas asset."""
        gas = self.desk.connections.gas_asset
        if gas == self.instrument.base.id:
            return self.worth(gas_units)
        return gas_units if gas == self.instrument.quote.id else 0

    def in_gas(self, quote_units: int) -> Units:
        """Return quote units as gas money at the late mid, rounded down; nothing where that has no price."""
        gas = self.desk.connections.gas_asset
        if gas == self.instrument.quote.id:
            return quote_units
        if gas != self.instrument.base.id or not self.mid:
            return 0
        return mul_div_down(quote_units, 2 * self.instrument.base.unit, self.mid * self.instrument.tick)

    def proceeds(self, lots: Lots) -> Units:
        """Return what selling lots would fetch after those ahead."""
        before = self.desk.sale(self.venue, self.ahead, self.haircut_bps) if self.ahead else 0
        return self.desk.sale(self.venue, self.ahead + lots, self.haircut_bps) - before

    def most_proceeds(self, lots: Lots) -> Units:
        """Return what lots would fetch if all of them sold at the best bid: more than they ever will. Costs no walk."""
        bids = self.desk.depth(self.venue).bids
        return mul_div_up(self.instrument.notional(bids[0][0], lots), BPS_ONE - self.haircut_bps, BPS_ONE) if bids else 0

    def takes(self, lots: Lots) -> bool:
        """The published book takes so many lots after those ahead."""
        return self.desk.depth(self.venue).sale(self.ahead + lots)[1] == self.ahead + lots


def best_offer(view: PoolView, account: AccountView, funds: Mapping[AssetId, Units], stall: Stall) -> Offer | Refusal:
    """Return the liquidation of an account that gains most; NO_FUNDS where the purse has none for it, NO_DEPTH while the venue
    shows no price, NONE where there is none.

    ``funds`` are what the purse can pay of each asset. Cost: for each debt and collateral a settlement and, unless it cannot pay
    at all, a walk of the book; some more where its own size moves the price.
    """
    instrument = stall.instrument
    traded = (instrument.base.id, instrument.quote.id)
    pairs = [
        (debt.asset, collateral.asset)
        for debt in account.debts
        for collateral in account.collaterals
        if debt.asset in traded and collateral.asset in traded
    ]
    paid = [(debt, collateral) for debt, collateral in pairs if funds[debt] > 0]
    if not paid:
        return Refusal.NO_FUNDS if pairs else Refusal.NONE
    if not stall.mid:
        return Refusal.NO_DEPTH
    found = [offer for debt, collateral in paid for offer in _offers(view, account, debt, collateral, funds[debt], stall)]
    if not found:
        return Refusal.NO_FUNDS if any(largest_liquidation(view, account, *pair) for pair in paid) else Refusal.NONE
    return max(found, key=_gain)


def _gain(offer: Offer) -> int:
    return offer.gain


def _offers(view: PoolView, account: AccountView, debt: AssetId, collateral: AssetId, purse: Units, stall: Stall) -> Iterator[Offer]:
    """Yield the largest liquidation of one pair, and smaller ones as long as slippage leaves so little that half might gain more."""
    most = purse
    for _ in range(1 + SMALLER_SIZES):
        offer = _offer(view, account, debt, collateral, most, stall)
        if offer is None:
            return
        yield offer._replace(is_short=offer.repaid == purse)
        if offer.most <= 0 or 2 * offer.gain >= offer.most:
            return
        most = offer.repaid // 2


def _offer(view: PoolView, account: AccountView, debt: AssetId, collateral: AssetId, most: Units, stall: Stall) -> Offer | None:
    quote = largest_liquidation(view, account, debt, collateral, most) if most > 0 else None
    if quote is None:
        return None
    base, cost = stall.instrument.base.id, quote.repaid
    if debt == base:
        cost = stall.worth(quote.repaid)
    proceeds = most_proceeds = quote.seized
    is_absorbed = True
    if collateral == base:
        lots = stall.instrument.lots_down(quote.seized)
        proceeds = most_proceeds = stall.most_proceeds(lots)
        is_absorbed = stall.has_bids
        if proceeds > cost:
            proceeds, is_absorbed = stall.proceeds(lots), stall.takes(lots)
    asked = _asked(view, account, debt, collateral, quote.repaid, most)
    gains = proceeds - cost, most_proceeds - cost
    return Offer(debt, collateral, asked, quote.repaid, quote.seized, *gains, False, is_absorbed)


def _asked(view: PoolView, account: AccountView, debt: AssetId, collateral: AssetId, repaid: Units, most: Units) -> Units:
    """Return what to name in the call: more than is expected, where the contract would take no more of it and leave no dust."""
    roomy = min(most, repaid + mul_div_up(repaid, MARGIN_BPS, BPS_ONE))
    try:
        return roomy if quote_liquidation(view, account, debt, collateral, roomy).repaid == repaid else repaid
    except Revert:
        return repaid
