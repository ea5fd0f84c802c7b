"""Who has and owes how much in a lender, at any entry of a tape: out of the sheet it opened with and what it has said since.

An Aave pool is followed share by share with its own rule book, a pool of vaults likewise: exact. The other families are followed in units
that grow with the index they tell (``InterestAccrued``): a few units off an act, and without interest since the last entry. Debt that
``BadDebt`` names is no longer owed here, whatever the contract keeps in its books (Compound does). Left out: what swaps do to the bands of
a crvUSD market before the loan's next ``LoanChanged``; which trove got which part of a redistribution (all get it in proportion to their
collateral); debt that a liquidator of Euler takes over to keep. Who only lends is followed where the records name him, and counts
nowhere: accounts matter for what they owe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np

from sim.cascade.stretch import Row
from sim.facts import PopulationFacts, SheetFacts, TermsFacts
from sim.journal import Journal
from sim.lending.aave.rules import Rules
from sim.lending.aave.versions import VERSIONS
from sim.lending.positions import Account, Column, Population, Positions
from sim.lending.vault import rules as vault_rules
from sim.records.auctions import AuctionStarted, FeeAccrued
from sim.records.comet import Absorbed, CollateralAbsorbed, MarketEntered, MarketLeft, SharesSeized
from sim.records.euler import DebtTakenOver
from sim.records.lending import BadDebt, Borrowed, InterestAccrued, Liquidated, Repaid, Supplied, Withdrawn
from sim.records.liquity import FeePaid, TroveClosed, TroveLiquidated, TroveRedeemed
from sim.records.llamma import LoanChanged
from sim.storage.population import amounts_of
from sim.units import INT64_MAX, RAY, AssetId, Party, Ray, Units

Listing: TypeAlias = tuple[AssetId, bool, Any, int]
"""Of a column: its asset, whether it is owed, its values, the units in one of them."""
Listed: TypeAlias = Callable[[str], Mapping[str, Any]]
"""Columns of a population by its file: ``Run.population``."""
FINE = 10**9
"""Parts in a unit, where units are followed instead of shares."""
GAS_RESERVE = 200 * 10**18
"""What a trove owes besides what its owner drew."""
READS = (
    *(Supplied, Withdrawn, Borrowed, Repaid, Liquidated, BadDebt, InterestAccrued, AuctionStarted, FeeAccrued),
    *(Absorbed, CollateralAbsorbed, MarketEntered, MarketLeft, SharesSeized, DebtTakenOver),
    *(FeePaid, TroveClosed, TroveLiquidated, TroveRedeemed, LoanChanged),
)
"""What changes accounts."""


@attrs.define
class Accounts:
    """All accounts of one lender. Cost of an entry: constant; of a Liquity redistribution: all troves."""

    sheet: SheetFacts
    positions: Positions = attrs.field(factory=lambda: Positions(Journal()))
    """In shares; ``units`` makes units of them."""
    supply: dict[AssetId, Ray] = attrs.field(init=False)
    debt: dict[AssetId, Ray] = attrs.field(init=False)
    """Indices, as last told."""
    left_out: int = 0
    """Accounts in bulk whose file was not to be had."""
    _terms: dict[AssetId, TermsFacts] = attrs.field(init=False)
    _rules: Rules | None = attrs.field(init=False)
    _entered: dict[tuple[Party, AssetId], bool] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Open what came alone."""
        self._terms = {each.asset: each for each in self.sheet.terms}
        self._rules = VERSIONS[self.sheet.version] if self.sheet.family == "pools" else None
        self.supply = {each.asset: each.supply_index for each in self.sheet.terms}
        self.debt = {each.asset: each.debt_index for each in self.sheet.terms}
        for opened in self.sheet.accounts:
            account = self.positions.touch(opened.party)
            account.e_mode = opened.mode
            for mine, theirs in ((account.collaterals, opened.collateral), (account.debts, opened.debt), (account.idle, opened.idle)):
                mine.update({asset: units * self._fine(asset, mine is account.debts) for asset, units in theirs.items()})

    def open(self, listed: Listed | None, symbols: Mapping[str, AssetId]) -> None:
        """Take in what came in bulk."""
        for each in self.sheet.populations:
            if listed is None:
                self.left_out += each.count
                continue
            columns = [(symbols[one.symbol], one.is_debt, one.values, one.quantum) for one in amounts_of(listed(each.file))]
            modes = listed(each.who)["mode"] if each.who else None
            if all(max(values, default=0) <= INT64_MAX for _, _, values, _ in columns):
                self._open_columns(each, columns, modes)
            else:
                self._open_rows(each, columns, modes)

    def _open_columns(self, each: PopulationFacts, columns: Sequence[Listing], modes: Any) -> None:
        told = [
            Column(asset, is_debt, np.array(values, np.int64), quantum * self._fine(asset, is_debt))
            for asset, is_debt, values, quantum in columns
        ]
        self.positions.add_population(Population(each.first, each.count, tuple(told), None if modes is None else np.array(modes, np.int8)))

    def _open_rows(self, each: PopulationFacts, columns: Sequence[Listing], modes: Any) -> None:
        """Open accounts one by one: their amounts are too large for a column of words."""
        for row in range(each.count):
            account = self.positions.touch(each.first + row)
            account.e_mode = 0 if modes is None else int(modes[row])
            for asset, is_debt, values, quantum in columns:
                if shares := int(values[row]) * quantum * self._fine(asset, is_debt):
                    (account.debts if is_debt else account.collaterals)[asset] = shares

    def units(self, account: Account) -> tuple[dict[AssetId, Units], dict[AssetId, Units]]:
        """Return what an account has as collateral, and what it owes."""
        held = {asset: self._units(asset, shares, is_debt=False) for asset, shares in account.collaterals.items()}
        return held, {asset: self._units(asset, shares, is_debt=True) for asset, shares in account.debts.items()}

    def per_share(self, asset: AssetId, is_debt: bool) -> float:
        """Return how many units a share is worth."""
        terms = self._terms[asset]
        if self._rules is not None:
            return (self.debt if is_debt else self.supply)[asset] / RAY
        if self.sheet.family == "vaults":
            return self.debt[asset] / RAY if is_debt else 1.0
        return self.debt[asset] / terms.debt_index / FINE if is_debt else self.supply[asset] / terms.supply_index / FINE

    def take(self, row: Row) -> None:
        """Follow an entry of this lender."""
        kind, body = row[1], row[6:]
        if kind == InterestAccrued.kind:
            self.supply[body[0]], self.debt[body[0]] = body[1], body[2]
        elif kind == FeeAccrued.kind:
            for asset in self.debt:
                self.debt[asset] = body[0]
        elif kind == LoanChanged.kind:
            self._loan_changed(*body)
        elif self.sheet.family != "llamma":
            self._acted(kind, row[5], body)

    def _acted(self, kind: int, party: Party, body: tuple[Any, ...]) -> None:
        if kind == Supplied.kind:
            self._supply(*body)
        elif kind == Withdrawn.kind:
            self._withdraw(*body)
        elif kind == Borrowed.kind:
            self._borrow(*body)
        elif kind == Repaid.kind:
            self._repay(*body)
        elif kind == Liquidated.kind:
            self._liquidated(*body)
        elif kind == BadDebt.kind:
            self._put_debt(party, body[0], 0)
        elif kind == AuctionStarted.kind:
            self._seized(body[1], body[3], body[4], body[6])
        elif kind == Absorbed.kind:
            self._put_debt(body[0], body[1], 0)
        elif kind == CollateralAbsorbed.kind:
            self._take(body[0], body[1], self._shares(body[1], body[4]))
        elif kind == SharesSeized.kind and self._rules is not None:
            self._give(party, body[1], body[3])
        elif kind in (MarketEntered.kind, MarketLeft.kind):
            self._enter(party, body[0], kind == MarketEntered.kind)
        elif kind == DebtTakenOver.kind:
            self._change_debt(body[0], body[1], -self._shares(body[1], body[2], is_debt=True))
        else:
            self._troves(kind, party, body)

    def _supply(self, account: Party, asset: AssetId, amount: Units) -> None:
        if self.sheet.family == "liquity" and not self._terms[asset].threshold:
            return  # A deposit in the stability pool.
        self._give(account, asset, self._rules.supply_shares(amount, self.supply[asset]) if self._rules else self._shares(asset, amount))

    def _withdraw(self, account: Party, asset: AssetId, amount: Units) -> None:
        if self.sheet.family == "liquity" and not self._terms[asset].threshold:
            return
        self._take(account, asset, self._rules.withdraw_shares(amount, self.supply[asset]) if self._rules else self._shares(asset, amount))

    def _borrow(self, account: Party, asset: AssetId, amount: Units) -> None:
        if self.sheet.family == "liquity" and asset not in self.positions.peek(account).debts:
            amount += GAS_RESERVE
        shares = self._rules.borrow_shares(amount, self.debt[asset]) if self._rules else self._shares(asset, amount, True)
        if self.sheet.family == "vaults":
            shares = vault_rules.shares_to_draw(amount, self.debt[asset])
        self._change_debt(account, asset, shares)

    def _repay(self, account: Party, asset: AssetId, amount: Units) -> None:
        if self._rules is not None:
            shares = self._rules.repay_shares(amount, self.debt[asset])
        elif self.sheet.family == "vaults":
            shares = vault_rules.shares_to_wipe(amount, self.debt[asset])
        else:
            shares = self._shares(asset, amount, True)
            left = self.positions.peek(account).debts.get(asset, 0) - shares
            shares += left if left <= FINE else 0  # No debt of a unit or less: what was all of it is a rounding off.
        self._change_debt(account, asset, -shares)

    def _liquidated(self, account: Party, owed: AssetId, held: AssetId, *rest: Any) -> None:
        _, _, _, repaid, seized, fee, _ = rest
        if self.sheet.family == "liquity":
            return  # The ``TroveLiquidated`` says it all.
        if self._rules is not None:
            self._change_debt(account, owed, -self._rules.repay_shares(repaid, self.debt[owed]))
            self._take(account, held, self._rules.withdraw_shares(seized, self.supply[held]))
            self._take(account, held, self._rules.withdraw_shares(fee, self.supply[held]))
            return
        if self.sheet.family != "euler":
            self._repay(account, owed, repaid)
        self._take(account, held, self._shares(held, seized + fee))

    def _seized(self, account: Party, held: AssetId, offered: Units, debt: int) -> None:
        """Take out of a vault what goes into an auction."""
        money = next(each.asset for each in self.sheet.terms if not each.threshold)
        self._take(account, held, offered)
        self._change_debt(account, money, -(debt // self.debt[money]))

    def _troves(self, kind: int, party: Party, body: tuple[Any, ...]) -> None:
        collateral = next((each.asset for each in self.sheet.terms if each.threshold), 0)
        money = next((each.asset for each in self.sheet.terms if not each.threshold), 0)
        if kind == FeePaid.kind:
            # A first drawing: its reserve for gas comes with the ``Borrowed`` that follows only where nothing is owed yet.
            opened = body[0] not in self.positions.peek(party).debts
            self._change_debt(party, body[0], (body[1] + GAS_RESERVE * opened) * FINE)
        elif kind == TroveClosed.kind:
            self._clear(party, collateral, money)
        elif kind == TroveLiquidated.kind:
            self._clear(body[0], collateral, money)
            self._redistribute(collateral, money, body[6] * FINE, body[5] * FINE)
        elif kind == TroveRedeemed.kind:
            self._change_debt(body[0], money, -body[1] * FINE)
            self._take(body[0], collateral, body[2] * FINE)
            if body[4]:
                self._clear(body[0], collateral, money)

    def _clear(self, party: Party, collateral: AssetId, money: AssetId) -> None:
        self._take(party, collateral, self.positions.peek(party).collaterals.get(collateral, 0))
        self._put_debt(party, money, 0)

    def _redistribute(self, collateral: AssetId, money: AssetId, units: int, debt: int) -> None:
        """Give every trove its part, in proportion to its collateral."""
        if not units and not debt:
            return
        troves = {party: account for party in self.positions.parties() if (account := self.positions.peek(party)).debts.get(money)}
        total = sum(account.collaterals.get(collateral, 0) for account in troves.values())
        for party, account in troves.items():
            mine = account.collaterals.get(collateral, 0)
            self._change_debt(party, money, debt * mine // total)
            self._give(party, collateral, units * mine // total)

    def _loan_changed(self, party: Party, first: int, last: int, money: Units, collateral: Units, debt: Units) -> None:
        terms = next(each.asset for each in self.sheet.terms if each.threshold)
        lent = next(each.asset for each in self.sheet.terms if not each.threshold)
        account = self.positions.touch(party)
        for asset, units in ((terms, collateral), (lent, money)):
            self.positions.put(account.collaterals, asset, self._shares(asset, units))
        self._put_debt(party, lent, self._shares(lent, debt, True))

    def _enter(self, party: Party, asset: AssetId, is_in: bool) -> None:
        """Let what an account has of an asset count as collateral, or no more."""
        self._entered[party, asset] = is_in
        account = self.positions.touch(party)
        source, target = (account.idle, account.collaterals) if is_in else (account.collaterals, account.idle)
        shares = source.get(asset, 0) + target.get(asset, 0)
        self.positions.put(source, asset, 0)
        self.positions.put(target, asset, shares)

    def _counts(self, account: Account, party: Party, asset: AssetId) -> bool:
        """Say whether what is supplied of an asset counts as collateral."""
        if self._rules is not None:
            return not (asset in account.idle or (asset not in account.collaterals and not self._terms[asset].max_ltv))
        if self.sheet.family == "compound":
            return asset in account.collaterals or self._entered.get((party, asset), False)
        return self.sheet.family == "euler" or bool(self._terms[asset].threshold)

    def _give(self, party: Party, asset: AssetId, shares: int) -> None:
        account = self.positions.touch(party)
        held = account.collaterals if self._counts(account, party, asset) else account.idle
        self.positions.put(held, asset, held.get(asset, 0) + shares)

    def _take(self, party: Party, asset: AssetId, shares: int) -> None:
        account = self.positions.touch(party)
        held = account.collaterals if asset in account.collaterals else account.idle
        left = held.get(asset, 0) - shares
        self.positions.put(held, asset, left if left > (0 if self._is_exact else FINE) else 0)

    def _change_debt(self, party: Party, asset: AssetId, shares: int) -> None:
        self._put_debt(party, asset, max(self.positions.peek(party).debts.get(asset, 0) + shares, 0))

    def _put_debt(self, party: Party, asset: AssetId, shares: int) -> None:
        self.positions.put(self.positions.touch(party).debts, asset, shares)

    @property
    def _is_exact(self) -> bool:
        return self.sheet.family in ("pools", "vaults")

    def _fine(self, asset: AssetId, is_debt: bool) -> int:
        """Return the shares in a unit at the opening."""
        return 1 if self._is_exact else FINE

    def _shares(self, asset: AssetId, units: Units, is_debt: bool = False) -> int:
        """Return what units come to where there is no rule book of shares."""
        if self._is_exact:
            return units
        terms = self._terms[asset]
        start, now = (terms.debt_index, self.debt[asset]) if is_debt else (terms.supply_index, self.supply[asset])
        return units * FINE * start // now

    def _units(self, asset: AssetId, shares: int, is_debt: bool) -> Units:
        if self._rules is not None:
            return (self._rules.debt_units if is_debt else self._rules.collateral_units)(
                shares, (self.debt if is_debt else self.supply)[asset]
            )
        if self.sheet.family == "vaults":
            return vault_rules.units_owed(shares, self.debt[asset]) if is_debt else shares
        terms = self._terms[asset]
        start, now = (terms.debt_index, self.debt[asset]) if is_debt else (terms.supply_index, self.supply[asset])
        return -(-shares * now // (start * FINE)) if is_debt else shares * now // (start * FINE)
