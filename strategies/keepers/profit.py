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
from sim.lending.aave.views import AccountView, PoolView, Quote, largest_liquidation, quote_liquidation
from sim.units import BPS_ONE, AssetId, Bps, HalfTicks, Lots, Place, Ticks, Units
from sim.views import Depth
from sim.vocabulary import Refusal

MARGIN_BPS: Bps = 100
"""What a call asks for beyond what it expects to repay, for interest and a moving price: the contract takes what it may."""

MILLION = 10**6


class Offer(NamedTuple):
    """One liquidation that could be called, and what it is worth."""

    debt: AssetId
    collateral: AssetId
    repaid: Units
    seized: Units
    gain: int
    """Quote units that the sale would fetch, less what is repaid; gas not yet paid."""
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

    instrument: Instrument
    """What the venue trades."""
    gas_asset: AssetId
    mid: HalfTicks
    """The late mid; with one side gone, twice the other; 0 when nothing was heard."""
    depth: Depth
    """The published book, without what own lots will take before."""
    taker_fee_ppm: int
    haircut_bps: Bps
    """For the wait between the decision and the sale."""

    @classmethod
    def seen(cls, desk: Desk, venue: Place, haircut_bps: Bps, ahead: Lots) -> "Stall":
        """Return a venue as a desk shows it now, to whom has so many lots to sell before."""
        quote, terms = desk.quote(venue), desk.connections.terms[venue]
        mid = quote.mid or 2 * max(quote.bid, quote.ask)
        depth = desk.depth(venue)
        left = depth._replace(bids=after(depth.bids, ahead))
        return cls(terms.instrument, desk.connections.gas_asset, mid, left, terms.taker_fee_ppm, haircut_bps)

    def worth(self, base_units: Units) -> Units:
        """Return base units at the late mid, in quote units, rounded up: it is a cost."""
        return mul_div_up(base_units, self.mid * self.instrument.tick, 2 * self.instrument.base.unit)

    def gas_worth(self, gas_units: Units) -> Units:
        """Return gas money in quote units, rounded up; nothing where the venue trades no gas asset."""
        if self.gas_asset == self.instrument.base.id:
            return self.worth(gas_units)
        return gas_units if self.gas_asset == self.instrument.quote.id else 0

    def in_gas(self, quote_units: int) -> Units:
        """Return quote units as gas money at the late mid, rounded down; nothing where that has no price."""
        if self.gas_asset == self.instrument.quote.id:
            return quote_units
        if self.gas_asset != self.instrument.base.id or not self.mid:
            return 0
        return mul_div_down(quote_units, 2 * self.instrument.base.unit, self.mid * self.instrument.tick)

    def proceeds(self, ticks_lots: int) -> Units:
        """Return what sales that sum to so many ticks times lots would fetch, fee and haircut off, rounded down."""
        return ticks_lots * self.instrument.step * (10**6 - self.taker_fee_ppm) * (BPS_ONE - self.haircut_bps) // 10**10

    def fetches(self, base_units: Units) -> Units | None:
        """Return what a sale would fetch: what the published book pays, but never more than the late mid, for a book is published seldom.

        None where the book does not take all of it. Rounded down.
        """
        lots = self.instrument.lots_down(base_units)
        ticks_lots, filled = self.depth.sale(lots)
        return min(self.proceeds(ticks_lots), self.worth(base_units)) if filled == lots else None

    def told(self, quote_units: int) -> int:
        """Return quote units as a note tells them, whatever the decimals: in millionths of a whole, rounded down."""
        return mul_div_down(quote_units, MILLION, self.instrument.quote.unit)

    def worthwhile(self, lots: Lots, cost: Units) -> Lots:
        """Return how many of the lots sell for at least their part of a cost. Costs a walk of their levels."""
        good = 0
        for price, resting in self.depth.bids:
            if self.proceeds(price * lots) < cost:
                break
            good += resting
            if good >= lots:
                return lots
        return good


def after(levels: tuple[tuple[Ticks, Lots], ...], ahead: Lots) -> tuple[tuple[Ticks, Lots], ...]:
    """Return what is left of levels once so many lots were taken."""
    for place, (price, resting) in enumerate(levels):
        if ahead < resting:
            return ((price, resting - ahead), *levels[place + 1 :])
        ahead -= resting
    return ()


def best_offer(view: PoolView, account: AccountView, funds: Mapping[AssetId, Units], stall: Stall) -> Offer | Refusal:
    """Return the liquidation of an account that gains most; NO_FUNDS where the purse has none for it, NO_DEPTH while the venue
    shows no price, NONE where there is none.

    ``funds`` are what the purse can pay of each asset. Cost: for each debt and collateral two settlements and, unless the best bid
    pays too little, a walk of the book; as much again where the book pays enough for a part only.
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
    found = [offer for pair in paid for offer in _offers(view, account, *pair, funds[pair[0]], stall)]
    if not found:
        return Refusal.NO_FUNDS if any(largest_liquidation(view, account, *pair) for pair in paid) else Refusal.NONE
    return max(found, key=_gain)


def _gain(offer: Offer) -> int:
    return offer.gain


def _offers(view: PoolView, account: AccountView, debt: AssetId, collateral: AssetId, purse: Units, stall: Stall) -> Iterator[Offer]:
    """Yield the largest liquidation of one pair, and the part of it for which the book pays enough."""
    quote = largest_liquidation(view, account, debt, collateral, purse)
    if quote is None:
        return
    lots, cost = _for_sale(quote, collateral, stall), _cost(quote, debt, stall)
    good = stall.worthwhile(lots, cost)
    yield _offer(quote, debt, collateral, stall, bool(good) or not lots, purse)
    if 0 < good < lots:
        part = largest_liquidation(view, account, debt, collateral, mul_div_down(quote.repaid, good, lots))
        if part is not None:
            yield _offer(part, debt, collateral, stall, True, purse)


def _offer(quote: Quote, debt: AssetId, collateral: AssetId, stall: Stall, is_walked: bool, purse: Units) -> Offer:
    """Return what a liquidation gains; where no level pays enough the walk is spared and the best bid taken for all."""
    lots, bids = _for_sale(quote, collateral, stall), stall.depth.bids
    if is_walked:
        ticks_lots, filled = stall.depth.sale(lots)
    else:
        ticks_lots, filled = (bids[0][0] * lots, lots) if bids else (0, 0)
    proceeds = stall.proceeds(ticks_lots) if collateral == stall.instrument.base.id else quote.seized
    gain = proceeds - _cost(quote, debt, stall)
    return Offer(debt, collateral, quote.repaid, quote.seized, gain, quote.repaid == purse, filled == lots)


def _for_sale(quote: Quote, collateral: AssetId, stall: Stall) -> Lots:
    return stall.instrument.lots_down(quote.seized) if collateral == stall.instrument.base.id else 0


def _cost(quote: Quote, debt: AssetId, stall: Stall) -> Units:
    return stall.worth(quote.repaid) if debt == stall.instrument.base.id else quote.repaid


def to_ask(view: PoolView, account: AccountView, offer: Offer, purse: Units) -> Units:
    """Return what to name in the call: more than is expected, where the contract would take no more of it and leave no dust."""
    roomy = min(purse, offer.repaid + mul_div_up(offer.repaid, MARGIN_BPS, BPS_ONE))
    try:
        taken = quote_liquidation(view, account, offer.debt, offer.collateral, roomy)
    except Revert:
        return offer.repaid
    return roomy if taken.repaid == offer.repaid else offer.repaid
