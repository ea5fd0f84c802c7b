"""What every report of a run must repeat, whoever prints it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.facts import Facts
from sim.view.words import decimal

_HOLLOW = 500
"""A spread (bps) at the trough of the mid beyond which the mid there says little."""


def remarks(facts: Facts, summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield what must be said of a run beside its figures."""
    if facts.extra.get("role") == "pinned":
        yield "pinned: the price path is given and held from outside; timing and bad debt may be claimed, no price effect"
    spread = summary.get("spread_at_trough_bps") or 0
    if spread > _HOLLOW:
        yield (
            f"note: at the trough of the mid the book was hollow (spread {decimal(spread / 100)} %), so that drawdown_bps says little;"
            " go by drawdown_traded_bps"
        )
    impact = summary.get("forced_sale_impact") or {}
    if "note" in impact:
        yield f"note: {impact['note']}"
    for note in facts.notes:
        yield f"note: {note}"
