"""Puts money into a Liquity system's stability pool when liquidations ahead promise a gain, collects what it gains, and sells that.

At every block its node shows it looks at the troves that can be liquidated: what deposits would pay of their debts and get of their
collateral, by the system's own sums; what its late view of its first venue (collateral against money) would pay for that; and its part of
both, as one depositor among all. If its part gains, gas paid, it provides what it has. Gains are collected when they are worth it, sent to
the venue and sold; what they fetched comes back and is provided again. It may leave when the system's ratio falls too low, before troves
are due that nobody's deposits can leave any more. Left out: other depositors' plans, the governance units that deposits earn.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import Command, SupplyCall, WithdrawCall
from sim.fixed import mul_div_down
from sim.lending.liquity import gas
from sim.lending.liquity.views import LiquityView, TroveView
from sim.records import BlockSealed, GainPaid
from sim.units import BPS_ONE, GWEI, SECOND, UINT256_MAX, Bps, Gas, Nanos, Place, Units, Wad, WeiPerGas
from sim.vocabulary import Motive
from strategies.keepers.bank import WAKES_ON, Account, Bank
from strategies.keepers.estimate import Estimate
from strategies.keepers.outlets import SELLS_AT, SellsAt, stall_of, way_gas
from strategies.keepers.profit import Stall

LIMIT: Gas = 2 * gas.WITHDRAW_DEPOSIT
"""Gas limit of any call to the pool."""
ROUND: Gas = gas.PROVIDE + gas.WITHDRAW_DEPOSIT
"""What it takes to go in and to collect."""


def _bank_of(keeper: "StabilityDepositor") -> Bank:
    return Bank(
        Estimate(0, keeper.multiple_bps, keeper.max_gas_price),
        replaces=True,
        patience_blocks=keeper.patience_blocks,
        most_pending=16,
        gas_reserve=keeper.gas_reserve,
        disposal="at_once",
        slice_interval=keeper.retry_interval,
        worst_bps=keeper.worst_bps,
        refill_batch=keeper.refill_batch,
        sells_at=keeper.sells_at,
    )


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class StabilityDepositor:
    """Pays for the liquidations of a Liquity system, for their collateral."""

    most: Units = attrs.field(default=10**6 * 10**18, metadata={"asset": "quote"}, validator=attrs.validators.ge(1))
    """Most it has in the pool."""
    min_profit: Units = attrs.field(default=0, metadata={"asset": "quote"})
    """Least expected gain for which it provides, gas paid."""
    haircut_bps: Bps = attrs.field(default=50, validator=attrs.validators.in_(range(BPS_ONE)))
    """What it takes off the sale for the time until it sells."""
    collect_bps: Bps = attrs.field(default=20_000, validator=attrs.validators.ge(0))
    """Least gain that it collects, as a multiple of the gas that takes."""
    leave_ratio: Wad = attrs.field(default=0, validator=attrs.validators.ge(0))
    """Ratio of the whole system below which it takes all back and stays away; 0 %: never."""
    multiple_bps: Bps = 12_000
    """What it bids for gas, as a multiple of the going price; what is stuck it raises."""
    max_gas_price: WeiPerGas = 2_000 * GWEI
    """Never bids more."""
    patience_blocks: int = attrs.field(default=2, validator=attrs.validators.ge(1))
    """Blocks that may leave a tx out before it is raised."""
    gas_reserve: Units = attrs.field(default=5 * 10**17, metadata={"asset": "gas", "decimals": 18})
    """Gas money it keeps on the chain, out of what it gained if need be."""
    retry_interval: Nanos = attrs.field(default=10 * SECOND, validator=attrs.validators.ge(1))
    """Time before what did not sell is tried again."""
    worst_bps: Bps = attrs.field(default=300, validator=attrs.validators.in_(range(BPS_ONE)))
    """How far below the late mid it still sells; 0: at any price."""
    refill_batch: Units = attrs.field(default=1_000 * 10**18, metadata={"asset": "quote", "decimals": 18})
    """Proceeds at which it withdraws them to the chain."""
    sells_at: SellsAt = attrs.field(default="venue", validator=attrs.validators.in_(SELLS_AT))
    """Where it sells: on its venue, in its amms, or wherever more is paid, fees and gas taken off."""

    wakes_on: ClassVar[tuple[On, ...]] = (*WAKES_ON, On(GainPaid, own=True))
    needs: ClassVar[tuple[str, ...]] = ("liquity",)
    _bank: Bank = attrs.field(default=attrs.Factory(_bank_of, takes_self=True), init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Look at every block; book everything else as it is heard."""
        if not desk.connections.venues:
            return []
        if news.is_a(BlockSealed):
            return self._block(desk, desk.connections.venues[0]) if desk.block().number else []
        if news.is_a(GainPaid) and self._bank.accounts:
            self._bank.accounts[0].purse.seize(news.at, news.row[2])
        commands, _ = self._bank.hear(news, desk)
        return commands

    def _block(self, desk: Desk, venue: Place) -> list[Command]:
        """Go in, collect or leave; then send on what was gained and bring back what it fetched."""
        bank, number = self._bank, desk.block().number
        bank.look(desk)
        account, bid = bank.accounts[0], bank.estimate.bid()
        commands: list[Command] = [*bank.unstick(desk, lambda sent, bid: True)]
        instrument = desk.connections.terms[venue].instrument
        for pool in desk.connections.pools:
            view, position = desk.pool(pool), desk.position(pool)
            is_busy = any(sent.contract == pool for sent in account.under_way())
            if not isinstance(view, LiquityView) or not isinstance(position, TroveView) or is_busy:
                continue
            if bank.is_usable(account, number) and (instrument.base.id, instrument.quote.id) == (view.collateral, view.money):
                commands += self._attend(pool, view, position, account, desk, venue)
        if bank.is_usable(account, number):
            commands += account.purse.deposit(desk, venue, account.line, bid, number)
        return [*commands, *account.purse.refill(desk, venue), *bank.fill_gaps(desk)]

    def _attend(self, pool: Place, view: LiquityView, position: TroveView, account: Account, desk: Desk, venue: Place) -> list[Command]:
        """Return the one call to a pool that is due: leaving, providing, or collecting."""
        stall = stall_of(desk, venue, self.haircut_bps, account.purse.ahead(desk, venue), self.sells_at)
        is_leaving = 0 < view.total_ratio < self.leave_ratio
        if is_leaving and position.deposit:
            return self._withdraw(pool, view, UINT256_MAX, account, desk) if not view.is_behind else []
        units = min(account.purse.free(desk, account.line, view.money), self.most - position.deposit)
        if not is_leaving and units > 0 and self._expected(view, position, units, stall) >= max(1, self.min_profit):
            tied = {"asset": view.money, "amount": units, "target": view.money}
            return [*self._bank.send(account, pool, SupplyCall(view.money, units), LIMIT, Motive.VOLUNTARY, desk, **tied)]
        cost = self._gas(gas.WITHDRAW_DEPOSIT, stall)
        if position.gain and stall.worth(position.gain) >= mul_div_down(cost, self.collect_bps, BPS_ONE):
            return self._withdraw(pool, view, 0, account, desk)
        return []

    def _withdraw(self, pool: Place, view: LiquityView, units: Units, account: Account, desk: Desk) -> list[Command]:
        call = WithdrawCall(view.money, units)
        return [*self._bank.send(account, pool, call, LIMIT, Motive.VOLUNTARY, desk, target=view.money)]

    def _expected(self, view: LiquityView, position: TroveView, units: Units, stall: Stall) -> int:
        """Return what providing so much more gains, of the liquidations that are due, with gas paid."""
        without, used = _part(view, position.deposit, stall), ROUND + way_gas(self.sells_at)
        more = attrs.evolve(view, deposits=view.deposits + units)
        return _part(more, position.deposit + units, stall) - without - self._gas(used, stall)

    def _gas(self, units: Gas, stall: Stall) -> Units:
        return stall.gas_worth(units * self._bank.estimate.bid().price(self._bank.estimate.block))


def _part(view: LiquityView, deposit: Units, stall: Stall) -> int:
    """Return what a deposit's part of all that is due would gain; the book is walked for the part alone."""
    if not deposit:
        return 0
    whole = view.offsets()
    got, paid = (mul_div_down(each, deposit, view.deposits) for each in (whole.collateral, whole.debt))
    fetched = stall.fetches(got)
    return (fetched or 0) - paid
