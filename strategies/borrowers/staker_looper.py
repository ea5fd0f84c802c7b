"""A staker who loops: supplies a claim, borrows its money, turns that into more of the claim, supplies that, again and again.

All of it happens on the chain: what it borrows it swaps at its amm, or stakes with its issuer where that brings more. Each step is a tx;
it takes the next once the last one is through. It undoes everything, by selling the claim at the amm, when its health falls below a
line, or when the claim trades too far below what is owed for it: it fears what others will do. Works with lenders of any family that lend
one asset against another in one contract. Left out: one tx for all of it (a flash loan), leaving by the issuer's queue, coming back.
"""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.amm.amm import AmmView
from sim.amm.calls import SwapCall
from sim.claims.calls import MintStableCall, StakeCall
from sim.claims.issuer import IssuerView
from sim.claims.stable.views import StableIssuerView
from sim.claims.staking.views import StakingView
from sim.commands import BorrowCall, Command, RepayCall, SupplyCall, WakeMe, WithdrawCall
from sim.fixed import floor_to_int, mul_div_down, share_down
from sim.lending.compound.calls import EnterMarketCall
from sim.lending.compound.views import CompoundView
from sim.records import TxDropped, TxIncluded, TxPending, TxReverted
from sim.units import BPS_ONE, SECOND, UINT256_MAX, WAD, AssetId, Bps, Gas, Nanos, Place, Units, Wad
from sim.vocabulary import Motive
from strategies.borrowers.rescue import value_of, withdrawable
from strategies.borrowers.wallet import Wallet
from strategies.traders.claims import discount_bps

SWAP_GAS: Gas = 250_000
CRUMBS = 1_000
"""One part in so many of a position is not worth moving."""


