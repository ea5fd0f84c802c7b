"""A small vault system: one collateral, a feed one can set, a chain that executes one tx at a time."""

from collections.abc import Callable
from typing import Any

import attrs

from sim.assets import Asset
from sim.errors import Revert
from sim.ledger import Ledger
from sim.lending.vault.engine import VaultEngine
from sim.lending.vault.pool import VaultPool
from sim.lending.vault.terms import VaultTerms
from sim.units import RAD, RAY, UINT256_MAX, WAD, Party, Place, Rad, Ray, Seconds, Seq, Units, Wad
from tests.lending.small_chain import CHAIN as CHAIN
from tests.lending.small_chain import SmallChain

WETH = Asset(1, "WETH", 18)
DAI = Asset(2, "DAI", 18)
INTERNAL = Asset(3, "DAI/internal", 45)
ENGINE, POOL, FEED, VOW = 101, 102, 103, 104
ALICE, BOB, KEEPER = 201, 202, 203
OPENED: Seconds = 1_583_971_200
FEE: Ray = 1_000_000_001_243_680_656_318_820_312
"""Four percent a year."""


@attrs.define
class SetFeed:
    """A feed as a test sets it."""

    price: Wad = 200 * WAD
    has_price: bool = True
    posted: Seq = 7
    place: Place = FEED

    def peek(self) -> tuple[Wad, bool]:
        return self.price, self.has_price


@attrs.define(kw_only=True)
class World(SmallChain):
    """One engine, one pool, and what they need."""

    engine: VaultEngine
    pool: VaultPool
    feed: SetFeed
    now: Seconds = OPENED

    def contracts(self) -> dict[Place, Any]:
        return {POOL: self.pool, ENGINE: self.engine}

    def give(self, party: Party, asset: Asset, units: Units) -> None:
        """Mint units on the chain; money is backed as the builder backs it."""
        super().give(party, asset, units)
        self.engine.back_opening(self.ledger.minted[DAI.id])

    def within(self, act: Callable[[], None]) -> str:
        """Do what only contracts may, in a tx; return ``done``, or why it reverted."""
        journal = self.ledger.journal
        mark = journal.begin()
        try:
            act()
        except Revert as revert:
            journal.rollback(mark)
            journal.commit()
            return revert.reason.name
        journal.commit()
        return "done"

    def screen(self, post: Seq = 0, price: int = 0) -> list[tuple[Party, tuple[int, ...]]]:
        return self.pool.screen(self.now, post, WETH.id, price)

    def _check(self) -> None:
        self.engine._check()
        self.pool._check()
        self.ledger.check()


def build(
    ratio: Ray = 150 * RAY // 100,
    min_debt: Rad = 20 * RAD,
    ceiling: Rad = UINT256_MAX,
    fee: Ray = RAY,
    engine_ceiling: Rad = UINT256_MAX,
    price: Wad = 200 * WAD,
) -> World:
    """Return a system without vaults; collateral is worth 200."""
    ledger = Ledger()
    for asset in (WETH, DAI, INTERNAL):
        ledger.add_asset(asset)
    engine = VaultEngine(ENGINE, CHAIN, ledger, DAI.id, INTERNAL.id, engine_ceiling)
    feed = SetFeed(price)
    pool = VaultPool.of(POOL, engine, VaultTerms(WETH, ratio, min_debt, ceiling, fee), feed, VOW, OPENED)
    return World(engine=engine, pool=pool, ledger=ledger, feed=feed)
