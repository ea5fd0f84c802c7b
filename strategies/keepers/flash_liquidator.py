"""A liquidator without inventory: it borrows what it repays, swaps what it seizes and gives the loan back, all in one tx.

At every block its node shows, it plans the liquidation of each unhealthy account (``flash``) and sends the plans that pay for their gas
as one tx, which reverts unless it gains at least what it costs. So all it needs is gas money. The tx is public, or goes to the builder as a
bundle with a sealed bid of a share of the profit. One tx a block is under way; what is left is tried at the next.

Source: such bots have been a good part of all liquidators since 2020 [Qin, Zhou, Gamito, Jovanovic & Gervais 2021, An Empirical Study
of DeFi Liquidations]; bids of shares of the profit, Flash Boys 2.0 [Daian et al. 2019] and the auctions of Flashbots. A Comet's
account it absorbs, and buys in the same tx; it also buys what others have absorbed. Left out: rivals seen in the mempool, loans of several
assets at once.
"""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Literal, TypeAlias, get_args

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import Command, Note, SendBundle, SendTx
from sim.composites import Step
from sim.fixed import mul_div_down, mul_div_up
from sim.records import BlockSealed
from sim.units import BPS_ONE, GWEI, Bps, Gas, Party, Place, Units, WeiPerGas
from sim.vocabulary import Motive, Refusal
from strategies.keepers.approaches import shelves
from strategies.keepers.bank import WAKES_ON, Bank
from strategies.keepers.estimate import Estimate
from strategies.keepers.flash import SPARE_GAS_BPS, Means, Plan, composite
from strategies.keepers.nonces import Sent
from strategies.keepers.readable import takeable
from strategies.keepers.tips import Bid, share_bid

Route: TypeAlias = Literal["public", "private", "bundle"]
ROUTES: tuple[Route, ...] = get_args(Route)
Prey: TypeAlias = tuple[Place, Any, tuple[Any, ...]]
"""A pool, its view, and who of it can be liquidated."""


