"""Maker's Dutch auctions, held to outside cases through the machines themselves: each case is a call that dog or clipper answers.

A small world is built around the state that a case names, the call is carried out as a tx, and what the ledger, the sale and the
records then say is handed back. Price curves and powers are asked directly: they have no state. Cases of ``take`` name a price and
not how it came about: the curve of such a world stands still at it. A call that failed is looked at for traces.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from sim.assets import Asset
from sim.auction.clipper import Clipper
from sim.auction.clipper_rules import ClipperTerms
from sim.auction.curves import Exponential, Linear, PriceCurve, Stairstep
from sim.auction.dog import Dog, DogTerms
from sim.auction.dutch_views import DutchSaleView
from sim.chain.contract import BlockHead, Buffer, CallContext, Contract, answer
from sim.commands import BarkCall, RedoCall, TakeCall
from sim.conformance.cases import NotCovered, Reverted
from sim.errors import Revert
from sim.ledger import Ledger
from sim.lending.vault.engine import VaultEngine
from sim.lending.vault.pool import VaultPool
from sim.lending.vault.ray_power import ray_power
from sim.lending.vault.terms import VaultTerms
from sim.units import RAD, RAY, UINT256_MAX, WAD, Party, Place, Rad, Ray, Seconds, Seq, Units, Wad
from sim.vocabulary import Refusal

Inputs = Mapping[str, Any]
Got = dict[str, Any]

GEM, DAI, INTERNAL = Asset(1, "GEM", 18), Asset(2, "DAI", 18), Asset(3, "internal", 45)
CHAIN, ENGINE, POOL, DOG, HOUSE, VOW, FEED = range(10, 17)
OWNER, KEEPER = 20, 21
NOW: Seconds = 1_600_000_000
PRICE: Wad = 4 * WAD
"""What the feed says where a case does not: any price will do."""


class LeftTraces(Exception):
    """A call failed and yet changed something."""


@attrs.define
class SetFeed:
    """A feed that says what a case says."""

    value: Wad
    place: Place = FEED
    posted: Seq = 0

    def peek(self) -> tuple[Wad, bool]:
        """Return the value; nothing is a price of zero that counts, as the case has it."""
        return self.value, True


@attrs.define
class PlainVow:
    """A vow that takes debt over; what it does with it is another mechanism's."""

    place: Place = VOW

    def fess(self, context: CallContext, debt: Rad) -> None:
        """Take debt over: the engine's books have it already."""


@attrs.frozen
class Still:
    """A curve that stands still, at a price a case names."""

    at: Ray

    def price(self, start_price: Ray, age: Seconds) -> Ray:
        """Return the price."""
        return self.at


@attrs.define
class World:
    """One pool, one vault, a dog and a house."""

    ledger: Ledger
    engine: VaultEngine
    pool: VaultPool
    dog: Dog
    house: Clipper
    feed: SetFeed

    def execute(self, contract: Place, call: Any, sender: Party = KEEPER, now: Seconds = NOW) -> None:
        """Carry a call out as a tx. A refusal is raised again, as ``LeftTraces`` if anything is not as before."""
        before = copy.deepcopy(self)
        journal = self.ledger.journal
        contracts: dict[Place, Contract] = {DOG: self.dog, HOUSE: self.house, ENGINE: self.engine, POOL: self.pool}
        context = CallContext(BlockHead(1, now, 0, 0), 1, sender, sender, contract, contracts, journal, Buffer(1))
        mark = journal.begin()
        try:
            answer(call, context)
        except Revert:
            journal.rollback(mark)
            journal.commit()
            if self.told() != before.told():
                raise LeftTraces("a refused call") from None
            raise
        journal.commit()

    def told(self) -> tuple[Any, ...]:
        """Return all that a call may change."""
        vault, dog, house = self.pool.vault(OWNER), self.dog, self.house
        sales = [attrs.astuple(sale) for sale in house.sales.values()]
        engine = (self.engine.debt, self.engine.unbacked, dict(self.engine.unbacked_of))
        state = (dog.in_auction, dict(dog.in_auction_of), sales, house.kicks, house.is_locked, house.least_left)
        purses = [(asset, owner, units) for asset, held in self.ledger.balances.items() for owner, units in enumerate(held) if units]
        return vault, self.pool.total_shares, engine, state, purses

    def money(self, party: Party) -> Rad:
        """Return a party's internal money."""
        return self.engine.internal_of(party)

    def gems(self, party: Party) -> Units:
        """Return a party's free collateral."""
        return self.engine.free_collateral(GEM.id, party)


