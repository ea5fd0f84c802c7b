"""The cascade as tables: what each generation was, how large each tree, what followed from the liquidations of each minute.

*Generation R* is the debt in one generation over the debt in the one before; by cohort it is the debt that descends from the
liquidations of a stretch of time, by the weight of each as a parent, over their own. A row is *open* while some of its seized units
are unsold, or were sold after the last post: what they led to is not all on the tape. The mean number of children in a finite
tree is below one by arithmetic, since it is the share that is no root, and is not called a reproduction number.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import attrs

from sim.cascade.descent import Cascade, Descent
from sim.cascade.origin import HEDGE, LIQUIDATION
from sim.units import MINUTE, Nanos, Place, Seq


@attrs.frozen
class Row:
    """Some liquidations together."""

    liquidations: int
    accounts: int
    debt_value: int
    """Debt repaid (of auctions: to be raised), 8 decimals."""
    pools: dict[Place, int]
    """Liquidations by the protocol they hit."""
    first_at: Nanos
    last_at: Nanos
    is_open: bool

    @property
    def duration(self) -> Nanos:
        """From the first liquidation to the last."""
        return self.last_at - self.first_at


@attrs.frozen
class Generation:
    """Everybody at the same depth."""

    number: int
    row: Row
    ratio: float | None
    """Generation R by debt: over the generation before; None for the first."""
    ratio_by_count: float | None
    forced: Fraction
    """Weight of liquidations among their parents, mean by debt: who stands in a generation may be there by a twentieth of it."""


@attrs.frozen
class Tree:
    """What descends from one root."""

    root: Seq
    row: Row
    depth: int
    """Generations."""
    breadth: int
    """The most liquidations in one generation."""


@attrs.frozen
class Cohort:
    """The liquidations of a stretch of time, and what descends from them."""

    start: Nanos
    row: Row
    children: Fraction
    """Liquidations that descend from them, each by the weight they have among its parents."""
    children_debt: Fraction

    @property
    def ratio(self) -> float | None:
        """Generation R by debt; None where nothing was owed."""
        return float(self.children_debt / self.row.debt_value) if self.row.debt_value else None

    @property
    def ratio_by_count(self) -> float:
        """Generation R by count."""
        return float(self.children / self.row.liquidations)


def generations(cascade: Cascade) -> list[Generation]:
    """Return the generations, first to last."""
    by_depth: dict[int, list[Descent]] = {}
    for each in cascade.liquidations.values():
        by_depth.setdefault(each.generation, []).append(each)
    late = _sold_after_the_last_post(cascade)
    found: list[Generation] = []
    for number in sorted(by_depth):
        row, forced = _row(by_depth[number], cascade, late), _forced(by_depth[number])
        if not found:
            found.append(Generation(number, row, None, None, forced))
            continue
        before = found[-1].row
        by_debt = row.debt_value / before.debt_value if before.debt_value else None
        found.append(Generation(number, row, by_debt, row.liquidations / before.liquidations, forced))
    return found


def trees(cascade: Cascade) -> list[Tree]:
    """Return the trees, the one with most debt first."""
    late, found = _sold_after_the_last_post(cascade), []
    for root, seqs in cascade.trees().items():
        members = [cascade.liquidations[seq] for seq in seqs]
        widths: dict[int, int] = {}
        for each in members:
            widths[each.generation] = widths.get(each.generation, 0) + 1
        found.append(Tree(root, _row(members, cascade, late), len(widths), max(widths.values())))
    return sorted(found, key=lambda tree: (-tree.row.debt_value, tree.root))


def cohorts(cascade: Cascade, width: Nanos = MINUTE) -> list[Cohort]:
    """Return the cohorts of every stretch of this width in which anything was liquidated, first to last.

    A liquidation of which a part was sold ahead (a hedge) is a parent for that part too.
    """
    members: dict[int, list[Descent]] = {}
    for each in cascade.liquidations.values():
        members.setdefault(each.at // width, []).append(each)
    counts: dict[int, Fraction] = {}
    debts: dict[int, Fraction] = {}
    answering = _answering(cascade)
    for child in cascade.liquidations.values():
        for origin, weight in child.fall.parents:
            parent = origin[1] if origin[0] == LIQUIDATION else answering.get(origin[1]) if origin[0] == HEDGE else None
            if parent is not None:
                when = cascade.liquidations[parent].at // width
                counts[when] = counts.get(when, Fraction(0)) + weight
                debts[when] = debts.get(when, Fraction(0)) + weight * child.debt_value
    late, none = _sold_after_the_last_post(cascade), Fraction(0)
    return [
        Cohort(when * width, _row(members[when], cascade, late), counts.get(when, none), debts.get(when, none)) for when in sorted(members)
    ]


def mean_children(cascade: Cascade) -> Fraction:
    """Return the mean weight of liquidations among the parents of a liquidation: below one in every finite tree, by identity."""
    found = cascade.liquidations.values()
    return sum((each.fall.forced for each in found), Fraction(0)) / len(found) if found else Fraction(0)


def _forced(members: list[Descent]) -> Fraction:
    """Return the weight of liquidations among the parents of some, mean by debt (by count where nothing was owed)."""
    debt = sum(each.debt_value for each in members)
    whole = sum(((each.debt_value if debt else 1) * each.fall.forced for each in members), Fraction(0))
    return whole / (debt or len(members))


def _answering(cascade: Cascade) -> dict[Seq, Seq]:
    """Return by margin call the first liquidation that answers it."""
    found: dict[Seq, Seq] = {}
    for seq, each in cascade.liquidations.items():
        found.setdefault(each.fall.seq, seq)
    return found


def _sold_after_the_last_post(cascade: Cascade) -> dict[Seq, None]:
    """Return the liquidations of which units were sold so late that no post can have told."""
    sales = (sale for sale in cascade.sales.values() if sale.seq > cascade.last_post)
    return {origin[1]: None for sale in sales for origin, _ in sale.origins if origin[0] == LIQUIDATION}


def _row(members: Iterable[Descent], cascade: Cascade, late: dict[Seq, None]) -> Row:
    """Return what some liquidations are together; there is at least one."""
    found = sorted(members, key=lambda each: each.seq)
    pools: dict[Place, int] = {}
    for each in found:
        pools[each.fall.pool] = pools.get(each.fall.pool, 0) + 1
    accounts = {(each.fall.pool, each.fall.account): None for each in found}
    is_open = any(each.seq in cascade.unsold or each.seq in late for each in found)
    debt = sum(each.debt_value for each in found)
    return Row(len(found), len(accounts), debt, pools, found[0].at, found[-1].at, is_open)
