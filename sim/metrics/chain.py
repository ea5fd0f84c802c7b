"""What the chain charged and turned away: gas paid, txs reverted and dropped, and why keepers left opportunities alone."""

from __future__ import annotations

import attrs

from sim.cascade import Stretch
from sim.facts import Facts
from sim.metrics.fold import Figures, money
from sim.records.agents import Declined
from sim.records.chain import BlockSealed, GasPaid, TxDropped, TxIncluded, TxReverted
from sim.units import Units
from sim.vocabulary import Refusal


@attrs.define
class ChainMetric:
    """Counts by reason; gas of all the scenario's agents."""

    facts: Facts
    gas: Units = 0
    blocks: int = 0
    included: int = 0
    reverted: dict[str, int] = attrs.field(factory=dict)
    dropped: dict[str, int] = attrs.field(factory=dict)
    declined: dict[str, int] = attrs.field(factory=dict)

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        self.gas += sum(stretch.columns(GasPaid)["amount"].tolist())
        self.blocks += len(stretch.columns(BlockSealed)["seq"])
        self.included += len(stretch.columns(TxIncluded)["seq"])
        for counts, record in ((self.reverted, TxReverted), (self.dropped, TxDropped), (self.declined, Declined)):
            for reason in stretch.columns(record)["reason"].tolist():
                word = Refusal(reason).name.lower()
                counts[word] = counts.get(word, 0) + 1

    def figures(self) -> Figures:
        """Return gas paid and the counts."""
        return {
            "gas_paid": money({self.facts.gas_asset: self.gas}, self.facts),
            "blocks": self.blocks,
            "txs_included": self.included,
            "txs_reverted": dict(sorted(self.reverted.items())),
            "txs_dropped": dict(sorted(self.dropped.items())),
            "declined": dict(sorted(self.declined.items())),
        }
