"""A crvUSD market: loans of the system's money against collateral in the bands of its amm.

It answers ``CreateLoanCall``, ``SupplyCall`` and ``WithdrawCall`` (collateral, more or less of it), ``BorrowCall``, ``RepayCall``,
``LiquidateBandsCall`` and ``AccrueCall``. As the price falls through a loan's bands they are sold to whoever swaps (soft liquidation); when
what they would bring on the way down, less a discount, is below the debt, anybody may repay it and take the bands (hard liquidation).

Promised: loans add up to the total, up to roundings; money and collateral are accounted for to the unit; bands that a borrower chooses
are healthy ones; a reverted tx leaves no trace; ``screen`` misses nobody. Source: controller.vy and ControllerView.vy
[curvefi/curve-stablecoin cf1d05f, stored versions next to it]. Model choices: debt that its collateral no longer covers stays owed, for
nobody writes it off; interest waits in the market for its owner; ``AccrueCall`` brings total and rate up to date. Left out: callbacks,
approvals, adding collateral for others, extra health, shrinking a loan in soft liquidation, collecting the interest, peg keepers.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

import attrs

from sim.chain.contract import CallContext
from sim.chain.till import Till
from sim.commands import AccrueCall, BorrowCall, RepayCall, SupplyCall, WithdrawCall
from sim.errors import Revert
from sim.fixed import mul_div_down, mul_div_up
from sim.journal import Journal
from sim.lending.aave.rules import NO_DEBT
from sim.lending.aave.standing import Standing
from sim.lending.aave.views import AccountView
from sim.lending.balance_sheet import BalanceSheet, together
from sim.lending.llamma import actions, rules
from sim.lending.llamma.amm import BandAmm
from sim.lending.llamma.calls import CreateLoanCall, LiquidateBandsCall
from sim.lending.llamma.stakes import can_skip
from sim.lending.llamma.terms import MOST_RATE, LlammaTerms
from sim.lending.llamma.views import LlammaView, LoanView, account_of, reserves_of
from sim.lending.llamma.watch import SoftWatch
from sim.records.layout import Row
from sim.records.lending import InterestAccrued
from sim.units import BPS_ONE, NO_SEQ, RAY, WAD, AssetId, Gas, Party, Place, Price, Ray, Seconds, Seq, Units, Wad
from sim.vocabulary import Refusal

RAY_PER_WAD = 10**9


class Loan(NamedTuple):
    """One account's debt."""

    initial: Units
    """What it was when it was last changed."""
    at: Wad
    """The multiplier then."""
    discount: Wad
    """For its health."""


class Total(NamedTuple):
    """All loans' debt, and what became of money."""

    initial: Units = 0
    at: Wad = WAD
    fees: Units = 0
    """Interest charged so far: the market's own."""
    rounded: Units = 0
    """What borrowers paid beyond what the total says was owed."""

    def grown(self, multiplier: Wad) -> "Total":
        """Return the total with interest up to a multiplier, rounded down."""
        debt = mul_div_down(self.initial, multiplier, self.at)
        return Total(debt, multiplier, self.fees + debt - self.initial, self.rounded)

    def less(self, units: Units) -> "Total":
        """Return the total after a repayment."""
        over = max(units - self.initial, 0)
        return self._replace(initial=self.initial - units + over, rounded=self.rounded + over)


