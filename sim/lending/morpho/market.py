"""One market of Morpho Blue: loans of one asset against one collateral, isolated from every other market.

It answers supply and withdraw of either asset (the loan asset earns interest, the collateral does not), borrow, repay, ``SeizeCall``
(its liquidation) and ``AccrueCall``. Any unhealthy position may be liquidated whole. Debt that stands behind no collateral at all is
taken from the suppliers in the call that seized the last of it; one unit of collateral left puts that off.

Promised: shares add up to the totals; what lies in the purse and what is owed is what suppliers are promised, and roundings;
nothing a borrower does leaves it unhealthy; a reverted tx leaves no trace; ``screen`` misses nobody.
Source: Morpho.sol [morpho-org/morpho-blue 3085651]. Model choices: each market is a contract with its own purse (the real ones share
one, which shows in flash loans only); amounts are named in assets, and 2^256-1 means all shares, as interfaces send it; what somebody
sends to the contract without a call is nobody's. Left out: callbacks of its other calls, acting for others by authorization.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import attrs
import numpy as np

from sim.chain.contract import CallContext
from sim.commands import AccrueCall, BorrowCall, RepayCall, SupplyCall, WithdrawCall
from sim.composites import FlashLoanCall
from sim.errors import Revert
from sim.fixed import mul_div_down, mul_div_up
from sim.journal import Journal
from sim.ledger import Ledger
from sim.lending.aave.standing import Standing
from sim.lending.aave.views import AccountView
from sim.lending.balance_sheet import BalanceSheet, together
from sim.lending.groups import Rows, Values
from sim.lending.morpho import actions, rules
from sim.lending.morpho.calls import SeizeCall
from sim.lending.morpho.rates import Rate
from sim.lending.morpho.rules import VIRTUAL_ASSETS, VIRTUAL_SHARES, Debtor, Totals
from sim.lending.morpho.terms import MarketTerms, Oracle
from sim.lending.morpho.views import MarketView, account_of, reserves_of
from sim.lending.positions import Positions
from sim.lending.watch import Watch
from sim.records.layout import Row
from sim.records.lending import InterestAccrued
from sim.units import NO_SEQ, RAY, WAD, AssetId, Gas, Party, Place, Price, Ray, Seconds, Seq, Units, Wad
from sim.vocabulary import Refusal

COLLATERAL, LOAN = 0, 1
"""Their places among the columns."""
UNUSED = 1.0


@attrs.define(eq=False, repr=False)
class MorphoMarket:
    """An isolated lending market."""

    calls: ClassVar[tuple[type[Any], ...]] = (SupplyCall, WithdrawCall, BorrowCall, RepayCall, SeizeCall, AccrueCall, FlashLoanCall)

    place: Place
    chain: Place
    terms: MarketTerms
    oracle: Oracle
    ledger: Ledger
    accrued_at: Seconds
    positions: Positions
    """Collateral in units; supply and debt in shares, under the loan asset's name (supply lies idle)."""
    purse: int
    """Its own, on the chain."""
    feeds: Mapping[AssetId, Place] = attrs.field(factory=dict)
    """The feed each asset is priced by."""
    totals: Totals = attrs.field(factory=Totals)
    held: dict[AssetId, Units] = attrs.field(factory=dict)
    """What its calls have brought into the purse and left there."""
    collateral: Units = 0
    """All accounts'."""
    at_target: Wad = 0
    """Where the rate curve stands."""
    rounded: Units = 0
    """What borrowers paid beyond what was owed: a unit now and then."""
    watch: Watch = attrs.field(factory=Watch)
    allows_liquidations: bool = True
    """A switch for twins: without, every liquidation reverts with PAUSED."""

    @classmethod
    def of(
        cls,
        place: Place,
        chain: Place,
        terms: MarketTerms,
        oracle: Oracle,
        ledger: Ledger,
        opened_at: Seconds,
        feeds: Mapping[AssetId, Place] | None = None,
    ) -> "MorphoMarket":
        """Return an empty market. Its purse on the chain is owned by its place."""
        market = cls(place, chain, terms, oracle, ledger, opened_at, Positions(ledger.journal), ledger.open(place, chain), feeds or {})
        market.at_target = terms.rate.rate(0, 0, 0, 0).at_target
        return market

    @property
    def journal(self) -> Journal:
        """The one journal of the chain's world."""
        return self.ledger.journal

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return the gas it used; raises ``Revert``."""
        return _ANSWERS[type(call)](self, call, context)

    # What is so.

    def totals_at(self, timestamp: Seconds) -> tuple[Totals, Rate, int]:
        """Return totals with interest up to an instant not before the last touch, the rate over it, and the fee's new shares."""
        seconds, totals, terms = timestamp - self.accrued_at, self.totals, self.terms
        assert seconds >= 0
        if not seconds:
            return totals, Rate(0, self.at_target), 0
        rate = terms.rate.rate(totals.supply_assets, totals.borrow_assets, self.at_target, seconds)
        interest = mul_div_down(totals.borrow_assets, rules.compounded(rate.average, seconds), WAD)
        grown = totals.with_supply(interest, 0).with_debt(interest, 0)
        fee = mul_div_down(interest, terms.fee, WAD)
        shares = rules.to_shares_down(fee, grown.supply_assets - fee, grown.supply_shares) if terms.fee else 0
        return grown.with_supply(0, shares), rate, shares

    def debtor(self, party: Party, price: int) -> Debtor:
        """Return an account as a liquidation sees it."""
        account = self.positions.peek(party)
        shares, collateral = account.debts.get(self.terms.loan.id, 0), account.collaterals.get(self.terms.collateral.id, 0)
        return Debtor(shares, collateral, price, self.terms.lltv)

    def standing(self, party: Party, timestamp: Seconds) -> Standing:
        """Return an account's values (8 decimals) and health. Reverts with NOTHING_POSTED where it owes and there is no price."""
        return self._stand(party, self.totals_at(timestamp)[0], self.oracle.price() if self.debtor(party, 0).shares else 0)

    def liquidity(self) -> Units:
        """Return the units of the loan asset that are not lent."""
        return self.totals.supply_assets - self.totals.borrow_assets

    @property
    def fell(self) -> dict[Party, Seq]:
        """Unhealthy accounts, as far as screened, with their ``HealthFell`` (0 until noted)."""
        return self.watch.fell

    def screen(self, timestamp: Seconds, post: Seq = NO_SEQ, posted_asset: AssetId = 0, price: Price = 0) -> list[tuple[Party, Row]]:
        """Return a ``HealthFell`` or ``HealthRecovered`` row for every account that changed sides, by id.

        Call it between txs: after a post (naming it, its asset and price) and after each block (naming none). Nothing is said while
        there is no price. Cost: some tens of microseconds, and ten for each account near its limit or changed.
        """
        assert not self.journal.is_open, "screening belongs between txs"
        now = self._price_or_none()
        if now is None:
            return []
        totals = self.totals_at(timestamp)[0]
        judge = partial(self._stand, totals=totals, price=now)
        return self.watch.screen(self.positions, self.values(totals, now), self.rows, judge, post, price)

    def note_fell(self, account: Party, seq: Seq) -> None:
        """Take note of the number an account's ``HealthFell`` got on the tape."""
        self.watch.note_fell(account, seq)

    def view(self, timestamp: Seconds) -> MarketView:
        """Return what desks see at a block; nobody is unhealthy while there is no price. Cost: that of the unhealthy."""
        totals, rate, _ = self.totals_at(timestamp)
        price = self._price_or_none()
        unhealthy = [] if price is None else [self._account(party, totals, price) for party in sorted(self.fell)]
        return MarketView(
            timestamp=timestamp,
            collateral=self.terms.collateral.id,
            loan=self.terms.loan.id,
            totals=totals,
            price=price or 0,
            lltv=self.terms.lltv,
            incentive=self.terms.incentive,
            rate_at_target=rate.at_target,
            reserves=reserves_of(self.terms, self.oracle, totals, self._yearly_rate(timestamp), self.collateral),
            unhealthy=tuple(each for each in unhealthy if each.health < WAD and each.debts),
        )

    def position(self, party: Party, timestamp: Seconds) -> AccountView:
        """Return one account as it stands. Reverts with NOTHING_POSTED where it owes and there is no price."""
        price = self.oracle.price() if self.debtor(party, 0).shares else self._price_or_none() or 0
        return self._account(party, self.totals_at(timestamp)[0], price)

    def balance_sheet(self) -> BalanceSheet:
        """Return what the market has and promises, as of its last touch: in rad of what prices are in.

        Its parts are the loan asset and the collateral, exact, in 10^-27 units. Equity is the fee's recipient's claim, what roundings
        have left, and what came in without a call. Losses are the suppliers' at once, so there is no bad debt on it.
        """
        terms, totals = self.terms, self.totals
        own = totals.worth(self.positions.peek(terms.fee_recipient).idle.get(terms.loan.id, 0)) if terms.fee_recipient else 0
        inside, locked = self.ledger.balance(terms.loan.id, self.purse), self.ledger.balance(terms.collateral.id, self.purse)
        strays = inside - self.held_of(terms.loan.id), locked - self.held_of(terms.collateral.id)
        loan = BalanceSheet(
            assets=(inside + totals.borrow_assets) * RAY,
            liabilities=(totals.supply_assets - own) * RAY,
            equity=(own + self.rounded + strays[0]) * RAY,
            bad_debt=0,
        )
        collateral = BalanceSheet(locked * RAY, self.collateral * RAY, strays[1] * RAY, 0)
        posted = self.oracle.posted
        return together([(loan, posted(terms.loan.id), terms.loan.unit), (collateral, posted(terms.collateral.id), terms.collateral.unit)])

    # What every call is made of.

    def accrue(self, context: CallContext) -> None:
        """Bring the market to the block's instant, and say so if interest came of it."""
        if context.timestamp == self.accrued_at:
            return
        before = self.totals
        totals, rate, fee_shares = self.totals_at(context.timestamp)
        self.journal.put(self, "accrued_at", context.timestamp)
        self.journal.put(self, "at_target", rate.at_target)
        self.set_totals(totals)
        if fee_shares:
            self.add_supply(self.terms.fee_recipient, fee_shares)
        if totals != before:
            row = (InterestAccrued.kind, self.terms.loan.id, rules.supply_index(totals), rules.debt_index(totals))
            context.say(self.place, context.sender, row)

    def set_totals(self, totals: Totals) -> None:
        """Take totals over. Reverts with ARITHMETIC beyond 128 bits."""
        if max(totals) > rules.MOST:
            raise Revert(Refusal.ARITHMETIC)
        self.journal.put(self, "totals", totals)

    def pay_debt(self, totals: Totals, assets: Units) -> None:
        """Take totals over from which a payment was taken off; keep count of what it exceeded the debt by."""
        over = assets - self.totals.borrow_assets
        if over > 0:
            self.journal.put(self, "rounded", self.rounded + over)
        self.set_totals(totals)

    def add_supply(self, party: Party, shares: int) -> None:
        """Give an account supply shares, or take them. Reverts with INSUFFICIENT_BALANCE where it has fewer."""
        held = self.positions.peek(party).idle.get(self.terms.loan.id, 0) + shares
        if held < 0:
            raise Revert(Refusal.INSUFFICIENT_BALANCE)
        self.positions.put(self.positions.touch(party).idle, self.terms.loan.id, held)

    def add_debt(self, party: Party, shares: int) -> None:
        """Give an account debt shares, or take them. Reverts with ARITHMETIC where it owes fewer."""
        held = self.debtor(party, 0).shares + shares
        if held < 0:
            raise Revert(Refusal.ARITHMETIC)
        self.positions.put(self.positions.touch(party).debts, self.terms.loan.id, held)

    def add_collateral(self, party: Party, units: Units) -> None:
        """Give an account collateral, or take it. Reverts with INSUFFICIENT_BALANCE where it has less."""
        held = self.debtor(party, 0).collateral + units
        if held < 0:
            raise Revert(Refusal.INSUFFICIENT_BALANCE)
        self.positions.put(self.positions.touch(party).collaterals, self.terms.collateral.id, held)
        self.journal.put(self, "collateral", self.collateral + units)

    def guard_health(self, party: Party) -> None:
        """Refuse to leave an account unhealthy. Reverts: UNHEALTHY, NOTHING_POSTED."""
        if self.debtor(party, 0).shares and not self.debtor(party, self.oracle.price()).is_healthy(self.totals):
            raise Revert(Refusal.UNHEALTHY)

    def guard_liquidity(self) -> None:
        """Refuse to lend or pay out what suppliers have not put in. Reverts with INSUFFICIENT_LIQUIDITY."""
        if self.liquidity() < 0:
            raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)

    def pay_in(self, asset: AssetId, party: Party, units: Units) -> None:
        """Take units from a party. Reverts with INSUFFICIENT_BALANCE."""
        self.ledger.move(asset, self.ledger.open(party, self.chain), self.purse, units)
        self.note_held(asset, units)

    def pay_out(self, asset: AssetId, party: Party, units: Units) -> None:
        """Give units to a party."""
        self.ledger.move(asset, self.purse, self.ledger.open(party, self.chain), units)
        self.note_held(asset, -units)

    def note_held(self, asset: AssetId, units: Units) -> None:
        """Take note of units that a call has brought in, or taken out."""
        self.journal.write(self.held, asset, self.held_of(asset) + units)

    def held_of(self, asset: AssetId) -> Units:
        """Return what calls have left in the purse."""
        return self.held.get(asset, 0)

    # Screening.

    def values(self, totals: Totals, price: int) -> Values:
        """Return what a whole of collateral may carry and a whole of debt shares owes, in units of the loan asset."""
        collateral, loan = self.terms.collateral, self.terms.loan
        carried = max(price, 1) / rules.ORACLE_SCALE * collateral.unit
        owed = (totals.borrow_assets + VIRTUAL_ASSETS) / (totals.borrow_shares + VIRTUAL_SHARES) * (loan.unit * VIRTUAL_SHARES)
        return Values(np.array([carried, UNUSED]), np.array([UNUSED, owed]), np.array([2.0, 1.0]))

    def rows(self, parties: Sequence[Party]) -> Rows:
        """Return the float columns of some accounts."""
        debtors = [self.debtor(party, 0) for party in parties]
        factor = self.terms.lltv / WAD / self.terms.collateral.unit
        weights = np.array([each.collateral * factor for each in debtors])
        owed = np.array([each.shares / (self.terms.loan.unit * VIRTUAL_SHARES) for each in debtors])
        return Rows(np.array(parties, np.int64), {COLLATERAL: weights}, {LOAN: owed})

    def _price_or_none(self) -> int | None:
        try:
            return self.oracle.price()
        except Revert:
            return None  # An oracle that refuses: nobody is screened.

    def _stand(self, party: Party, totals: Totals, price: int) -> Standing:
        debtor, terms = self.debtor(party, price), self.terms
        owed = totals.owed(debtor.shares)
        return Standing(
            collateral=mul_div_down(debtor.collateral, self.oracle.posted(terms.collateral.id), terms.collateral.unit),
            debt=mul_div_up(owed, self.oracle.posted(terms.loan.id), terms.loan.unit),
            max_ltv=terms.threshold if debtor.collateral else 0,
            health=rules.health(rules.debt_limit(debtor.collateral, price, terms.lltv), owed),
        )

    def _account(self, party: Party, totals: Totals, price: int) -> AccountView:
        debtor, stand = self.debtor(party, price), self._stand(party, totals, price)
        return account_of(self.terms, party, debtor, totals.owed(debtor.shares), stand, self.fell.get(party, NO_SEQ))

    def _yearly_rate(self, timestamp: Seconds) -> Ray:
        """Return what debt would pay in a year at what is lent now."""
        totals = self.totals
        per_second = self.terms.rate.rate(totals.supply_assets, totals.borrow_assets, self.at_target, 0).average
        return per_second * 365 * 86_400 * 10**9

    def _check(self) -> None:
        """Assert every invariant of market and screening. Cost: all accounts."""
        loan, collateral = self.terms.loan.id, self.terms.collateral.id
        self.positions._check()
        self.watch.screening._check()
        assert self.positions.total(loan, is_debt=False) == self.totals.supply_shares
        assert self.positions.total(loan, is_debt=True) == self.totals.borrow_shares
        assert self.positions.total(collateral, is_debt=False) == self.collateral
        assert all(self.ledger.balance(asset, self.purse) >= units >= 0 for asset, units in self.held.items())
        assert self.liquidity() >= 0 and self.rounded >= 0 and min(self.totals) >= 0
        assert self.balance_sheet().is_reconciled


_ANSWERS: dict[type[Any], Callable[[MorphoMarket, Any, CallContext], Gas]] = {
    SupplyCall: actions.supply,
    WithdrawCall: actions.withdraw,
    BorrowCall: actions.borrow,
    RepayCall: actions.repay,
    SeizeCall: actions.seize,
    AccrueCall: actions.accrue,
    FlashLoanCall: actions.flash_loan,
}