def _bank_of(keeper: "FlashLiquidator") -> Bank:
    return Bank(
        Estimate(0, keeper.multiple_bps, keeper.max_gas_price),
        replaces=True,
        patience_blocks=keeper.patience_blocks,
        most_pending=1,
        gas_reserve=0,
    )


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class FlashLiquidator:
    """Liquidates in pools of any family with borrowed money; needs amms that trade the collateral and nothing but gas money."""

    route: Route = attrs.field(default="public", validator=attrs.validators.in_(ROUTES))
    """How its tx travels: by itself for all to see, by itself to the builder alone, or in a bundle with a sealed bid."""
    share_bps: Bps = attrs.field(default=0, validator=attrs.validators.in_(range(BPS_ONE)))
    """Share of the profit that it bids: as its tip, or sealed with the bundle. 0: the going price of gas, and nothing."""
    attention: int = attrs.field(default=6, validator=attrs.validators.ge(1))
    """Accounts that it liquidates in one tx, the largest debts first."""
    retry_blocks: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    """Blocks before it tries an account again."""
    min_profit: Units = attrs.field(default=0, metadata={"asset": "gas"})
    """Least expected profit after gas for which it acts."""
    multiple_bps: Bps = attrs.field(default=12_000, validator=attrs.validators.ge(1))
    """What it pays for gas, as a multiple of the going price; what is stuck it raises."""
    max_gas_price: WeiPerGas = 2_000 * GWEI
    """Never pays more."""
    patience_blocks: int = attrs.field(default=2, validator=attrs.validators.ge(1))
    """Blocks that may leave its tx out before it is raised."""
    swap_pieces: int = attrs.field(default=1, validator=attrs.validators.in_(range(1, 65)))
    """Pieces of a swap, each for the amm that pays most for it, where that pays for the gas of further swaps; 1: all to one amm."""

    wakes_on: ClassVar[tuple[On, ...]] = WAKES_ON
    needs: ClassVar[tuple[str, ...]] = ("lenders", "amms", "flash_loans")
    _bank: Bank = attrs.field(default=attrs.Factory(_bank_of, takes_self=True), init=False)
    _said: dict[tuple[Place, Party], Refusal] = attrs.field(factory=dict, init=False)
    """The last reason noted for each account that is unhealthy."""
    _again: dict[tuple[Place, Party], int] = attrs.field(factory=dict, init=False)
    """The block from which an account it has tried is tried again."""

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Hunt at every block; book everything else as it is heard."""
        if not news.is_a(BlockSealed):
            return self._bank.hear(news, desk)[0]
        return self._block(desk) if desk.block().number else []

    def _block(self, desk: Desk) -> list[Command]:
        """Raise what is stuck, and send the next tx if none is under way."""
        self._bank.look(desk)
        listed = list(self._listed(desk))
        self._forget(listed)
        prey = self._prey(desk, listed)
        commands: list[Command] = [*self._bank.unstick(desk, lambda sent, _: _is_good(sent, prey))]
        return commands + self.hunt(desk, prey) + self._bank.fill_gaps(desk)

    def _listed(self, desk: Desk) -> Iterator[Prey]:
        """Yield what there is, by pool: unhealthy accounts, and what is for sale."""
        for pool, view in _views(desk):
            if found := (*view.unhealthy, *shelves(view)):
                yield pool, view, found

    def _takeable(self, desk: Desk, pool: Place, view: Any, listed: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return what of that can be had now: not while a feed refuses, or a grace lasts."""
        return (*takeable(desk, pool, view), *shelves(view))

    def _prey(self, desk: Desk, listed: Iterable[Prey]) -> list[Prey]:
        """Return what of what there is can be had now."""
        return [(pool, view, found) for pool, view, each in listed if (found := self._takeable(desk, pool, view, each))]

    def hunt(self, desk: Desk, prey: Iterable[Prey], behind: int = 0, below: Bid | None = None) -> list[Command]:
        """Return the tx that liquidates what pays, right behind another if one is named, and notes of what is left."""
        found = list(prey)
        if not found or next(self._bank.accounts[0].under_way(), None) is not None:
            return []
        means = Means.seen(desk, self.swap_pieces, self._bank.estimate.bid().price(self._bank.estimate.block))
        plans, commands = self._planned(means, found)
        if not plans:
            return commands
        worth = means.in_gas(plans[0].asset, sum(plan.gain for plan in plans))
        return commands + self._send(desk, means, plans, worth, behind, below)

    def _planned(self, means: Means, prey: Iterable[Prey]) -> tuple[list[Plan], list[Command]]:
        """Return plans that pay for their own gas, all in one asset; and notes of why not."""
        plans, notes = list[Plan](), list[Command]()
        price = self._bank.estimate.bid().price(self._bank.estimate.block)
        number = self._bank.estimate.block.number
        for pool, view, account in _largest_first(prey):
            if len(plans) == self.attention:
                break
            if self._again.get((pool, account.account), 0) > number:
                continue
            plan = self._plan(means, pool, view, account)
            if isinstance(plan, Refusal):
                notes += self._note(pool, account.account, plan)
            elif means.in_gas(plan.asset, plan.gain) < plan.gas * price + self.min_profit:
                notes += self._note(pool, account.account, Refusal.NO_PROFIT)
            elif not plans or plan.asset == plans[0].asset:
                plans.append(plan)
                means.take(plan)
                self._said[pool, account.account] = Refusal.NONE
        return plans, notes

    def _plan(self, means: Means, pool: Place, view: Any, account: Any) -> Plan | Refusal:
        """Return the best plan for one of its prey, or why there is none."""
        return means.best(pool, view, account) or Refusal.NO_DEPTH

    def _send(self, desk: Desk, means: Means, plans: list[Plan], worth: Units, behind: int, below: Bid | None) -> list[Command]:
        """Return the tx of plans whose gain is worth so much gas money; it reverts where it would not pay for itself."""
        opening, opening_gas = self._opening()
        gas = opening_gas + sum(plan.gas for plan in plans)
        bid, limit = self._bid(worth, gas, below), mul_div_up(gas, SPARE_GAS_BPS, BPS_ONE)
        cost = gas * bid.price(self._bank.estimate.block)
        sealed = mul_div_down(max(0, worth - cost), self.share_bps, BPS_ONE) if self.route == "bundle" else 0
        if worth - cost - sealed < self.min_profit:
            return []
        account, (pool, subject) = self._bank.accounts[0], plans[0][:2]
        if account.purse.gas_money(desk, account.line) < limit * bid.max_fee:
            return self._note(pool, subject, Refusal.NO_FUNDS)
        self._again |= {(plan.pool, plan.account): desk.block().number + self.retry_blocks for plan in plans}
        call = composite(plans, means, worth, max(1, cost + sealed))
        call = call._replace(calls=(*opening, *call.calls))
        if self.route == "bundle":
            tx = SendTx(desk.me, call, bid.max_fee, bid.tip, limit, motive=Motive.LIQUIDATION)
            return [SendBundle(desk.connections.chain_place, (behind, tx) if behind else (tx,), sealed)]
        tied = {"target": subject, "private": self.route == "private"}
        return [account.line.send(desk.me, call, bid, limit, Motive.LIQUIDATION, desk.block().number, **tied)]

    def _opening(self) -> tuple[tuple[Step, ...], Gas]:
        """Return what its next tx does before it liquidates, and the gas of that: nothing."""
        return (), 0

    def _bid(self, worth: Units, gas: Gas, below: Bid | None) -> Bid:
        """Return what it bids per gas: a share of the profit, the going price, or what puts it behind another tx."""
        if below is not None:
            return Bid(min(below.max_fee, self.max_gas_price), min(below.tip, self.max_gas_price))
        estimate = self._bank.estimate
        bid = estimate.bid()
        if self.share_bps and self.route != "bundle":
            shared = share_bid(estimate.block, worth - gas * bid.price(estimate.block), self.share_bps, gas)
            bid = Bid(min(max(bid.max_fee, shared.max_fee), self.max_gas_price), min(max(bid.tip, shared.tip), self.max_gas_price))
        return bid

    def _forget(self, prey: Iterable[Prey]) -> None:
        """Let go of accounts that are unhealthy no more."""
        listed = dict.fromkeys((pool, each.account) for pool, _, accounts in prey for each in accounts)
        self._said = {subject: reason for subject, reason in self._said.items() if subject in listed}
        self._again = {subject: number for subject, number in self._again.items() if subject in listed}

    def _note(self, pool: Place, account: Party, reason: Refusal) -> list[Command]:
        if self._said.get((pool, account), Refusal.NONE) == reason or account < 0:
            return []  # What is for sale is nobody's account.
        self._said[pool, account] = reason
        return self._told(pool, account, reason)

    def _told(self, pool: Place, account: Party, reason: Refusal) -> list[Command]:
        """Return the note of why an account was left."""
        return [Note(account, pool, reason)]


