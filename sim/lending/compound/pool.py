"""The pool: Compound v2's comptroller and markets as one contract that lends against shares, and lets keepers liquidate shortfalls.

It answers supply, withdraw, borrow, repay, enter, leave and accrue calls (``actions``) and liquidations (``liquidate``). After each
post and each block the wiring asks ``screen`` whose state changed and tells the number of each ``HealthFell`` back. Openings (before
the run) stand in ``opening``, views for desks in ``views``.

An account is shown as unhealthy when it is in shortfall with interest added to all its markets, which anybody may have done by
``AccrueCall``; a liquidation adds it to the two markets it concerns and judges the others as they are stored. ``seizures`` knows.
Promised: shares and purses agree at every instant; a reverted tx leaves no trace; ``screen`` misses nobody. Left out: the reward
token, transfers of shares, pauses, governance.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

import attrs

from sim.chain.contract import CallContext
from sim.commands import AccrueCall, BorrowCall, LiquidateCall, RepayCall, SupplyCall, WithdrawCall
from sim.ledger import Ledger
from sim.lending.aave.standing import Standing
from sim.lending.balance_sheet import BalanceSheet, together
from sim.lending.compound import actions, columns, gas
from sim.lending.compound.calls import EnterMarketCall, LeaveMarketCall, LiquidateAndRedeemCall
from sim.lending.compound.liquidate import liquidate, liquidate_and_redeem
from sim.lending.compound.market import Market
from sim.lending.compound.purse import Purse
from sim.lending.compound.showing import account_view, market_view, reserves_of, standing_of
from sim.lending.compound.state import CompoundState, Moment
from sim.lending.compound.terms import CompoundTerms
from sim.lending.compound.views import CompoundAccountView, CompoundView
from sim.lending.positions import Positions
from sim.lending.prices import PriceReader
from sim.lending.watch import Watch
from sim.records.layout import Row
from sim.units import NO_SEQ, WAD, AssetId, Gas, Party, Place, Price, Seconds, Seq

_ACTIONS: dict[type[Any], Callable[[CompoundState, Any, CallContext], Gas]] = {
    SupplyCall: actions.supply,
    WithdrawCall: actions.withdraw,
    BorrowCall: actions.borrow,
    RepayCall: actions.repay,
    AccrueCall: actions.accrue_all,
    EnterMarketCall: actions.enter,
    LeaveMarketCall: actions.leave,
}


@attrs.define(eq=False, repr=False)
class CompoundPool:
    """A lending pool of Compound v2."""

    state: CompoundState
    feeds: Mapping[AssetId, Place] = attrs.field(factory=dict)
    """The feed each asset is priced by; assets with a fixed price are left out."""
    watch: Watch = attrs.field(factory=Watch)
    calls: ClassVar[tuple[type[Any], ...]] = (*_ACTIONS, LiquidateCall, LiquidateAndRedeemCall)

    @classmethod
    def of(
        cls,
        place: Place,
        chain: Place,
        terms: CompoundTerms,
        prices: PriceReader,
        ledger: Ledger,
        opened_at: Seconds,
        feeds: Mapping[AssetId, Place] | None = None,
    ) -> "CompoundPool":
        """Return an empty pool. Its purse on the chain is owned by its place."""
        purse = Purse(ledger, chain, place, {each.asset.id: 0 for each in terms.markets})
        purse.own()
        markets = {each.asset.id: Market(each, opened_at) for each in terms.markets}
        return cls(CompoundState(place, terms, prices, purse, Positions(ledger.journal), markets), dict(feeds or {}))

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
        if isinstance(call, LiquidateAndRedeemCall):
            return liquidate_and_redeem(self.state, call, context, self.fell.get(call.account, NO_SEQ))
        context.spend(gas.REFUSED)
        return _ACTIONS[type(call)](self.state, call, context)

    def screen(self, timestamp: Seconds, post: Seq = NO_SEQ, posted_asset: AssetId = 0, price: Price = 0) -> list[tuple[Party, Row]]:
        """Return a ``HealthFell`` or ``HealthRecovered`` row for every account that changed sides, by id.

        Call it between txs: after a post (naming it, its asset and price) and after each block (naming none). Nothing is said while
        an asset has no price. Cost: some tens of microseconds, and some ten for each account near one or changed.
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

    def view(self, timestamp: Seconds) -> CompoundView:
        """Return what desks see at a block: markets, and every unhealthy account with shares. Cost: that of the unhealthy."""
        state, moment = self.state, self.state.moment(timestamp)
        unhealthy: list[CompoundAccountView] = []
        if all(moment.prices.values()):
            listed = [party for party in sorted(self.fell) if party not in state.barren]
            unhealthy = [account_view(state, party, moment, self.fell[party]) for party in listed]
        return CompoundView(
            timestamp=timestamp,
            close_factor=state.terms.close_factor,
            incentive=state.terms.incentive,
            seize_share=state.terms.seize_share,
            markets=tuple(market_view(state, asset, moment) for asset in state.markets),
            reserves=reserves_of(state, moment),
            unhealthy=tuple(each for each in unhealthy if each.health < WAD),
        )

    def position(self, party: Party, timestamp: Seconds) -> CompoundAccountView:
        """Return one account as it stands. Reverts with NOTHING_POSTED where it needs a price that is not there."""
        return account_view(self.state, party, self.state.moment(timestamp), self.fell.get(party, NO_SEQ))

    def standing(self, party: Party, timestamp: Seconds) -> Standing:
        """Return an account's values and health."""
        return standing_of(self.state, party, self.state.moment(timestamp))

    def told(self) -> Any:
        """Return all that a call may change but balances of the ledger, as plain values: to see that a refused call changed nothing."""
        return self.state.told()

    def balance_sheet(self) -> BalanceSheet:
        """Return what the pool has and promises: in rad of the base currency at posted prices, each figure rounded down.

        Sheets by asset, which are exact and of which each must be right, are its ``parts``; they are in 10^-27 units.
        """
        state = self.state
        prices = state.posted_prices()
        return together((state.balance_sheet(asset), prices[asset], market.terms.asset.unit) for asset, market in state.markets.items())

    def _standing(self, moment: Moment, party: Party) -> Standing:
        return standing_of(self.state, party, moment)

    def _check(self) -> None:
        """Assert every invariant of state and screening. Cost: all accounts."""
        self.state._check()
        self.watch.screening._check()
