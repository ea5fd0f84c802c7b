"""A borrower with a plan, in a lender of any family: it supplies, borrows, repays and withdraws at the instants it was told to.

Beside the plan it may keep a health: above it, it borrows more of what it owes; below it, it pays back out of its purse. It sells nothing
and buys nothing: it is a credit line that breathes with the price. An act that cannot be sent yet, for want of gas money or of a first
look, is tried again at the next look; one that the lender refuses is not. Left out: pools of vaults; trading what was borrowed
(``looper``), calling funds back from venues (``defender``).
"""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.commands import BorrowCall, Command, RepayCall, WakeMe
from sim.errors import StrategyError
from sim.fixed import mul_div_down
from sim.records import TxDropped, TxIncluded, TxPending, TxReverted
from sim.scenario.values import Amount
from sim.units import BPS_ONE, SECOND, AssetId, Bps, Nanos, Place, Units, Wad
from sim.vocabulary import Motive
from strategies.borrowers.acts import Act, Means, Step, steps_of
from strategies.borrowers.rescue import units_to_repay, units_worth, value_to_repay
from strategies.borrowers.wallet import Wallet

NEEDS = {"amount": ("open", "supply", "borrow", "repay", "withdraw"), "debt": ("open",)}
"""Acts that an amount belongs to."""


def _wallet_of(borrower: "Borrower") -> Wallet:
    return Wallet(borrower.multiple_bps, borrower.patience_blocks, borrower.gas_reserve)


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Borrower:
    """Carries a plan out, and keeps a health if it is told to."""

    plan: tuple[Act, ...] = ()
    """What it does when; acts of one instant in the sequence given."""
    target_health: Wad = attrs.field(default=0, validator=attrs.validators.ge(0))
    """Health that it keeps wherever it owes something; 0 %: it keeps none."""
    tolerance_bps: Bps = attrs.field(default=500, validator=attrs.validators.in_(range(BPS_ONE)))
    """How far from it it lets its health go."""
    look_interval: Nanos = attrs.field(default=15 * SECOND, validator=attrs.validators.ge(1))
    """Time between two looks, where it keeps a health, or waits to send, or for a tx."""
    multiple_bps: Bps = 12_000
    """What it bids for a tx, as a multiple of the going price."""
    patience_blocks: int = attrs.field(default=5, validator=attrs.validators.ge(0))
    """Blocks that may leave a tx out before it speeds it up; 0: it never does."""
    gas_reserve: Units = attrs.field(default=10**17, metadata={"asset": "gas", "decimals": 18})
    """Gas money that it does not put into a pool."""

    wakes_on: ClassVar[tuple[On, ...]] = (
        On(TxPending, own=True),
        On(TxIncluded, own=True),
        On(TxReverted, own=True),
        On(TxDropped, own=True),
    )
    _wallet: Wallet = attrs.field(default=attrs.Factory(_wallet_of, takes_self=True), init=False)
    _due: list[Act] = attrs.field(factory=list, init=False)
    """What is left of the plan, in sequence."""
    _looks_at: Nanos = attrs.field(default=0, init=False)
    """When it looks next, if a look is arranged."""

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Act at the plan's instants, look at the interval; book everything else."""
        if news.kind == START.kind:
            _guard(self.plan, desk)
            self._due = sorted(self.plan, key=_instant)
            instants = dict.fromkeys(max(1, act.at) for act in self._due)
            return [*(WakeMe(at) for at in instants), *self._arrange(desk, bool(self.target_health))]
        if news is not TIMER:
            self._wallet.hear(news)
            return []
        commands = self._look(desk)
        is_needed = self.target_health or self._wallet.is_busy or (self._due and self._due[0].at <= desk.now)
        return commands + self._arrange(desk, bool(is_needed))

    def _arrange(self, desk: Desk, is_needed: bool) -> list[Command]:
        """Return the wake of the next look, unless one is arranged already."""
        if not is_needed or self._looks_at > desk.now:
            return []
        self._looks_at = desk.now + self.look_interval
        return [WakeMe(self.look_interval)]

    def _look(self, desk: Desk) -> list[Command]:
        self._wallet.look(desk)
        commands: list[Command] = [*self._wallet.unstick(desk)]
        while self._due and self._due[0].at <= desk.now:
            sent = self._act(self._due[0], desk)
            if sent is None:
                break
            commands += sent
            del self._due[0]
        if self.target_health and not self._wallet.is_busy:
            for pool in desk.connections.pools:
                commands += self._keep(pool, desk)
        return commands

    def _act(self, act: Act, desk: Desk) -> list[Command] | None:
        """Return the txs of one act; None while they cannot be sent."""
        pools = desk.connections.pools
        means = self._means(pools[act.pool], desk)
        if means is None:
            return None
        steps = steps_of(act, _units(act.amount, desk), _units(act.debt, desk), means)
        return self._send(pools[act.pool], steps, desk)

    def _send(self, pool: Place, steps: list[Step], desk: Desk) -> list[Command] | None:
        """Return all txs of an act, or None where gas money is short for them."""
        needed = sum(step.gas for step in steps)
        if not self._wallet.can_pay(desk, needed, sum(step.pays for step in steps if step.asset == desk.connections.gas_asset)):
            return None
        commands: list[Command] = []
        for step in steps:
            commands += self._wallet.send(desk, pool, step.call, Motive.VOLUNTARY, step.gas, step.pays, asset=step.asset)
        return commands

    def _means(self, pool: Place, desk: Desk) -> Means | None:
        view, position = desk.pool(pool), desk.position(pool)
        if view is None or position is None or not desk.block().number:
            return None
        return Means(view, position, {asset: self._wallet.free(desk, asset) for asset in desk.connections.assets})

    def _keep(self, pool: Place, desk: Desk) -> list[Command]:
        """Return what brings a position back to its health: a loan, or a repayment."""
        means = self._means(pool, desk)
        if means is None or not means.position.debts:
            return []
        position, debt, health = means.position, means.position.debts[0], means.position.health
        reserve = means.view.reserves[debt.asset]
        room = mul_div_down(self.target_health, self.tolerance_bps, BPS_ONE)
        if health > self.target_health + room:
            value = mul_div_down(position.debt_value, health - self.target_health, self.target_health)
            units = min(mul_div_down(value, reserve.unit, reserve.price), reserve.liquidity)
            step = Step(BorrowCall(debt.asset, units))
        elif health < self.target_health - room:
            units = units_to_repay(debt, units_worth(value_to_repay(position, self.target_health), reserve), means.free.get(debt.asset, 0))
            step = Step(RepayCall(debt.asset, units), debt.asset, units)
        else:
            return []
        return (self._send(pool, [step], desk) or []) if units > 0 else []


