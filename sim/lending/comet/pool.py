"""The pool: Comet, one contract that lends one asset against many and takes unhealthy accounts over whole.

It answers supply, withdraw, borrow, repay and accrue calls (``actions``), absorptions and purchases of what was absorbed (``absorb``).
After each post and each block the wiring asks ``screen`` whose state changed and tells the number of each ``HealthFell`` back.
Openings (before the run) stand in ``opening``, views for desks in ``views``.

Promised: principals, collaterals and purses agree at every instant; a reverted tx leaves no trace; ``screen`` misses nobody. Left out:
rewards, transfers between accounts, permissions, pauses, the withdrawal of reserves.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

import attrs

from sim.chain.contract import CallContext
from sim.commands import AccrueCall, BorrowCall, RepayCall, SupplyCall, WithdrawCall
from sim.ledger import Ledger
from sim.lending.aave.standing import Standing
from sim.lending.aave.views import AccountView
from sim.lending.balance_sheet import BalanceSheet, together
from sim.lending.comet import actions, columns, gas
from sim.lending.comet.absorb import absorb, buy_collateral
from sim.lending.comet.calls import AbsorbCall, BuyCollateralCall
from sim.lending.comet.showing import account_view, reserves_of, stock_view
from sim.lending.comet.state import CometState, Moment
from sim.lending.comet.terms import CometTerms
from sim.lending.comet.views import CometView
from sim.lending.compound.purse import Purse
from sim.lending.positions import Positions
from sim.lending.prices import PriceReader
from sim.lending.watch import Watch
from sim.records.layout import Row
from sim.units import NO_SEQ, WAD, AssetId, Gas, Party, Place, Price, Seconds, Seq

_ACTIONS: dict[type[Any], Callable[[CometState, Any, CallContext], Gas]] = {
    SupplyCall: actions.supply,
    WithdrawCall: actions.withdraw,
    BorrowCall: actions.withdraw,
    RepayCall: actions.supply,
    AccrueCall: actions.accrue,
    BuyCollateralCall: buy_collateral,
}


@attrs.define(eq=False, repr=False)
class CometPool:
    """A lending pool of Compound v3."""

    state: CometState
    feeds: Mapping[AssetId, Place] = attrs.field(factory=dict)
    """The feed each asset is priced by; assets with a fixed price are left out."""
    watch: Watch = attrs.field(factory=Watch)
    calls: ClassVar[tuple[type[Any], ...]] = (*_ACTIONS, AbsorbCall)

    @classmethod
    def of(
        cls,
        place: Place,
        chain: Place,
        terms: CometTerms,
        prices: PriceReader,
        ledger: Ledger,
        opened_at: Seconds,
        feeds: Mapping[AssetId, Place] | None = None,
    ) -> "CometPool":
        """Return an empty pool. Its purse on the chain is owned by its place."""
        purse = Purse(ledger, chain, place, dict.fromkeys((terms.base.id, *terms.by_asset), 0))
        purse.own()
        nothing = dict.fromkeys(terms.by_asset, 0)
        positions = Positions(ledger.journal)
        return cls(CometState(place, terms, prices, purse, positions, opened_at, dict(nothing), dict(nothing)), dict(feeds or {}))

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
        if isinstance(call, AbsorbCall):
            return absorb(self.state, call, context, self.fell)
        context.spend(gas.REFUSED)
        return _ACTIONS[type(call)](self.state, call, context)

    def screen(self, timestamp: Seconds, post: Seq = NO_SEQ, posted_asset: AssetId = 0, price: Price = 0) -> list[tuple[Party, Row]]:
        """Return a ``HealthFell`` or ``HealthRecovered`` row for every account that changed sides, by id.

        Call it between txs: after a post (naming it, its asset and price) and after each block (naming none). Nothing is said while
        an asset has no price. Cost: some tens of microseconds, and some five for each account near one or changed.
        """
        assert not self.state.journal.is_open, "screening belongs between txs"
        moment = self.state.moment(timestamp)
        if not all(moment.prices.values()):
            return []
        values = columns.values_of(self.state, moment)
        return self.watch.screen(
            self.state.positions, values, partial(columns.rows_of, self.state), partial(self._standing, moment), post, price
        )

    def note_fell(self, account: Party, seq: Seq) -> None:
        """Take note of the number an account's ``HealthFell`` got on the tape."""
        self.watch.note_fell(account, seq)

    def view(self, timestamp: Seconds) -> CometView:
        """Return what desks see at a block: the storefront, and every unhealthy account. Cost: that of the unhealthy."""
        state, moment = self.state, self.state.moment(timestamp)
        unhealthy: list[AccountView] = []
        if all(moment.prices.values()):
            unhealthy = [account_view(state, party, moment, self.fell[party]) for party in sorted(self.fell)]
        return CometView(
            timestamp=timestamp,
            base=state.base,
            base_price=moment.prices[state.base],
            base_unit=state.terms.base.unit,
            own_reserves=state.reserves(timestamp),
            target_reserves=state.terms.target_reserves,
            utilisation=state.utilisation(),
            stock=tuple(stock_view(state, terms, moment) for terms in state.terms.collaterals),
            reserves=reserves_of(state, moment),
            unhealthy=tuple(each for each in unhealthy if each.health < WAD),
        )

    def position(self, party: Party, timestamp: Seconds) -> AccountView:
        """Return one account as it stands. Reverts with NOTHING_POSTED where it needs a price that is not there."""
        return account_view(self.state, party, self.state.moment(timestamp), self.fell.get(party, NO_SEQ))

    def standing(self, party: Party, timestamp: Seconds) -> Standing:
        """Return an account's values and health."""
        return self.state.standing(party, self.state.moment(timestamp))

    def told(self) -> Any:
        """Return all that a call may change but balances of the ledger, as plain values: to see that a refused call changed nothing."""
        return self.state.told()

    def balance_sheet(self) -> BalanceSheet:
        """Return what the pool has and promises: in rad of the base currency at posted prices, each figure rounded down.

        Sheets by asset, which are exact and of which each must be right, are its ``parts``; they are in 10^-27 units.
        """
        state, terms = self.state, self.state.terms
        assets = (terms.base, *(each.asset for each in terms.collaterals))
        return together((state.balance_sheet(asset.id), max(0, state.prices.price(asset.id)), asset.unit) for asset in assets)

    def _standing(self, moment: Moment, party: Party) -> Standing:
        return self.state.standing(party, moment)

    def _check(self) -> None:
        """Assert every invariant of state and screening. Cost: all accounts."""
        self.state._check()
        self.watch.screening._check()
