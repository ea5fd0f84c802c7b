"""The pool: a contract that lends against collateral, and lets keepers liquidate who fell below a health of one.

It answers supply, withdraw, borrow and repay calls (``actions``), liquidations (``liquidate``) and flash loans (``flash``). After each
post and each block the wiring asks ``screen`` whose state changed, puts those rows on the tape and tells the number of each
``HealthFell`` back by ``note_fell``: a ``Liquidated`` names it. Openings (before the run) stand in ``opening``, views for desks in
``views``.

Promised: shares, purses and totals agree at every instant; a reverted tx leaves no trace; nobody whose health changed sides is
missed by ``screen``. Left out: stable rates, flash loans that stay as debt, isolation, e-mode changes during a run, the safety module
that pays deficits off.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import attrs

from sim.chain.contract import CallContext
from sim.commands import BorrowCall, LiquidateCall, RepayCall, SupplyCall, WithdrawCall
from sim.composites import FlashLoanCall
from sim.ledger import Ledger
from sim.lending.aave import gas
from sim.lending.aave.actions import borrow, repay, supply, withdraw
from sim.lending.aave.calls import LiquidateForSharesCall
from sim.lending.aave.flash import flash_loan
from sim.lending.aave.liquidate import liquidate
from sim.lending.aave.reserve import Reserve
from sim.lending.aave.rules import FULL_CLOSE_HEALTH, NO_DEBT, is_liquidatable
from sim.lending.aave.showing import account_view, reserve_view, shown_at
from sim.lending.aave.standing import Standing, standing
from sim.lending.aave.state import PoolState
from sim.lending.aave.terms import PoolTerms
from sim.lending.aave.views import AccountView, PoolView, Reserves
from sim.lending.balance_sheet import BalanceSheet, together
from sim.lending.columns import rows_of, values_of
from sim.lending.groups import Rows
from sim.lending.positions import Positions
from sim.lending.prices import PriceReader
from sim.lending.screening import Screening, slack_of
from sim.records.lending import HealthFell, HealthRecovered
from sim.units import NO_SEQ, WAD, AssetId, Gas, Party, Place, Price, Seconds, Seq, Wad

Row = tuple[int, ...]
MOST_ON_TAPE: Wad = 2**255 - 1
"""How the health of whoever owes nothing is told: the largest number a column holds."""


@attrs.define(eq=False, repr=False)
class Pool:
    """A lending pool of the Aave family."""

    state: PoolState
    screening: Screening
    fell: dict[Party, Seq] = attrs.field(factory=dict)
    """Unhealthy accounts, as far as screened, with their ``HealthFell`` (0 until noted)."""
    calls: ClassVar[tuple[type[Any], ...]] = (
        SupplyCall,
        WithdrawCall,
        BorrowCall,
        RepayCall,
        LiquidateCall,
        FlashLoanCall,
        LiquidateForSharesCall,
    )

    @classmethod
    def of(cls, place: Place, chain: Place, terms: PoolTerms, prices: PriceReader, ledger: Ledger, opened_at: Seconds) -> "Pool":
        """Return an empty pool. Its purse on the chain is owned by its place."""
        reserves = {each.asset.id: Reserve(each, opened_at) for each in terms.reserves}
        for reserve in reserves.values():
            reserve.debt_rate = reserve.terms.rate.debt_rate(0)
        state = PoolState(place, chain, terms, prices, ledger, Positions(ledger.journal), reserves, ledger.open(place, chain))
        return cls(state, Screening(slack_of(terms.lowest_threshold, terms.rules.floors_threshold)))

    @property
    def place(self) -> Place:
        """Where it speaks from."""
        return self.state.place

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return the gas it used; raises ``Revert``."""
        if isinstance(call, LiquidateCall | LiquidateForSharesCall):
            return liquidate(self.state, call, context, self.fell.get(call.account, NO_SEQ))
        context.spend(gas.REFUSED)
        if isinstance(call, SupplyCall):
            return supply(self.state, call, context)
        if isinstance(call, WithdrawCall):
            return withdraw(self.state, call, context)
        if isinstance(call, BorrowCall):
            return borrow(self.state, call, context)
        if isinstance(call, FlashLoanCall):
            return flash_loan(self.state, call, context)
        assert isinstance(call, RepayCall)
        return repay(self.state, call, context)

    def screen(self, timestamp: Seconds, post: Seq = NO_SEQ, posted_asset: AssetId = 0, price: Price = 0) -> list[tuple[Party, Row]]:
        """Return a ``HealthFell`` or ``HealthRecovered`` row for every account that changed sides, by id.

        Call it between txs: after a post (naming it, its asset and price) and after each block (naming none). Nothing is said while
        an asset has no price. Cost: some tens of microseconds, and five for each account near one or changed.
        """
        state = self.state
        assert not state.journal.is_open, "screening belongs between txs"
        prices, indices = state.posted_prices(), state.indices(timestamp)
        if min(prices.values()) <= 0:
            return []
        changed = state.positions.changed
        if changed:
            self.screening.mark(changed)
            changed.clear()
        rows: list[tuple[Party, Row]] = []
        for party in self.screening.near(values_of(state.terms, prices, indices), self._rows):
            account = state.positions.peek(party)
            row = self._judge(party, standing(state.terms, account, prices, indices), post, price)
            if not account.debts:
                self.screening.forget(party)
            if row is not None:
                rows.append((party, row))
        return rows

    def note_fell(self, account: Party, seq: Seq) -> None:
        """Take note of the number an account's ``HealthFell`` got on the tape."""
        assert account in self.fell
        self.fell[account] = seq

    def view(self, timestamp: Seconds) -> PoolView:
        """Return what desks see at a block: reserves, and every unhealthy account with collateral. Cost: that of the unhealthy."""
        state = self.state
        prices, indices = state.posted_prices(), state.indices(timestamp)
        reserves = {asset: reserve_view(state, asset, prices[asset], indices[asset]) for asset in state.reserves}
        unhealthy = []
        if min(prices.values()) > 0:
            unhealthy = [shown_at(state, party, prices, indices, self.fell[party]) for party in sorted(self.fell)]
        listed = tuple(each for each in unhealthy if each.collaterals and is_liquidatable(each.health))
        is_grace = state.sentinel is not None and not state.sentinel.allows(timestamp)
        return PoolView(timestamp, state.terms.rules, Reserves(reserves), listed, FULL_CLOSE_HEALTH if is_grace else 0)

    def near(self, timestamp: Seconds, health: Wad) -> tuple[AccountView, ...]:
        """Return the accounts that owe and have a health below a bound, by id; none while an asset has no price. Cost: all accounts."""
        state = self.state
        prices, indices = state.posted_prices(), state.indices(timestamp)
        if min(prices.values()) <= 0:
            return ()
        parties = self.screening.below(values_of(state.terms, prices, indices), health / WAD + self.screening.slack)
        shown = [shown_at(state, party, prices, indices, self.fell.get(party, NO_SEQ)) for party in parties]
        return tuple(each for each in shown if each.debts and each.collaterals and each.health < health)

    def position(self, party: Party, timestamp: Seconds) -> AccountView:
        """Return one account as it stands. Reverts with NOTHING_POSTED where it needs a price that is not there."""
        return account_view(self.state, party, timestamp, self.fell.get(party, NO_SEQ))

    def standing(self, party: Party, timestamp: Seconds) -> Standing:
        """Return an account's values and health."""
        return self.state.standing(self.state.positions.peek(party), timestamp)

    def balance_sheet(self) -> BalanceSheet:
        """Return what the pool has and promises: in rad of the base currency at posted prices, each figure rounded down.

        Sheets by asset, which are exact and of which each must be right, are its ``parts``; they are in 10^-27 units.
        """
        state = self.state
        sheets = [
            (state.balance_sheet(asset), price, state.reserves[asset].terms.asset.unit) for asset, price in state.posted_prices().items()
        ]
        return together(sheets)

    def _judge(self, party: Party, stand: Standing, post: Seq, price: Price) -> Row | None:
        """Note on which side of one an account stands; return the row to say if that is news."""
        is_unhealthy, was_unhealthy = is_liquidatable(stand.health), party in self.fell
        self.screening.tell(party, is_unhealthy)
        if is_unhealthy and not was_unhealthy:
            self.fell[party] = NO_SEQ
            return (HealthFell.kind, post, price if post else 0, stand.health, stand.debt, stand.collateral)
        if was_unhealthy and not is_unhealthy:
            del self.fell[party]
            return (HealthRecovered.kind, MOST_ON_TAPE if stand.health == NO_DEBT else stand.health)
        return None

    def _rows(self, parties: Sequence[Party]) -> Rows:
        return rows_of(self.state.terms, self.state.positions, parties)

    def _check(self) -> None:
        """Assert every invariant of state and screening. Cost: all accounts."""
        self.state._check()
        self.screening._check()
