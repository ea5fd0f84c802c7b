"""Who bore what of debts that were called in, lender by lender: exact sums in units of what was owed, and of what was seized.

A debt that is liquidated, absorbed or auctioned is *settled*: what of it somebody paid for the collateral (``collateral``), what the
lender's own cushion paid (``cushion``: reserves of a Comet, deposits of a stability pool, the surplus of a vault system), what new
governance units brought in (``debt_auctions``), what went over to other borrowers (``borrowers``: troves), and what is left to those who
lent (``suppliers``) or, of money that a system makes itself, to whoever holds that (``holders``). The parts add up to what was settled, to
the unit.

Of the collateral: what the liquidator got (``liquidator``: of an auction the bidders), the lender's part (``lender``), depositors of the
stability pool (``depositors``), other troves (``borrowers``), its owner (``owner``). Model choices, where a contract keeps no such account:
shortfalls of Comet use up the reserves of the opening first, whatever they have earned since is left out; a vault system's surplus is that
of the opening with fees and penalties added and rewards taken off, and pays for what governance units did not bring in; both are shared
out over the system's pools by what their auctions did not raise. Debts that changed hands (Euler) count as paid by who took them over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from sim.cascade.stretch import Row
from sim.facts import Facts, SheetFacts, VaultFacts
from sim.records.auctions import AuctionClosed, FeeAccrued, RewardPaid
from sim.records.comet import Absorbed, CollateralAbsorbed
from sim.records.lending import BadDebt, Liquidated
from sim.records.liquity import TroveLiquidated
from sim.units import RAY, AssetId, Place, Rad, Units

READS = (AuctionClosed, FeeAccrued, RewardPaid, Absorbed, CollateralAbsorbed, BadDebt, Liquidated, TroveLiquidated)
BEARERS = ("collateral", "cushion", "debt_auctions", "borrowers", "suppliers", "holders")
RECIPIENTS = ("liquidator", "lender", "depositors", "borrowers", "owner")


@attrs.define
class Waterfall:
    """One lender's."""

    sheet: SheetFacts
    vault: VaultFacts | None = None
    settled: dict[AssetId, int] = attrs.field(factory=dict)
    """In units; of vaults in rad, until they are told."""
    seized: dict[AssetId, Units] = attrs.field(factory=dict)
    borne: dict[tuple[AssetId, str], int] = attrs.field(factory=dict)
    got: dict[tuple[AssetId, str], Units] = attrs.field(factory=dict)
    surplus: Rad = 0
    """Of a vault system, as far as the records tell: fees and penalties, less rewards."""
    unraised: Rad = 0
    from_governance: Rad = 0
    peers: list[Waterfall] = attrs.field(factory=list, repr=False, eq=False)
    """All pools of the same vault system, itself included."""

    def take(self, row: Row) -> None:
        """Follow an entry of this lender, or of the contracts around it."""
        kind, body = row[1], row[6:]
        if kind == Liquidated.kind:
            self._liquidated(body)
        elif kind == TroveLiquidated.kind:
            self._trove(body)
        elif kind == BadDebt.kind and self.sheet.family != "comet":
            self._bear(body[0], "suppliers", body[2])
        elif kind == Absorbed.kind:
            self._absorbed(body)
        elif kind == CollateralAbsorbed.kind:
            self._give(body[1], "lender", body[4])
        elif self.vault is not None:
            self._vaults(kind, row[4], body)

    def told(self) -> dict[tuple[AssetId, str], Units]:
        """Return who bore how much of what was settled, in units; the shortfall of auctions shared out as it stands now."""
        found = dict(self.borne)
        if self.vault is not None:
            money = self.vault.money
            unraised, own = sum(each.unraised for each in self.peers), sum(each.surplus for each in self.peers) + self._cushion(money) * RAY
            from_governance = min(sum(each.from_governance for each in self.peers), unraised)
            from_own = max(0, min(unraised - from_governance, own))
            mine = [part * self.unraised // unraised if unraised else 0 for part in (from_governance, from_own)]
            parts = {"debt_auctions": mine[0], "cushion": mine[1], "holders": self.unraised - sum(mine)}
            found |= {(money, bearer): rad for bearer, rad in parts.items()}
            whole = self.settled.get(money, 0) // RAY
            found = {key: rad // RAY for key, rad in found.items()}
            # What is left of the roundings was paid for collateral.
            found[money, "collateral"] = whole - sum(units for (_, bearer), units in found.items() if bearer != "collateral")
        return {key: units for key, units in found.items() if units}

    def settled_units(self) -> dict[AssetId, Units]:
        """Return what was settled, in units."""
        return {asset: amount // RAY if self.vault is not None else amount for asset, amount in self.settled.items()}

    def _liquidated(self, body: tuple[Any, ...]) -> None:
        _, owed, held, _, _, _, repaid, seized, fee, _ = body
        if self.sheet.family == "liquity":
            self._give(held, "liquidator", seized)
            return
        self._bear(owed, "collateral", repaid)
        self._give(held, "liquidator", seized)
        self._give(held, "lender", fee)

    def _trove(self, body: tuple[Any, ...]) -> None:
        _, _, _, offset, to_pool, redistributed, to_troves, surplus = body
        collateral, money = (next(each.asset for each in self.sheet.terms if bool(each.threshold) == is_it) for is_it in (True, False))
        self._bear(money, "cushion", offset)
        self._bear(money, "borrowers", redistributed)
        for recipient, units in (("depositors", to_pool), ("borrowers", to_troves), ("owner", surplus)):
            self._give(collateral, recipient, units)

    def _absorbed(self, body: tuple[Any, ...]) -> None:
        _, asset, _, _, debt, _, _, shortfall, _ = body
        short = min(shortfall, debt)
        covered = min(short, max(0, self._cushion(asset) - self.borne.get((asset, "cushion"), 0)))
        for bearer, units in (("collateral", debt - short), ("cushion", covered), ("suppliers", short - covered)):
            self._bear(asset, bearer, units)

    def _vaults(self, kind: int, place: Place, body: tuple[Any, ...]) -> None:
        assert self.vault is not None
        money = self.vault.money
        if kind == FeeAccrued.kind:
            self.surplus += body[1]
        elif kind == RewardPaid.kind:
            self.surplus -= body[2]
        elif kind == AuctionClosed.kind and place == self.vault.debt_house:
            self.from_governance += body[6]
        elif kind == AuctionClosed.kind:
            _, _, _, asset, sold, returned, raised, _, debt = body
            self.surplus += max(0, raised - debt)
            self.unraised += max(0, debt - raised)
            self.settled[money] = self.settled.get(money, 0) + debt
            self.borne[money, "collateral"] = self.borne.get((money, "collateral"), 0) + min(raised, debt)
            self._give(asset, "liquidator", sold)
            self._give(asset, "owner", returned)

    def _bear(self, asset: AssetId, bearer: str, units: Units) -> None:
        self.settled[asset] = self.settled.get(asset, 0) + units
        self.borne[asset, bearer] = self.borne.get((asset, bearer), 0) + units

    def _give(self, asset: AssetId, recipient: str, units: Units) -> None:
        self.seized[asset] = self.seized.get(asset, 0) + units
        self.got[asset, recipient] = self.got.get((asset, recipient), 0) + units

    def _cushion(self, asset: AssetId) -> Units:
        return sum(each.cushion for each in self.sheet.terms if each.asset == asset)


def waterfalls(facts: Facts) -> dict[Place, Waterfall]:
    """Return a waterfall for every lender."""
    vaults = {vault.place: vault for vault in facts.vaults}
    found = {sheet.place: Waterfall(sheet, vaults.get(sheet.place)) for sheet in facts.sheets}
    for each in found.values():
        if each.vault is not None:
            vow = each.vault.vow
            each.peers = [other for other in found.values() if other.vault is not None and other.vault.vow == vow]
    return found


def around(facts: Facts) -> Mapping[Place, tuple[Place, ...]]:
    """Return, by contract, the lenders whose waterfall it speaks of: itself, or of contracts around vaults the pools they serve.

    What a vow does is told of the first pool of its system.
    """
    found: dict[Place, tuple[Place, ...]] = {sheet.place: (sheet.place,) for sheet in facts.sheets}
    for vault in facts.vaults:
        found.setdefault(vault.house, (vault.place,))
        found.setdefault(vault.debt_house, (vault.place,))
    return found
