"""A borrower who defends: when the buffer is thin it repays, or adds collateral, if there are time, gas and funds.

It looks at its position at its own interval and when a price is posted, or read by a pool of vaults; only after its reaction time
does it act. It repays with what it has on the chain, then supplies what it has of its collateral; what it lacks it calls back from
its venues, which takes time. It leaves no dust. It must have the name of its account in the pool, or of its vault. Left out: looking
at a price that is still queued, swapping collateral, borrowing elsewhere, giving up.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.commands import Command, RepayCall, SupplyCall, WakeMe, Withdraw
from sim.fixed import floor_to_int
from sim.lending.aave.rules import NO_DEBT
from sim.lending.aave.views import AccountView, PoolView
from sim.records import (
    HealthFell,
    PricePosted,
    PriceRefreshed,
    TransferCredited,
    TransferRefused,
    TxDropped,
    TxIncluded,
    TxPending,
    TxReverted,
    WithdrawalStarted,
)
from sim.units import MINUTE, WAD, AssetId, Bps, Nanos, Place, Units, Wad
from sim.vocabulary import Motive
from strategies.borrowers.rescue import units_to_repay, units_worth, value_of, value_to_repay, value_to_supply
from strategies.borrowers.wallet import Wallet


def _wallet_of(borrower: "Defender") -> Wallet:
    return Wallet(borrower.multiple_bps, borrower.patience_blocks, borrower.gas_reserve)


@attrs.define
class Defender:
    """Keeps its account's health between a trigger and a target."""

    trigger_health: Wad = 11 * WAD // 10
    """Health below which it gets up."""
    target_health: Wad = 125 * WAD // 100
    """Health that it wants to reach."""
    reaction_time: Nanos = 2 * MINUTE
    """Time between seeing the need and acting, and between two acts."""
    look_interval: Nanos = attrs.field(default=MINUTE, validator=attrs.validators.ge(1))
    """Time between two looks at the position; a posted price wakes it at once."""
    multiple_bps: Bps = 12_000
    """What it bids for a tx, as a multiple of the going price."""
    patience_blocks: int = attrs.field(default=5, validator=attrs.validators.ge(0))
    """Blocks that may leave a tx out before it speeds it up; 0: it never does."""
    gas_reserve: Units = attrs.field(default=10**17, metadata={"asset": "gas", "decimals": 18})
    """Gas money that it does not put into the pool."""

    wakes_on: ClassVar[tuple[On, ...]] = (
        On(PricePosted, moved_bps=10),
        On(PriceRefreshed),
        On(HealthFell, own=True),
        On(TxPending, own=True),
        On(TxIncluded, own=True),
        On(TxReverted, own=True),
        On(TxDropped, own=True),
        On(TransferCredited, own=True),
        On(TransferRefused, own=True),
        On(WithdrawalStarted, own=True),
    )
    _wallet: Wallet = attrs.field(default=attrs.Factory(_wallet_of, takes_self=True), init=False)
    _acts_at: dict[Place, Nanos] = attrs.field(factory=dict, init=False)
    """By pool, while its health is below the trigger."""
    _looks_at: Nanos = attrs.field(default=0, init=False)
    _called: dict[AssetId, Nanos] = attrs.field(factory=dict, init=False)
    """What it is calling back from its venues, and since when."""

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Look at the interval, at posts and margin calls; book everything else."""
        if news.kind == START.kind:
            first = 1 + floor_to_int(desk.dice.uniform() * self.look_interval)
            self._looks_at = desk.now + first
            return [WakeMe(first)]
        if self._wallet.hear(news) or news.is_a(WithdrawalStarted):
            return []
        if news.is_a(TransferCredited) or news.is_a(TransferRefused):
            self._called.pop(news.row[1], None)
        commands: list[Command] = []
        if news is TIMER and desk.now >= self._looks_at:
            self._looks_at = desk.now + self.look_interval
            commands.append(WakeMe(self.look_interval))
        return commands + self._look(desk)

    def _look(self, desk: Desk) -> list[Command]:
        """Return what is to be done for each pool, now or at the end of the reaction time."""
        self._wallet.look(desk)
        commands: list[Command] = list(self._wallet.unstick(desk))
        for pool in desk.connections.pools:
            position: AccountView | None = desk.position(pool)
            if position is None or position.health == NO_DEBT or position.health >= self.trigger_health:
                self._acts_at.pop(pool, None)
            elif desk.now >= self._acts_at.get(pool, desk.now + self.reaction_time) and not self._wallet.is_busy:
                self._acts_at[pool] = desk.now + self.reaction_time
                commands += [*self._act(pool, position, desk), WakeMe(max(1, self.reaction_time))]
            elif pool not in self._acts_at:
                self._acts_at[pool] = desk.now + self.reaction_time
                commands.append(WakeMe(max(1, self.reaction_time)))
        return commands

    def _act(self, pool: Place, position: AccountView, desk: Desk) -> list[Command]:
        """Repay first, then supply, then call back what was lacking."""
        view: PoolView | None = desk.pool(pool)
        if view is None or any(reserve.price <= 0 for reserve in view.reserves.values()):
            return []
        commands, repaid = self._repay(pool, position, view, desk)
        if repaid < value_to_repay(position, self.target_health):
            commands += self._supply(pool, position, view, repaid, desk) or self._call_back(position, view, repaid, desk)
        return commands

    def _repay(self, pool: Place, position: AccountView, view: PoolView, desk: Desk) -> tuple[list[Command], Units]:
        """Return repayments out of what is on the chain, and the value they take off the debt."""
        commands: list[Command] = []
        wanted, repaid = value_to_repay(position, self.target_health), 0
        for debt in position.debts:
            reserve = view.reserves[debt.asset]
            units = units_to_repay(debt, units_worth(wanted - repaid, reserve), self._wallet.free(desk, debt.asset))
            if units > 0:
                sent = self._wallet.send(desk, pool, RepayCall(debt.asset, units), Motive.DEFENCE, pays=units)
                commands += sent
                repaid += value_of(min(units, debt.units), reserve) if sent else 0
        return commands, repaid

    def _supply(self, pool: Place, position: AccountView, view: PoolView, repaid: Units, desk: Desk) -> list[Command]:
        """Return the supply of the first collateral that there is more of on the chain."""
        for collateral in position.collaterals:
            value = value_to_supply(position, repaid, collateral, self.target_health)
            units = min(units_worth(value, view.reserves[collateral.asset]), self._wallet.free(desk, collateral.asset))
            if units > 0:
                return list(self._wallet.send(desk, pool, SupplyCall(collateral.asset, units), Motive.DEFENCE, pays=units))
        return []

    def _call_back(self, position: AccountView, view: PoolView, repaid: Units, desk: Desk) -> list[Command]:
        """Return withdrawals, from its venues, of what it owes; one at a time of each asset."""
        missing = value_to_repay(position, self.target_health) - repaid
        for venue in desk.connections.venues:
            for debt in position.debts:
                units = min(units_worth(missing, view.reserves[debt.asset]), desk.balance(venue, debt.asset).free)
                if units > 0 and debt.asset not in self._called:
                    self._called[debt.asset] = desk.now
                    return [Withdraw(venue, debt.asset, units)]
        return []
