"""A small vault system with Dutch auctions: two kinds of vaults under one dog, feeds one can set, one tx at a time."""

from typing import Any, ClassVar

import attrs

from sim.assets import Asset
from sim.auction.clipper import Clipper
from sim.auction.clipper_rules import ClipperTerms
from sim.auction.curves import Linear, PriceCurve
from sim.auction.dog import Dog, DogTerms
from sim.auction.dutch_views import DutchSaleView
from sim.auction.flopper import Flopper
from sim.auction.vow import Vow
from sim.chain.contract import BlockHead, Buffer, CallContext, Contract
from sim.commands import BarkCall, RefreshPriceCall, SaleCallback, TakeCall
from sim.ledger import Ledger
from sim.lending.vault.engine import VaultEngine
from sim.lending.vault.opening import open_vault
from sim.lending.vault.pool import VaultPool
from sim.lending.vault.terms import VaultTerms
from sim.units import NO_SEQ, RAD, RAY, UINT256_MAX, WAD, Gas, Party, Place, Rad, Ray, Seconds, Seq, Units, Wad
from sim.vocabulary import Refusal
from tests.support.one_tx import carried_out

WETH, WBTC, DAI = Asset(1, "WETH", 18), Asset(2, "WBTC", 18), Asset(3, "DAI", 18)
INTERNAL, MKR = Asset(4, "DAI_INTERNAL", 45), Asset(5, "MKR", 18)
CHAIN, ENGINE, DOG, VOW, DEBT_HOUSE, CALLEE = 100, 101, 102, 103, 104, 105
POOL, HOUSE, FEED = 110, 111, 112
OTHER_POOL, OTHER_HOUSE, OTHER_FEED = 120, 121, 122
OWNER, ALICE, BOB, KEEPER = 201, 202, 203, 204
OPENED: Seconds = 1_620_000_000
ETHER, MONEY = 10**18, RAD
ANY = UINT256_MAX
TAKEN, CLOSED = 250_000, 300_000
"""Gas of a take that leaves something, and of the last."""


@attrs.define
class SetFeed:
    """A feed as a test sets it."""

    place: Place
    wad: Wad = 200 * WAD
    has_price: bool = True
    posted: Seq = NO_SEQ

    def peek(self) -> tuple[Wad, bool]:
        return self.wad, self.has_price


@attrs.define
class Callee:
    """A contract that is called in the middle of a take, and does there what a test wants."""

    world: "World"
    does: list[tuple[Place, Any]] = attrs.field(factory=list)
    """Contracts and calls."""
    lends: Rad = 0
    """Money it gives whoever takes."""
    heard: list[tuple[SaleCallback, Units]] = attrs.field(factory=list)
    """What it was told, and what collateral the sender had by then."""
    calls: ClassVar[tuple[type[Any], ...]] = (SaleCallback,)

    def answer(self, call: SaleCallback, context: CallContext) -> Gas:
        self.heard.append((call, self.world.gems(call.sender)))
        self.world.engine.move(CALLEE, call.sender, self.lends)
        for place, inner in self.does:
            context.call(place, inner)
        return 0


