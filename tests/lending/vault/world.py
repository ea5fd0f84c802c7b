"""A small vault system: one collateral, a feed one can set, a chain that executes one tx at a time."""

from collections.abc import Callable
from typing import Any

import attrs

from sim.assets import Asset
from sim.chain.contract import BlockHead, Buffer, CallContext, answer
from sim.errors import Revert
from sim.ledger import Ledger
from sim.lending.vault.engine import VaultEngine
from sim.lending.vault.pool import VaultPool
from sim.lending.vault.terms import VaultTerms
from sim.units import RAD, RAY, UINT256_MAX, WAD, Gas, Party, Place, Rad, Ray, Seconds, Seq, Units, Wad
from sim.vocabulary import Refusal

WETH = Asset(1, "WETH", 18)
DAI = Asset(2, "DAI", 18)
INTERNAL = Asset(3, "DAI/internal", 45)
CHAIN, ENGINE, POOL, FEED, VOW = 100, 101, 102, 103, 104
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


@attrs.define
class World:
    """One engine, one pool, and what they need."""

    engine: VaultEngine
    pool: VaultPool
    ledger: Ledger
    feed: SetFeed
    now: Seconds = OPENED
    said: list[tuple[Any, ...]] = attrs.field(factory=list)
    """Rows of the last tx that succeeded."""
    told: int = 0

    def give(self, party: Party, asset: Asset, units: Units) -> None:
        """Mint units on the chain; money is backed as the builder backs it."""
        self.ledger.mint(asset.id, self.ledger.open(party, CHAIN), units)
        self.engine.back_opening(self.ledger.minted[DAI.id])

    def held(self, party: Party, asset: Asset) -> Units:
        return self.ledger.balance(asset.id, self.ledger.open(party, CHAIN))

    def execute(self, sender: Party, call: Any, place: Place = POOL) -> Gas | Refusal:
        """Carry one tx out; return its gas, or why it reverted."""
        journal, buffer = self.ledger.journal, Buffer(first=self.told + 1)
        contracts: dict[Place, Any] = {POOL: self.pool, ENGINE: self.engine}
        context = CallContext(BlockHead(1, self.now, 0, 0), 1, sender, sender, place, contracts, journal, buffer)
        mark = journal.begin()
        try:
            gas = answer(call, context)
        except Revert as revert:
            journal.rollback(mark)
            journal.commit()
            return revert.reason
        journal.commit()
        self.said = [row for _, _, _, row in buffer.rows]
        self.told += len(buffer.rows)
        return gas

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

    def done(self, sender: Party, call: Any, place: Place = POOL) -> None:
        """Carry one tx out that must succeed."""
        found = self.execute(sender, call, place)
        assert not isinstance(found, Refusal), found.name

    def rows(self, record: Any) -> list[Any]:
        """Return what the last tx said of one kind, as records."""
        return [record(*row[1:]) for row in self.said if row[0] == record.kind]

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
    return World(engine, pool, ledger, feed)
