"""A plain liquidator for every family of lenders whose view says what its liquidations would do.

At every block its node shows, it weighs each unhealthy account of its pools by the calls the pool's own sums offer (``seizures``) and by
what its late view of its first venue would pay for what they bring (``appraise_seizures``), gas off; it sends the one that gains most.
A Comet's account it absorbs together with the purchase that this makes possible, and it buys there whatever else is for sale.
One account, one line of txs; what it got it sends to the venue and sells. Left out: flash loans, rivals, the chance of losing a race,
and pools of Aave and of vaults, which have keepers of their own.
"""

from collections.abc import Mapping
from heapq import nsmallest
from typing import Any, ClassVar, TypeAlias

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import Command, Note
from sim.fixed import mul_div_down
from sim.lending.comet.views import CometView
from sim.records import BlockSealed, CollateralBought, Liquidated
from sim.units import BPS_ONE, GWEI, SECOND, AssetId, Bps, Gas, Nanos, Party, Place, Units, WeiPerGas
from sim.vocabulary import Motive, Refusal
from strategies.keepers.appraise_seizures import Prey, best_prey, best_purchase, wanted
from strategies.keepers.bank import WAKES_ON, Account, Bank
from strategies.keepers.estimate import Estimate
from strategies.keepers.nonces import Outcome, Sent
from strategies.keepers.outlets import SELLS_AT, SellsAt, stall_of, way_gas
from strategies.keepers.profit import Stall
from strategies.keepers.readable import takeable, why_refused

Subject: TypeAlias = tuple[Place, int]
"""A pool, and an account of it or an asset it sells."""
SPARE_BPS: Bps = 100
"""What it keeps back of its funds, for interest until a call is executed."""
SPARE_GAS = 2
"""A tx's gas limit, as a multiple of what its call usually takes."""