@attrs.define
class World:
    """Two pools of vaults, their houses, and the dog."""

    ledger: Ledger
    engine: VaultEngine
    feeds: dict[Place, SetFeed]
    pools: dict[Place, VaultPool]
    vow: Vow
    dog: Dog
    callee: Callee = attrs.field(init=False)
    now: Seconds = OPENED
    said: list[tuple[Any, Place, Party, tuple[int, ...]]] = attrs.field(factory=list)
    """What the last tx that succeeded said: cause, place, party, row."""
    told: int = 0

    def __attrs_post_init__(self) -> None:
        self.callee = Callee(self)

    @property
    def house(self) -> Clipper:
        return self.dog.houses[POOL]

    @property
    def pool(self) -> VaultPool:
        return self.pools[POOL]

    @property
    def contracts(self) -> dict[Place, Contract]:
        houses = {house.place: house for house in self.dog.houses.values()}
        return {**self.pools, **houses, DOG: self.dog, ENGINE: self.engine, VOW: self.vow, CALLEE: self.callee}

    def execute(self, sender: Party, place: Place, call: Any) -> Gas | Refusal:
        """Carry one tx out; return its gas, or why it reverted."""
        journal, buffer = self.ledger.journal, Buffer(first=self.told + 1)
        context = CallContext(BlockHead(1, self.now, 0, 0), 1, sender, sender, place, self.contracts, journal, buffer)
        gas = carried_out(call, context)
        if isinstance(gas, Refusal):
            return gas
        self.said = buffer.rows
        self.told += len(buffer.rows)
        return gas

    def rows(self, record: Any) -> list[Any]:
        """Return what the last tx said of one kind, as records."""
        return [record(*row[1:]) for _, _, _, row in self.said if row[0] == record.kind]

    def post(self, dollars: int | None, pool: Place = POOL) -> None:
        """Set a feed, or void it, and have the pool read it."""
        feed = self.feeds[pool]
        feed.wad, feed.has_price = (dollars or 0) * WAD, dollars is not None
        assert not isinstance(self.execute(KEEPER, pool, RefreshPriceCall()), Refusal)

    def open(self, collateral: Units, debt: Units, party: Party = OWNER, pool: Place = POOL) -> None:
        open_vault(self.pools[pool], party, collateral, debt)

    def fund(self, party: Party, money: Rad) -> None:
        self.engine.open_surplus(party, money)

    def money(self, party: Party) -> Rad:
        return self.engine.internal_of(party)

    def gems(self, party: Party, asset: Asset = WETH) -> Units:
        return self.engine.free_collateral(asset.id, party)

    def sale(self, number: int = 1) -> DutchSaleView:
        return self.house.sales[number]

    def check(self) -> None:
        machines: list[Any] = [self.engine, self.vow, self.dog, *self.pools.values()]
        for each in machines:
            each._check()
        self.ledger.check()

    def state(self) -> Any:
        """Return all that a call may change, in plain values."""
        houses = [(house.kicks, house.is_locked, house.least_left, dict(house.sales)) for house in self.dog.houses.values()]
        vaults = [(place, who, pool.vault(who)) for place, pool in self.pools.items() for who in (OWNER, ALICE, BOB, KEEPER)]
        held = [(asset, purse, units) for asset, all_ in self.ledger.balances.items() for purse, units in enumerate(all_) if units]
        debts = (self.engine.debt, dict(self.engine.unbacked_of), dict(self.vow.queue), self.dog.in_auction, dict(self.dog.in_auction_of))
        return houses, vaults, held, debts


def terms(
    curve: PriceCurve | None = None,
    expiry: Seconds = 900,
    floor: Ray = RAY // 20,
    start_factor: Ray = 2 * RAY,
    reward_flat: Rad = 0,
    reward_share: Wad = 0,
) -> ClipperTerms:
    """Return a house's terms; by default a price that falls from twice the feed's to nothing in a thousand seconds."""
    return ClipperTerms(curve or Linear(1_000), expiry, floor, start_factor, reward_flat, reward_share)


def build(
    sale: ClipperTerms | None = None,
    penalty: Wad = 11 * WAD // 10,
    capacity: Rad = UINT256_MAX,
    pool_capacity: Rad = UINT256_MAX,
    min_debt: Rad = 100 * MONEY,
    index: Ray = RAY,
) -> World:
    """Return a system without vaults, at 200 dollars a unit of either collateral and a ratio of 150 %."""
    ledger = Ledger()
    for asset in (WETH, WBTC, DAI, INTERNAL, MKR):
        ledger.add_asset(asset)
    engine = VaultEngine(ENGINE, CHAIN, ledger, DAI.id, INTERNAL.id)
    vow = Vow(VOW, engine, 561_600, 50_000 * MONEY, 250 * WAD, Flopper(DEBT_HOUSE, engine, MKR.id, 105 * WAD // 100, 15 * WAD // 10, 1, 1))
    dog = Dog(DOG, engine, vow, {}, capacity)
    pools, feeds = {}, {}
    for place, house, feed, asset in ((POOL, HOUSE, FEED, WETH), (OTHER_POOL, OTHER_HOUSE, OTHER_FEED, WBTC)):
        feeds[place] = SetFeed(feed)
        pools[place] = VaultPool.of(place, engine, VaultTerms(asset, 15 * RAY // 10, min_debt), feeds[place], VOW, OPENED)
        pools[place].index = index
        dog.terms[place] = DogTerms(penalty, pool_capacity)
        Clipper.open(house, engine, pools[place], dog, VOW, feeds[place], sale or terms())
    return World(ledger, engine, feeds, pools, vow, dog)


def with_sale(**keys: Any) -> World:
    """Return a system whose first sale has begun: 10 ether, 1,100 DAI owed, at a start price of 200; Alice has 10,000 DAI.

    The price falls by twenty cents a second.
    """
    world = build(**keys)
    world.open(10 * ETHER, 1_000 * ETHER)
    world.post(100)
    assert not isinstance(world.execute(KEEPER, DOG, BarkCall(POOL, OWNER)), Refusal)
    world.fund(ALICE, 10_000 * MONEY)
    return world


def take(world: World, ether: float = 10, price: int = ANY, who: int = ALICE, **more: Any) -> Gas | Refusal:
    """Have somebody take from the first sale."""
    return world.execute(who, HOUSE, TakeCall(1, round(ether * ETHER), price, **more))


def at(world: World, seconds: int) -> World:
    """Let so much time have passed since the first sale began."""
    world.now = OPENED + seconds
    return world
