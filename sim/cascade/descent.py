"""Which liquidation descends from which: parents with weights, generations, trees.

A liquidation's parents are the origins that moved the price its own way in the window of the post that made its account fall,
weighted by what they moved, the weights summing to one. A margin call that no post made (interest, the borrower's own act), or
whose post no market moved, is a root. Generation 1 is a root; otherwise one more than the greatest generation from which on parents
weigh ``GENERATION_FLOOR`` or more together, so that a hair's breadth of sales does not start a generation, and a hundred small ones
do. A liquidation *descends* from others when liquidations carry at least half of its weight. All of these are accounting shares; none
is a causal effect. An auction is a liquidation like any other, from its ``AuctionStarted`` on.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import attrs

from sim.cascade.origin import LIQUIDATION, PARENTS, Origin, add_shares
from sim.cascade.push import SincePeak
from sim.units import Lots, Nanos, Party, Place, Price, Seq, Units

GENERATION_FLOOR = Fraction(5, 100)
"""Least weight of parents, all together, that count for a generation."""
DESCENDS_FROM = Fraction(1, 2)
"""Least weight of liquidations among the parents of one that descends from others."""


@attrs.frozen
class Fall:
    """A margin call and what lies behind it."""

    seq: Seq
    at: Nanos
    account: Party
    pool: Place
    post: Seq
    """0 when no post made it."""
    change: Price
    """What that post changed the price by."""
    parents: tuple[tuple[Origin, Fraction], ...]
    """Origins with their weights, heaviest first; none for interest and one's own acts."""
    generation: int
    """Of a liquidation that answers it."""
    since_peak: Fraction
    """Share of forced sales in the fall since the posted price was last at its highest: a last straw is not a share of the fall."""
    push: SincePeak = attrs.field(factory=SincePeak, eq=False, repr=False)
    """Who pushed the price down since then."""
    price: Price = 0
    """The posted price at which it fell; 0 where no post made it fall."""
    debt: int = 0
    """Owed, in the pool's base currency with 8 decimals."""

    def weights_since_peak(self) -> dict[Origin, Fraction]:
        """Return the weight of everybody who pushed the price down since its last peak, heaviest first, summing to one."""
        return self.push.weights()

    @property
    def forced(self) -> Fraction:
        """The weight of liquidations (and hedges ahead of one) among the parents."""
        return sum((weight for origin, weight in self.parents if origin[0] in PARENTS), Fraction(0))


@attrs.frozen
class Descent:
    """A liquidation in its cascade."""

    seq: Seq
    at: Nanos
    keeper: Party
    fall: Fall
    debt_value: int
    """Debt repaid, in the pool's base currency with 8 decimals; of an auction, the debt that it is to raise, penalty left out."""

    @property
    def generation(self) -> int:
        """1 for a root."""
        return self.fall.generation

    @property
    def descends(self) -> bool:
        """Other liquidations carry at least half of its weight."""
        return self.fall.forced >= DESCENDS_FROM


@attrs.frozen
class Sale:
    """A forced order that traded, and what it did."""

    seq: Seq
    """Its ``OrderAccepted``."""
    at: Nanos
    venue: Place
    party: Party
    side: int
    motive: int
    lots: Lots
    notional: Units
    """Quote units."""
    origins: tuple[tuple[Origin, Units], ...]
    """Units given away by origin."""
    before: int
    """The venue's h (bid plus ask, half ticks) before it."""
    after: int


@attrs.frozen
class MoveShares:
    """Whose doing the moves of one price were, in ``SHARE`` of its unit (a half tick of a quote); falls and recoveries kept apart."""

    opening: int
    closing: int
    falls: dict[Origin, int]
    rises: dict[Origin, int]

    def forced(self) -> int:
        """Return the net move of sales of seized units (and hedges ahead of them)."""
        return sum(share for shares in (self.falls, self.rises) for origin, share in shares.items() if origin[0] in PARENTS)

    def net(self) -> dict[Origin, int]:
        """Return falls and rises together; they sum to what the price moved by."""
        found = dict(self.falls)
        add_shares(found, self.rises.items())
        return found


