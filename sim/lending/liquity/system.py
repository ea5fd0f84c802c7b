"""A Liquity system: one collateral, money of its own making, and no governance.

It answers ``OpenTroveCall``, ``AdjustTroveCall`` and ``CloseTroveCall``; supply and withdraw of the collateral, borrow and repay, which are
adjustments of one side; supply and withdraw of the money, which are deposits to the stability pool (withdrawing 0 collects the gain);
``LiquidateCall`` for one trove (always whole), ``LiquidateTrovesCall`` and ``LiquidateListCall`` for several; ``RedeemCall``,
``MoveGainCall``, ``ClaimSurplusCall``.

Promised (``_check``): money issued is what all troves owe; what lies in the purse is what is promised of it; nothing a borrower does takes
a trove below the minimum or the system below the critical ratio; a reverted tx leaves no trace; ``screen`` misses nobody.
Sources: BorrowerOperations.sol, TroveManager.sol, the pools around them [liquity/dev 39f1f7f]; StabilityPool.sol [14de1c1b].
Model choices: the contracts are one, with one purse; fees go to one purse of all stakers; hints are always good; a switch turns
liquidations off. Money that agents bring at the opening was drawn by troves outside of the scenario, which never move.
Left out: the governance units, front ends, ``permit``. There is no interest: only fees, by a rate that decays.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import attrs

from sim.chain.contract import CallContext
from sim.commands import BorrowCall, LiquidateCall, RepayCall, SupplyCall, WithdrawCall
from sim.errors import Revert
from sim.journal import Journal
from sim.ledger import Ledger
from sim.lending.aave.standing import Standing
from sim.lending.balance_sheet import BalanceSheet, together
from sim.lending.liquity import borrowing, deposits, liquidate, redeem, rules
from sim.lending.liquity.calls import (
    AdjustTroveCall,
    ClaimSurplusCall,
    CloseTroveCall,
    LiquidateListCall,
    LiquidateTrovesCall,
    MoveGainCall,
    OpenTroveCall,
    RedeemCall,
)
from sim.lending.liquity.rules import NO_DEBT, Pot
from sim.lending.liquity.stability import StabilityPool
from sim.lending.liquity.terms import LiquityTerms, PriceFeed
from sim.lending.liquity.troves import TroveBook
from sim.lending.liquity.views import ONE, THRESHOLD, LiquityView, TroveView, account_of, reserves_of
from sim.lending.watch import MOST_ON_TAPE
from sim.records.layout import Row
from sim.records.lending import HealthFell, HealthRecovered
from sim.units import NO_SEQ, RAY, WAD, AssetId, Gas, Party, Place, Price, Seconds, Seq, Units, Wad


@attrs.define(eq=False, repr=False)
class Liquity:
    """The system."""

    calls: ClassVar[tuple[type[Any], ...]] = (
        OpenTroveCall,
        AdjustTroveCall,
        CloseTroveCall,
        SupplyCall,
        WithdrawCall,
        BorrowCall,
        RepayCall,
        LiquidateCall,
        LiquidateTrovesCall,
        LiquidateListCall,
        RedeemCall,
        MoveGainCall,
        ClaimSurplusCall,
    )

    place: Place
    chain: Place
    terms: LiquityTerms
    prices: PriceFeed
    ledger: Ledger
    book: TroveBook
    stability: StabilityPool
    purse: int
    """Its own, on the chain."""
    fee_at: Seconds
    """When the base rate last decayed."""
    feeds: Mapping[AssetId, Place] = attrs.field(factory=dict)
    """The feed its collateral is priced by."""
    base_rate: Wad = 0
    issued: Units = 0
    """Money made less money destroyed, for its troves."""
    gas_reserve: Units = 0
    """Money set aside for liquidators."""
    surplus: dict[Party, Units] = attrs.field(factory=dict)
    """Collateral of closed troves, for their owners to claim."""
    held: dict[AssetId, Units] = attrs.field(factory=dict)
    """What its calls have brought into the purse and left there."""
    fell: dict[Party, Seq] = attrs.field(factory=dict)
    """Owners of unhealthy troves, as far as screened, with their ``HealthFell`` (0 until noted)."""
    allows_liquidations: bool = True
    """A switch for twins: without, every liquidation reverts with PAUSED."""

    @classmethod
    def of(
        cls,
        place: Place,
        chain: Place,
        terms: LiquityTerms,
        prices: PriceFeed,
        ledger: Ledger,
        opened_at: Seconds,
        feeds: Mapping[AssetId, Place] | None = None,
    ) -> "Liquity":
        """Return a system without troves. Its purse on the chain is owned by its place."""
        book, stability = TroveBook(ledger.journal), StabilityPool(ledger.journal)
        return cls(place, chain, terms, prices, ledger, book, stability, ledger.open(place, chain), opened_at, feeds or {})

    @property
    def journal(self) -> Journal:
        """The one journal of the chain's world."""
        return self.ledger.journal

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return the gas it used; raises ``Revert``."""
        return _ANSWERS[type(call)](self, call, context)

    # What is so.

    def price_or_none(self, timestamp: Seconds) -> Wad:
        """Return the price the system goes by, 0 before there is one."""
        try:
            return self.prices.fetch(timestamp)
        except Revert:
            return 0

    def pot(self, price: Wad) -> Pot:
        """Return what a liquidation finds."""
        return Pot(self.stability.total, self.book.total_ratio(price))

    def is_recovery(self, price: Wad) -> bool:
        """Say whether the system is in recovery mode."""
        return self.book.total_ratio(price) < rules.CRITICAL_RATIO

    def rate_at(self, timestamp: Seconds) -> Wad:
        """Return the base rate, decayed to an instant not before the last fee."""
        return rules.decayed_rate(self.base_rate, timestamp - self.fee_at)

    def standing(self, party: Party, timestamp: Seconds) -> Standing:
        """Return a trove's values (8 decimals) and health; of nothing where there is none. Reverts with NOTHING_POSTED."""
        if not self.book.has(party):
            return Standing(0, 0, 0, NO_DEBT)
        price = self.prices.fetch(timestamp)
        return self._stand(party, price, self.pot(price))

    def screen(self, timestamp: Seconds, post: Seq = NO_SEQ, posted_asset: AssetId = 0, price: Price = 0) -> list[tuple[Party, Row]]:
        """Return a ``HealthFell`` or ``HealthRecovered`` row for every account that changed sides, by id.

        Call it between txs: after a post (naming it, its asset and price) and after each block (naming none). Nothing is said while
        there is no price. Cost: troves below the limit, and a search: the sequence by risk is the screening.
        """
        assert not self.journal.is_open, "screening belongs between txs"
        now = self.price_or_none(timestamp)
        if not now:
            return []
        pot = self.pot(now)
        near = self.book.below(rules.limit_of(0, pot), now)
        rows: list[tuple[Party, Row]] = []
        for party in sorted(dict.fromkeys((*near, *self.fell))):
            row = self._note(party, self._stand(party, now, pot), post, price)
            if row is not None:
                rows.append((party, row))
        return rows

    def note_fell(self, account: Party, seq: Seq) -> None:
        """Take note of the number an account's ``HealthFell`` got on the tape."""
        assert account in self.fell
        self.fell[account] = seq

    def view(self, timestamp: Seconds) -> LiquityView:
        """Return what desks see at a block; nobody is unhealthy while there is no price. Cost: that of the unhealthy."""
        price, terms = self.price_or_none(timestamp), self.terms
        unhealthy = [self._account(party, price) for party in sorted(self.fell)] if price else []
        return LiquityView(
            timestamp=timestamp,
            collateral=terms.collateral.id,
            money=terms.money.id,
            price=price,
            total_ratio=self.book.total_ratio(price),
            deposits=self.stability.total,
            base_rate=self.rate_at(timestamp),
            total_debt=self.book.debt,
            reserves=reserves_of(terms, price, self.book.collateral, self.stability.total),
            unhealthy=tuple(each for each in unhealthy if each.health < WAD),
            redeems_from=terms.no_redemption_until,
        )

    def position(self, party: Party, timestamp: Seconds) -> TroveView:
        """Return one account as it stands, deposit and surplus included; without a price its collateral is worth nothing."""
        return self._account(party, self.price_or_none(timestamp))

    def balance_sheet(self) -> BalanceSheet:
        """Return what the system has and promises, in rad of what prices are in; money counts as one.

        Its parts are the money and the collateral, exact, in 10^-27 units. Equity is what came in without a call. A debt that collateral no
        longer covers stays somebody's, so there is no bad debt on it.
        """
        terms, book = self.terms, self.book
        inside, locked = self.ledger.balance(terms.money.id, self.purse), self.ledger.balance(terms.collateral.id, self.purse)
        strays = inside - self.held_of(terms.money.id), locked - self.held_of(terms.collateral.id)
        money = BalanceSheet(
            assets=(book.debt + inside) * RAY,
            liabilities=(self.issued + self.stability.total + self.gas_reserve) * RAY,
            equity=strays[0] * RAY,
            bad_debt=0,
        )
        promised = book.collateral + self.stability.collateral + sum(self.surplus.values())
        collateral = BalanceSheet(locked * RAY, promised * RAY, strays[1] * RAY, 0)
        return together([(money, ONE, WAD), (collateral, self.prices.last() // rules.PRICE_SCALE, WAD)])

    # What every call is made of.

    def decay(self, timestamp: Seconds, raised_to: Wad | None = None) -> None:
        """Decay the base rate, or set it to what a redemption has raised it to; the clock moves on by whole minutes or not at all."""
        self.journal.put(self, "base_rate", self.rate_at(timestamp) if raised_to is None else raised_to)
        if timestamp - self.fee_at >= rules.MINUTE:
            self.journal.put(self, "fee_at", timestamp)

    def issue(self, party: Party, units: Units) -> None:
        """Make money, for a party or (by the system's place) into the purse."""
        self.ledger.mint(self.terms.money.id, self.ledger.open(party, self.chain), units)
        self.journal.put(self, "issued", self.issued + units)
        if party == self.place:
            self.note_held(self.terms.money.id, units)

    def destroy(self, party: Party, units: Units) -> None:
        """Destroy a party's money, or (by the system's place) the purse's. Reverts with INSUFFICIENT_BALANCE."""
        self.ledger.burn(self.terms.money.id, self.ledger.open(party, self.chain), units)
        self.journal.put(self, "issued", self.issued - units)
        if party == self.place:
            self.note_held(self.terms.money.id, -units)

    def reserve_gas(self, units: Units) -> None:
        """Add to the money set aside for liquidators, or take it."""
        self.journal.put(self, "gas_reserve", self.gas_reserve + units)

    def leave_surplus(self, party: Party, units: Units) -> None:
        """Set collateral aside for the owner of a closed trove."""
        if units:
            self.journal.write(self.surplus, party, self.surplus.get(party, 0) + units)

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

    def _stand(self, party: Party, price: Wad, pot: Pot) -> Standing:
        if not self.book.has(party):
            return Standing(0, 0, 0, NO_DEBT)
        held = self.book.holding(party)
        own = rules.health(rules.ratio(held.collateral, held.debt, price), rules.limit_of(held.debt, pot))
        return Standing(
            collateral=rules.value_of_collateral(held.collateral, price // rules.PRICE_SCALE),
            debt=rules.value_of_debt(held.debt),
            max_ltv=THRESHOLD,
            # The last trove is never liquidated.
            health=own if len(self.book.troves) > 1 else max(own, WAD),
        )

    def _note(self, party: Party, stand: Standing, post: Seq, price: Price) -> Row | None:
        """Note on which side one account stands; return the row to say if that is news."""
        is_unhealthy, was_unhealthy = stand.health < WAD, party in self.fell
        if is_unhealthy and not was_unhealthy:
            self.fell[party] = NO_SEQ
            return (HealthFell.kind, post, price if post else 0, stand.health, stand.debt, stand.collateral)
        if was_unhealthy and not is_unhealthy:
            del self.fell[party]
            return (HealthRecovered.kind, min(stand.health, MOST_ON_TAPE))
        return None

    def _account(self, party: Party, price: Wad) -> TroveView:
        held = self.book.holding(party) if self.book.has(party) else None
        stand = self._stand(party, price, self.pot(price))
        sides = (held.collateral, held.debt) if held else (0, 0)
        besides = self.stability.compounded(party), self.stability.gain(party), self.surplus.get(party, 0)
        return account_of(self.terms, party, sides, stand, self.fell.get(party, NO_SEQ), besides)

    def _check(self) -> None:
        """Assert every invariant. Cost: all troves and deposits."""
        money, collateral = self.terms.money.id, self.terms.collateral.id
        self.book._check()
        self.stability._check()
        assert self.issued == self.book.debt
        assert self.gas_reserve == rules.GAS_RESERVE * len(self.book.troves)
        assert self.held_of(money) == self.stability.total + self.gas_reserve <= self.ledger.balance(money, self.purse)
        promised = self.book.collateral + self.stability.collateral + sum(self.surplus.values())
        assert self.held_of(collateral) == promised <= self.ledger.balance(collateral, self.purse)
        assert 0 <= self.base_rate <= WAD
        assert all(units > 0 for units in self.surplus.values())
        assert self.balance_sheet().is_reconciled


_ANSWERS: dict[type[Any], Callable[[Liquity, Any, CallContext], Gas]] = {
    OpenTroveCall: borrowing.open_trove,
    AdjustTroveCall: borrowing.adjust,
    CloseTroveCall: borrowing.close,
    SupplyCall: deposits.supply,
    WithdrawCall: deposits.withdraw,
    BorrowCall: borrowing.borrow,
    RepayCall: borrowing.repay,
    LiquidateCall: liquidate.one,
    LiquidateTrovesCall: liquidate.riskiest,
    LiquidateListCall: liquidate.listed,
    RedeemCall: redeem.redeem,
    MoveGainCall: deposits.move_gain,
    ClaimSurplusCall: borrowing.claim,
}
assert tuple(_ANSWERS) == Liquity.calls
