"""What the pools went through: liquidations, bad debt, and the clocks from a margin call to the liquidation that answers it.

A clock runs from ``HealthFell`` (unhealthy at the posted price) to the account's first liquidation after it, in nanoseconds and in
blocks. One account may be called several times: ``margin_calls`` counts the calls, ``accounts_called`` the accounts of a pool they went
to, and ``never_liquidated`` those of these accounts that no liquidation ever touched, because the price came back, the borrower mended it,
or nobody came. An auction answers a margin call when it is started; what it repaid and sold, and the debt that it did not raise, counts
when it is closed. A Comet's absorption is a liquidation that repays what the collateral covered and seizes all of it. Of a Liquity trove
counts what its collateral was given for: what other troves owe from then on is not repaid, and all collateral but what is left for
its owner is seized.
"""

from __future__ import annotations

import attrs

from sim.cascade import Stretch
from sim.cascade.stretch import Row
from sim.facts import Facts, VaultFacts
from sim.metrics.fold import Figures, asset_of, money, percentile, sums_by_asset, unraised
from sim.records.auctions import AuctionClosed, AuctionStarted
from sim.records.chain import BlockSealed
from sim.records.comet import Absorbed, CollateralAbsorbed
from sim.records.lending import BadDebt, HealthFell, HealthRecovered, Liquidated
from sim.records.liquity import TroveLiquidated
from sim.units import RAD, AssetId, Nanos, Party, Place, Seq, Units

_READS = (HealthFell, HealthRecovered, Liquidated, BadDebt, BlockSealed, AuctionStarted, AuctionClosed)
_FAMILIES = (Absorbed, CollateralAbsorbed, TroveLiquidated)


@attrs.define
class LendingMetric:
    """All pools."""

    facts: Facts
    repaid: dict[AssetId, Units] = attrs.field(factory=dict)
    seized: dict[AssetId, Units] = attrs.field(factory=dict)
    bad_debt: dict[AssetId, Units] = attrs.field(factory=dict)
    liquidations: int = 0
    falls: int = 0
    waits: list[Nanos] = attrs.field(factory=list)
    waits_in_blocks: list[int] = attrs.field(factory=list)
    _blocks: int = 0
    _open: dict[Seq, tuple[Nanos, int]] = attrs.field(factory=dict)
    """Margin calls without a liquidation: when, in which block."""
    _unhealthy: dict[tuple[Place, Party], Seq] = attrs.field(factory=dict)
    _was_liquidated: dict[tuple[Place, Party], bool] = attrs.field(factory=dict)
    """Every account that was called."""
    _vaults: dict[Place, VaultFacts] = attrs.field(init=False)
    """By auction house."""
    _last: tuple[AssetId, AssetId] = (0, 0)
    """Debt and collateral of the last liquidation."""

    def __attrs_post_init__(self) -> None:
        """Learn which house sells which pool's collateral."""
        self._vaults = {vault.house: vault for vault in self.facts.vaults}

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        columns = stretch.columns(Liquidated)
        sums_by_asset(self.repaid, columns["debt_asset"], columns["repaid"])
        sums_by_asset(self.seized, columns["collateral_asset"], columns["seized"])
        sums_by_asset(self.bad_debt, stretch.columns(BadDebt)["asset"], stretch.columns(BadDebt)["amount"])
        for row in stretch.rows((*_READS, *_FAMILIES)):
            self._read(row)

    def figures(self) -> Figures:
        """Return counts, sums and clocks."""
        usual = self.facts.venues[0] if self.facts.venues else None
        quote, base = (usual.quote, usual.base) if usual else (0, 0)
        return {
            "liquidations": self.liquidations,
            "debt_repaid": money(self.repaid, self.facts, quote),
            "collateral_seized": money(self.seized, self.facts, base),
            "bad_debt": money(self.bad_debt, self.facts, quote),
            "unhealthy_to_liquidated_ns_p50": percentile(self.waits, 50),
            "unhealthy_to_liquidated_ns_p95": percentile(self.waits, 95),
            "unhealthy_to_liquidated_blocks_p50": percentile(self.waits_in_blocks, 50),
            "margin_calls": self.falls,
            "accounts_called": len(self._was_liquidated),
            "never_liquidated": sum(not was for was in self._was_liquidated.values()),
            "unhealthy_at_end": len(self._unhealthy),
        }

    def _read(self, row: Row) -> None:
        seq, kind, at, _, place, party = row[:6]
        if kind == BlockSealed.kind:
            self._blocks += 1
        elif kind == HealthFell.kind:
            self.falls += 1
            self._open[seq] = (at, self._blocks)
            self._unhealthy[place, party] = seq
            self._was_liquidated.setdefault((place, party), False)
        elif kind == Liquidated.kind:
            self._answered(at, place, row[6], row[9])
            self._last = row[7], row[8]
        elif kind == AuctionStarted.kind:
            vault = self._vaults.get(place)
            self._answered(at, vault.place if vault else place, row[7], row[8])
        elif kind == AuctionClosed.kind:
            self._closed(row)
        elif kind == Absorbed.kind:
            self._answered(at, place, row[6], row[8])
            sums_by_asset(self.repaid, [row[7]], [row[10] - row[13]])
        elif kind == CollateralAbsorbed.kind:
            sums_by_asset(self.seized, [row[7]], [row[10]])
        elif kind == TroveLiquidated.kind:
            self._closed_trove(row)
        else:
            # Recovered, or written off: there is nothing left to be unhealthy.
            self._unhealthy.pop((place, party), None)

    def _answered(self, at: Nanos, pool: Place, account: Party, fell: Seq) -> None:
        self.liquidations += 1
        if (pool, account) in self._was_liquidated:
            self._was_liquidated[pool, account] = True
        since = self._open.pop(fell, None)
        if since is not None:
            self.waits.append(at - since[0])
            self.waits_in_blocks.append(self._blocks - since[1])

    def _closed_trove(self, row: Row) -> None:
        """Correct what its ``Liquidated`` said, which comes right before: who got the collateral, and which debt is still owed."""
        debt, collateral = self._last
        sums_by_asset(self.repaid, [debt], [-row[11]])
        sums_by_asset(self.seized, [collateral], [row[10] + row[12]])

    def _closed(self, row: Row) -> None:
        vault = self._vaults.get(row[4])
        if vault is None:
            return  # A house of governance units.
        sold, raised, debt, unit = row[10], row[12], row[14], asset_of(self.facts, vault.money).unit
        repaid = min(raised, debt) * unit // RAD
        sums_by_asset(self.repaid, [vault.money], [repaid])
        sums_by_asset(self.seized, [row[9]], [sold])
        if unpaid := unraised(row, unit):
            sums_by_asset(self.bad_debt, [vault.money], [unpaid])
