"""All troves of a system: what each has and owes, their sequence by risk, and what they have taken over from liquidated ones.

Debt and collateral of a liquidated trove are shared out by *stakes*, in one step whatever their number: two sums say what a unit of stake
has got so far, a trove remembers them as they were when it was last touched, and its pending part is the difference times its stake. A new
stake is scaled so that old and new troves share alike. What the division leaves over is carried into the next time.

Promised (``_check``): recorded debts and collateral sum to the active totals, stakes to theirs, pending parts never exceed what was shared
out; the sequence holds but for roundings. Source: TroveManager.sol, SortedTroves.sol, ActivePool.sol and DefaultPool.sol [liquity/dev
39f1f7f]. Model choice: among equals the newest comes first, as descending from the top finds its place; nobody needs hints.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import attrs

from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.journal import Journal
from sim.lending.liquity import rules
from sim.lending.liquity.by_risk import ByRisk
from sim.units import WAD, Party, Units, Wad
from sim.vocabulary import Refusal

HAIR = 10**9
"""One part in so many: farther than roundings can put neighbours out of sequence."""


class Trove(NamedTuple):
    """What was recorded of a trove when it was last touched."""

    collateral: Units
    debt: Units
    stake: int
    collateral_mark: int
    """The sum of collateral per stake at that time."""
    debt_mark: int


class Holding(NamedTuple):
    """A trove with what it has taken over since."""

    collateral: Units
    debt: Units
    pending_collateral: Units
    pending_debt: Units


@attrs.define(eq=False, repr=False)
class TroveBook:
    """The troves."""

    journal: Journal
    troves: dict[Party, Trove] = attrs.field(factory=dict)
    by_risk: ByRisk = attrs.field(init=False)
    """The safest first."""
    active_collateral: Units = 0
    active_debt: Units = 0
    default_collateral: Units = 0
    """Shared out, in no trove's record yet."""
    default_debt: Units = 0
    total_stakes: int = 0
    stakes_then: int = 0
    """After the last liquidation."""
    collateral_then: Units = 0
    collateral_per_stake: int = 0
    debt_per_stake: int = 0
    collateral_error: int = 0
    """What the last division left over."""
    debt_error: int = 0

    def __attrs_post_init__(self) -> None:
        """Begin the sequence."""
        self.by_risk = ByRisk(self.journal)

    @property
    def order(self) -> tuple[Party, ...]:
        """All owners, the safest first. Cost: all troves."""
        return tuple(self.by_risk)

    @property
    def collateral(self) -> Units:
        """All collateral of the system."""
        return self.active_collateral + self.default_collateral

    @property
    def debt(self) -> Units:
        """All debt of the system."""
        return self.active_debt + self.default_debt

    def total_ratio(self, price: Wad) -> Wad:
        """Return the system's ratio."""
        return rules.ratio(self.collateral, self.debt, price)

    def has(self, party: Party) -> bool:
        """Say whether somebody has a trove."""
        return party in self.troves

    def holding(self, party: Party) -> Holding:
        """Return a trove as it stands. Raises ``KeyError`` where there is none."""
        trove = self.troves[party]
        collateral = trove.stake * (self.collateral_per_stake - trove.collateral_mark) // WAD
        debt = trove.stake * (self.debt_per_stake - trove.debt_mark) // WAD
        return Holding(trove.collateral + collateral, trove.debt + debt, collateral, debt)

    def ratio(self, party: Party, price: Wad) -> Wad:
        """Return a trove's ratio."""
        held = self.holding(party)
        return rules.ratio(held.collateral, held.debt, price)

    def nominal(self, party: Party) -> int:
        """Return a trove's ratio without a price."""
        held = self.holding(party)
        return rules.nominal_ratio(held.collateral, held.debt)

    def below(self, limit: Wad, price: Wad) -> tuple[Party, ...]:
        """Return everybody whose ratio may be below a limit, a hair more of them; the riskiest last. Cost: they, and a search."""
        brink = limit + limit // HAIR + 1
        return self.by_risk.since(-brink, lambda party: -self.ratio(party, price))

    def open(self, party: Party, collateral: Units, debt: Units) -> None:
        """Add a trove."""
        assert party not in self.troves
        self._put("active_collateral", self.active_collateral + collateral)
        self._put("active_debt", self.active_debt + debt)
        self._record(party, collateral, debt, 0)

    def open_many(self, troves: dict[Party, tuple[Units, Units]]) -> None:
        """Add troves (collateral, debt) before anything was liquidated. Cost: n log n."""
        assert not self.stakes_then
        for party, (collateral, debt) in troves.items():
            assert party not in self.troves
            self.troves[party] = Trove(collateral, debt, collateral, 0, 0)
            self.active_collateral += collateral
            self.active_debt += debt
            self.total_stakes += collateral
        self.by_risk.fill(sorted(self.troves, key=self._risk))

    def apply_pending(self, party: Party) -> Holding:
        """Write down what a trove has taken over; its stake stays. Returns the trove as it stands."""
        held, trove = self.holding(party), self.troves[party]
        if trove.collateral_mark < self.collateral_per_stake:
            self._activate(held)
            marks = self.collateral_per_stake, self.debt_per_stake
            self.journal.write(self.troves, party, Trove(held.collateral, held.debt, trove.stake, *marks))
        return held

    def change(self, party: Party, collateral: int, debt: int) -> None:
        """Add to a trove, or take out of it; its stake and place are taken anew. Its pending part must have been applied."""
        trove = self.troves[party]
        self._put("active_collateral", self.active_collateral + collateral)
        self._put("active_debt", self.active_debt + debt)
        self.by_risk.drop(party, self._risk)
        self._record(party, trove.collateral + collateral, trove.debt + debt, trove.stake)

    def remove(self, party: Party) -> Holding:
        """Take a trove out of the book; its collateral and debt stay active until somebody takes them. Reverts with ONLY_TROVE."""
        if len(self.troves) <= 1:
            raise Revert(Refusal.ONLY_TROVE)
        held = self.holding(party)
        self._activate(held)
        self._put("total_stakes", self.total_stakes - self.troves[party].stake)
        self.by_risk.drop(party, self._risk)
        self.journal.erase(self.troves, party)
        return held

    def take(self, collateral: Units, debt: Units) -> None:
        """Take collateral and debt of removed troves out of the system."""
        self._put("active_collateral", self.active_collateral - collateral)
        self._put("active_debt", self.active_debt - debt)

    def redistribute(self, collateral: Units, debt: Units) -> None:
        """Share removed troves' debt and collateral out among all others, by stakes."""
        if not debt:
            return
        per_collateral, collateral_error = divmod(collateral * WAD + self.collateral_error, self.total_stakes)
        per_debt, debt_error = divmod(debt * WAD + self.debt_error, self.total_stakes)
        self._put("collateral_error", collateral_error)
        self._put("debt_error", debt_error)
        self._put("collateral_per_stake", self.collateral_per_stake + per_collateral)
        self._put("debt_per_stake", self.debt_per_stake + per_debt)
        self.take(collateral, debt)
        self._put("default_collateral", self.default_collateral + collateral)
        self._put("default_debt", self.default_debt + debt)

    def snapshot(self, leaving: Units) -> None:
        """Remember how stakes and collateral stand after a liquidation, without collateral that is about to leave."""
        self._put("stakes_then", self.total_stakes)
        self._put("collateral_then", self.collateral - leaving)

    def _record(self, party: Party, collateral: Units, debt: Units, old_stake: int) -> None:
        stake = mul_div_down(collateral, self.stakes_then, self.collateral_then) if self.collateral_then else collateral
        trove = Trove(collateral, debt, stake, self.collateral_per_stake, self.debt_per_stake)
        self.journal.write(self.troves, party, trove)
        self._put("total_stakes", self.total_stakes - old_stake + stake)
        self.by_risk.add(party, -rules.nominal_ratio(collateral, debt), self._risk)

    def _risk(self, party: Party) -> int:
        """Return what troves are sorted by."""
        return -self.nominal(party)

    def _activate(self, held: Holding) -> None:
        """Move a trove's pending part from what is shared out to what is in records."""
        self._put("active_collateral", self.active_collateral + held.pending_collateral)
        self._put("active_debt", self.active_debt + held.pending_debt)
        self._put("default_collateral", self.default_collateral - held.pending_collateral)
        self._put("default_debt", self.default_debt - held.pending_debt)

    def _put(self, field: str, value: object) -> None:
        self.journal.put(self, field, value)

    def _check(self) -> None:
        """Assert what the book promises. Cost: all troves."""
        assert self.active_collateral == sum(trove.collateral for trove in self.troves.values())
        assert self.active_debt == sum(trove.debt for trove in self.troves.values())
        assert self.total_stakes == sum(trove.stake for trove in self.troves.values())
        self.by_risk._check()
        held = [self.holding(party) for party in self.by_risk]
        assert self.default_collateral >= sum(each.pending_collateral for each in held)
        assert self.default_debt >= sum(each.pending_debt for each in held)
        assert sorted(self.order) == sorted(self.troves)
        nominal = [self.nominal(party) for party in self.by_risk]
        assert all(low <= high + high // HAIR + 1 for high, low in pairwise(nominal))
