"""What went on within single txs and behind the builder's door: flash loans, bundles, bids, and what feeds' beneficiaries got of them.

A run in which none of it happened has none of these figures.
"""

from __future__ import annotations

import attrs

from sim.cascade import Stretch
from sim.facts import Facts
from sim.metrics.fold import Figures, money
from sim.records.atomic import BuilderPaid, BundleDropped, BundleIncluded, FlashLoaned
from sim.units import AssetId, Units
from sim.vocabulary import Refusal


@attrs.define
class AtomicMetric:
    """Counts and sums of what composites and bundles say."""

    facts: Facts
    loans: int = 0
    fees: dict[AssetId, Units] = attrs.field(factory=dict)
    included: int = 0
    dropped: dict[str, int] = attrs.field(factory=dict)
    paid: Units = 0
    recaptured: Units = 0

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        loans, included = stretch.columns(FlashLoaned), stretch.columns(BundleIncluded)
        self.loans += len(loans["seq"])
        for asset, fee in zip(loans["asset"].tolist(), loans["fee"].tolist(), strict=True):
            self.fees[asset] = self.fees.get(asset, 0) + fee
        self.included += len(included["seq"])
        self.recaptured += sum(included["recaptured"].tolist())
        self.paid += sum(stretch.columns(BuilderPaid)["amount"].tolist())
        for reason in stretch.columns(BundleDropped)["reason"].tolist():
            word = Refusal(reason).name.lower()
            self.dropped[word] = self.dropped.get(word, 0) + 1

    def figures(self) -> Figures:
        """Return what there was."""
        gas, found = self.facts.gas_asset, Figures()
        if self.loans:
            found |= {"flash_loans": self.loans, "flash_fees_paid": money(self.fees, self.facts)}
        if self.included or self.dropped:
            found |= {"bundles_included": self.included, "bundles_dropped": dict(sorted(self.dropped.items()))}
        if self.paid:
            found |= {"builders_paid": money({gas: self.paid}, self.facts), "recaptured": money({gas: self.recaptured}, self.facts)}
        return found
