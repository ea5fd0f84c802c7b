"""A taker of Dutch auctions: waits until the falling price is one at which it wants the collateral, then buys and sells it.

The price at the next block is a matter of arithmetic, so at every block it sees it asks what each sale will cost by then, and holds
that against what its own late view of the venue would pay for it, behind all that it has yet to sell, less a margin and gas. It takes
the part of a sale that the book pays enough for, and names the highest price at which it still wants it. Money lies in the engine
before it is needed; what it buys goes round as with every keeper (``bank``): out of the engine, to the venue, sold, back as money.
Left out: callees that find the money within the tx (``flash_taker``); collateral or money other than those of its first venue.
"""

from typing import ClassVar, Literal, NamedTuple, TypeAlias

import attrs

from sim.agents.connections import Premises
from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.auction.clipper_rules import NO_TAKES, Purchase, needs_redo
from sim.auction.dutch_views import DutchSaleView, DutchView
from sim.commands import Command, JoinCall, Note, TakeCall
from sim.errors import Revert
from sim.fixed import div_up, mul_div_down, mul_div_up
from sim.records import BlockSealed
from sim.units import BPS_ONE, GWEI, RAD, RAY, SECOND, Bps, Gas, Nanos, Place, Rad, Ray, Seconds, Units, WeiPerGas
from sim.views import Block
from sim.vocabulary import Motive, Refusal
from strategies.keepers.bank import WAKES_ON, WAYS_GAS, Bank
from strategies.keepers.estimate import Estimate
from strategies.keepers.nonces import Outcome, Sent
from strategies.keepers.outlets import SELLS_AT, SellsAt, stall_of
from strategies.keepers.profit import Experience, Stall
from strategies.keepers.tips import Bid

Selling: TypeAlias = Literal["at_once", "sliced"]
"""How it sells what it bought."""
_RACE_LOST = (Refusal.UNKNOWN_SALE, Refusal.NO_PARTIAL)
"""Somebody else was there before."""


class Want(NamedTuple):
    """A purchase that it would make, and what it is worth to it."""

    purchase: Purchase
    worth: Units
    """Quote units that the collateral would fetch, less the margin."""
    gain: int
    """That, less the payment; gas not yet paid."""
    is_absorbed: bool
    """The published book takes all of it."""


def _bank_of(keeper: "AuctionTaker") -> Bank:
    return Bank(
        Estimate(keeper.estimate_age, keeper.multiple_bps, keeper.max_gas_price),
        keeper.replaces,
        keeper.patience_blocks,
        keeper.most_pending,
        keeper.gas_reserve,
        keeper.disposal if keeper.recycles else "held",
        keeper.slices,
        keeper.slice_interval,
        keeper.worst_bps,
        keeper.refill_batch,
        keeper.sells_at,
    )


