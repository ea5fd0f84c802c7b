"""A fixed-spread liquidator: repays unhealthy accounts' debt out of a finite purse, and sells what it seizes on its venue, or in amms.

At every block its node shows, it weighs each unhealthy account of its pools by what its own late view of the venue would pay
(``profit``), less gas at its bid and less its chance of coming too late times what that costs. It races by txs it numbers itself
(``nonces``), bids by its tip policy (``tips``), and lives on what comes back through custody (``purse``). Why it leaves an
opportunity is noted when the reason changes. Left out: flash loans, rivals' bids as seen in the mempool, several nonce lines.
"""

from typing import ClassVar, Literal, TypeAlias

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import TIMER, News, On
from sim.commands import Command, LiquidateCall, Note
from sim.fixed import mul_div_up
from sim.lending.aave.views import AccountView, PoolView
from sim.records import (
    BlockSealed,
    Liquidated,
    OrderCancelled,
    OrderRefused,
    Traded,
    TransferCredited,
    TransferRefused,
    TxDropped,
    TxIncluded,
    TxPending,
    TxReverted,
    WithdrawalStarted,
)
from sim.units import BPS_ONE, GWEI, SECOND, AssetId, Bps, Gas, Lots, Nanos, Party, Place, Units, WeiPerGas
from sim.views import Block
from sim.vocabulary import Motive, Refusal
from strategies.keepers.nonces import NonceLine, Outcome, Sent
from strategies.keepers.outlets import SELLS_AT, SellsAt, stall_of, way_gas
from strategies.keepers.profit import Experience, Offer, Stall, best_offer, to_ask
from strategies.keepers.purse import Disposal, Purse
from strategies.keepers.readable import takeable, why_refused
from strategies.keepers.tips import Bid, fixed_bid, market_bid, raised, share_bid

TipPolicy: TypeAlias = Literal["fixed", "market", "share", "escalating"]
"""How it bids: the same always; a multiple of the going price, once; a share of the profit; the multiple, raised until it is in."""
POLICIES, DISPOSALS = ("fixed", "market", "share", "escalating"), ("at_once", "sliced", "held")
_BUSY = (Refusal.ALREADY_PENDING, Refusal.STUCK_NONCE)
"""Reasons that say nothing of the account: it is weighed again as soon as they are gone."""
MOST_NOTED = 400
"""Accounts that one look leaves with a note; a crash may leave thousands, and those are weighed, and told of, at the next block."""
_RACE_LOST = (Refusal.HEALTHY, Refusal.NOT_COLLATERAL, Refusal.NOTHING_OWED, Refusal.MUST_NOT_LEAVE_DUST, Refusal.INSUFFICIENT_LIQUIDITY)


def _purse_of(keeper: "Liquidator") -> Purse:
    how = (keeper.disposal, keeper.slices, keeper.slice_interval, keeper.worst_bps, keeper.gas_reserve, max(1, keeper.refill_batch))
    return Purse(*how, sells_at=keeper.sells_at)


