"""A bidder in English auctions of collateral, as keepers were in March 2020 and later: money in, bids, lots out, and round again.

At each block it sees it weighs sales that changed and names its own price at once: what its late view of the venue would pay for the
lot, behind all it has yet to sell, less a margin. What is bid is gone until somebody outbids it or the sale is settled. It races by
txs that it numbers itself, one line an account; each weakness of such keepers is a parameter: whether it replaces what is stuck, how
old its gas price is, how much money it has and whether lots become money again. Left out: collateral that is not the base of its
first venue; who else bids there as seen in the mempool; the gas of lost races.
"""

from typing import ClassVar, Literal, NamedTuple, TypeAlias

import attrs

from sim.agents.connections import Premises
from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.auction.english_views import EnglishSaleView, EnglishView
from sim.commands import BidCall, BidDownCall, Command
from sim.fixed import mul_div_up
from sim.records import BlockSealed
from sim.units import BPS_ONE, GWEI, SECOND, Bps, Gas, Lots, Nanos, Place, Rad, Units, WeiPerGas
from sim.vocabulary import Motive, Refusal
from strategies.keepers.appraisal import Appraiser, Price
from strategies.keepers.bank import BID_GAS, WAKES_ON, Bank
from strategies.keepers.estimate import Estimate
from strategies.keepers.nonces import Outcome, Sent
from strategies.keepers.profit import Stall
from strategies.keepers.tips import Bid
from strategies.keepers.watch import Watch

Selling: TypeAlias = Literal["at_once", "sliced"]
"""How it sells what it won."""


def _bank_of(keeper: "AuctionBidder") -> Bank:
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
    )


class House(NamedTuple):
    """An auction house at one instant, and how a bidder stands to it."""

    premises: Premises
    view: EnglishView
    watch: Watch
    appraiser: Appraiser
    able: dict[int, Rad]
    """Money that its accounts may bid at once, by index."""
    can_send: bool
    """A line of txs moves."""
    busy: dict[int, None]
    """Sales for which a tx is under way."""
    gas: Units
    """What a lot costs in gas, in quote units."""


