"""What an Euler pool remembers, and the moves every call is made of. Every write goes through the journal.

The state is one book per asset, the positions (claims in shares, debts in steps as of each account's last touch), and one purse on the
chain. In v1 what lies in the purse is what counts, in v2 what calls have brought there; what somebody sends without a call is in v1
everybody's with a claim, in v2 nobody's.
"""

from collections.abc import Mapping

import attrs

from sim.chain.contract import CallContext
from sim.errors import Revert
from sim.journal import Journal
from sim.ledger import Ledger
from sim.lending.balance_sheet import BalanceSheet
from sim.lending.euler.book import Book, Reading, paid_down, steps_moved
from sim.lending.euler.rules import Books, Holding, Rules, Weighed
from sim.lending.euler.terms import EulerTerms
from sim.lending.positions import Positions
from sim.lending.prices import PriceReader
from sim.records.lending import InterestAccrued
from sim.units import RAY, AssetId, Party, Place, Price, Ray, Seconds, Units
from sim.vocabulary import Refusal

DAY: Seconds = 86_400


@attrs.define(eq=False, repr=False)
class EulerState:
    """What a pool remembers."""

    place: Place
    chain: Place
    terms: EulerTerms
    prices: PriceReader
    ledger: Ledger
    positions: Positions
    """Claims are collaterals, by shares; debts by steps."""
    books: dict[AssetId, Book]
    purse: int
    """The pool's own, on the chain."""
    averages: dict[Party, tuple[int, Seconds]] = attrs.field(factory=dict)
    """v1: averaged free liquidity and when it was taken, of whoever asked for it."""
    checked: dict[Party, Seconds] = attrs.field(factory=dict)
    """v2: when a debtor's health was last found good in a call of its own."""
    allows_liquidations: bool = True
    """A switch for twins: without, every liquidation reverts with PAUSED."""

    @property
    def journal(self) -> Journal:
        """The one journal of the chain's world."""
        return self.ledger.journal

    @property
    def rules(self) -> Rules:
        """The rule book."""
        return self.terms.rules

    # What is so.

    def book(self, asset: AssetId) -> Book:
        """Return an asset's books. Reverts with UNKNOWN_ASSET."""
        book = self.books.get(asset)
        if book is None:
            raise Revert(Refusal.UNKNOWN_ASSET)
        return book

    def cash(self, asset: AssetId) -> Units:
        """Return the units that are not lent."""
        return self.ledger.balance(asset, self.purse) if self.rules.name == "v1" else self.books[asset].held

    def reading(self, asset: AssetId, timestamp: Seconds) -> Reading:
        """Return an asset's books with interest up to an instant."""
        book = self.books[asset]
        return book.at(self.cash(asset) * book.precision.scaler, timestamp)

    def at(self, timestamp: Seconds) -> Books:
        """Return all books with interest up to an instant, and prices. Cost: a power per asset that was not touched at it."""
        readings = {asset: self.reading(asset, timestamp) for asset in self.books}
        return Books(self.terms, readings, {asset: book.precision for asset, book in self.books.items()}, self.posted_prices())

    def posted_prices(self) -> dict[AssetId, Price]:
        """Return the posted price of every asset; 0 where there is none."""
        return {asset: self.prices.price(asset) for asset in self.books}

    def holding(self, party: Party, readings: Mapping[AssetId, Reading]) -> Holding:
        """Return what an account has and owes, interest included."""
        account = self.positions.peek(party)
        owed = {asset: self.books[asset].owed_by(party, steps, readings[asset].accumulator) for asset, steps in account.debts.items()}
        return Holding(account.collaterals, owed)

    def weigh(self, party: Party, timestamp: Seconds, is_liquidation: bool) -> Weighed:
        """Return an account's values. Reverts with NOTHING_POSTED where it needs a price that is not there."""
        books = self.at(timestamp)
        return self.rules.weigh(books, self.holding(party, books.readings), is_liquidation)

    def owed(self, party: Party, asset: AssetId) -> int:
        """Return an account's debt in steps as of the asset's last touch."""
        book = self.books[asset]
        return book.owed_by(party, self.positions.peek(party).debts.get(asset, 0), book.accumulator)

    def shares(self, party: Party, asset: AssetId) -> int:
        """Return an account's claims."""
        return self.positions.peek(party).collaterals.get(asset, 0)

    # What calls are made of.

    def accrue(self, asset: AssetId, context: CallContext) -> Book:
        """Bring an asset's books to the block's instant, and say so if interest came of it."""
        book = self.book(asset)
        if book.accrue(self.journal, self.cash(asset) * book.precision.scaler, context.timestamp):
            row = (InterestAccrued.kind, asset, self.supply_index(asset), book.accumulator)
            context.say(self.place, context.sender, row)
        return book

    def supply_index(self, asset: AssetId) -> Ray:
        """Return inner units per share, as of the last touch."""
        book = self.books[asset]
        return self.rules.assets_down(self.reading(asset, book.updated_at), book.precision, RAY)

    def refresh(self, *assets: AssetId) -> None:
        """Set the rates of assets whose cash or debt has changed."""
        for asset in assets:
            book = self.books[asset]
            now = self.reading(asset, book.updated_at)
            lent = self.rules.lent(now, book.precision)
            self.journal.put(book, "rate", min(book.terms.rate.rate(lent, now.cash + lent), self.rules.most_rate))

    def pay_in(self, asset: AssetId, party: Party, units: Units) -> None:
        """Take units from a party. Reverts with INSUFFICIENT_BALANCE."""
        self.ledger.move(asset, self.ledger.open(party, self.chain), self.purse, units)
        self.journal.put(self.books[asset], "held", self.books[asset].held + units)

    def pay_out(self, asset: AssetId, party: Party, units: Units) -> None:
        """Give units to a party. Reverts with INSUFFICIENT_LIQUIDITY when they are lent out."""
        if units > self.cash(asset):
            raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)
        self.ledger.move(asset, self.purse, self.ledger.open(party, self.chain), units)
        self.journal.put(self.books[asset], "held", self.books[asset].held - units)

    def promise(self, asset: AssetId, units: Units) -> None:
        """Take note that shares are promised so many units more, or fewer."""
        book = self.books[asset]
        self.journal.put(book, "claims", book.claims + units * book.precision.per_unit)

    def add_shares(self, party: Party, asset: AssetId, shares: int) -> None:
        """Make claims of an account, or end them. Reverts with INSUFFICIENT_BALANCE where it has fewer."""
        book = self.books[asset]
        self._give(party, asset, shares)
        self.journal.put(book, "shares", book.shares + shares)

    def move_shares(self, source: Party, target: Party, asset: AssetId, shares: int) -> None:
        """Move claims between accounts. Reverts with INSUFFICIENT_BALANCE."""
        self._give(source, asset, -shares)
        self._give(target, asset, shares)

    def add_debt(self, party: Party, asset: AssetId, inner: int) -> None:
        """Let an account owe inner units more."""
        book = self.books[asset]
        steps = inner * book.precision.debt
        self._set_owed(party, asset, self.owed(party, asset) + steps)
        self.journal.put(book, "owed", book.owed + steps)

    def pay_debt(self, party: Party, asset: AssetId, units: Units) -> None:
        """Let an account owe units less; its debt is rounded up first, which is the suppliers' gain. Reverts with ARITHMETIC."""
        book = self.books[asset]
        paid = paid_down(self.owed(party, asset), book.owed, units, book.precision.per_unit)
        self._set_owed(party, asset, paid.left)
        self.journal.put(book, "owed", paid.total)
        self.journal.put(book, "claims", book.claims + paid.gained)

    def move_debt(self, source: Party, target: Party, asset: AssetId, inner: int) -> int:
        """Move debt between accounts, residues with it; return the steps moved. Reverts with ARITHMETIC where less is owed."""
        book = self.books[asset]
        owed = self.owed(source, asset)
        steps = steps_moved(owed, inner * book.precision.debt, book.precision)
        self._set_owed(source, asset, owed - steps)
        self._set_owed(target, asset, self.owed(target, asset) + steps)
        return steps

    def write_off(self, party: Party, asset: AssetId, units: Units) -> None:
        """Forgive debt that no collateral is left for: the suppliers' loss."""
        self.pay_debt(party, asset, units)
        self.promise(asset, -units)

    def note_average(self, party: Party, timestamp: Seconds) -> None:
        """Bring an account's averaged free liquidity up to date, if it has one (v1)."""
        if party in self.averages and self.averages[party][1] != timestamp:
            self.journal.write(self.averages, party, (self.average(party, timestamp), timestamp))

    def average(self, party: Party, timestamp: Seconds) -> int:
        """Return an account's free liquidity averaged over a day; 0 for whoever never asked for it."""
        if party not in self.averages:
            return 0
        average, taken_at = self.averages[party]
        seconds = min(timestamp - taken_at, DAY)
        if not seconds:
            return average
        weighed = self.weigh(party, timestamp, is_liquidation=True)
        free = max(0, weighed.collateral - weighed.liability)
        return average * (DAY - seconds) // DAY + free * seconds // DAY

    def guard_health(self, party: Party, timestamp: Seconds) -> None:
        """Refuse to leave an account as no owner may. Reverts: UNHEALTHY, ISOLATED_DEBT, NOTHING_POSTED."""
        weighed = self.weigh(party, timestamp, is_liquidation=False)
        refusal = self.rules.refusal(weighed)
        if refusal:
            raise Revert(refusal)
        if weighed.borrows and self.rules.has_one_debt:
            self.journal.write(self.checked, party, timestamp)

    def _give(self, party: Party, asset: AssetId, shares: int) -> None:
        held = self.shares(party, asset) + shares
        if held < 0:
            raise Revert(Refusal.INSUFFICIENT_BALANCE)
        self.positions.put(self.positions.touch(party).collaterals, asset, held)

    def _set_owed(self, party: Party, asset: AssetId, steps: int) -> None:
        book = self.books[asset]
        self.positions.put(self.positions.touch(party).debts, asset, steps)
        if steps:
            self.journal.write(book.snapshots, party, book.accumulator)
        elif party in book.snapshots:
            self.journal.erase(book.snapshots, party)

    # Books that balance.

    def balance_sheet(self, asset: AssetId) -> BalanceSheet:
        """Return what one asset's books have and promise as of their last touch, in 10^-27 steps (``per_unit`` to a unit).

        Equity is the reserves' part of the claims, what a virtual deposit has earned, and what came without a call. Losses that are
        socialised are off the claims at once; debt of v1 that nobody will pay is still owed. So there is no bad debt on it.
        """
        book = self.books[asset]
        own = book.shares - book.fee_shares
        inside, per_unit = self.ledger.balance(asset, self.purse), book.precision.per_unit
        reading = self.reading(asset, book.updated_at)
        strays = (inside - book.held) * per_unit
        promised = min(self.rules.assets_down(reading, book.precision, own) * book.precision.debt, book.claims + strays)
        return BalanceSheet(
            assets=(inside * per_unit + book.owed) * RAY,
            liabilities=promised * RAY,
            equity=(book.claims + strays - promised) * RAY,
            bad_debt=0,
        )

    def _check(self) -> None:
        """Assert that claims add up per asset, that debts do up to roundings, and that the books balance. Cost: all accounts."""
        self.positions._check()
        for asset, book in self.books.items():
            assert self.positions.total(asset, is_debt=False) + book.fee_shares == book.shares
            debtors = [party for party in self.positions.parties() if asset in self.positions.peek(party).debts]
            owed = [self.owed(party, asset) for party in debtors]
            # The sum of all is cut to a step at every accrual, each account's only when it is read.
            assert all(steps > 0 for steps in owed) and sum(owed) <= book.owed + book.precision.debt
            assert min(book.shares, book.fee_shares, book.owed, book.rate) >= 0 and book.accumulator >= RAY
            assert book.held >= 0 or self.rules.name == "v1"
            assert all(party in debtors for party in book.snapshots)
            assert self.ledger.balance(asset, self.purse) >= book.held
            assert self.balance_sheet(asset).is_reconciled
        if self.rules.has_one_debt:
            assert all(len(account.debts) <= 1 for account in self.positions.accounts.values())
