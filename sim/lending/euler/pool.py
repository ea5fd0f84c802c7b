"""The pool: assets lent against each other by the rules of Euler, v1 or v2.

It answers supply, withdraw, borrow, repay (``actions``), take-overs and liquidations (``liquidate``), ``AccrueCall`` and, in v1,
``TrackLiquidityCall``. v2's vaults, each with one asset, and the connector between them are one contract here: a vault is an asset of the
pool, and who owes it is under its control.

Promised: claims and debts agree with the books; the books balance to the last step; no owner leaves an account unhealthy; a reverted tx
leaves no trace; ``screen`` misses nobody. Sources: [euler-xyz/euler-contracts 24da0f2], [euler-xyz/euler-vault-kit 5b98b42].
Model choices: every supply is enabled as collateral wherever it may count; the reserves' claims stay theirs. Left out: sub-accounts,
batches other than ``LiquidateCall``, self-borrowing (mint, burn, repayment by shares), transfers of claims and debt, flash loans, hooks,
bid and ask prices, ramps of loan-to-values, delegation of averaged liquidity, pauses.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

import attrs

from sim.chain.contract import CallContext
from sim.commands import AccrueCall, BorrowCall, LiquidateCall, RepayCall, SupplyCall, WithdrawCall
from sim.ledger import Ledger
from sim.lending.aave.standing import Standing
from sim.lending.aave.views import AccountView, Reserves
from sim.lending.balance_sheet import BalanceSheet, together
from sim.lending.euler.actions import accrue, borrow, repay, supply, track, withdraw
from sim.lending.euler.book import Book
from sim.lending.euler.calls import TakeOverCall, TrackLiquidityCall
from sim.lending.euler.columns import is_doubled, rows_of, values_of
from sim.lending.euler.liquidate import liquidate, take_over
from sim.lending.euler.rules import Books
from sim.lending.euler.state import EulerState
from sim.lending.euler.terms import EulerTerms
from sim.lending.euler.views import EulerView, account_of, reserve_of, standing_of
from sim.lending.positions import Positions
from sim.lending.prices import PriceReader
from sim.lending.watch import Watch
from sim.records.layout import Row
from sim.units import NO_SEQ, WAD, AssetId, Gas, Party, Place, Price, Seconds, Seq

_ACTIONS: dict[type[Any], Callable[[EulerState, Any, CallContext], Gas]] = {
    SupplyCall: supply,
    WithdrawCall: withdraw,
    BorrowCall: borrow,
    RepayCall: repay,
    AccrueCall: accrue,
    TrackLiquidityCall: track,
}


@attrs.define(eq=False, repr=False)
class EulerPool:
    """A lending pool of the Euler family."""

    calls: ClassVar[tuple[type[Any], ...]] = (*_ACTIONS, LiquidateCall, TakeOverCall)

    state: EulerState
    feeds: Mapping[AssetId, Place] = attrs.field(factory=dict)
    """The feed each asset is priced by."""
    watch: Watch = attrs.field(factory=Watch)
    doubled: dict[Party, None] = attrs.field(factory=dict)
    """v1: accounts with one asset on both sides."""

    @classmethod
    def of(
        cls,
        place: Place,
        chain: Place,
        terms: EulerTerms,
        prices: PriceReader,
        ledger: Ledger,
        opened_at: Seconds,
        feeds: Mapping[AssetId, Place] | None = None,
    ) -> "EulerPool":
        """Return an empty pool. Its purse on the chain is owned by its place."""
        books = {each.asset.id: Book(each, terms.rules.precision(each.asset), opened_at) for each in terms.assets}
        state = EulerState(place, chain, terms, prices, ledger, Positions(ledger.journal), books, ledger.open(place, chain))
        state.refresh(*books)
        return cls(state, feeds or {})

    @property
    def place(self) -> Place:
        """Where it speaks from."""
        return self.state.place

    @property
    def fell(self) -> dict[Party, Seq]:
        """Unhealthy accounts, as far as screened, with their ``HealthFell`` (0 until noted)."""
        return self.watch.fell

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return the gas it used; raises ``Revert``."""
        if isinstance(call, LiquidateCall):
            return liquidate(self.state, call, context, self.fell.get(call.account, NO_SEQ))
        if isinstance(call, TakeOverCall):
            return take_over(self.state, call, context, self.fell.get(call.account, NO_SEQ))
        return _ACTIONS[type(call)](self.state, call, context)

    def screen(self, timestamp: Seconds, post: Seq = NO_SEQ, posted_asset: AssetId = 0, price: Price = 0) -> list[tuple[Party, Row]]:
        """Return a ``HealthFell`` or ``HealthRecovered`` row for every account that changed sides, by id.

        Call it between txs: after a post (naming it, its asset and price) and after each block (naming none). Nothing is said while
        an asset has no price. Cost: some tens of microseconds, and ten for each account near one, changed, or with an asset on both
        sides.
        """
        state = self.state
        assert not state.journal.is_open, "screening belongs between txs"
        books = state.at(timestamp)
        if min(books.prices.values()) <= 0:
            return []
        for party in state.positions.changed:
            self.doubled.pop(party, None)
            if is_doubled(state, party):
                self.doubled[party] = None
        judge = partial(self._stand, books=books)
        return self.watch.screen(state.positions, values_of(state, books), partial(rows_of, state), judge, post, price, self.doubled)

    def note_fell(self, account: Party, seq: Seq) -> None:
        """Take note of the number an account's ``HealthFell`` got on the tape."""
        self.watch.note_fell(account, seq)

    def view(self, timestamp: Seconds) -> EulerView:
        """Return what desks see at a block: assets, and every unhealthy account with collateral. Cost: that of the unhealthy."""
        state, books = self.state, self.state.at(timestamp)
        reserves = {asset: reserve_of(books, asset, book.rate) for asset, book in state.books.items()}
        unhealthy = []
        if min(books.prices.values()) > 0:
            unhealthy = [self._account(party, books) for party in sorted(self.fell)]
        listed = tuple(each for each in unhealthy if each.health < WAD and each.collaterals)
        cooling = tuple(each.account for each in listed if self._is_cooling(each, timestamp))
        return EulerView(timestamp, books, Reserves(reserves), listed, cooling)

    def position(self, party: Party, timestamp: Seconds) -> AccountView:
        """Return one account as it stands. Reverts with NOTHING_POSTED where it needs a price that is not there."""
        return self._account(party, self.state.at(timestamp))

    def standing(self, party: Party, timestamp: Seconds) -> Standing:
        """Return an account's values (8 decimals) and health. Reverts with NOTHING_POSTED."""
        return self._stand(party, self.state.at(timestamp))

    def balance_sheet(self) -> BalanceSheet:
        """Return what the pool has and promises, as of each asset's last touch: in rad of what prices are in, each rounded down.

        Sheets by asset, which are exact and of which each must be right, are its ``parts``, in 10^-27 steps.
        """
        state, prices = self.state, self.state.posted_prices()
        return together(
            (state.balance_sheet(asset), prices[asset], book.terms.asset.unit * book.precision.per_unit)
            for asset, book in state.books.items()
        )

    def _stand(self, party: Party, books: Books) -> Standing:
        return standing_of(books, self.state.holding(party, books.readings))

    def _account(self, party: Party, books: Books) -> AccountView:
        holding = self.state.holding(party, books.readings)
        return account_of(books, party, holding, standing_of(books, holding), self.fell.get(party, NO_SEQ))

    def _is_cooling(self, account: AccountView, timestamp: Seconds) -> bool:
        state = self.state
        if account.account not in state.checked:
            return False
        return any(timestamp < state.checked[account.account] + state.terms.by_asset[each.asset].cool_off for each in account.debts)

    def _check(self) -> None:
        """Assert every invariant of state and screening. Cost: all accounts."""
        self.state._check()
        self.watch.screening._check()