def _any_curve() -> PriceCurve:
    return Linear(3_600)


@attrs.frozen
class Setting:
    """What a case says of a world; the rest does not matter to it."""

    price: Wad = PRICE
    par: Ray = RAY
    index: Ray = RAY
    min_debt: Rad = 0
    penalty: Wad = WAD
    capacity: Rad = UINT256_MAX
    pool_capacity: Rad = UINT256_MAX
    start_factor: Ray = RAY
    curve: PriceCurve = attrs.field(factory=_any_curve)
    expiry: Seconds = 3_600
    floor: Ray = 0
    reward_flat: Rad = 0
    reward_share: Wad = 0


def build(setting: Setting) -> World:
    """Return a world without vaults."""
    ledger = Ledger()
    for asset in (GEM, DAI, INTERNAL):
        ledger.add_asset(asset)
    feed = SetFeed(setting.price)
    engine = VaultEngine(ENGINE, CHAIN, ledger, DAI.id, INTERNAL.id)
    terms = VaultTerms(GEM, RAY, setting.min_debt, par=setting.par)
    pool = VaultPool.of(POOL, engine, terms, feed, VOW, NOW)
    pool.index = setting.index
    dog = Dog(DOG, engine, PlainVow(), {POOL: DogTerms(setting.penalty, setting.pool_capacity)}, setting.capacity)
    sale = ClipperTerms(setting.curve, setting.expiry, setting.floor, setting.start_factor, setting.reward_flat, setting.reward_share)
    house = Clipper.open(HOUSE, engine, pool, dog, VOW, feed, sale)
    return World(ledger, engine, pool, dog, house, feed)


def put_vault(world: World, collateral: Units, shares: int, margin_price: Ray = 1) -> None:
    """Open the owner's vault, judged at a margin price; by default at one that makes any debt too much."""
    world.pool.add(OWNER, collateral, shares)
    world.ledger.mint(GEM.id, world.engine.purse(ENGINE), collateral)
    world.engine.issue(ENGINE, shares * world.pool.index)
    world.pool.margin_price = margin_price


def put_sale(world: World, offered: Units, owed: Rad, start_price: Ray, age: Seconds = 0) -> None:
    """Have a sale run that a case found under way, and give the keeper money enough for it."""
    world.ledger.mint(GEM.id, world.engine.purse(HOUSE), offered)
    world.house.sales[1] = DutchSaleView(1, 0, OWNER, offered, owed, start_price, NOW - age, owed, offered, owed)
    world.house.kicks = 1
    world.dog.in_auction = world.dog.in_auction_of[POOL] = owed
    world.engine.open_surplus(KEEPER, owed)


def bark_case(inputs: Inputs) -> Got:
    """Return what a bark takes from a vault and what it leaves."""
    setting = Setting(
        index=int(inputs["rate"]),
        min_debt=int(inputs["dust"]),
        penalty=int(inputs["chop"]),
        capacity=int(inputs["Hole"]),
        pool_capacity=int(inputs["hole"]),
    )
    world = build(setting)
    put_vault(world, int(inputs["ink"]), int(inputs["art"]), int(inputs["spot"]))
    world.dog.in_auction, world.dog.in_auction_of[POOL] = int(inputs["Dirt"]), int(inputs["dirt"])
    world.execute(DOG, BarkCall(POOL, OWNER))
    vault = world.pool.vault(OWNER)
    return {
        "dink": world.gems(HOUSE),
        "dart": int(inputs["art"]) - vault.shares,
        "due": world.engine.unbacked_by(VOW),
        "tab": world.house.sales[1].owed,
        "Dirt": world.dog.in_auction,
        "dirt": world.dog.in_auction_of[POOL],
        "ink_left": vault.collateral,
        "art_left": vault.shares,
    }