def _bank_of(keeper: "Seizer") -> Bank:
    return Bank(
        Estimate(0, keeper.multiple_bps, keeper.max_gas_price),
        replaces=True,
        patience_blocks=keeper.patience_blocks,
        most_pending=keeper.most_pending,
        gas_reserve=keeper.gas_reserve,
        disposal="at_once",
        slice_interval=keeper.retry_interval,
        worst_bps=keeper.worst_bps,
        refill_batch=keeper.refill_batch,
        sells_at=keeper.sells_at,
    )


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Seizer:
    """Liquidates in pools of any family, with the purse it has on the chain."""

    attention: int = attrs.field(default=24, validator=attrs.validators.ge(1))
    """Accounts it weighs at one block, the largest debts first."""
    retry_blocks: int = attrs.field(default=4, validator=attrs.validators.ge(1))
    """Blocks before it weighs an account again that it has left."""
    haircut_bps: Bps = attrs.field(default=50, validator=attrs.validators.in_(range(BPS_ONE)))
    """What it takes off the sale for the time until it sells."""
    min_profit: Units = attrs.field(default=0, metadata={"asset": "quote"})
    """Least expected profit for which it acts."""
    multiple_bps: Bps = 12_000
    """What it bids for gas, as a multiple of the going price; what is stuck it raises."""
    max_gas_price: WeiPerGas = 2_000 * GWEI
    """Never bids more."""
    patience_blocks: int = attrs.field(default=2, validator=attrs.validators.ge(1))
    """Blocks that may leave a tx out before it is raised."""
    most_pending: int = attrs.field(default=16, validator=attrs.validators.ge(1))
    """Txs it lets wait at once."""
    gas_reserve: Units = attrs.field(default=5 * 10**17, metadata={"asset": "gas", "decimals": 18})
    """Gas money it keeps on the chain, out of what it got if need be."""
    retry_interval: Nanos = attrs.field(default=10 * SECOND, validator=attrs.validators.ge(1))
    """Time before what did not sell is tried again."""
    worst_bps: Bps = attrs.field(default=300, validator=attrs.validators.in_(range(BPS_ONE)))
    """How far below the late mid it still sells; 0: at any price."""
    refill_batch: Units = attrs.field(default=1_000 * 10**6, metadata={"asset": "quote", "decimals": 6})
    """Proceeds at which it withdraws them to the chain."""
    sells_at: SellsAt = attrs.field(default="venue", validator=attrs.validators.in_(SELLS_AT))
    """Where it sells: on its venue, in its amms, or wherever more is paid, fees and gas taken off."""

    wakes_on: ClassVar[tuple[On, ...]] = (*WAKES_ON, On(Liquidated, own=True), On(CollateralBought, own=True))
    needs: ClassVar[tuple[str, ...]] = ("lenders",)
    _bank: Bank = attrs.field(default=attrs.Factory(_bank_of, takes_self=True), init=False)
    _again: dict[Subject, int] = attrs.field(factory=dict, init=False)
    """The block from which what it has left is weighed again."""
    _said: dict[Subject, Refusal] = attrs.field(factory=dict, init=False)
    """The last reason noted for each account that is unhealthy."""

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Hunt at every block; book everything else as it is heard."""
        if not desk.connections.venues:
            return []
        if news.is_a(BlockSealed):
            return self._block(desk, desk.connections.venues[0]) if desk.block().number else []
        if news.is_a(Liquidated):
            self._seize(news, news.row[3], news.row[8], desk)
        elif news.is_a(CollateralBought):
            self._seize(news, news.row[2], news.row[6], desk)
        commands, outcome = self._bank.hear(news, desk)
        if outcome is not None:
            self._learn(outcome, desk)
        return commands

    def _seize(self, news: News, asset: AssetId, units: Units, desk: Desk) -> None:
        """Take note of units that are to be sold."""
        if self._bank.accounts and asset == desk.connections.terms[desk.connections.venues[0]].instrument.base.id:
            self._bank.accounts[0].purse.seize(news.at, units)

    def _learn(self, outcome: Outcome, desk: Desk) -> None:
        """Let an account be for a while whose liquidation came to nothing."""
        if outcome.sent.motive == Motive.LIQUIDATION and not outcome.is_included:
            self._again[outcome.sent.contract, outcome.sent.target] = desk.block().number + self.retry_blocks

    def _block(self, desk: Desk, venue: Place) -> list[Command]:
        """Liquidate and buy, then send on what was got and bring back what it fetched."""
        bank, number = self._bank, desk.block().number
        bank.look(desk)
        account, bid = bank.accounts[0], bank.estimate.bid()
        self._again = {subject: block for subject, block in self._again.items() if block > number}
        views = {pool: view for pool in desk.connections.pools if hasattr(view := desk.pool(pool), "seizures")}
        self._forget(views)
        commands: list[Command] = [*bank.unstick(desk, lambda sent, _: _is_good(sent, views, desk))]
        for pool, view in views.items():
            commands += self._hunt(pool, view, account, desk, venue)
        if bank.is_usable(account, number):
            commands += account.purse.deposit(desk, venue, account.line, bid, number)
        commands += account.purse.refill(desk, venue)
        return commands + bank.fill_gaps(desk)

    def _forget(self, views: Mapping[Place, Any]) -> None:
        """Let go of accounts that are unhealthy no more."""
        if self._said:
            listed = dict.fromkeys((pool, each.account) for pool, view in views.items() for each in view.unhealthy)
            self._said = {subject: reason for subject, reason in self._said.items() if subject in listed}

    def _hunt(self, pool: Place, view: Any, account: Account, desk: Desk, venue: Place) -> list[Command]:
        """Return what liquidates each account that is worth it, and notes of why not; then what buys from a storefront."""
        listed = () if pool in desk.connections.paused else view.unhealthy
        due = [each for each in listed if (pool, each.account) not in self._again]
        commands: list[Command] = []
        unreadable = desk.unreadable(pool) if due else {}
        for each in nsmallest(self.attention, due, key=_largest_first):
            if account.line.is_after(pool, each.account):
                continue
            if refusal := why_refused(view, each, unreadable):
                commands += self._note((pool, each.account), refusal, 0)
                continue
            stall = self._stall(desk, venue, account)
            prey = best_prey(view, each, self._funds(account, desk, venue), stall)
            reason, gain = self._judge(prey, account, desk, stall)
            if prey is not None and not reason:
                commands += self._send(pool, each.account, prey, account, desk)
            else:
                self._again[pool, each.account] = desk.block().number + self.retry_blocks
                commands += self._note((pool, each.account), reason or self._why_none(view, each, stall), stall.told(gain))
        return commands + (self._buy(pool, view, account, desk, venue) if isinstance(view, CometView) else [])

    def _buy(self, pool: Place, view: CometView, account: Account, desk: Desk, venue: Place) -> list[Command]:
        stall = self._stall(desk, venue, account)
        prey = best_purchase(view, self._funds(account, desk, venue), stall)
        if prey is None or account.line.is_after(pool, prey.calls[0].gets) or self._judge(prey, account, desk, stall)[0]:
            return []
        if {prey.calls[0].gets, prey.calls[0].pays} & desk.unreadable(pool).keys():
            return []
        return self._send(pool, prey.calls[0].gets, prey, account, desk)

    def _judge(self, prey: Prey | None, account: Account, desk: Desk, stall: Stall) -> tuple[Refusal, int]:
        """Return why calls are not sent (NONE where they are), and the profit expected of them."""
        bank, bid = self._bank, self._bank.estimate.bid()
        if not bank.is_usable(account, desk.block().number):
            return Refusal.STUCK_NONCE, 0
        if not stall.mid:
            return Refusal.NO_DEPTH, 0
        if prey is None:
            return Refusal.NONE, 0
        profit = prey.gain - stall.gas_worth((prey.gas + way_gas(self.sells_at)) * bid.price(bank.estimate.block))
        if profit < self.min_profit:
            return Refusal.NO_PROFIT, profit
        return (Refusal.NONE if account.can_pay(desk, SPARE_GAS * prey.gas, bid) else Refusal.NO_FUNDS), profit

    def _why_none(self, view: Any, each: Any, stall: Stall) -> Refusal:
        """Return why nothing was offered: for want of funds, if a larger purse would have been offered something."""
        return Refusal.NO_FUNDS if best_prey(view, each, wanted(each), stall) is not None else Refusal.NONE

    def _send(self, pool: Place, subject: Party, prey: Prey, account: Account, desk: Desk) -> list[Command]:
        commands: list[Command] = []
        for each in prey.calls:
            target = subject if each is prey.calls[0] else each.gets
            tied = {"asset": each.pays, "amount": _with_spare(each.paid), "target": target, "private": desk.connections.private_door}
            gas: Gas = SPARE_GAS * each.gas
            commands += self._bank.send(account, pool, each.call, gas, Motive.LIQUIDATION, desk, **tied)
        self._said[pool, subject] = Refusal.NONE
        return commands

    def _stall(self, desk: Desk, venue: Place, account: Account) -> Stall:
        return stall_of(desk, venue, self.haircut_bps, account.purse.ahead(desk, venue), self.sells_at)

    def _funds(self, account: Account, desk: Desk, venue: Place) -> dict[AssetId, Units]:
        """Return what may be paid of each asset; nothing of those that the venue does not trade."""
        instrument = desk.connections.terms[venue].instrument
        held = dict.fromkeys(desk.connections.assets, 0)
        for asset in (instrument.base.id, instrument.quote.id):
            held[asset] = mul_div_down(account.purse.free(desk, account.line, asset), BPS_ONE, BPS_ONE + SPARE_BPS)
        return held

    def _note(self, subject: Subject, reason: Refusal, expected: int) -> list[Command]:
        if not reason or self._said.get(subject) == reason:
            return []
        self._said[subject] = reason
        return [Note(subject[1], subject[0], reason, expected)]


def _with_spare(units: Units) -> Units:
    return mul_div_down(units, BPS_ONE + SPARE_BPS, BPS_ONE)


def _is_good(sent: Sent, views: Mapping[Place, Any], desk: Desk) -> bool:
    """What a stuck tx is about is still there: an unhealthy account, or an open storefront."""
    view = views.get(sent.contract)
    if view is None:
        return False
    if any(each.account == sent.target for each in takeable(desk, sent.contract, view)):
        return True
    return isinstance(view, CometView) and view.is_for_sale and any(each.asset == sent.target for each in view.stock)


def _largest_first(account: Any) -> tuple[Units, Party]:
    return -account.debt_value, account.account
