"""A keeper's purse and its round trip: seized on the chain, sent to the venue, credited, sold, withdrawn, back on the chain.

With ``sells_at`` it is sold in amms too, or only there (``outlets``): a tx, and the money is on the chain. Every step is a real tx or order
and takes its time: a gas surge, a stuck nonce or suspended custody starve the purse without anybody saying so. Units that wait for a step
stay in mind until the next is heard of. Gas money comes first: while the chain holds less of the gas asset than the reserve, what was
seized of it stays there. Left out: venues but the first, assets but its base.
"""

from typing import Literal, TypeAlias

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News
from sim.commands import Command, PlaceOrder, SendTx, TransferCall, WakeMe, Withdraw
from sim.composites import AtomicCall
from sim.fixed import div_up, mul_div_down
from sim.records import OrderCancelled, Traded
from sim.units import BPS_ONE, AssetId, Bps, Lots, Nanos, Place, Units
from sim.views import Quote
from sim.vocabulary import Motive, Side, TimeInForce
from strategies.keepers.nonces import TRANSFER_GAS, NonceLine, Sent
from strategies.keepers.outlets import SellsAt, gas_of, split_of, swaps_of
from strategies.keepers.profit import Stall
from strategies.keepers.routes import Leg
from strategies.keepers.tips import Bid

Disposal: TypeAlias = Literal["at_once", "sliced", "held"]
"""What becomes of seized units: sold when they reach the venue, sold there in slices, or kept on the chain."""


