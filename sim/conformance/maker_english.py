"""Maker's English auctions, held to outside cases through the Cat, the house and the engine that scenarios run.

Every case builds the state it describes, directly where a door would refuse it, and then sends calls as a chain would: a refused one is
rolled back. Bidders are rich, for the cases say nothing about purses. The cases are of version 1.2.
"""

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from sim.assets import Asset
from sim.auction.cat import Cat, CatTerms
from sim.auction.cat_rules import Bite
from sim.auction.flipper import Flipper
from sim.auction.flopper import Flopper
from sim.auction.vow import Vow
from sim.chain.contract import BlockHead, Buffer, CallContext, Contract
from sim.commands import BidCall, BidDownCall, BiteCall, RearmCall, SettleCall
from sim.conformance.cases import NotCovered, Reverted
from sim.errors import Revert
from sim.ledger import Ledger
from sim.lending.vault.engine import VaultEngine
from sim.lending.vault.pool import VaultPool, VaultTerms
from sim.units import NO_SEQ, RAD, RAY, WAD, Party, Place, Rad, Seconds, Seq

Inputs = Mapping[str, Any]
Got = dict[str, Any]

GEM, DAI, INTERNAL, MKR = Asset(1, "GEM", 18), Asset(2, "DAI", 18), Asset(3, "DAI_INTERNAL", 45), Asset(4, "MKR", 18)
CHAIN, ENGINE, POOL, HOUSE, CAT, VOW, DEBT_HOUSE, OWNER, SENDER = range(1, 10)
FIRST_BIDDER: Party = 100
RICHES: Rad = 10**18 * RAD
OPENED: Seconds = 604_411_200
CALLS = {"tend": BidCall, "dent": BidDownCall}


@attrs.define
class NoFeed:
    """A feed without a price: cases give the margin price itself."""

    place: Place = 0
    posted: Seq = NO_SEQ

    def peek(self) -> tuple[int, bool]:
        """Return no price."""
        return 0, False


@attrs.define
class Stage:
    """A system of vaults with one pool, its house, and a Cat."""

    ledger: Ledger
    engine: VaultEngine
    pool: VaultPool
    house: Flipper
    cat: Cat

    def attempt(self, contract: Contract, call: Any, sender: Party, now: Seconds) -> None:
        """Carry one call out as a tx. Raises ``Revert`` after rolling back."""
        mark = self.ledger.journal.begin()
        try:
            contract.answer(call, self.context(sender, now))
        except Revert:
            self.ledger.journal.rollback(mark)
            raise
        finally:
            self.ledger.journal.commit()

    def context(self, sender: Party, now: Seconds) -> CallContext:
        """Return what a call at an instant sees."""
        return CallContext(BlockHead(1, now, 0, 0), 1, sender, sender, 0, {}, self.ledger.journal, Buffer(1))

    def state(self) -> Any:
        """Return all that a call could have changed, to compare."""
        balances = {asset: list(purses) for asset, purses in self.ledger.balances.items()}
        of_engine = (self.engine.debt, self.engine.unbacked, dict(self.engine.unbacked_of))
        return balances, of_engine, self.pool.vault(OWNER), dict(self.house.sales), self.house.kicks, self.cat.litter, self.cat.vow.queued


def build(terms: VaultTerms, cat: CatTerms, increment: int, bid_lifetime: Seconds, auction_lifetime: Seconds) -> Stage:
    """Return a system of version 1.2 without vaults."""
    ledger = Ledger()
    for asset in (GEM, DAI, INTERNAL, MKR):
        ledger.add_asset(asset)
    engine = VaultEngine(ENGINE, CHAIN, ledger, DAI.id, INTERNAL.id)
    pool = VaultPool.of(POOL, engine, terms, NoFeed(), VOW, OPENED)
    house = Flipper(HOUSE, engine, pool, VOW, "1.2", increment, bid_lifetime, auction_lifetime)
    vow = Vow(VOW, engine, 0, RAD, 1, Flopper(DEBT_HOUSE, engine, MKR.id, WAD, WAD, 1, 1))
    return Stage(ledger, engine, pool, house, Cat(CAT, "1.2", engine, vow, {POOL: cat}, {POOL: house}))


