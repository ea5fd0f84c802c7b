"""The table at the end of a run: every metric's figures in one flat dictionary, ready for JSON.

``summary(source, facts)`` reads a tape that was kept; ``LiveSummary`` is a sink that reads it as it is made, so that a run which
keeps no tape has its table too. Money is an exact decimal with its asset (``"1500.5 USDC"``), by symbol where there are several.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs
import numpy as np

from sim.cascade import Source, Stretch, stretches
from sim.errors import MetricError
from sim.facts import Facts
from sim.metrics.atomic import AtomicMetric
from sim.metrics.attackers import AttackersMetric
from sim.metrics.auctions import AuctionMetric
from sim.metrics.causes import CascadeMetric
from sim.metrics.chain import ChainMetric
from sim.metrics.fold import Figures, Metric
from sim.metrics.impact import ImpactMetric
from sim.metrics.keepers import KeepersMetric
from sim.metrics.lending import LendingMetric
from sim.metrics.market import MarketMetric
from sim.metrics.oracle import OracleMetric
from sim.metrics.premium import PremiumMetric
from sim.storage.columns import split
from sim.storage.memory import MemoryPart
from sim.tape import Sink
from sim.units import Seq

HEADLINE = (
    "drawdown_bps",
    "drawdown_vs_fundamental_bps",
    "return_at_end_bps",
    "liquidations",
    "debt_repaid",
    "collateral_sold",
    "bad_debt",
    "keeper_profit",
    "gas_paid",
    "oracle_gap_worst_bps",
    "unhealthy_to_liquidated_ns_p50",
    "unhealthy_to_liquidated_ns_p95",
    "generations",
    "gain",
    "forced_share_of_volume",
)
"""The keys that every table begins with, in this order."""


def built_in(facts: Facts) -> list[Metric]:
    """Return the metrics that every run is given."""
    return [
        MarketMetric(facts),
        LendingMetric(facts),
        AuctionMetric(facts),
        PremiumMetric(facts),
        KeepersMetric(facts),
        AttackersMetric(facts),
        ChainMetric(facts),
        AtomicMetric(facts),
        OracleMetric(facts),
        CascadeMetric(facts),
        ImpactMetric(facts),
    ]


def summary(source: Source, facts: Facts, extra: Sequence[Metric] = ()) -> Figures:
    """Return the table of a run whose full tape was kept; InputError if it was filtered.

    ``extra`` are metrics of one's own; their figures come last. MetricError if one of them has a name that is taken already.
    """
    ours = built_in(facts)
    for stretch in stretches(source):
        for metric in (*ours, *extra):
            metric.take(stretch)
    found = table(ours)
    for metric in extra:
        figures = metric.figures()
        if taken := [key for key in figures if key in found]:
            raise MetricError(f"{type(metric).__name__} has a figure {taken[0]}, which another metric has already; give it another name")
        found |= figures
    return found


def table(metrics: Iterable[Metric]) -> Figures:
    """Return all figures, the headline first; a headline figure that nothing measured is None."""
    found: Figures = {}
    for metric in metrics:
        found |= metric.figures()
    return {key: found.get(key) for key in HEADLINE} | {key: value for key, value in found.items() if key not in HEADLINE}


@attrs.define
class LiveSummary:
    """A sink that measures a tape as it is handed on, part by part, and keeps none of it."""

    facts: Facts
    onward: Sink | None = None
    """Another sink that is given the same rows, whatever part of them it keeps."""
    metrics: list[Metric] = attrs.field(default=attrs.Factory(lambda self: built_in(self.facts), takes_self=True))

    def take(self, rows: memoryview, wide: memoryview, first_seq: Seq, last_seq: Seq) -> None:
        """Measure these rows."""
        tables = {record: {name: np.ascontiguousarray(each) for name, each in columns.items()} for record, columns in split(rows, wide)}
        stretch = Stretch(MemoryPart(first_seq, last_seq, tables))
        for metric in self.metrics:
            metric.take(stretch)
        if self.onward is not None:
            self.onward.take(rows, wide, first_seq, last_seq)

    def figures(self) -> Figures:
        """Return the table so far; flush the tape first."""
        return table(self.metrics)
