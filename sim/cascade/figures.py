"""What ``downtick cascade`` says of a run, as one dictionary ready for JSON. Every figure is an accounting figure; none is an effect.

``docs/reference/cascade.md`` tells every key.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import attrs

from sim.cascade.branching import of_counts, of_times, spread
from sim.cascade.descent import Cascade, Descent, Fall
from sim.cascade.generations import Row, cohorts, generations, mean_children, trees
from sim.cascade.groups import grouped
from sim.cascade.origin import PARENTS, SHARE, OriginKind
from sim.cascade.tables import price_scale
from sim.facts import Facts
from sim.units import MINUTE, SECOND, Nanos, Place, Seq

Figures = dict[str, Any]
HEAVIEST = 8
"""Origins named one by one in a table of weights."""
LARGEST = 5
"""Trees that are listed."""
_BASE_CURRENCY = 10**8


@attrs.frozen
class Telling:
    """A run's cascade, ready to be told."""

    cascade: Cascade
    with_makers: Cascade
    """The same, makers' cancels counting as done by the sales they answer."""
    facts: Facts
    name: Callable[[int], str]
    window: Nanos = MINUTE
    """Width of a cohort."""

    def figures(self) -> Figures:
        """Return all of it."""
        found = self.cascade
        return {
            "liquidations": len(found.liquidations),
            "margin_calls": len(found.falls),
            "generations": [self._generation(each) for each in generations(found)],
            "trees": {"count": len(found.trees()), "largest": [self._tree(each) for each in trees(found)[:LARGEST]]},
            "cohorts": [self._cohort(each) for each in cohorts(found, self.window)],
            "accounting_shares": {
                "descending": self._descending(found),
                "descending_with_makers": self._descending(self.with_makers),
                "moves": {self.name(place): self._moves(place) for place in (*found.books, *found.feeds)},
            },
            "weights_since_peak": [self._since_peak(place) for place in self._fallen()],
            "mean_children": float(mean_children(found)),
            "branching_estimates": self._branching(),
            "gain_curve": {name: [[fall, round(gain, 6)] for fall, gain in curve] for name, curve in self.facts.gain_curve.items()},
            "gain_before": {name: round(gain, 6) for name, gain in self.facts.gain.items()},
        }

    def _row(self, row: Row) -> Figures:
        return {
            "liquidations": row.liquidations,
            "accounts": row.accounts,
            "debt": f"{row.debt_value / _BASE_CURRENCY:.2f}",
            "protocols": {self.name(pool): count for pool, count in row.pools.items()},
            "first_at_ns": row.first_at,
            "duration_ns": row.duration,
            "is_open": row.is_open,
        }

    def _generation(self, each: Any) -> Figures:
        ratios = {"ratio_by_debt": _rounded(each.ratio), "ratio_by_count": _rounded(each.ratio_by_count)}
        return {"generation": each.number, **self._row(each.row), **ratios, "forced_weight": _rounded(each.forced)}

    def _tree(self, each: Any) -> Figures:
        return {"root": each.root, **self._row(each.row), "depth": each.depth, "breadth": each.breadth}

    def _cohort(self, each: Any) -> Figures:
        ratios = {"ratio_by_debt": _rounded(each.ratio), "ratio_by_count": _rounded(each.ratio_by_count)}
        return {"start_ns": each.start, **self._row(each.row), **ratios}

    def _descending(self, cascade: Cascade) -> Figures:
        by_count, by_debt = cascade.descending_share()
        return {"count": round(by_count, 6), "debt": round(by_debt, 6)}

    def _moves(self, place: Place) -> Figures:
        """Return whose doing the moves of one price were: falls and rises apart, with and without makers' inheritance."""
        scale = price_scale(self.facts, place)
        told: Figures = {}
        for words, cascade in (("", self.cascade), ("_with_makers", self.with_makers)):
            shares = cascade.books[place] if place in cascade.books else cascade.feeds[place]
            for key, sums in (("falls", shares.falls), ("rises", shares.rises)):
                told[key + words] = {group: round(share * scale / SHARE, 8) for group, share in grouped(sums.items()).items()}
            if not words:
                told |= {"opening": shares.opening * scale, "closing": shares.closing * scale}
        return told

    def _fallen(self) -> list[Seq]:
        """Return, for each pool that called anybody by a post, the margin call at the lowest posted price."""
        lowest: dict[Place, Fall] = {}
        for fall in self.cascade.falls.values():
            if fall.push.until and (fall.pool not in lowest or fall.price < lowest[fall.pool].price):
                lowest[fall.pool] = fall
        return [fall.seq for fall in lowest.values()]

    def _since_peak(self, fell: Seq) -> Figures:
        fall, inheriting = self.cascade.falls[fell], self.with_makers.falls[fell]
        weights = fall.weights_since_peak()
        heaviest = [(origin, weight) for origin, weight in weights.items() if origin[0] in PARENTS][:HEAVIEST]
        return {
            "pool": self.name(fall.pool),
            "margin_call": fell,
            "at_ns": fall.at,
            "posted_price": fall.price / _BASE_CURRENCY,
            "forced": _rounded(fall.since_peak),
            "forced_with_makers": _rounded(inheriting.since_peak),
            "by_group": _weights(weights),
            "heaviest_liquidations": [
                {"kind": OriginKind(kind).name.lower(), "entry": id, "weight": _rounded(weight)} for (kind, id), weight in heaviest
            ],
        }

    def _branching(self) -> Figures:
        """Return what self-exciting processes make of the instants of liquidation; they know no causes."""
        times = spread([each.at for each in self.cascade.liquidations.values()])
        duration = max(self.cascade.ended_at / SECOND, *(times or [0.0]), 1.0)
        hawkes = of_times(times, duration)
        fitted = hawkes and {"n": _rounded(hawkes.n), "decay_per_s": _rounded(hawkes.decay), "mu_per_s": _rounded(hawkes.mu)}
        return {"of_counts": _rounded(of_counts(times, duration, duration / 30)), "hawkes": fitted}


def told_as_tree(cascade: Cascade, root: Seq, most: int) -> list[tuple[int, Descent, Fraction]]:
    """Return the liquidations under a root, each under its heaviest parent: depth, liquidation, weight of the parent; at most so many."""
    below: dict[Seq, list[tuple[Seq, Fraction]]] = {}
    for seq in cascade.trees().get(root, ()):
        heaviest = next(iter(cascade.parents_of(seq)), None)
        if seq != root and heaviest is not None:
            below.setdefault(heaviest[0], []).append((seq, heaviest[1]))
    told: list[tuple[int, Descent, Fraction]] = []
    waiting = [(1, root, Fraction(1))] if root in cascade.liquidations else [(1, *child) for child in reversed(below.get(root, []))]
    while waiting and len(told) < most:
        depth, seq, weight = waiting.pop()
        told.append((depth, cascade.liquidations[seq], weight))
        waiting += [(depth + 1, *child) for child in reversed(below.get(seq, []))]
    return told


def _weights(weights: dict[Any, Fraction]) -> dict[str, float]:
    found: dict[str, Fraction] = {}
    for origin, weight in weights.items():
        group = next(iter(grouped([(origin, 1)])))
        found[group] = found.get(group, Fraction(0)) + weight
    return {group: float(round(weight, 6)) for group, weight in sorted(found.items(), key=lambda each: -each[1])}


def _rounded(value: float | Fraction | None) -> float | None:
    return None if value is None else round(float(value), 6)
