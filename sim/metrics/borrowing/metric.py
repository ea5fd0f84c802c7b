"""The analysis ``borrowers``: margins before the fall, losses beyond the debt, false liquidations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from sim.cascade import Stretch
from sim.facts import Facts
from sim.metrics.accounts import Listed
from sim.metrics.analysis import Names, Table
from sim.metrics.borrowing.losses import Loss, Losses
from sim.metrics.borrowing.margins import Margins
from sim.metrics.borrowing.spared import SPANS, Spared
from sim.metrics.fold import Figures, asset_of, percentile
from sim.metrics.lender_tables import lender_tables

LOSSES = ("seq", "at_ns", "lender", "account", "asset", "debt", "taken", "loss", "loss_of_debt")
SPELLS = (
    "fell",
    "lender",
    "account",
    "debt",
    "trigger",
    "liquidated_at_ns",
    "back_after_ns",
    *(f"false_within_{span}" for span in SPANS),
)
BUCKETS = ("lender", "from", "to", "accounts", "debt", "share_of_debt", "liquidated", "p_liquidated", "p_liquidated_by_debt")
ALL = "all"


@attrs.define
class BorrowingMetric:
    """Borrowers: margins at the opening and who was liquidated, losses beyond the debt, false liquidations."""

    facts: Facts
    _losses: Losses = attrs.field(init=False)
    _spared: Spared = attrs.field(init=False)
    _margins: Margins = attrs.field(init=False)
    _listed: Listed | None = attrs.field(default=None, init=False)
    _is_open: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        """Begin with what the facts tell."""
        self._losses, self._spared, self._margins = Losses(self.facts), Spared(self.facts), Margins(self.facts)

    def open(self, listed: Listed) -> None:
        """Take in accounts that came in bulk."""
        self._listed = listed

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        self._opened()
        for each in (self._losses, self._spared, self._margins):
            each.take(stretch)

    def figures(self) -> Figures:
        """Return losses by asset, the share of false liquidations, margins by quantile and by bucket."""
        self._opened()
        losses, spared = self._losses.found, self._spared
        return {
            "liquidations": len(losses),
            "losses": [self._lost(quote) for quote in dict.fromkeys(each.quote for each in losses)],
            "false": [
                {
                    "within_ns": span,
                    "share": share,
                    "back": sum(spared.is_false(spell, span) is True for spell in spared.spells),
                    "not_back": sum(spared.is_false(spell, span) is False for spell in spared.spells),
                    "censored": sum(spared.is_false(spell, span) is None for spell in spared.spells),
                }
                for span, share in zip(SPANS.values(), spared.shares(), strict=True)
            ],
            "false_unknown": spared.unknown,
            "borrowers": sum(len(each.parties) for each in self._margins.of_lender.values()),
            "left_out": self._margins.left_out,
            "margins": self._margins.quantiles(),
            "by_utilisation": [
                {key: value for key, value in row.items() if key != "place"} for row in self._margins.rows() if row["place"] is None
            ],
        }

    def tables(self, name: Names) -> dict[str, Table]:
        """Return every liquidation's loss, every answered call with when the price was back, and buckets of utilisation by lender."""
        self._opened()
        spared, buckets = self._spared, self._margins.rows()
        return {
            "losses": _table(LOSSES, [self._row(each, name) for each in self._losses.found]),
            "false": _table(
                SPELLS,
                [
                    (
                        spell.fell,
                        name(spell.pool),
                        name(spell.account),
                        spell.debt / 10**8,
                        spell.sign * spell.trigger / 10**8,
                        spell.since,
                        None if spell.back is None else spell.back - spell.since,
                        *(spared.is_false(spell, span) for span in SPANS.values()),
                    )
                    for spell in spared.spells
                ],
            ),
            "utilisation": _table(
                BUCKETS,
                [(ALL if row["place"] is None else name(row["place"]), *(row[key] for key in BUCKETS[1:])) for row in buckets],
            ),
        }

    def _opened(self) -> None:
        """Open the sheets, once: before the first entry."""
        if not self._is_open:
            self._is_open = True
            self._margins.open(lender_tables(self.facts), self._listed)

    def _lost(self, quote: int) -> Figures:
        here = [each for each in self._losses.found if each.quote == quote]
        asset, debt, taken = asset_of(self.facts, quote), sum(each.debt for each in here), sum(each.taken for each in here)
        shares = [float(each.loss / each.debt) for each in here if each.debt > 0]
        return {
            "asset": asset.symbol,
            "debt": asset.amount(int(debt)),
            "taken": asset.amount(int(taken)),
            "loss": asset.amount(int(taken) - int(debt)),
            "loss_of_debt": round(float((taken - debt) / debt), 6) if debt else None,
            "loss_of_debt_p50": _rounded(percentile(shares, 50)),
            "loss_of_debt_p95": _rounded(percentile(shares, 95)),
        }

    def _row(self, each: Loss, name: Names) -> tuple[Any, ...]:
        asset = asset_of(self.facts, each.quote)
        values = [float(value / asset.unit) for value in (each.debt, each.taken, each.loss)]
        share = float(each.loss / each.debt) if each.debt > 0 else None
        return (each.seq, each.at, name(each.place), name(each.account), asset.symbol, *values, share)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    return {column: [row[place] for row in rows] for place, column in enumerate(columns)}