def bite_case(inputs: Inputs) -> Got | Reverted:
    """Return what a bite takes and leaves."""
    given = {name: int(value) for name, value in inputs.items() if name != "fn"}
    terms, of_cat = VaultTerms(GEM, RAY, min_debt=given["dust"]), CatTerms(given["chop"], dunk=given["dunk"])
    stage = build(terms, of_cat, WAD, 1, 1)
    stage.pool.index, stage.pool.margin_price = given["rate"], given["spot"]
    stage.cat.box, stage.cat.litter = given["box"], given["litter"]
    open_vault(stage, given["ink"], given["art"])

    before = stage.state()
    try:
        stage.attempt(stage.cat, BiteCall(POOL, OWNER), SENDER, OPENED)
    except Revert as revert:
        return Reverted(revert.reason.name, stage.state() == before)
    sale, left = stage.house.sales[1], stage.pool.vault(OWNER)
    return {
        "dart": given["art"] - left.shares,
        "dink": sale.lot,
        "sin": stage.engine.unbacked_by(VOW),
        "tab": sale.owed,
        "litter": stage.cat.litter,
        "ink_left": left.collateral,
        "art_left": left.shares,
    }


def open_vault(stage: Stage, collateral: int, shares: int) -> None:
    """Put a vault into the world as a case has it: in shares, not in money."""
    engine = stage.engine
    stage.pool.add(OWNER, collateral, shares)
    stage.ledger.mint(GEM.id, engine.purse(engine.place), collateral)
    engine.issue(engine.place, shares * stage.pool.index)


def sequence_case(inputs: Inputs) -> Got:
    """Return what came of each step of an auction, and how it stood afterwards."""
    lifetimes = (int(inputs["ttl"]), int(inputs["tau"]))
    stage = build(VaultTerms(GEM, RAY), CatTerms(WAD, dunk=RAD), int(inputs["beg"]), *lifetimes)
    names = list(dict.fromkeys(step["who"] for step in inputs["steps"] if "who" in step))
    for place in range(len(names)):
        stage.engine.issue(FIRST_BIDDER + place, RICHES)
    return {"steps": [step_of(stage, step, names) for step in inputs["steps"]]}


def step_of(stage: Stage, step: Mapping[str, Any], names: list[str]) -> Got:
    """Take one step and return its outcome; a refused one must have left all as it was."""
    before, standing = stage.state(), stage.house.sales.get(stage.house.kicks)
    try:
        take_step(stage, step, names)
    except Revert as revert:
        result = f"revert:{revert.reason.name}" if stage.state() == before else "changed state and failed"
        return {"result": result, "state": state_of(stage, names)}
    if step["op"] == "deal" and standing is not None:
        got = stage.engine.free_collateral(GEM.id, standing.bidder)
        return {"result": "ok", "state": {"closed": not stage.house.sales, "winner": name_of(standing.bidder, names), "lot": got}}
    return {"result": "ok", "state": state_of(stage, names)}


def take_step(stage: Stage, step: Mapping[str, Any], names: list[str]) -> None:
    """Carry one step out. Raises ``Revert``."""
    op, now, house = step["op"], int(step["now"]), stage.house
    sender = FIRST_BIDDER + names.index(step["who"]) if "who" in step else SENDER
    if op == "kick":
        lot, owed = int(step["lot"]), int(step["tab"])
        stage.ledger.mint(GEM.id, stage.engine.purse(house.place), lot)
        stage.cat.litter += owed
        house.kick(OWNER, Bite(lot, 0, 0, owed), NO_SEQ, stage.context(CAT, now))
    elif op in CALLS:
        stage.attempt(house, CALLS[op](house.kicks, int(step["lot"]), int(step["bid"])), sender, now)
    elif op == "deal":
        stage.attempt(house, SettleCall(house.kicks), sender, now)
    elif op == "tick":
        stage.attempt(house, RearmCall(house.kicks), sender, now)
    else:
        raise NotCovered(op)


def state_of(stage: Stage, names: list[str]) -> Got:
    """Return how the auction stands, keyed as the cases are."""
    sale = stage.house.sales.get(stage.house.kicks)
    paid = {"usr_gem": stage.engine.free_collateral(GEM.id, OWNER), "gal": stage.engine.internal_of(VOW)}
    if sale is None:
        return {"closed": True, **paid}
    deadlines = {"tic": sale.expires, "end": sale.ends}
    return {"bid": sale.bid, "lot": sale.lot, "guy": name_of(sale.bidder, names), "tab": sale.owed, **deadlines, **paid}


def name_of(bidder: Party, names: list[str]) -> str:
    """Return a bidder's name in the case; before the first bid the contract names the Cat, which started it."""
    return names[bidder - FIRST_BIDDER] if bidder else "cat"


CASES: dict[str, Callable[[Inputs], Got | Reverted]] = {"bite": bite_case, "flip_sequence": sequence_case}


def run_case(case: Mapping[str, Any], document: Mapping[str, Any]) -> Got | Reverted:
    """Return what our machines say to one case, keyed as it is expected."""
    function = CASES.get(case["inputs"]["fn"])
    if function is None:
        raise NotCovered(case["inputs"]["fn"])
    return function(case["inputs"])