@attrs.define
class Cascade:
    """Everything of a run that descends."""

    falls: dict[Seq, Fall] = attrs.field(factory=dict)
    """Every margin call, by its ``HealthFell``."""
    liquidations: dict[Seq, Descent] = attrs.field(factory=dict)
    """Every liquidation, by its ``Liquidated`` or ``AuctionStarted``."""
    sales: dict[Seq, Sale] = attrs.field(factory=dict)
    books: dict[Place, MoveShares] = attrs.field(factory=dict)
    feeds: dict[Place, MoveShares] = attrs.field(factory=dict)
    """Of posted prices, and (by pool of vaults) of what was read."""
    unsold: dict[Seq, Units] = attrs.field(factory=dict)
    """Seized units that were not sold yet when the tape ended, by liquidation."""
    last_post: Seq = 0
    ended_at: Nanos = 0
    """Instant of the last entry that was read."""

    @property
    def generations(self) -> int:
        """The greatest generation; 0 without liquidations."""
        return max((each.generation for each in self.liquidations.values()), default=0)

    def by_generation(self) -> list[tuple[int, int]]:
        """Return count and debt value of each generation, first to last."""
        table = [(0, 0)] * self.generations
        for each in self.liquidations.values():
            count, debt = table[each.generation - 1]
            table[each.generation - 1] = (count + 1, debt + each.debt_value)
        return table

    def generation_ratios(self) -> list[float]:
        """Return generation R: debt in each generation over that in the one before. The last is open: its sales may not be over."""
        debts = [debt for _, debt in self.by_generation()]
        return [after / before if before else 0.0 for before, after in pairwise(debts)]

    def descending_share(self) -> tuple[float, float]:
        """Return the share of liquidations that descend from others: by count, by debt."""
        found = list(self.liquidations.values())
        debt = sum(each.debt_value for each in found)
        descending = [each for each in found if each.descends]
        by_count = len(descending) / len(found) if found else 0.0
        return by_count, sum(each.debt_value for each in descending) / debt if debt else 0.0

    def parents_of(self, seq: Seq) -> list[tuple[Seq, Fraction]]:
        """Return the liquidations and hedged margin calls that a liquidation or margin call descends from, heaviest first."""
        fall = self.liquidations[seq].fall if seq in self.liquidations else self.falls[seq]
        return [(origin[1], weight) for origin, weight in fall.parents if origin[0] in PARENTS]

    def children_of(self, seq: Seq) -> list[tuple[Descent, Fraction]]:
        """Return the liquidations that descend from one, with its weight among their parents. Cost: all liquidations."""
        found = []
        for each in self.liquidations.values():
            weight = dict(each.fall.parents).get((LIQUIDATION, seq))
            if weight:
                found.append((each, weight))
        return found

    def root_of(self, seq: Seq) -> Seq:
        """Return the liquidation or margin call at the root, going by the heaviest parent of each that is none."""
        while True:
            above = self._above(seq)
            if above is None:
                return seq
            seq = above

    def roots(self) -> dict[Seq, Seq]:
        """Return the root of every liquidation. Cost: each is looked at once."""
        found: dict[Seq, Seq] = {}
        for seq in self.liquidations:  # A parent lies before its children.
            above = self._above(seq)
            found[seq] = seq if above is None else found[above] if above in found else self.root_of(above)
        return found

    def trees(self) -> dict[Seq, list[Seq]]:
        """Return the liquidations of each cascade by its root."""
        found: dict[Seq, list[Seq]] = {}
        for seq, root in self.roots().items():
            found.setdefault(root, []).append(seq)
        return found

    def _above(self, seq: Seq) -> Seq | None:
        """Return the heaviest parent of what is no root: parents are listed heaviest first."""
        fall = self.liquidations[seq].fall if seq in self.liquidations else self.falls[seq]
        return next((origin[1] for origin, _ in fall.parents if origin[0] in PARENTS), None) if fall.generation > 1 else None


def generation_of(parents: tuple[tuple[Origin, Fraction], ...], cascade: Cascade) -> int:
    """Return the generation that these parents give a margin call."""
    weights: dict[int, Fraction] = {}
    for (kind, seq), weight in parents:
        if kind in PARENTS:
            above = cascade.liquidations[seq].generation if kind == LIQUIDATION else cascade.falls[seq].generation
            weights[above] = weights.get(above, Fraction(0)) + weight
    together = Fraction(0)
    for above in sorted(weights, reverse=True):
        together += weights[above]
        if together >= GENERATION_FLOOR:
            return above + 1
    return 1
