"""A small vault system with English auctions: ether against DAI, a feed one can set, a chain that executes one tx at a time."""

from typing import Any

import attrs

from sim.assets import Asset
from sim.auction.cat import Cat, CatTerms
from sim.auction.english_views import EnglishSaleView
from sim.auction.flipper import Flipper, Version
from sim.auction.flopper import Flopper
from sim.auction.vow import Vow
from sim.chain.contract import BlockHead, Buffer, CallContext, Contract
from sim.commands import BiteCall, RefreshPriceCall
from sim.ledger import Ledger
from sim.lending.vault.engine import VaultEngine
from sim.lending.vault.opening import open_vault
from sim.lending.vault.pool import VaultPool, VaultTerms
from sim.units import NO_SEQ, RAD, RAY, UINT256_MAX, WAD, Gas, Party, Place, Rad, Ray, Seconds, Seq, Units
from sim.vocabulary import Refusal
from tests.support.one_tx import carried_out

WETH, DAI, INTERNAL = Asset(1, "WETH", 18), Asset(2, "DAI", 18), Asset(3, "DAI_INTERNAL", 45)
MKR = Asset(4, "MKR", 18)
CHAIN, ENGINE, POOL, HOUSE, CAT, VOW, FEED, DEBT_HOUSE = 100, 101, 102, 103, 104, 105, 106, 107
OWNER, ALICE, BOB, KEEPER = 201, 202, 203, 204
OPENED: Seconds = 1_583_971_200
ETHER, MONEY = 10**18, RAD
PENALTY = {"1.0": 113 * RAY // 100, "1.1": 113 * RAY // 100, "1.2": 113 * WAD // 100}
BID_LIFETIME: Seconds = 600
DEBT_WAIT: Seconds = 561_600
AUCTION_LIFETIME: Seconds = 6 * 3_600


@attrs.define
class SetFeed:
    """A feed as a test sets it."""

    wad: int = 200 * WAD
    has_price: bool = True
    place: Place = FEED
    posted: Seq = NO_SEQ

    def peek(self) -> tuple[int, bool]:
        return self.wad, self.has_price


@attrs.define
class World:
    """One pool of vaults, its house and its Cat."""

    ledger: Ledger
    engine: VaultEngine
    feed: SetFeed
    pool: VaultPool
    vow: Vow
    house: Flipper
    cat: Cat
    now: Seconds = OPENED
    said: list[tuple[Any, Place, Party, tuple[int, ...]]] = attrs.field(factory=list)
    """What the last tx that succeeded said: cause, place, party, row."""
    told: int = 0

    @property
    def contracts(self) -> dict[Place, Contract]:
        return {POOL: self.pool, HOUSE: self.house, CAT: self.cat, ENGINE: self.engine}

    def execute(self, sender: Party, place: Place, call: Any, gas_limit: Gas = 10**6) -> Gas | Refusal:
        """Carry one tx out; return its gas, or why it reverted."""
        journal, buffer = self.ledger.journal, Buffer(first=self.told + 1)
        context = CallContext(BlockHead(1, self.now, 0, 0), 1, sender, sender, place, self.contracts, journal, buffer)
        gas = carried_out(call, context, gas_limit)
        if isinstance(gas, Refusal):
            return gas
        self.said = buffer.rows
        self.told += len(buffer.rows)
        return gas

    def rows(self, record: Any) -> list[Any]:
        """Return what the last tx said of one kind, as records."""
        return [record(*row[1:]) for _, _, _, row in self.said if row[0] == record.kind]

    def post(self, dollars: int | None) -> None:
        """Set the feed, or void it, and have the pool read it."""
        self.feed.wad, self.feed.has_price = (dollars or 0) * WAD, dollars is not None
        assert not isinstance(self.execute(KEEPER, POOL, RefreshPriceCall()), Refusal)

    def open(self, collateral: Units, debt: Units, party: Party = OWNER) -> None:
        open_vault(self.pool, party, collateral, debt)

    def fund(self, party: Party, rad: Rad) -> None:
        self.engine.open_surplus(party, rad)

    def money(self, party: Party) -> Rad:
        return self.engine.internal_of(party)

    def gems(self, party: Party) -> Units:
        return self.engine.free_collateral(WETH.id, party)

    def sale(self, number: int = 1) -> EnglishSaleView:
        return self.house.sales[number]

    def check(self) -> None:
        for each in (self.engine, self.pool, self.house, self.cat, self.vow):
            each._check()
        self.ledger.check()


def build(
    version: Version,
    lot: Units = 50 * ETHER,
    dunk: Rad = 5_650 * RAD,
    box: Rad = UINT256_MAX,
    min_debt: Rad = 0,
    index: Ray = RAY,
    increment: int = 103 * WAD // 100,
) -> World:
    """Return a system without vaults, at 200 dollars an ether and a ratio of 150 %."""
    ledger = Ledger()
    for asset in (WETH, DAI, INTERNAL, MKR):
        ledger.add_asset(asset)
    engine = VaultEngine(ENGINE, CHAIN, ledger, DAI.id, INTERNAL.id)
    debt_house = Flopper(DEBT_HOUSE, engine, MKR.id, 105 * WAD // 100, 15 * WAD // 10, 10_800, 172_800)
    feed, vow = SetFeed(), Vow(VOW, engine, DEBT_WAIT, 50_000 * RAD, 250 * ETHER, debt_house)
    pool = VaultPool.of(POOL, engine, VaultTerms(WETH, 15 * RAY // 10, min_debt), feed, VOW, OPENED)
    pool.index = index
    house = Flipper(HOUSE, engine, pool, VOW, version, increment, BID_LIFETIME, AUCTION_LIFETIME)
    cat = Cat(CAT, version, engine, vow, {POOL: CatTerms(PENALTY[version], lot, dunk)}, {POOL: house}, box)
    return World(ledger, engine, feed, pool, vow, house, cat)


def with_sale(version: Version, **terms: Any) -> World:
    """Return a system whose first sale has begun: 50 ether for 5,650 DAI, out of a vault of 130 ether and 13,000 DAI."""
    world = build(version, **terms)
    world.open(130 * ETHER, 13_000 * ETHER)
    world.post(149)
    assert not isinstance(world.execute(KEEPER, CAT, BiteCall(POOL, OWNER)), Refusal)
    return world