class Verdict(NamedTuple):
    """What a bidder makes of a sale."""

    reason: Refusal = Refusal.NONE
    """Why it does not bid."""
    gain: int = 0
    """Expected, in quote units."""
    wanted: Rad = 0
    """The money that it does not have."""
    command: Command | None = None


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class AuctionBidder:
    """Bids its own price in the English auctions of its pools."""

    margin_bps: Bps = attrs.field(default=500, validator=attrs.validators.in_(range(BPS_ONE)))
    """By how much its price is below what the lot would fetch."""
    rebid_bps: Bps = attrs.field(default=1_000, validator=attrs.validators.ge(0))
    """How much more a lot must be worth than when it bid before it betters a bid of its own; 0: it never does."""
    ahead_bps: Bps = attrs.field(default=BPS_ONE, validator=attrs.validators.ge(0))
    """Part of what it has yet to sell that it takes to be in the way of the next lot; less where it trusts bids to come back."""
    min_profit: Units = attrs.field(default=0, metadata={"asset": "quote"})
    """Least expected profit for which it bids, gas paid."""
    attention: int = attrs.field(default=24, validator=attrs.validators.ge(1))
    """Sales it weighs at one block."""
    replaces: bool = True
    """It raises what is stuck; if not, everything behind that nonce waits, as with keeper software as shipped in 2020."""
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
    gas_expected: Gas = attrs.field(default=400_000, validator=attrs.validators.ge(1))
    """What it reckons a lot takes from the bid to the sale: bid, settlement, exit, transfer."""
    reserve: Units = attrs.field(default=0, metadata={"asset": "quote"})
    """Money it leaves on the chain; all above it is brought into the engine."""
    gas_reserve: Units = attrs.field(default=5 * 10**17, metadata={"asset": "gas", "decimals": 18})
    """Gas money each account keeps on the chain, out of what it won if need be."""
    recycles: bool = True
    """Lots become money again during the run; if not, they stay in the engine."""
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

    wakes_on: ClassVar[tuple[On, ...]] = WAKES_ON
    needs: ClassVar[tuple[str, ...]] = ("english_auctions",)
    _bank: Bank = attrs.field(default=attrs.Factory(_bank_of, takes_self=True), init=False)
    _watches: dict[Place, Watch] = attrs.field(factory=dict, init=False)
    """By house."""

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Bid, settle and bring money round at every block; book everything else as it is heard."""
        if news.is_a(BlockSealed):
            return self._block(desk) if desk.connections.venues and desk.block().number else []
        commands, outcome = self._bank.hear(news, desk)
        if outcome is not None:
            self._learn(outcome)
        return commands

    def _learn(self, outcome: Outcome) -> None:
        """Weigh a sale again when a bid in it came to nothing."""
        sent = outcome.sent
        if not outcome.is_included and isinstance(sent.call, BidCall | BidDownCall) and sent.contract in self._watches:
            self._watches[sent.contract].again(sent.call.sale)

    def _block(self, desk: Desk) -> list[Command]:
        bank, connections = self._bank, desk.connections
        bank.look(desk)
        base = connections.terms[connections.venues[0]].instrument.base.id
        houses = [(pool, premises) for pool, premises in connections.premises.items() if premises.collateral == base]
        english = [(pool, premises) for pool, premises in houses if not premises.is_dutch]
        views = {premises.house: self._look(premises, desk) for _, premises in english}
        commands: list[Command] = [*bank.unstick(desk, lambda sent, bid: self._is_good(sent, bid, desk, views))]
        for pool, premises in english:
            watch, view = self._watches[premises.house], views[premises.house]
            if view is not None:
                commands += bank.settle(desk, premises, watch, view)
            commands += bank.join(desk, premises, self.reserve, self.refill_batch)
            if view is not None:
                commands += self._hunt(pool, premises, view, watch, desk)
            commands += bank.bring_home(desk, premises)
        return commands + bank.fill_gaps(desk)

    def _look(self, premises: Premises, desk: Desk) -> EnglishView | None:
        """Return a house as seen now, having found what changed in it."""
        view: EnglishView | None = desk.auctions(premises.house)
        watch = self._watches.get(premises.house)
        if watch is None:
            watch = self._watches[premises.house] = Watch(desk.me, min(desk.accounts, len(self._bank.accounts)))
        if view is not None:
            watch.look(view)
        return view

    # What it bids for.

    def _hunt(self, pool: Place, premises: Premises, view: EnglishView, watch: Watch, desk: Desk) -> list[Command]:
        """Return bids in sales that are due, and notes of why there is none."""
        if not watch.known:
            return []
        house = self._house(premises, view, watch, desk)
        watch.price(house.appraiser.fetches(watch.largest) - house.gas)
        watch.release(max(house.able.values(), default=0), house.can_send)
        commands: list[Command] = []
        attention = self.attention
        for number in list(watch.due):
            if not attention:
                break
            sale = watch.known[number]
            if not view.is_open(sale, view.timestamp + 1):
                del watch.due[number]
                continue
            attention -= 1
            found = self._judge(house, sale, desk)
            if found.reason or found.command is None:
                watch.leave(number, found.reason, found.wanted)
                commands += watch.note(pool, number, found.reason, house.appraiser.stall.told(found.gain))
                continue
            watch.leave(number)
            watch.said.pop(number, None)
            commands.append(found.command)
            house = self._house(premises, view, watch, desk)
        return commands

    def _house(self, premises: Premises, view: EnglishView, watch: Watch, desk: Desk) -> House:
        """Return a house as the keeper stands to it now: what it can pay, and what lots are worth behind all it has to sell."""
        bank, venue = self._bank, desk.connections.venues[0]
        units = 0
        if self.ahead_bps:
            units = sum(each.standing for each in self._watches.values()) + bank.to_sell(desk, premises)
        ahead: Lots = desk.connections.terms[venue].instrument.lots_down(units * self.ahead_bps // BPS_ONE)
        appraiser = Appraiser(Stall.seen(desk, venue, 0, ahead), self.margin_bps)
        can_send = bool(bank.usable(desk.block().number))
        busy = bank.under_way(premises.house)
        return House(
            premises, view, watch, appraiser, bank.able(desk, premises, watch), can_send, busy, self._gas(appraiser, bank.estimate.bid())
        )

    def _gas(self, appraiser: Appraiser, bid: Bid) -> Units:
        return appraiser.stall.gas_worth(self.gas_expected * bid.price(self._bank.estimate.block))

    def _judge(self, house: House, sale: EnglishSaleView, desk: Desk) -> Verdict:
        """Return the tx that bids in a sale, or why there is none; NONE where it is well as it is."""
        is_own = house.watch.is_own(sale)
        if sale.sale in house.busy:
            return Verdict(Refusal.ALREADY_PENDING)
        if not house.can_send:
            return Verdict(Refusal.STUCK_NONCE)
        if not house.able:  # No gas money: any money that may be bid means that there is some again.
            return Verdict(Refusal.NO_FUNDS, wanted=1)
        if not house.appraiser.stall.mid:
            return Verdict(Refusal.NO_DEPTH)
        price = house.appraiser.price(house.view, sale)
        if is_own and not self._betters_own(house.watch, sale, price):
            return Verdict()
        if price is None or price.gain - house.gas < self.min_profit:
            is_thin = price is None and not house.appraiser.is_absorbed(sale.lot)
            return Verdict(Refusal.NO_DEPTH if is_thin else Refusal.NO_PROFIT, price.gain - house.gas if price else 0)
        return self._bid(house, sale, price, desk)

    def _betters_own(self, watch: Watch, sale: EnglishSaleView, price: Price | None) -> bool:
        """The lot has become so much more worth that it bids against itself; never for a smaller lot of a covered sale."""
        before = watch.worth.get(sale.sale, 0)
        if price is None or not self.rebid_bps or sale.is_covered:
            return False
        return price.worth >= before + mul_div_up(before, self.rebid_bps, BPS_ONE)

    def _bid(self, house: House, sale: EnglishSaleView, price: Price, desk: Desk) -> Verdict:
        """Return the bid: from the account that holds the sale, else from that with the shortest line of those that can pay."""
        is_own, gain = house.watch.is_own(sale), price.gain - house.gas
        among = [sale.bidder - desk.me] if is_own else [each.index for each in self._bank.accounts]
        needed = {index: house.view.funds(sale, desk.me + index, price.cost) for index in among}
        sender = self._bank.shortest(house.able, needed)
        if sender is None:
            return Verdict(Refusal.NO_FUNDS, gain, wanted=min(needed.values()))
        premises = house.premises
        tied = {"asset": premises.internal, "amount": needed[sender.index], "target": sale.sale}
        brings = 0 if is_own else price.call.lot
        sent = self._bank.send(sender, premises.house, price.call, BID_GAS, Motive.BID, desk, brings=brings, **tied)
        house.watch.worth[sale.sale] = price.worth
        return Verdict(Refusal.NONE, gain, command=sent[0])

    # What is stuck.

    def _is_good(self, sent: Sent, bid: Bid, desk: Desk, views: dict[Place, EnglishView | None]) -> bool:
        """A stuck bid would still be taken and is still worth its lot at a better gas price; a stuck settlement is still to be made."""
        view, watch = views.get(sent.contract), self._watches.get(sent.contract)
        sale = watch.known.get(sent.target) if watch else None
        if view is None or sale is None or not isinstance(sent.call, BidCall | BidDownCall):
            return sale is not None
        if isinstance(sent.call, BidCall):
            would_do = not sale.is_covered and sent.call.bid >= view.least_bid(sale)
        else:
            would_do = sale.is_covered and 0 < sent.call.lot <= view.most_lot(sale)
        if not would_do or not view.is_open(sale, view.timestamp + 1):
            return False
        # What stands or is under way includes this very lot; it is weighed alone, at the front of the book.
        alone = Appraiser(Stall.seen(desk, desk.connections.venues[0], 0, 0), self.margin_bps)
        return alone.gain(sent.call) - self._gas(alone, bid) >= self.min_profit