@attrs.define(on_setattr=attrs.setters.NO_OP)
class BundleBidder(FlashLiquidator):
    """A liquidator that never shows itself: bundles with a sealed bid of nine tenths of the profit, and nothing paid for what fails.

    Source: what searchers paid away since Flashbots, 80 to 99 % in calm [Weintraub et al. 2022, A Flash(bot) in the Pan].
    """

    route: Route = attrs.field(default="bundle", validator=attrs.validators.in_(ROUTES))
    """How its tx travels: by itself for all to see, by itself to the builder alone, or in a bundle with a sealed bid."""
    share_bps: Bps = attrs.field(default=9_000, validator=attrs.validators.in_(range(BPS_ONE)))
    """Share of the profit that it bids: as its tip, or sealed with the bundle. 0: the going price of gas, and nothing."""

    needs: ClassVar[tuple[str, ...]] = ("lenders", "amms", "flash_loans", "bundles")


def _views(desk: Desk) -> Iterator[tuple[Place, Any]]:
    """Yield the pools one is connected to, as of the last block seen."""
    for pool in desk.connections.pools:
        view = desk.pool(pool)
        if view is not None:
            yield pool, view


def _largest_first(prey: Iterable[Prey]) -> list[tuple[Place, Any, Any]]:
    found = [(pool, view, account) for pool, view, accounts in prey for account in accounts]
    return sorted(found, key=_size)


def _size(found: tuple[Place, Any, Any]) -> tuple[Units, Place, Party]:
    pool, _, account = found
    return -_value_of(account), pool, account.account


def _value_of(account: Any) -> Units:
    return int(getattr(account, "debt_value", 0))


def _is_good(sent: Sent, prey: Iterable[Prey]) -> bool:
    """The account that a stuck tx began with is still unhealthy."""
    return any(each.account == sent.target for _, _, accounts in prey for each in accounts)
