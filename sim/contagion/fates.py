"""What became of each protocol: margin calls, liquidations, debt liquidated, bad debt, and when each of them came first.

Debt is told as the cascade tells it: repaid at the posted price; of an auction the debt that it was to raise, penalty left out; of a
Comet's absorption all that was owed. Bad debt is what was written off, at the price at which that debt was last liquidated; of an
auction the debt that it did not raise.
"""

from __future__ import annotations

import attrs

from sim.cascade import Stretch
from sim.cascade.stretch import Row
from sim.facts import Facts
from sim.records.auctions import AuctionClosed, AuctionStarted
from sim.records.comet import Absorbed
from sim.records.lending import BadDebt, HealthFell, Liquidated
from sim.units import RAD, AssetId, Nanos, Place, Units

_BASE_CURRENCY = 10**8
_READS = (HealthFell, Liquidated, Absorbed, AuctionStarted, AuctionClosed, BadDebt)


@attrs.define
class Fate:
    """One protocol's. Debt in base currency with 8 decimals."""

    calls: int = 0
    liquidations: int = 0
    debt: int = 0
    """Liquidated."""
    from_others: int = 0
    """The part of it that falls to other protocols' sales, where a map was made."""
    from_itself: int = 0
    bad_debt: int = 0
    first_called_at: Nanos | None = None
    first_liquidated_at: Nanos | None = None
    first_bad_debt_at: Nanos | None = None


@attrs.define
class Fates:
    """All protocols of a run, by place. Fed stretch by stretch, or row by row by whoever reads the tape anyway."""

    facts: Facts
    found: dict[Place, Fate] = attrs.field(init=False)
    houses: dict[Place, Place] = attrs.field(init=False)
    """Pool of vaults by auction house."""
    _decimals: dict[AssetId, int] = attrs.field(init=False)
    _prices: dict[tuple[Place, AssetId], int] = attrs.field(factory=dict)
    """What debts were last liquidated at."""

    def __attrs_post_init__(self) -> None:
        """Begin with every protocol that the facts name."""
        self.found = {place: Fate() for place in protocol_names(self.facts)}
        self.houses = {vault.house: vault.place for vault in self.facts.vaults}
        self._decimals = {asset.id: asset.decimals for asset in self.facts.assets}
        self._prices = {(pool.place, asset): price for pool in self.facts.pools for asset, price in pool.fixed_prices.items()}

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        handlers = {
            HealthFell.kind: self.fell,
            Liquidated.kind: self.liquidated,
            Absorbed.kind: self.absorbed,
            AuctionStarted.kind: self.auction_started,
            AuctionClosed.kind: self.auction_closed,
            BadDebt.kind: self.written_off,
        }
        for row in stretch.rows(_READS):
            handlers[row[1]](row)

    def fell(self, row: Row) -> None:
        """Take a margin call."""
        fate = self._of(row[4])
        fate.calls += 1
        fate.first_called_at = row[2] if fate.first_called_at is None else fate.first_called_at

    def liquidated(self, row: Row) -> None:
        """Take a liquidation."""
        _, _, at, _, pool, _, _, asset, _, _, price, _, repaid, _, _, _ = row
        self._prices[pool, asset] = price
        self._hit(pool, self._worth(asset, repaid, price), at)

    def absorbed(self, row: Row) -> None:
        """Take an absorption."""
        _, _, at, _, pool, _, _, asset, _, price, debt, _, _, _, _ = row
        self._prices[pool, asset] = price
        self._hit(pool, self._worth(asset, debt, price), at)

    def auction_started(self, row: Row) -> None:
        """Take the start of an auction."""
        house: Place = row[4]
        self._hit(self.houses.get(house, house), row[12] * _BASE_CURRENCY // RAD, row[2])

    def auction_closed(self, row: Row) -> None:
        """Take the end of an auction; one of governance units liquidates nobody."""
        if row[4] in self.houses:
            self._lost(self.houses[row[4]], max(0, row[14] - row[12]) * _BASE_CURRENCY // RAD, row[2])

    def written_off(self, row: Row) -> None:
        """Take bad debt."""
        _, _, at, _, pool, _, asset, _, amount = row
        self._lost(pool, self._worth(asset, amount, self._prices.get((pool, asset), _BASE_CURRENCY)), at)

    def _hit(self, pool: Place, debt: int, at: Nanos) -> None:
        fate = self._of(pool)
        fate.liquidations += 1
        fate.debt += debt
        fate.first_liquidated_at = at if fate.first_liquidated_at is None else fate.first_liquidated_at

    def _lost(self, pool: Place, value: int, at: Nanos) -> None:
        fate = self._of(pool)
        fate.bad_debt += value
        if value and fate.first_bad_debt_at is None:
            fate.first_bad_debt_at = at

    def _worth(self, asset: AssetId, units: Units, price: int) -> int:
        return units * price // int(10 ** self._decimals.get(asset, 0))

    def _of(self, pool: Place) -> Fate:
        return self.found.setdefault(pool, Fate())


def protocol_names(facts: Facts) -> dict[Place, str]:
    """Return the name of every protocol of a run: lending pools, markets, pools of vaults."""
    return {pool.place: pool.name for pool in facts.pools} | {vault.place: vault.name for vault in facts.vaults}