@attrs.define
class Purse:
    """What a keeper holds on its way from seized collateral to funds."""

    disposal: Disposal
    slices: int
    slice_interval: Nanos
    worst_bps: Bps
    """How far below the late mid it still sells; 0: at any price."""
    gas_reserve: Units
    refill_batch: Units
    seized: Units = 0
    """Base units on the chain, to be sent to the venue."""
    travelling: Units = 0
    """Base units sent and not yet credited."""
    arrived: Units = 0
    """Base units at the venue, not yet in an order."""
    account: int = attrs.field(default=0, kw_only=True)
    """Whose purse it is: the index of its keeper's account."""
    sells_at: SellsAt = attrs.field(default="venue", kw_only=True)
    _swaps: dict[int, Units] = attrs.field(factory=dict, kw_only=True)
    """By nonce: units that a tx under way swaps."""
    _swaps_from: Nanos = attrs.field(default=0, kw_only=True)
    """When the next slice may be swapped."""
    _piece: Units = attrs.field(default=0, kw_only=True)
    """Units of a slice that is swapped; 0 until it is worked out."""
    _news: list[tuple[Nanos, Units]] = attrs.field(factory=list)
    """Seized units that the view of the chain may not show yet, and since when they are there."""
    _on_way: dict[int, Lots] = attrs.field(factory=dict)
    """Lots of own sales of which the end was not heard."""
    _slice: Lots = 0
    _is_timed: bool = False
    _is_asking: bool = False
    _rings_at: Nanos = attrs.field(default=0, kw_only=True)

    # What there is.

    def free(self, desk: Desk, line: NonceLine, asset: AssetId) -> Units:
        """Return the units on the chain that may be paid out: neither tied up by txs under way nor kept for gas."""
        left = desk.balance(desk.connections.chain_place, asset, self.account).free - line.committed(asset)
        if asset == desk.connections.gas_asset:
            left -= max(self.gas_reserve, line.gas_committed())
        return max(0, left)

    def gas_money(self, desk: Desk, line: NonceLine) -> Units:
        """Return the gas asset's units that a further tx may bid."""
        gas = desk.connections.gas_asset
        return desk.balance(desk.connections.chain_place, gas, self.account).free - line.committed(gas) - line.gas_committed()

    def ahead(self, desk: Desk, venue: Place) -> Lots:
        """Return the lots that are still to be sold."""
        if self.disposal == "held":
            return 0
        units = self.seized + sum(units for _, units in self._news) + sum(self._swaps.values())
        return self._bound(desk, venue, units)

    def _bound(self, desk: Desk, venue: Place, others: Units = 0) -> Lots:
        """Return the lots that are on their way to the venue or there, and others."""
        lots = desk.connections.terms[venue].instrument.lots_down(others + self.travelling + self.arrived)
        return lots + sum(self._on_way.values())

    # From the chain to the venue.

    def seize(self, at: Nanos, units: Units) -> None:
        """Take note of units seized at an instant."""
        self._piece = 0
        self._news.append((at, units))

    def look(self, desk: Desk, line: NonceLine, base: AssetId) -> None:
        """Count what the view of the chain now shows; what gas has eaten of it is gone."""
        shown = desk.block().at
        self.seized += sum(units for at, units in self._news if at <= shown)
        self._news = [(at, units) for at, units in self._news if at > shown]
        if not line.committed(base):  # What is on its way out may show already or not: no time to count.
            self.seized = min(self.seized, desk.balance(desk.connections.chain_place, base, self.account).free)

    def deposit(self, desk: Desk, venue: Place, line: NonceLine, bid: Bid, block: int) -> list[SendTx]:
        """Return the tx that sends what was seized to the venue; none while a lot is not there or gas money is short."""
        instrument = desk.connections.terms[venue].instrument
        amount = min(self.seized, self.free(desk, line, instrument.base.id))
        if self.sells_at != "venue" and self.disposal != "held":
            return self._outward(desk, venue, line, bid, block, amount)
        return self._send(desk, venue, line, bid, block, amount)

    def _send(self, desk: Desk, venue: Place, line: NonceLine, bid: Bid, block: int, amount: Units) -> list[SendTx]:
        instrument = desk.connections.terms[venue].instrument
        is_payable = self.gas_money(desk, line) >= TRANSFER_GAS * bid.max_fee
        if self.disposal == "held" or amount < instrument.lot or not is_payable:
            return []
        self.seized -= amount
        self.travelling += amount
        call = TransferCall(instrument.base.id, venue, amount)
        tied = {"asset": call.asset, "amount": amount}
        return [line.send(desk.connections.token_place, call, bid, TRANSFER_GAS, Motive.REFILL, block, **tied)]

    # In amms.

    def _outward(self, desk: Desk, venue: Place, line: NonceLine, bid: Bid, block: int, amount: Units) -> list[SendTx]:
        """Return the txs that swap what was seized, or send it to the venue; the next swap when the last is seen to be done."""
        stall = Stall.seen(desk, venue, 0, self._bound(desk, venue))
        amount = self._due(desk, amount)
        is_swapping = self._swaps or any(isinstance(each.call, AtomicCall) for each in line.settling)
        if is_swapping or amount < stall.instrument.lot:
            return []
        split = split_of(desk, stall, amount, self.sells_at, bid.price(desk.block()), self.worst_bps)
        if split is None:
            return []
        sent = self._send(desk, venue, line, bid, block, split.to_venue)
        return [*sent, *self._swap(desk, stall, line, bid, block, split.legs)] if split.legs else sent

    def _due(self, desk: Desk, amount: Units) -> Units:
        """Return how much of an amount may be sold now: all, or the next slice of it."""
        if self.disposal != "sliced" or desk.now < self._swaps_from:
            return amount if self.disposal != "sliced" else 0
        self._piece = self._piece or div_up(amount, self.slices)
        return min(amount, self._piece)

    def _swap(self, desk: Desk, stall: Stall, line: NonceLine, bid: Bid, block: int, legs: tuple[Leg, ...]) -> list[SendTx]:
        """Return the tx that swaps; none while gas money is short."""
        gas_limit, instrument = 2 * gas_of(legs), stall.instrument
        if self.gas_money(desk, line) < gas_limit * bid.max_fee:
            return []
        amount = sum(leg.units for leg in legs)
        self.seized -= amount
        self._swaps_from = desk.now + self.slice_interval
        call = swaps_of(legs, instrument.base.id, instrument.quote.id, stall, self.worst_bps)
        tied = {"asset": instrument.base.id, "amount": amount}
        sent = line.send(desk.me + self.account, call, bid, gas_limit, Motive.REFILL, block, **tied)
        assert sent.nonce is not None
        self._swaps[sent.nonce] = amount
        return [sent]

    def swapped(self, sent: Sent, is_included: bool) -> bool:
        """Take note of what became of a swap; say whether it was one of this purse's."""
        amount = self._swaps.pop(sent.nonce, 0) if isinstance(sent.call, AtomicCall) else 0
        self.seized += 0 if is_included else amount
        return amount > 0

    def returned(self, sent: Sent) -> None:
        """Take back what a deposit was to send: its tx failed or was dropped."""
        self.seized += sent.amount
        self.travelling -= sent.amount

    # At the venue.

    def credited(self, desk: Desk, venue: Place, amount: Units) -> list[Command]:
        """Take what arrived, and begin to sell it."""
        self.travelling = max(0, self.travelling - amount)
        self.arrived += amount
        self._slice = div_up(desk.connections.terms[venue].instrument.lots_down(self.arrived), self.slices)
        return [] if self._is_timed else self._sell(desk, venue)

    def is_due(self, now: Nanos) -> bool:
        """Its own timer, of several of its keeper's, may be the one that rang."""
        return self._is_timed and now >= self._rings_at

    def ring(self, desk: Desk, venue: Place) -> list[Command]:
        """Sell the next slice. Called at one's own timer."""
        self._is_timed = False
        return self._sell(desk, venue)

    def heard(self, news: News, order: int, lots: Lots, desk: Desk, venue: Place) -> list[Command]:
        """Book what became of own lots: traded, cancelled or refused; what did not trade is tried again."""
        left = self._on_way.get(order)
        if left is None:
            return []
        if news.is_a(Traded):
            self._on_way[order] = left - lots
            if left <= lots:
                del self._on_way[order]
            return []
        back = lots if news.is_a(OrderCancelled) else left
        del self._on_way[order]
        self.arrived += back * desk.connections.terms[venue].instrument.lot
        return self._time(desk, venue)

    def _sell(self, desk: Desk, venue: Place) -> list[Command]:
        """Return the next sale, and a timer while more is left."""
        instrument = desk.connections.terms[venue].instrument
        quote = desk.quote(venue)
        lots = instrument.lots_down(self.arrived)
        if self.disposal == "sliced":
            lots = min(lots, max(1, self._slice))
        if lots and quote.bid:
            self.arrived -= lots * instrument.lot
            order = desk.new_order(self.account)
            self._on_way[order] = lots
            limit = _limit(quote, self.worst_bps)
            sale = PlaceOrder(venue, Side.SELL, lots, limit, TimeInForce.IOC, Motive.LIQUIDATION_SALE, order, self.account)
            return [sale, *self._time(desk, venue)]
        return self._time(desk, venue)

    def _time(self, desk: Desk, venue: Place) -> list[Command]:
        """Return a timer, if there is something to sell and none is set."""
        if self._is_timed or not desk.connections.terms[venue].instrument.lots_down(self.arrived):
            return []
        self._is_timed = True
        self._rings_at = desk.now + self.slice_interval
        return [WakeMe(self.slice_interval)]

    # From the venue to the chain.

    def refill(self, desk: Desk, venue: Place) -> list[Command]:
        """Return the withdrawal of the venue's quote units once a batch is there; one at a time."""
        quote = desk.connections.terms[venue].instrument.quote.id
        amount = desk.balance(venue, quote, self.account).free
        if self._is_asking or amount < max(1, self.refill_batch):
            return []
        self._is_asking = True
        return [Withdraw(venue, quote, amount, self.account)]

    def answered(self) -> None:
        """The venue has begun the withdrawal, or refused it."""
        self._is_asking = False


def _limit(quote: Quote, worst_bps: Bps) -> int | None:
    """Return the lowest price at which to sell, in ticks rounded down, at least 1; None for any."""
    mid = quote.mid or 2 * quote.bid
    return max(1, mul_div_down(mid, BPS_ONE - worst_bps, 2 * BPS_ONE)) if worst_bps else None
