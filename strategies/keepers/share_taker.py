"""A patient liquidator: where the collateral is lent out it takes shares of it, and waits until it can be withdrawn.

Others, who want the asset at once, cannot liquidate then. It weighs an account by what the asset would fetch at its venue, less what it
asks for the wait; it withdraws as liquidity comes back, sends that to the venue and sells it. Pools of the Aave family only: liquidators of
Compound get shares anyway. Left out: selling the shares themselves, borrowing against them, the chance of losing a race.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import Command, WithdrawCall
from sim.fixed import mul_div_down, share_down
from sim.lending.aave.calls import LiquidateForSharesCall
from sim.lending.aave.views import AccountView, PoolView, Quote, largest_liquidation
from sim.records import BlockSealed, SharesSeized, Withdrawn
from sim.units import BPS_ONE, GWEI, SECOND, AssetId, Bps, Gas, Nanos, Party, Place, Units, WeiPerGas
from sim.vocabulary import Motive
from strategies.keepers.bank import WAKES_ON, Account, Bank
from strategies.keepers.estimate import Estimate
from strategies.keepers.nonces import Sent
from strategies.keepers.profit import Stall
from strategies.keepers.readable import takeable

LIQUIDATION_GAS: Gas = 500_000
WITHDRAWAL_GAS: Gas = 300_000
EXPECTED_GAS: Gas = 530_000
"""What it reckons a liquidation and a withdrawal take."""
CRUMBS = 100


def _bank_of(keeper: "ShareTaker") -> Bank:
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
    )


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class ShareTaker:
    """Liquidates in its first pool for shares of what its first venue trades."""

    discount_bps: Bps = attrs.field(default=200, validator=attrs.validators.in_(range(BPS_ONE)))
    """What it takes off the sale for the wait."""
    min_profit: Units = attrs.field(default=0, metadata={"asset": "quote"})
    """Least expected profit for which it acts."""
    multiple_bps: Bps = 12_000
    """What it bids for gas, as a multiple of the going price; what is stuck it raises."""
    max_gas_price: WeiPerGas = 2_000 * GWEI
    """Never bids more."""
    patience_blocks: int = attrs.field(default=2, validator=attrs.validators.ge(1))
    """Blocks that may leave a tx out before it is raised."""
    most_pending: int = attrs.field(default=8, validator=attrs.validators.ge(1))
    """Txs it lets wait at once."""
    gas_reserve: Units = attrs.field(default=5 * 10**17, metadata={"asset": "gas", "decimals": 18})
    """Gas money it keeps on the chain, out of what it got if need be."""
    retry_interval: Nanos = attrs.field(default=10 * SECOND, validator=attrs.validators.ge(1))
    """Time before what did not sell is tried again."""
    worst_bps: Bps = attrs.field(default=300, validator=attrs.validators.in_(range(BPS_ONE)))
    """How far below the late mid it still sells; 0: at any price."""
    refill_batch: Units = attrs.field(default=1_000 * 10**6, metadata={"asset": "quote", "decimals": 6})
    """Proceeds at which it withdraws them to the chain."""

    wakes_on: ClassVar[tuple[On, ...]] = (*WAKES_ON, On(SharesSeized, own=True), On(Withdrawn, own=True))
    needs: ClassVar[tuple[str, ...]] = ("lenders",)
    claims: Units = attrs.field(default=0, init=False)
    """Units of collateral that its shares are worth, interest apart."""
    _bank: Bank = attrs.field(default=attrs.Factory(_bank_of, takes_self=True), init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Hunt at every block; book everything else as it is heard."""
        if not desk.connections.venues or not desk.connections.pools:
            return []
        if news.is_a(BlockSealed):
            return self._block(desk, desk.connections.venues[0], desk.connections.pools[0]) if desk.block().number else []
        base = desk.connections.terms[desk.connections.venues[0]].instrument.base.id
        if news.is_a(SharesSeized) and news.row[2] == base:
            self.claims += mul_div_down(news.row[4], news.row[6], 10**18)
        elif news.is_a(Withdrawn) and news.row[2] == base and self._bank.accounts:
            self.claims = max(0, self.claims - news.row[3])
            self._bank.accounts[0].purse.seize(news.at, news.row[3])
        return self._bank.hear(news, desk)[0]

    def _block(self, desk: Desk, venue: Place, pool: Place) -> list[Command]:
        """Liquidate, withdraw what can be had, then send it on and bring back what it fetched."""
        bank, number = self._bank, desk.block().number
        bank.look(desk)
        account = bank.accounts[0]
        view: PoolView | None = desk.pool(pool)
        if not isinstance(view, PoolView):
            return []
        base = desk.connections.terms[venue].instrument.base.id
        commands: list[Command] = [*bank.unstick(desk, lambda sent, _: _is_unhealthy(sent, takeable(desk, pool, view)))]
        commands += self._hunt(pool, view, account, desk, venue, base)
        commands += self._withdraw(pool, view, account, desk, base)
        if bank.is_usable(account, number):
            commands += account.purse.deposit(desk, venue, account.line, bank.estimate.bid(), number)
        return commands + account.purse.refill(desk, venue) + bank.fill_gaps(desk)

    def _hunt(self, pool: Place, view: PoolView, account: Account, desk: Desk, venue: Place, base: AssetId) -> list[Command]:
        """Return liquidations of accounts whose collateral is lent out, the largest first."""
        commands: list[Command] = []
        for each in sorted(takeable(desk, pool, view), key=_largest_first):
            if account.line.is_after(pool, each.account) or not self._bank.is_usable(account, desk.block().number):
                continue
            debt = max(each.debts, key=_units, default=None)
            if debt is None or base not in [held.asset for held in each.collaterals]:
                continue
            quote = self._quote(view, each, debt.asset, base, account.purse.free(desk, account.line, debt.asset))
            if quote is not None and self._is_worth(quote, debt.asset, account, desk, venue):
                call = LiquidateForSharesCall(each.account, debt.asset, base, quote.cover)
                tied = {"asset": debt.asset, "amount": quote.cover, "target": each.account}
                private = desk.connections.private_door
                commands += self._bank.send(account, pool, call, LIQUIDATION_GAS, Motive.LIQUIDATION, desk, **tied, private=private)
        return commands

    def _quote(self, view: PoolView, account: AccountView, debt: AssetId, base: AssetId, funds: Units) -> Quote | None:
        """Return the largest liquidation that funds can pay; None where there is none, or where the pool could pay it out."""
        free = view.reserves[base].liquidity
        whole = attrs.evolve(view, reserves=type(view.reserves)({**view.reserves, base: view.reserves[base]._replace(liquidity=10**60)}))
        quote = largest_liquidation(whole, account, debt, base, funds)
        return quote if quote is not None and quote.seized > free else None

    def _is_worth(self, quote: Quote, debt: AssetId, account: Account, desk: Desk, venue: Place) -> bool:
        """What is seized would fetch more than it costs."""
        instrument = desk.connections.terms[venue].instrument
        if debt != instrument.quote.id:
            return False
        lots = instrument.lots_down(quote.seized)
        stall = Stall.seen(desk, venue, self.discount_bps, account.purse.ahead(desk, venue))
        fetched = desk.sale(venue, lots, self.discount_bps)
        gas = stall.gas_worth(EXPECTED_GAS * self._bank.estimate.bid().price(self._bank.estimate.block))
        return fetched - quote.repaid - gas >= self.min_profit

    def _withdraw(self, pool: Place, view: PoolView, account: Account, desk: Desk, base: AssetId) -> list[Command]:
        units = min(self.claims, view.reserves[base].liquidity)
        is_under_way = any(isinstance(sent.call, WithdrawCall) for sent in account.under_way())
        if is_under_way or units <= share_down(self.claims, CRUMBS) or not self._bank.is_usable(account, desk.block().number):
            return []
        private = desk.connections.private_door
        return [*self._bank.send(account, pool, WithdrawCall(base, units), WITHDRAWAL_GAS, Motive.LIQUIDATION, desk, private=private)]


def _is_unhealthy(sent: Sent, accounts: tuple[AccountView, ...]) -> bool:
    """What a stuck tx is about is still there."""
    return any(each.account == sent.target for each in accounts)


def _largest_first(account: AccountView) -> tuple[Units, Party]:
    return -account.debt_value, account.account


def _units(debt: object) -> Units:
    return int(getattr(debt, "units", 0))