def _experience_of(keeper: "Liquidator") -> Experience:
    return Experience(keeper.loss_prior_bps, keeper.loss_prior_weight)


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Liquidator:
    """Liquidates in its pools with the purse it has on the chain."""

    tip_policy: TipPolicy = attrs.field(default="market", validator=attrs.validators.in_(POLICIES))
    """``fixed`` is keeper software of 2020 as shipped: it never raises a bid, and what is stuck holds up all behind it."""
    fixed_price: WeiPerGas = 20 * GWEI
    """What ``fixed`` bids: the gas price, or the tip where there is a base fee."""
    multiple_bps: Bps = attrs.field(default=12_000, validator=attrs.validators.ge(1))
    """What the others bid for a tx, as a multiple of the going price."""
    share_bps: Bps = 8_000
    """Part of the expected gain that ``share`` bids."""
    patience_blocks: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    """Blocks that may leave its first tx out before ``share`` and ``escalating`` raise it, and the others send nothing more."""
    most_pending: int = attrs.field(default=16, validator=attrs.validators.ge(1))
    """Txs it lets wait at once."""
    attention: int = attrs.field(default=24, validator=attrs.validators.ge(1))
    """Accounts it weighs at one block, the largest debts first: software that has seconds looks at what matters most."""
    retry_blocks: int = attrs.field(default=4, validator=attrs.validators.ge(1))
    """Blocks before it weighs an account again that it has left."""
    gas_limit: Gas = attrs.field(default=500_000, validator=attrs.validators.ge(1))
    """Of a liquidation."""
    gas_expected: Gas = attrs.field(default=350_000, validator=attrs.validators.ge(1))
    """What it reckons a liquidation takes."""
    revert_gas: Gas = 120_000
    """What it reckons a lost race takes; 0 where txs go to builders in private."""
    haircut_bps: Bps = 50
    """What it takes off the sale for the time until it sells."""
    min_profit: Units = attrs.field(default=0, metadata={"asset": "quote"})
    """Least expected profit for which it acts."""
    loss_prior_bps: Bps = 2_000
    """The chance of losing a race that it reckons with before its own record says more."""
    loss_prior_weight: int = attrs.field(default=10, validator=attrs.validators.ge(0))
    """How many races that belief is worth."""
    gas_reserve: Units = attrs.field(default=5 * 10**17, metadata={"asset": "gas", "decimals": 18})
    """Gas money it keeps on the chain, out of what it seizes if need be."""
    disposal: Disposal = attrs.field(default="at_once", validator=attrs.validators.in_(DISPOSALS))
    """What becomes of what it seizes."""
    slices: int = attrs.field(default=6, validator=attrs.validators.ge(1))
    """Into how many orders ``sliced`` divides a deposit."""
    slice_interval: Nanos = attrs.field(default=10 * SECOND, validator=attrs.validators.ge(1))
    """Time between two slices, and before what did not sell is tried again."""
    worst_bps: Bps = attrs.field(default=300, validator=attrs.validators.in_(range(BPS_ONE)))
    """How far below the late mid it still sells; 0: at any price."""
    refill_batch: Units = attrs.field(default=1_000 * 10**6, metadata={"asset": "quote", "decimals": 6})
    """Proceeds at which it withdraws them to the chain."""
    sells_at: SellsAt = attrs.field(default="venue", validator=attrs.validators.in_(SELLS_AT))
    """Where it sells: on its venue, in its amms, or wherever more is paid, fees and gas taken off."""

    sells_by_pool: ClassVar[bool] = True
    """What a pool gives it sells on the venue that the agent's ``sells`` names."""
    needs: ClassVar[tuple[str, ...]] = ("lenders",)
    wakes_on: ClassVar[tuple[On, ...]] = (
        On(BlockSealed),
        On(TxPending, own=True),
        On(TxIncluded, own=True),
        On(TxReverted, own=True),
        On(TxDropped, own=True),
        On(Liquidated, own=True),
        On(TransferCredited, own=True),
        On(TransferRefused, own=True),
        On(WithdrawalStarted, own=True),
        On(Traded, own=True),
        On(OrderCancelled, own=True),
        On(OrderRefused, own=True),
    )
    _line: NonceLine = attrs.field(factory=NonceLine, init=False)
    _purse: Purse = attrs.field(init=False)
    """For its first venue, and for what does not depend on a venue."""
    _purses: dict[Place, Purse] = attrs.field(factory=dict, init=False)
    """For other venues on which it is told to sell."""
    _races: Experience = attrs.field(init=False)
    _said: dict[tuple[Place, Party], Refusal] = attrs.field(factory=dict, init=False)
    """The last reason noted for each account that is unhealthy."""
    _again: dict[tuple[Place, Party], int] = attrs.field(factory=dict, init=False)
    """The block from which an account it has left is weighed again."""

    def __attrs_post_init__(self) -> None:
        """Open purse and record, once every parameter is there: those that a subclass sets anew come last."""
        self._purse, self._races = _purse_of(self), _experience_of(self)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Hunt at every block; book everything else as it is heard."""
        if news.is_a(BlockSealed):
            return self._block(desk)
        if not desk.connections.venues:
            return []
        if news is TIMER:
            return self._ring(desk)
        if news.is_a(TxPending) or news.is_a(TxIncluded) or news.is_a(TxReverted) or news.is_a(TxDropped):
            self._book(self._line.hear(news))
        elif news.is_a(Liquidated):
            self._seize(news, desk, self._market_of(news.place, desk))
        elif news.is_a(TransferCredited) and news.place in desk.connections.venues:
            return self._credited(news, desk, news.place)
        elif news.is_a(WithdrawalStarted) or news.is_a(TransferRefused):
            self._purse_at(news.place, desk).answered()
        else:
            return self._hear_order(news, desk, news.place)
        return []

    # Where it sells.

    def _market_of(self, pool: Place, desk: Desk) -> Place:
        """Return the venue on which it sells what a pool gives."""
        return desk.connections.sells.get(pool, desk.connections.venues[0])

    def _purse_at(self, venue: Place, desk: Desk) -> Purse:
        """Return what it holds on its way to a venue and back; the first venue's for any place that is none."""
        if venue == desk.connections.venues[0] or venue not in desk.connections.venues:
            return self._purse
        return self._purses.setdefault(venue, _purse_of(self))

    def _markets(self, desk: Desk) -> tuple[Place, ...]:
        """Return the venues on which it sells, its first among them."""
        return tuple(dict.fromkeys((desk.connections.venues[0], *desk.connections.sells.values())))

    def _ring(self, desk: Desk) -> list[Command]:
        """Sell the next slice; with several venues, where it is due."""
        if not self._purses:
            return self._purse.ring(desk, desk.connections.venues[0])
        due = [(self._purse_at(venue, desk), venue) for venue in self._markets(desk)]
        return [command for purse, venue in due if purse.is_due(desk.now) for command in purse.ring(desk, venue)]

    # What it hears.

    def _book(self, outcome: Outcome | None) -> None:
        """Learn from what became of a tx, and take back what a failed one was to bring."""
        if outcome is None:
            return
        if outcome.sent.target:
            if outcome.is_included or outcome.reason in _RACE_LOST:
                self._races.note(not outcome.is_included)
        elif any(purse.swapped(outcome.sent, outcome.is_included) for purse in (self._purse, *self._purses.values())):
            return
        elif outcome.sent.motive == Motive.REFILL and not outcome.is_included:
            self._purses.get(getattr(outcome.sent.call, "to", 0), self._purse).returned(outcome.sent)

    def _seize(self, news: News, desk: Desk, venue: Place) -> None:
        _, _, _, collateral, _, _, _, _, seized, _, _ = news.row
        if collateral == desk.connections.terms[venue].instrument.base.id:
            self._purse_at(venue, desk).seize(news.at, seized)

    def _credited(self, news: News, desk: Desk, venue: Place) -> list[Command]:
        _, asset, amount, _ = news.row
        is_base = asset == desk.connections.terms[venue].instrument.base.id
        return self._purse_at(venue, desk).credited(desk, venue, amount) if is_base else []

    def _hear_order(self, news: News, desk: Desk, venue: Place) -> list[Command]:
        """Book own sales; a keeper's orders are always the aggressing ones."""
        purse = self._purse_at(venue, desk)
        if news.is_a(Traded):
            return purse.heard(news, news.row[6], news.row[2], desk, venue)
        if news.is_a(OrderCancelled):
            return purse.heard(news, news.row[1], news.row[4], desk, venue)
        return purse.heard(news, news.row[1], 0, desk, venue) if news.is_a(OrderRefused) else []

    # What it does at a block.

    def _block(self, desk: Desk) -> list[Command]:
        """Liquidate, send home what was seized, keep the line moving, refill the purse."""
        connections, block = desk.connections, desk.block()
        if not connections.venues or not block.number:
            return []
        markets = [(venue, self._purse_at(venue, desk)) for venue in self._markets(desk)]
        self._line.look(block.number)
        for venue, purse in markets:
            purse.look(desk, self._line, connections.terms[venue].instrument.base.id)
        commands: list[Command] = self._unstick(desk, block)
        for pool in connections.pools:
            commands += self._hunt(pool, desk, self._market_of(pool, desk), block)
        plain = self._plain_bid(block)
        for venue, purse in markets:
            commands += purse.deposit(desk, venue, self._line, plain, block.number)
        while self._line.has_gap:
            commands.append(self._line.fill_gap(desk, plain, block.number))
        return [*commands, *(command for venue, purse in markets for command in purse.refill(desk, venue))]

    def _unstick(self, desk: Desk, block: Block) -> list[Command]:
        """Raise what has been left out too long, if the policy does; what is no longer worth its price gives way to nothing."""
        head = self._line.head
        is_raising = self.tip_policy in ("share", "escalating")
        if head is None or not is_raising or not self._line.is_stuck(block.number, self.patience_blocks):
            return []
        least, now = raised(head.bid), market_bid(block, self.multiple_bps)
        bid = Bid(max(least.max_fee, now.max_fee), max(least.tip, now.tip))
        is_worth_it = not head.target or (bid.price(block) <= head.ceiling and _is_unhealthy(head, desk))
        if is_worth_it:
            return [self._line.replace(head, bid, block.number)]
        return [self._line.cancel(head, desk, bid, block.number)]

    def _hunt(self, pool: Place, desk: Desk, venue: Place, block: Block) -> list[Command]:
        """Return a liquidation for each account that is worth it, the largest debts first, and notes of why not."""
        view: PoolView | None = desk.pool(pool)
        self._forget(pool, view)
        due = [each for each in view.unhealthy if self._again.get((pool, each.account), 0) <= block.number] if view else []
        if view is None or not due or pool in desk.connections.paused:
            return []
        stall = stall_of(desk, venue, self.haircut_bps, self._ahead(desk, venue), self.sells_at)
        commands: list[Command] = []
        attention, unreadable = self.attention, desk.unreadable(pool)
        most = MOST_NOTED // len(desk.connections.pools)
        for account in sorted(due, key=_largest_first):
            if not attention or len(commands) >= most:
                break
            refusal = why_refused(view, account, unreadable)
            found, expected = (refusal, 0) if refusal else self._judge(pool, view, account, desk, stall, block)
            if isinstance(found, Refusal):
                if found not in _BUSY and not refusal:
                    attention -= 1
                    self._again[pool, account.account] = block.number + self.retry_blocks
                commands += self._note(pool, account.account, found, stall.told(expected))
                continue
            attention -= 1
            commands.append(found)
            self._said[pool, account.account] = Refusal.NONE
            stall = stall_of(desk, venue, self.haircut_bps, self._ahead(desk, venue), self.sells_at)
        return commands

    def _forget(self, pool: Place, view: PoolView | None) -> None:
        """Let go of accounts of a pool that are unhealthy no more."""
        if self._said or self._again:
            listed = dict.fromkeys((pool, each.account) for each in view.unhealthy) if view else {}
            self._said = {key: reason for key, reason in self._said.items() if key[0] != pool or key in listed}
            self._again = {key: number for key, number in self._again.items() if key[0] != pool or key in listed}

    def _judge(
        self, pool: Place, view: PoolView, account: AccountView, desk: Desk, stall: Stall, block: Block
    ) -> tuple[Command | Refusal, int]:
        """Return the tx that liquidates an account, or why not; and the profit expected of it."""
        if self._line.is_after(pool, account.account):
            return Refusal.ALREADY_PENDING, 0
        is_stuck = self._line.is_stuck(block.number, self.patience_blocks)
        if is_stuck or len(self._line.waiting) >= self.most_pending:
            return Refusal.STUCK_NONCE, 0
        funds = self._funds(account, desk)
        offer = best_offer(view, account, funds, stall)
        if isinstance(offer, Refusal):
            return offer, 0
        bid = self._bid(block, stall.in_gas(offer.gain))
        expected = offer.gain - self._cost(bid.price(block), stall)
        if expected < self.min_profit:
            return self._reason(offer), expected
        if self._purse.gas_money(desk, self._line) < self.gas_limit * bid.max_fee:
            return Refusal.NO_FUNDS, expected
        asked = to_ask(view, account, offer, funds[offer.debt])
        return self._send(pool, account.account, offer, asked, bid, stall, desk), expected

    def _send(self, pool: Place, account: Party, offer: Offer, asked: Units, bid: Bid, stall: Stall, desk: Desk) -> Command:
        call = LiquidateCall(account, offer.debt, offer.collateral, asked)
        brings = offer.seized if offer.collateral == stall.instrument.base.id else 0
        ceiling = stall.in_gas(offer.gain - self.min_profit) // self.gas_expected
        tied = {"asset": offer.debt, "amount": asked, "target": account, "ceiling": ceiling, "brings": brings}
        private = desk.connections.private_door
        return self._line.send(pool, call, bid, self.gas_limit, Motive.LIQUIDATION, desk.block().number, **tied, private=private)

    def _funds(self, account: AccountView, desk: Desk) -> dict[AssetId, Units]:
        return {debt.asset: self._purse.free(desk, self._line, debt.asset) for debt in account.debts}

    def _cost(self, price: WeiPerGas, stall: Stall) -> Units:
        """Return gas at a price, and the chance of losing times what that costs, in quote units rounded up."""
        at_risk = mul_div_up(self.revert_gas * price, self._races.chance_bps, BPS_ONE)
        return stall.gas_worth((self.gas_expected + way_gas(self.sells_at)) * price + at_risk)

    def _ahead(self, desk: Desk, venue: Place) -> Lots:
        """Return the lots it will have to sell before any more, those of its pending liquidations included."""
        if self.disposal == "held":
            return 0
        brought = sum(each.brings for each in self._line.waiting.values() if self._market_of(each.contract, desk) == venue)
        return self._purse_at(venue, desk).ahead(desk, venue) + desk.connections.terms[venue].instrument.lots_down(brought)

    def _reason(self, offer: Offer) -> Refusal:
        """Return why an offer is left: the book takes too little, a larger purse would pay, or nothing would."""
        if not offer.is_absorbed:
            return Refusal.NO_DEPTH
        return Refusal.NO_FUNDS if offer.is_short and offer.gain > 0 else Refusal.NO_PROFIT

    def _note(self, pool: Place, account: Party, reason: Refusal, expected: int) -> list[Command]:
        if self._said.get((pool, account), Refusal.NONE) == reason:
            return []
        self._said[pool, account] = reason
        return [Note(account, pool, reason, expected)]

    def _bid(self, block: Block, gain_in_gas: Units) -> Bid:
        """Return what the policy bids for a liquidation with this gain."""
        if self.tip_policy == "share":
            return share_bid(block, gain_in_gas, self.share_bps, self.gas_expected)
        return self._plain_bid(block)

    def _plain_bid(self, block: Block) -> Bid:
        """Return what the policy bids for a tx that brings nothing."""
        return fixed_bid(block, self.fixed_price) if self.tip_policy == "fixed" else market_bid(block, self.multiple_bps)


def _largest_first(account: AccountView) -> tuple[Units, Party]:
    return -account.debt_value, account.account


def _is_unhealthy(sent: Sent, desk: Desk) -> bool:
    """The account that a tx is to liquidate is still listed as unhealthy, and its pool would let it be liquidated."""
    view: PoolView | None = desk.pool(sent.contract)
    return view is not None and any(each.account == sent.target for each in takeable(desk, sent.contract, view))