def _wallet_of(borrower: "StakerLooper") -> Wallet:
    return Wallet(borrower.multiple_bps, borrower.patience_blocks, borrower.gas_reserve)


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class StakerLooper:
    """Carries a position in the claim of its first issuer, in its first pool, against the issuer's money."""

    loops: int = attrs.field(default=5, validator=attrs.validators.ge(0))
    """How often it borrows."""
    share_bps: Bps = attrs.field(default=9_500, validator=attrs.validators.in_(range(BPS_ONE + 1)))
    """Part of what the pool would lend at most that it borrows."""
    begin: Nanos = 0
    """When it starts."""
    flee_bps: Bps = attrs.field(default=300, validator=attrs.validators.ge(0))
    """How far below what is owed for it the claim may trade before it undoes everything; 0: any distance."""
    floor_bps: Bps = attrs.field(default=0, validator=attrs.validators.ge(0))
    """How far below it is when it would rather wait than sell, as long as its health allows; 0: it sells at any price."""
    unwind_health: Wad = 102 * WAD // 100
    """Health below which it undoes everything."""
    edge_health: Wad = 1_005 * WAD // 1_000
    """Health down to which it takes its claims back to sell them."""
    worst_bps: Bps = attrs.field(default=200, validator=attrs.validators.in_(range(BPS_ONE)))
    """How much less than the amm has shown a swap may bring; it reverts otherwise."""
    look_interval: Nanos = attrs.field(default=12 * SECOND, validator=attrs.validators.ge(1))
    """Time between two looks; a step is taken at a look."""
    multiple_bps: Bps = 12_000
    """What it bids for a tx, as a multiple of the going price."""
    patience_blocks: int = attrs.field(default=5, validator=attrs.validators.ge(0))
    """Blocks that may leave a tx out before it speeds it up; 0: it never does."""
    gas_reserve: Units = attrs.field(default=10**17, metadata={"asset": "gas", "decimals": 18})
    """Gas money that it does not put into the pool."""

    wakes_on: ClassVar[tuple[On, ...]] = (
        On(TxPending, own=True),
        On(TxIncluded, own=True),
        On(TxReverted, own=True),
        On(TxDropped, own=True),
    )
    is_unwinding: bool = attrs.field(default=False, init=False)
    """It has turned round, for good."""
    _borrowed: int = attrs.field(default=0, init=False)
    _wallet: Wallet = attrs.field(default=attrs.Factory(_wallet_of, takes_self=True), init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Take a step at each look; book everything else."""
        if news.kind == START.kind:
            return [WakeMe(self.begin + 1 + floor_to_int(desk.dice.uniform() * self.look_interval))]
        if news is TIMER:
            return [*self._look(desk), WakeMe(self.look_interval)]
        self._wallet.hear(news)
        return []

    def _look(self, desk: Desk) -> list[Command]:
        """Return the next step, if the last one is through."""
        connections = desk.connections
        if not (connections.pools and connections.amms and connections.issuers and desk.block().number):
            return []
        self._wallet.look(desk)
        if self._wallet.is_busy:
            return list(self._wallet.unstick(desk))
        pool = connections.pools[0]
        position, view = desk.position(pool), desk.pool(pool)
        issuer, amm = desk.issuer(connections.issuers[0]), desk.amm(connections.amms[0])
        if position is None or view is None or issuer is None or amm is None:
            return []
        self._turn(position, issuer, amm)
        return (self._down if self.is_unwinding else self._up)(desk, pool, position, view, issuer, amm)

    def _turn(self, position: Any, issuer: IssuerView, amm: AmmView) -> None:
        """Begin to undo everything, if there is a reason."""
        is_weak = bool(position.debts) and position.health < self.unwind_health
        is_cheap = bool(self.flee_bps) and discount_bps(issuer, amm) >= self.flee_bps
        self.is_unwinding = self.is_unwinding or is_weak or (is_cheap and bool(position.debts))

    # Building up.

    def _up(self, desk: Desk, pool: Place, position: Any, view: Any, issuer: IssuerView, amm: AmmView) -> list[Command]:
        """Return the next step of building up: what lies furthest along its way moves first."""
        claims, money = self._wallet.free(desk, issuer.claim), self._wallet.free(desk, issuer.money)
        if claims > self._crumb(position, issuer.claim):
            return self._supply(desk, pool, position, view, issuer.claim, claims)
        if money > sum(each.units for each in position.debts) // CRUMBS:
            return self._turn_into_claims(desk, issuer, amm, money)
        return self._borrow(desk, pool, position, view, issuer.money)

    def _supply(self, desk: Desk, pool: Place, position: Any, view: Any, claim: AssetId, units: Units) -> list[Command]:
        """Return what puts claims into the pool; Compound v2 counts them once it is told to."""
        commands: list[Command] = [*self._wallet.send(desk, pool, SupplyCall(claim, units), Motive.VOLUNTARY, pays=units)]
        if isinstance(view, CompoundView) and not any(each.asset == claim and each.counts for each in position.holdings):
            commands += self._wallet.send(desk, pool, EnterMarketCall(claim), Motive.VOLUNTARY)
        return commands

    def _turn_into_claims(self, desk: Desk, issuer: IssuerView, amm: AmmView, money: Units) -> list[Command]:
        """Return the swap, or the call to the issuer where that brings more."""
        shown = amm.swap_of(issuer.money, money, issuer.claim)
        is_open = isinstance(issuer, StakingView) or (isinstance(issuer, StableIssuerView) and issuer.is_open)
        if is_open and (shown is None or issuer.issued_for(money) >= shown.amount_out):
            call = StakeCall(money) if isinstance(issuer, StakingView) else MintStableCall(money)
            place = desk.connections.issuers[0]
            return list(self._wallet.send(desk, place, call, Motive.VOLUNTARY, pays=money, asset=issuer.money))
        return self._swap(desk, amm, issuer.money, money, issuer.claim, Motive.VOLUNTARY)

    def _borrow(self, desk: Desk, pool: Place, position: Any, view: Any, money: AssetId) -> list[Command]:
        """Return the next loan: a part of what the pool would lend at most, less what is owed."""
        if self._borrowed >= self.loops or not position.collaterals:
            return []
        held = ((each.units, view.reserves[each.asset]) for each in position.collaterals)
        most = sum(share_down(value_of(units, reserve), reserve.max_ltv) for units, reserve in held)
        reserve = view.reserves[money]
        value = share_down(most, self.share_bps) - position.debt_value
        units = min(mul_div_down(max(0, value), reserve.unit, reserve.price), reserve.liquidity) if reserve.price else 0
        if not units:
            return []
        sent = self._wallet.send(desk, pool, BorrowCall(money, units), Motive.VOLUNTARY)
        self._borrowed += len(sent)
        return list(sent)

    # Undoing it.

    def _down(self, desk: Desk, pool: Place, position: Any, view: Any, issuer: IssuerView, amm: AmmView) -> list[Command]:
        """Return the next step of undoing: repay with what it has, sell what it has taken back, take back what its health allows."""
        claims, money = self._wallet.free(desk, issuer.claim), self._wallet.free(desk, issuer.money)
        debt = next((each for each in position.debts if each.asset == issuer.money), None)
        if debt is not None and money > debt.units // CRUMBS:
            funds = min(money, debt.units + share_down(debt.units, 10))
            return list(self._wallet.send(desk, pool, RepayCall(debt.asset, funds), Motive.DELEVERAGE, pays=funds))
        is_safe = not position.debts or position.health >= self.unwind_health
        if self.floor_bps and is_safe and discount_bps(issuer, amm) >= self.floor_bps:
            return []
        if claims > self._crumb(position, issuer.claim):
            return self._swap(desk, amm, issuer.claim, claims, issuer.money, Motive.DELEVERAGE)
        return self._take_back(desk, pool, position, view, issuer.claim)

    def _take_back(self, desk: Desk, pool: Place, position: Any, view: Any, claim: AssetId) -> list[Command]:
        held = next((each.units for each in position.collaterals if each.asset == claim), 0)
        if not held:
            return []
        if not position.debts:
            units = UINT256_MAX if view.reserves[claim].liquidity > held else view.reserves[claim].liquidity
        else:
            units = withdrawable(position, view.reserves[claim], self.edge_health, UINT256_MAX)
        if units <= held // CRUMBS:
            return []
        return list(self._wallet.send(desk, pool, WithdrawCall(claim, units), Motive.DELEVERAGE))

    def _crumb(self, position: Any, claim: AssetId) -> Units:
        return int(next((each.units for each in position.collaterals if each.asset == claim), 0) // CRUMBS)

    def _swap(self, desk: Desk, amm: AmmView, asset_in: AssetId, amount: Units, asset_out: AssetId, motive: Motive) -> list[Command]:
        shown = amm.swap_of(asset_in, amount, asset_out)
        if shown is None or not shown.amount_out:
            return []
        least = mul_div_down(shown.amount_out, BPS_ONE - self.worst_bps, BPS_ONE)
        call = SwapCall(asset_in, amount, least, asset_out=asset_out)
        return list(self._wallet.send(desk, desk.connections.amms[0], call, motive, SWAP_GAS, pays=amount, asset=asset_in))