def _experience_of(keeper: "AuctionTaker") -> Experience:
    return Experience(keeper.loss_prior_bps, keeper.loss_prior_weight)


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class AuctionTaker:
    """Buys from the Dutch auctions of its pools when they are cheap enough for it."""

    margin_bps: Bps = attrs.field(default=200, validator=attrs.validators.in_(range(BPS_ONE)))
    """By how much the price must be below what the collateral would fetch, slippage and fees taken off."""
    min_profit: Units = attrs.field(default=0, metadata={"asset": "quote"})
    """Least profit beyond the margin for which it acts, gas paid."""
    stock: Units = attrs.field(default=0, metadata={"asset": "quote"})
    """Money that each account keeps in the engine for the next sale; 0: all it has."""
    block_interval: Nanos = attrs.field(default=12 * SECOND, validator=attrs.validators.ge(1))
    """When it reckons with the next block, after the last it saw."""
    attention: int = attrs.field(default=24, validator=attrs.validators.ge(1))
    """Sales it weighs at one block, the cheapest first; those above the best bid cost it no thought."""
    replaces: bool = True
    """It raises what is stuck; if not, everything behind that nonce waits."""
    patience_blocks: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    """Blocks that may leave a tx out before it counts as stuck."""
    estimate_age: Nanos = attrs.field(default=0, validator=attrs.validators.ge(0))
    """How old the gas price is that its node tells it; 0: that of the last block it saw."""
    multiple_bps: Bps = attrs.field(default=12_000, validator=attrs.validators.ge(1))
    """What it bids for gas, as a multiple of that price."""
    max_gas_price: WeiPerGas = 2_000 * GWEI
    """Never bids more."""
    most_pending: int = attrs.field(default=16, validator=attrs.validators.ge(1))
    """Txs that each account lets wait at once."""
    gas_limit: Gas = attrs.field(default=400_000, validator=attrs.validators.ge(1))
    """Of a take."""
    gas_expected: Gas = attrs.field(default=400_000, validator=attrs.validators.ge(1))
    """What it reckons a purchase takes from the take to the sale: take, exit, transfer."""
    revert_gas: Gas = 60_000
    """What it reckons a lost race takes."""
    loss_prior_bps: Bps = 2_000
    """The chance of losing a race that it reckons with before its own record says more."""
    loss_prior_weight: int = attrs.field(default=10, validator=attrs.validators.ge(0))
    """How many races that belief is worth."""
    gas_reserve: Units = attrs.field(default=5 * 10**17, metadata={"asset": "gas", "decimals": 18})
    """Gas money each account keeps on the chain, out of what it bought if need be."""
    recycles: bool = True
    """What it bought becomes money again during the run; if not, it stays in the engine."""
    disposal: Selling = attrs.field(default="at_once", validator=attrs.validators.in_(("at_once", "sliced")))
    """How it sells what reached the venue."""
    slices: int = attrs.field(default=6, validator=attrs.validators.ge(1))
    """Into how many orders ``sliced`` divides a deposit."""
    slice_interval: Nanos = attrs.field(default=10 * SECOND, validator=attrs.validators.ge(1))
    """Time between two slices, and before what did not sell is tried again."""
    worst_bps: Bps = attrs.field(default=300, validator=attrs.validators.in_(range(BPS_ONE)))
    """How far below the late mid it still sells; 0: at any price."""
    refill_batch: Units = attrs.field(default=100 * 10**18, metadata={"asset": "quote", "decimals": 18})
    """Sum of money that is worth a step: from the venue to the chain, from there into the engine."""
    sells_at: SellsAt = attrs.field(default="venue", validator=attrs.validators.in_(SELLS_AT))
    """Where it sells: on its venue, in its amms, or wherever more is paid, fees and gas taken off."""

    wakes_on: ClassVar[tuple[On, ...]] = WAKES_ON
    needs: ClassVar[tuple[str, ...]] = ("dutch_auctions",)
    _bank: Bank = attrs.field(default=attrs.Factory(_bank_of, takes_self=True), init=False)
    _races: Experience = attrs.field(default=attrs.Factory(_experience_of, takes_self=True), init=False)
    _said: dict[tuple[Place, int], Refusal] = attrs.field(factory=dict, init=False)
    """The last reason noted for each sale that runs."""

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Buy and bring money round at every block; book everything else as it is heard."""
        if news.is_a(BlockSealed):
            return self._block(desk) if desk.connections.venues and desk.block().number else []
        commands, outcome = self._bank.hear(news, desk)
        if outcome is not None:
            self._learn(outcome)
        return commands

    def _learn(self, outcome: Outcome) -> None:
        is_race = isinstance(outcome.sent.call, TakeCall) and (outcome.is_included or outcome.reason in _RACE_LOST)
        if is_race:
            self._races.note(not outcome.is_included)

    def _block(self, desk: Desk) -> list[Command]:
        bank = self._bank
        bank.look(desk)
        houses = self._houses(desk)
        commands: list[Command] = [*bank.unstick(desk, lambda sent, bid: self._is_good(sent, bid, desk))]
        for pool, premises in houses:
            commands += self._top_up(premises, desk)
            commands += self._hunt(pool, premises, desk)
            commands += bank.bring_home(desk, premises)
        return commands + bank.fill_gaps(desk)

    def _houses(self, desk: Desk) -> list[tuple[Place, Premises]]:
        """Return the Dutch houses whose collateral its venue trades for their money."""
        instrument = desk.connections.terms[desk.connections.venues[0]].instrument
        traded = (instrument.base.id, instrument.quote.id)
        known = desk.connections.premises.items()
        return [(pool, each) for pool, each in known if each.is_dutch and (each.collateral, each.money) == traded]

    def _top_up(self, premises: Premises, desk: Desk) -> list[Command]:
        """Bring money into the engine until each account's stock is there; sums below a batch are not worth a tx."""
        bank, money, commands = self._bank, premises.money, list[Command]()
        for account in bank.usable(desk.block().number):
            amount = account.purse.free(desk, account.line, money)
            if self.stock:
                amount = min(amount, self.stock - account.money(desk, premises) // RAY)
            if amount < max(1, self.refill_batch) or any(isinstance(sent.call, JoinCall) for sent in account.under_way()):
                continue
            tied = {"asset": money, "amount": amount}
            commands += bank.send(account, premises.engine, JoinCall(money, amount), WAYS_GAS, Motive.REFILL, desk, **tied)
        return commands

    # What it buys.

    def _hunt(self, pool: Place, premises: Premises, desk: Desk) -> list[Command]:
        """Return takes of sales that will be cheap enough at the next block, and notes of why not."""
        view: DutchView | None = desk.auctions(premises.house)
        self._forget(premises.house, view)
        if view is None or not view.sales:
            return []
        stall, at = self._stall(premises, desk), self._next_block(desk)
        dearest = self._dearest(stall)
        commands: list[Command] = []
        cheap: list[tuple[Ray, DutchSaleView]] = []
        for sale in view.sales:
            price = view.price_at(sale, at)
            reason = self._reason(view, sale, price, at, dearest)
            if reason is Refusal.NONE:
                cheap.append((price, sale))
            else:
                commands += self._note(pool, premises.house, sale, reason, 0)
        for _, sale in sorted(cheap, key=_cheapest_first)[: self.attention]:
            found, expected = self._judge(premises, view, sale, at, stall, desk)
            if isinstance(found, Refusal):
                commands += self._note(pool, premises.house, sale, found, stall.told(expected))
                continue
            self._said.pop((premises.house, sale.sale), None)
            commands.append(found)
            stall = self._stall(premises, desk)
        return commands

    def _reason(self, view: DutchView, sale: DutchSaleView, price: Ray, at: Seconds, dearest: Ray) -> Refusal:
        """Return why a sale is not worth a thought at the next block; NONE if it may be."""
        if view.stopped >= NO_TAKES:
            return Refusal.STOPPED
        if needs_redo(price, sale.start_price, at - sale.started_at, view.expiry, view.floor):
            return Refusal.NEEDS_REDO
        if not dearest:
            return Refusal.NO_DEPTH
        return Refusal.TOO_DEAR if price > dearest else Refusal.NONE

    def _judge(
        self, premises: Premises, view: DutchView, sale: DutchSaleView, at: Seconds, stall: Stall, desk: Desk
    ) -> tuple[Command | Refusal, int]:
        """Return the tx that buys from a sale, or why there is none; and the profit expected beyond the margin."""
        bank, block = self._bank, desk.block()
        if bank.is_after(premises.house, sale.sale):
            return Refusal.ALREADY_PENDING, 0
        senders = bank.usable(block.number)
        if not senders:
            return Refusal.STUCK_NONCE, 0
        sender = max(senders, key=lambda each: (each.money(desk, premises), -each.index))
        funds, bid = sender.money(desk, premises), bank.estimate.bid()
        cost = self._cost(bid, stall)
        want = self._want(view, sale, at, funds, stall)
        if want is None or want.gain - cost < self.min_profit:
            return self._why_not(view, sale, at, stall, cost), want.gain - cost if want else 0
        call = _call(sale, want, self._most_to_pay(want, cost, stall, funds, sale))
        most = min(sale.owed, call.amount * call.max_price, funds)
        ceiling = stall.in_gas(want.gain - self.min_profit) // self.gas_expected
        tied = {"asset": premises.internal, "amount": most, "target": sale.sale, "ceiling": ceiling, "brings": want.purchase.bought}
        sent = bank.send(sender, premises.house, call, self.gas_limit, Motive.BID, desk, **tied)
        return (sent[0] if sent else Refusal.NO_FUNDS), want.gain - cost

    def _want(self, view: DutchView, sale: DutchSaleView, at: Seconds, funds: Rad, stall: Stall) -> Want | None:
        """Return the purchase that gains most: all that funds pay for, or the part of it that the book pays enough for."""
        whole = view.largest_take(sale, funds, at)
        if whole is None:
            return None
        lots = stall.instrument.lots_down(whole.bought)
        cost = mul_div_up(_quote(whole.paid, stall), BPS_ONE, BPS_ONE - self.margin_bps)
        good = stall.worthwhile(lots, cost)
        wants = [self._worth(whole, stall)]
        if 0 < good < lots:
            part = _try_take(view, sale, good * stall.instrument.lot, at)
            if part is not None and part.paid <= funds:
                wants.append(self._worth(part, stall))
        return max(wants, key=_gain)

    def _worth(self, purchase: Purchase, stall: Stall) -> Want:
        lots = stall.instrument.lots_down(purchase.bought)
        ticks_lots, filled = stall.depth.sale(lots)
        worth = mul_div_down(stall.proceeds(ticks_lots), BPS_ONE - self.margin_bps, BPS_ONE)
        return Want(purchase, worth, worth - _quote(purchase.paid, stall), filled == lots)

    def _why_not(self, view: DutchView, sale: DutchSaleView, at: Seconds, stall: Stall, cost: Units) -> Refusal:
        """Return why a sale is left: with more money it would not be; the book is too thin; or it is too dear still."""
        rich = self._want(view, sale, at, sale.owed, stall)
        if rich is not None and rich.gain - cost >= self.min_profit:
            return Refusal.NO_FUNDS
        return Refusal.NO_DEPTH if rich is not None and not rich.is_absorbed else Refusal.TOO_DEAR

    def _most_to_pay(self, want: Want, cost: Units, stall: Stall, funds: Rad, sale: DutchSaleView) -> Ray:
        """Return the highest price at which it still wants the purchase and can pay it: blocks may come early, when it is dearer."""
        bought = want.purchase.bought
        budget = mul_div_down(want.worth - cost - self.min_profit, RAD, stall.instrument.quote.unit)
        return min(budget, funds if funds < sale.owed else budget) // bought

    # What it knows.

    def _stall(self, premises: Premises, desk: Desk) -> Stall:
        """Return the venue as seen now, behind all that it has yet to sell: takes under way included."""
        venue = desk.connections.venues[0]
        under_way = [sent for account in self._bank.accounts for sent in account.under_way() if isinstance(sent.call, TakeCall)]
        units = self._bank.to_sell(desk, premises) + sum(sent.brings for sent in under_way)
        return stall_of(desk, venue, 0, desk.connections.terms[venue].instrument.lots_down(units), self.sells_at)

    def _dearest(self, stall: Stall) -> Ray:
        """Return what the next lot would fetch less the margin, as an auction price: above it no sale is worth a thought."""
        if not stall.depth.bids:
            return 0
        lot = mul_div_down(stall.proceeds(stall.depth.bids[0][0]), BPS_ONE - self.margin_bps, BPS_ONE)
        return mul_div_down(lot, RAD, stall.instrument.quote.unit) // stall.instrument.lot

    def _next_block(self, desk: Desk) -> Seconds:
        """Return the timestamp that it expects of the next block: an interval after the last, or now if that has passed."""
        block = desk.block()
        return block.timestamp + div_up(max(self.block_interval, desk.now - block.at), SECOND)

    def _cost(self, bid: Bid, stall: Stall) -> Units:
        """Return gas for a purchase, and the chance of losing the race times what that costs, in quote units rounded up."""
        block: Block = self._bank.estimate.block
        at_risk = mul_div_up(self.revert_gas * bid.price(block), self._races.chance_bps, BPS_ONE)
        return stall.gas_worth(self.gas_expected * bid.price(block) + at_risk)

    def _is_good(self, sent: Sent, bid: Bid, desk: Desk) -> bool:
        """A stuck take would still be made at a price it named, and is still worth its gas."""
        view: DutchView | None = desk.auctions(sent.contract)
        sale = next((each for each in view.sales if each.sale == sent.target), None) if view else None
        if view is None or sale is None or not isinstance(sent.call, TakeCall):
            return False
        at = self._next_block(desk)
        is_cheap = not view.needs_redo(sale, at) and view.price_at(sale, at) <= sent.call.max_price
        return is_cheap and bid.price(desk.block()) <= sent.ceiling

    def _forget(self, house: Place, view: DutchView | None) -> None:
        """Let go of sales that run no more."""
        if self._said:
            runs = {sale.sale: None for sale in view.sales} if view else {}
            self._said = {key: reason for key, reason in self._said.items() if key[0] != house or key[1] in runs}

    def _note(self, pool: Place, house: Place, sale: DutchSaleView, reason: Refusal, expected: int) -> list[Command]:
        """Return a note of why a sale was left, when the reason changed."""
        if self._said.get((house, sale.sale), Refusal.NONE) == reason:
            return []
        self._said[house, sale.sale] = reason
        return [Note(sale.account, pool, reason, expected)]


def _call(sale: DutchSaleView, want: Want, max_price: Ray) -> TakeCall:
    """Return the take of a purchase; who pays all that is owed, or buys all, asks for all: a cheaper block then leaves no dust."""
    bought, paid = want.purchase
    is_all = paid == sale.owed or bought == sale.offered
    return TakeCall(sale.sale, sale.offered if is_all else bought, max_price)


def _try_take(view: DutchView, sale: DutchSaleView, amount: Units, at: Seconds) -> Purchase | None:
    try:
        found = view.quote_take(sale, amount, at)
    except Revert:
        return None  # The house would refuse it too.
    return found if found.bought else None


def _quote(money: Rad, stall: Stall) -> Units:
    """Return internal money as quote units, rounded up: it is a cost."""
    return mul_div_up(money, stall.instrument.quote.unit, RAD)


def _cheapest_first(priced: tuple[Ray, DutchSaleView]) -> tuple[Ray, int]:
    return priced[0], priced[1].sale


def _gain(want: Want) -> int:
    return want.gain