def kick_case(inputs: Inputs) -> Got:
    """Return the start price and the reward of an auction: a bark at a vault that owes just so much, without a penalty."""
    setting = Setting(
        price=int(inputs["val"]),
        par=int(inputs["par"]),
        start_factor=int(inputs["buf"]),
        reward_flat=int(inputs["tip"]),
        reward_share=int(inputs["chip"]),
    )
    world = build(setting)
    put_vault(world, WAD, int(inputs["tab"]) // RAY)
    world.execute(DOG, BarkCall(POOL, OWNER))
    assert world.house.sales[1].owed == int(inputs["tab"])
    return {"top": world.house.sales[1].start_price, "coin": world.money(KEEPER)}


def take_case(inputs: Inputs) -> Got:
    """Return what a take buys, pays and leaves."""
    price, owed = int(inputs["price"]), int(inputs["tab"])
    world = build(Setting(curve=Still(price)))
    put_sale(world, int(inputs["lot"]), owed, price or RAY, age=3_601 if inputs["done"] else 0)
    world.house.least_left, world.house.stopped = int(inputs["chost"]), int(inputs["stopped"])
    world.execute(HOUSE, TakeCall(1, int(inputs["amt"]), int(inputs["max"])))
    left, freed = world.house.sales.get(1), owed - world.dog.in_auction
    return {
        "slice": world.gems(KEEPER),
        "owe": world.money(VOW),
        "tab_after": left.owed if left else 0,
        "lot_after": left.offered if left else 0,
        "closed": left is None,
        "collateral_returned_to_owner": world.gems(OWNER),
        "uncollected_tab": freed - world.money(VOW),
        "dirt_decrease": freed,
    }


def status_case(inputs: Inputs) -> Got:
    """Return whether an auction must be restarted: then takes revert, and else redos do."""
    setting = Setting(curve=Still(int(inputs["price"])), expiry=int(inputs["tail"]), floor=int(inputs["cusp"]))
    world = build(setting)
    put_sale(world, WAD, RAD, int(inputs["top"]), int(inputs["elapsed"]))
    by_take = _refusal(world, TakeCall(1, WAD, UINT256_MAX)) == Refusal.NEEDS_REDO
    by_redo = _refusal(world, RedoCall(1)) != Refusal.CANNOT_REDO
    assert by_take == by_redo, "takes and redos disagree"
    return {"needs_redo": by_take}


def redo_case(inputs: Inputs) -> Got:
    """Return what restarting an auction is paid."""
    setting = Setting(price=int(inputs["feedPrice"]) * WAD // RAY, reward_flat=int(inputs["tip"]), reward_share=int(inputs["chip"]))
    world = build(setting)
    put_sale(world, int(inputs["lot"]), int(inputs["tab"]), RAY, age=3_601)
    world.house.least_left = int(inputs["chost"])
    before = world.money(KEEPER)
    world.execute(HOUSE, RedoCall(1))
    return {"coin": world.money(KEEPER) - before}


def upchost_case(inputs: Inputs) -> Got:
    """Return the least that may stay owed once the house has looked at the terms anew."""
    world = build(Setting())
    world.pool.terms = attrs.evolve(world.pool.terms, min_debt=int(inputs["dust"]))
    world.dog.terms[POOL] = DogTerms(int(inputs["chop"]))
    world.house.upchost()
    return {"chost": world.house.least_left}


def _refusal(world: World, call: Any) -> Refusal:
    """Return why the house refuses a call now; NONE where it does not. The world stays as it was."""
    try:
        copy.deepcopy(world).execute(HOUSE, call)
    except Revert as revert:
        return revert.reason
    return Refusal.NONE


def linear_case(inputs: Inputs) -> Got:
    """Return a price of the straight line."""
    return _price(Linear(int(inputs["tau"])), inputs)


def stairstep_case(inputs: Inputs) -> Got:
    """Return a price of the stairs."""
    return _price(Stairstep(int(inputs["cut"]), int(inputs["step"])), inputs)


def exponential_case(inputs: Inputs) -> Got:
    """Return a price of the smooth decay."""
    return _price(Exponential(int(inputs["cut"])), inputs)


def power_case(inputs: Inputs) -> Got:
    """Return a power in fixed point."""
    return {"z": ray_power(int(inputs["x"]), int(inputs["n"]), int(inputs["b"]))}


def _price(curve: PriceCurve, inputs: Inputs) -> Got:
    return {"price": curve.price(int(inputs["top"]), int(inputs["dur"]))}


CASES: dict[str, Callable[[Inputs], Got]] = {
    "bark": bark_case,
    "kick": kick_case,
    "take": take_case,
    "status": status_case,
    "redo_incentive": redo_case,
    "upchost": upchost_case,
    "LinearDecrease": linear_case,
    "StairstepExponentialDecrease": stairstep_case,
    "ExponentialDecrease": exponential_case,
    "rpow": power_case,
}


def run_case(case: Mapping[str, Any], document: Mapping[str, Any]) -> Got | Reverted:
    """Return what comes of one case, keyed as it is expected; a call that reverts and leaves traces is said to have."""
    inputs = case["inputs"]
    if inputs["fn"] not in CASES:
        raise NotCovered(inputs["fn"])
    try:
        return CASES[inputs["fn"]](inputs)
    except LeftTraces as traces:
        return Reverted(str(traces), is_state_unchanged=False)