def _instant(act: Act) -> Nanos:
    return act.at


def _guard(plan: tuple[Act, ...], desk: Desk) -> None:
    """Raise StrategyError for acts of a plan that say too little, or name what is not there."""
    symbols = [asset.symbol for asset in desk.connections.assets.values()]
    for number, act in enumerate(plan):
        here, pools = f"{desk.name}: plan.{number}", len(desk.connections.pools)
        if act.pool >= pools:
            raise StrategyError(f"{here}.pool is {act.pool}, and it has {pools}; list the pool in its agent's pools, and count them from 0")
        for key, amount in (("amount", act.amount), ("debt", act.debt)):
            if amount is None and act.do in NEEDS[key]:
                raise StrategyError(f'{here} is to {act.do} and names no {key}; give one such as "5 ETH"')
            if amount is not None and amount.asset not in symbols:
                raise StrategyError(f"{here}.{key} is {amount}, and no asset has that name; there is {', '.join(symbols)}")


def _units(amount: Amount | None, desk: Desk) -> tuple[AssetId, Units]:
    """Return an amount in units of its asset, rounded down; of no asset where none is named."""
    if amount is None:
        return 0, 0
    found: Any = next((asset for asset in desk.connections.assets.values() if asset.symbol == amount.asset), None)
    return (found.id, int(amount.number * found.unit)) if found is not None else (0, 0)