@attrs.define(eq=False, repr=False)
class LlammaMarket:
    """Loans against bands."""

    calls: ClassVar[tuple[type[Any], ...]] = (
        CreateLoanCall,
        SupplyCall,
        WithdrawCall,
        BorrowCall,
        RepayCall,
        LiquidateBandsCall,
        AccrueCall,
    )

    till: Till
    amm: BandAmm
    feeds: Mapping[AssetId, Place] = attrs.field(factory=dict)
    """The feed each asset is priced by."""
    loans: dict[Party, Loan] = attrs.field(factory=dict)
    total: Total = attrs.field(factory=Total)
    funding: Units = 0
    """Money that was made for the market to lend: its ceiling."""
    held: Units = 0
    """Money that may be lent now."""
    watch: SoftWatch = attrs.field(factory=SoftWatch)
    allows_liquidations: bool = True
    """A switch for twins: without, every hard liquidation reverts with PAUSED."""

    @property
    def place(self) -> Place:
        """Where it speaks from."""
        return self.till.place

    @property
    def terms(self) -> LlammaTerms:
        """What is fixed."""
        return self.amm.terms

    @property
    def journal(self) -> Journal:
        """The one journal of the chain's world."""
        return self.till.journal

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return the gas it used; raises ``Revert``."""
        return _ANSWERS[type(call)](self, call, context)

    # What is so.

    def debt(self, party: Party, timestamp: Seconds) -> Units:
        """Return what somebody owes."""
        loan = self.loans.get(party)
        return 0 if loan is None else rules.debt_now(loan.initial, loan.at, self.amm.multiplier_at(timestamp), len(self.loans) == 1)

    def health(self, party: Party, timestamp: Seconds, full: bool = True) -> Wad:
        """Return an account's health, one more than the contract's; ``full`` counts the distance to its first band too.

        Below one, by the full one, anybody may liquidate it. Reverts with NOTHING_POSTED. Cost: 3 us a band.
        """
        debt, amm, terms = self.debt(party, timestamp), self.amm, self.terms
        if not debt:
            return NO_DEBT
        health = rules.health_of(amm.worth(party, timestamp), debt, self.loans[party].discount)
        first = amm.bands.stakes[party].first
        if full and first > amm.bands.active:
            price, edge, collateral = amm.limited(timestamp).price, amm.edge(first, timestamp), amm.sums(party)[1]
            health += rules.health_above(price, edge, collateral * terms.collateral_quantum, debt * terms.money_quantum)
        return health

    def standing(self, party: Party, timestamp: Seconds) -> Standing:
        """Return an account's values at posted prices (8 decimals) and health. Reverts with NOTHING_POSTED where it owes."""
        (money, collateral), debt = self.amm.sums(party), self.debt(party, timestamp)
        prices, terms = self.amm.oracle.price_of, self.terms
        money_price = prices(terms.money.id)
        worth = mul_div_down(collateral, prices(terms.collateral.id), terms.collateral.unit)
        worth += mul_div_down(money, money_price, terms.money.unit)
        owed = mul_div_up(debt, money_price, terms.money.unit)
        return Standing(worth, owed, self.max_ltv if worth else 0, self.health(party, timestamp))

    @property
    def max_ltv(self) -> int:
        """One less the loan discount, in bps: loans reach it with the fewest, narrowest bands only."""
        return (WAD - self.terms.loan_discount) * BPS_ONE // WAD

    def first_band(self, collateral: Units, debt: Units, bands: int, timestamp: Seconds) -> int:
        """Return the first band of a loan: as low as its debt asks for. Reverts: DEBT_TOO_HIGH, AMOUNT_TOO_LOW, NOTHING_OWED."""
        if debt <= 0:
            raise Revert(Refusal.NOTHING_OWED)
        terms, amm, active = self.terms, self.amm, self.amm.bands.active
        scaled = collateral * terms.collateral_quantum
        effective = rules.effective_collateral(terms.amp, scaled, bands, terms.loan_discount)
        below = rules.bands_below(terms.amp, effective, amm.edge(active, timestamp), debt * terms.money_quantum)
        first = active + min(below, rules.MOST_SKIPPED - bands)
        if first <= active and not can_skip(amm.bands, first - 1):
            raise Revert(Refusal.DEBT_TOO_HIGH)
        if amm.edge(first, timestamp) >= amm.limited(timestamp).price:
            raise Revert(Refusal.DEBT_TOO_HIGH)
        return first

    def liquidity(self) -> Units:
        """Return the money that may be lent now."""
        return self.held

    @property
    def fell(self) -> dict[Party, Seq]:
        """Unhealthy accounts, as far as screened, with their ``HealthFell`` (0 until noted)."""
        return self.watch.fell

    def screen(self, timestamp: Seconds, post: Seq = NO_SEQ, posted_asset: AssetId = 0, price: Price = 0) -> list[tuple[Party, Row]]:
        """Return a ``HealthFell`` or ``HealthRecovered`` row for every account that changed sides, by id.

        Call it between txs. Nothing is said while nothing is posted. Cost: accounts in soft liquidation, near it or changed, some 50 us
        each; nothing when nothing moved.
        """
        assert not self.journal.is_open, "screening belongs between txs"
        return self.watch.screen(self, timestamp, post, price) if self._is_priced(timestamp) else []

    def note_fell(self, account: Party, seq: Seq) -> None:
        """Take note of the number an account's ``HealthFell`` got on the tape."""
        self.watch.note_fell(account, seq)

    def view(self, timestamp: Seconds) -> LlammaView:
        """Return what desks see at a block; nobody is unhealthy while nothing is posted. Cost: that of the unhealthy and of the bands."""
        amm, terms = self.amm, self.terms
        grid = amm.view(timestamp)
        fallen = [party for party in sorted(self.fell) if party in self.loans] if self._is_priced(timestamp) else []
        loans = [self._loan_view(party, timestamp) for party in fallen]
        unhealthy = tuple(each for each in loans if each.account.health < WAD)
        return LlammaView(
            timestamp=timestamp,
            collateral=terms.collateral.id,
            money=terms.money.id,
            amm=grid,
            multiplier=amm.multiplier_at(timestamp),
            reserves=reserves_of(terms, amm.oracle, self.held, grid.reserves, self.max_ltv, self._index(timestamp), self._yearly_rate()),
            loans=unhealthy,
        )

    def position(self, party: Party, timestamp: Seconds) -> AccountView:
        """Return one account as it stands; money in its bands is collateral too. Reverts with NOTHING_POSTED where it owes."""
        stand = self.standing(party, timestamp)
        debt = self.debt(party, timestamp)
        return account_of(self.terms, party, self.amm.sums(party), debt, stand, self.fell.get(party, NO_SEQ))

    def balance_sheet(self) -> BalanceSheet:
        """Return what market and amm have and promise, as of the last touch: in rad of what prices are in.

        Its parts are the money and the collateral, exact, in 10^-27 units. Borrowers own what is in bands; the market owes what it was
        given to lend. Equity is interest charged, roundings, and what came in without a call. Debt is never written off.
        """
        terms, bands, posted = self.terms, self.amm.bands, self.amm.oracle.price_of
        x, y = (total * RAY // quantum for total, quantum in zip(bands.totals, self._quanta, strict=True))
        dust = tuple(each * RAY // quantum for each, quantum in zip(bands.dust, self._quanta, strict=True))
        inside = self.till.held(terms.money.id), self.amm.till.held(terms.money.id), self.amm.till.held(terms.collateral.id)
        strays = self._strays()
        money = BalanceSheet(
            assets=(inside[0] + inside[1] + self.total.initial) * RAY,
            liabilities=self.funding * RAY + x,
            equity=(self.total.fees + self.total.rounded + strays[0]) * RAY + dust[0],
            bad_debt=0,
        )
        collateral = BalanceSheet(inside[2] * RAY, y, strays[1] * RAY + dust[1], 0)
        sides = (money, terms.money), (collateral, terms.collateral)
        return together([(sheet, posted(asset.id), asset.unit) for sheet, asset in sides])

    # What every call is made of.

    def put_loan(self, party: Party, debt: Units, timestamp: Seconds, discount: Wad) -> None:
        """Set what somebody owes; at nothing the loan goes."""
        self.watch.mark(party)
        if debt:
            self.journal.write(self.loans, party, Loan(debt, self.amm.multiplier_at(timestamp), discount))
        elif party in self.loans:
            self.journal.erase(self.loans, party)

    def grow(self, context: CallContext) -> None:
        """Charge interest on the total up to the block's instant, and say so if any came of it."""
        before, grown = self.total, self.total.grown(self.amm.multiplier_at(context.timestamp))
        self.journal.put(self, "total", grown)
        if grown.fees != before.fees:
            context.say(self.place, context.sender, (InterestAccrued.kind, self.terms.money.id, RAY, self._index(context.timestamp)))

    def lend(self, context: CallContext, units: Units) -> None:
        """Pay money out to the sender as debt. Reverts with INSUFFICIENT_LIQUIDITY."""
        if units > self.held:
            raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)
        self.grow(context)
        self.journal.put(self, "total", self.total._replace(initial=self.total.initial + units))
        self.journal.put(self, "held", self.held - units)
        self.till.pay(self.terms.money.id, context.sender, units)

    def take_back(self, context: CallContext, from_bands: Units, from_sender: Units) -> None:
        """Take a repayment in: from the bands' purse, and from the sender. Reverts with INSUFFICIENT_BALANCE."""
        money = self.terms.money.id
        self.grow(context)
        self.journal.put(self, "total", self.total.less(from_bands + from_sender))
        self.journal.put(self, "held", self.held + from_bands + from_sender)
        self.amm.till.pay(money, self.place, from_bands)
        self.till.take(money, context.sender, from_sender)

    def save_rate(self, timestamp: Seconds) -> None:
        """Let the bands' interest follow the rate model. Without a price the rate stays as it is."""
        oracle = self.amm.oracle
        try:
            rate = min(self.terms.rate.rate(oracle.money_price()), MOST_RATE)
        except Revert:
            return  # No price: the rate stays.
        self.amm.set_rate(rate, timestamp)

    @property
    def _quanta(self) -> tuple[int, int]:
        return self.terms.money_quantum, self.terms.collateral_quantum

    def _strays(self) -> tuple[Units, Units]:
        """Return units that came into either purse without a call."""
        bands, terms = self.amm.bands, self.terms
        within = [(total + dust) // quantum for total, dust, quantum in zip(bands.totals, bands.dust, self._quanta, strict=True)]
        money = self.till.held(terms.money.id) - self.held + self.amm.till.held(terms.money.id) - within[0]
        return money, self.amm.till.held(terms.collateral.id) - within[1]

    def _is_priced(self, timestamp: Seconds) -> bool:
        try:
            self.amm.limited(timestamp)
        except Revert:
            return False
        return True

    def _index(self, timestamp: Seconds) -> Ray:
        return self.amm.multiplier_at(timestamp) * RAY_PER_WAD

    def _yearly_rate(self) -> Ray:
        return self.amm.rate * 365 * 86_400 * RAY_PER_WAD

    def _loan_view(self, party: Party, timestamp: Seconds) -> LoanView:
        return LoanView(self.position(party, timestamp), self.loans[party].discount, self.amm.bands.slices(party))

    def _check(self) -> None:
        """Assert every invariant of market, bands and screening. Cost: all accounts."""
        self.amm._check()
        self.watch._check(self)
        assert self.loans.keys() == self.amm.bands.stakes.keys()
        assert min(self.held, *self.total, *self._strays()) >= 0
        assert all(loan.initial > 0 for loan in self.loans.values())
        assert self.held + self.total.initial == self.funding + self.total.fees + self.total.rounded
        assert self.till.held(self.terms.money.id) >= self.held
        # Each loan rounds up where the total rounds down: it may owe a unit more for every touch, never less.
        owed = sum(
            rules.debt_now(loan.initial, loan.at, self.total.at, is_only=False) for loan in self.loans.values() if loan.at <= self.total.at
        )
        assert owed >= self.total.initial or any(loan.at > self.total.at for loan in self.loans.values())
        assert self.balance_sheet().is_reconciled


_ANSWERS: dict[type[Any], Callable[[LlammaMarket, Any, CallContext], Gas]] = {
    CreateLoanCall: actions.create,
    SupplyCall: actions.add_collateral,
    WithdrawCall: actions.remove_collateral,
    BorrowCall: actions.borrow,
    RepayCall: actions.repay,
    LiquidateBandsCall: actions.liquidate,
    AccrueCall: actions.accrue,
}
