"""A chain that executes one tx at a time for one amm: ether, dollars and two more, people who have some of each."""

from typing import Any

import attrs

from sim.amm.amm import Amm
from sim.amm.concentrated.contract import ConcentratedAmm
from sim.amm.concentrated.log_ticks import Q96
from sim.amm.constant_product.contract import ConstantProductAmm
from sim.amm.stableswap.contract import StableSwapAmm
from sim.amm.stableswap.pricing import StableTerms
from sim.assets import Asset
from sim.chain.contract import BlockHead, Buffer, CallContext
from sim.chain.till import Till
from sim.custody.token import Token
from sim.ledger import Ledger
from sim.units import NOBODY, Gas, Party, Place, Seconds, Units
from sim.vocabulary import Refusal
from tests.support.one_tx import carried_out

ETH, USDC = Asset(1, "ETH", 18), Asset(2, "USDC", 6)
DAI, USDT = Asset(3, "DAI", 18), Asset(4, "USDT", 6)
SHARE = Asset(9, "SHARE", 18)
CHAIN, AMM, TOKEN = 100, 101, 102
ALICE, BOB, CAROL, PROTOCOL = 201, 202, 203, 204
PEOPLE = (ALICE, BOB, CAROL, PROTOCOL)
OPENED: Seconds = 1_700_000_000
RICHES: Units = 10**40


@attrs.define
class World:
    """One amm and its chain."""

    ledger: Ledger
    amm: Any
    now: Seconds = OPENED
    said: list[tuple[Any, Place, Party, tuple[int, ...]]] = attrs.field(factory=list)
    """What the last tx that succeeded said."""
    contracts: dict[Place, Any] = attrs.field(factory=dict)

    def execute(self, sender: Party, call: Any, place: Place = AMM) -> Gas | Refusal:
        """Carry one tx out; return its gas, or why it reverted."""
        journal, buffer = self.ledger.journal, Buffer(first=1)
        context = CallContext(BlockHead(1, self.now, 0, 0), 1, sender, sender, place, self.contracts, journal, buffer)
        gas = carried_out(call, context)
        if isinstance(gas, Refusal):
            return gas
        self.said = buffer.rows
        return gas

    def rows(self, record: Any) -> list[Any]:
        """Return what the last tx said of one kind, as records."""
        return [record(*row[1:]) for _, _, _, row in self.said if row[0] == record.kind]

    def of(self, party: Party, asset: Asset) -> Units:
        """Return what a party has on the chain."""
        return self.ledger.balance(asset.id, self.ledger.open(party, CHAIN))

    def moved(self, party: Party, asset: Asset) -> int:
        """Return what a party has gained of an asset of which it had riches."""
        return self.of(party, asset) - RICHES

    def state(self) -> Any:
        """Return everything that a call could have changed, to compare."""
        return self.balances(), kept(self.amm)

    def balances(self) -> dict[tuple[int, Party, Place], Units]:
        """Return every balance that is not nothing; a purse that was merely opened holds nothing."""
        owners = self.ledger.owners
        purses = {asset: dict(zip(owners, units, strict=True)) for asset, units in self.ledger.balances.items()}
        return {(asset, *owner): units for asset, each in purses.items() for owner, units in each.items() if units}

    def check(self) -> None:
        self.amm._check()
        self.ledger.check()


def kept(thing: Any) -> Any:
    """Return what a contract and its parts keep, as plain values."""
    if isinstance(thing, ConstantProductAmm):
        return thing.reserves, thing.cumulative, thing.updated_at, thing.product_then
    if isinstance(thing, StableSwapAmm):
        return thing.reserves
    assert isinstance(thing, ConcentratedAmm)
    book, ring = thing.book, thing.book.observations
    places = (book.sqrt_price, book.tick, book.liquidity, book.growth, thing.protocol_fees)
    return places, dict(book.ticks), dict(book.words), dict(book.positions), dict(ring.slots), ring.newest, ring.size, ring.paid_for


def stage(*assets: Asset) -> tuple[Ledger, Till]:
    """Return a ledger in which everybody is rich in assets, and an amm's till on it."""
    ledger = Ledger()
    for asset in (*assets, SHARE):
        ledger.add_asset(asset)
    for asset in assets:
        for party in PEOPLE:
            ledger.mint(asset.id, ledger.open(party, CHAIN), RICHES)
    return ledger, Till(ledger, CHAIN, AMM)


def world_of(ledger: Ledger, amm: Amm) -> World:
    """Return a world of one amm and a token contract."""
    return World(ledger, amm, contracts={AMM: amm, TOKEN: Token(TOKEN, CHAIN, ledger)})


def pair(fee_to: Party = NOBODY) -> World:
    """Return a constant product of ether and dollars without liquidity."""
    ledger, till = stage(ETH, USDC)
    return world_of(ledger, ConstantProductAmm(till, (ETH, USDC), SHARE.id, fee_to))


def ranges(sqrt_price: int = Q96, fee: int = 3_000, spacing: int = 60, part: int = 0) -> World:
    """Return concentrated liquidity of ether and DAI without any, at a price of one."""
    ledger, till = stage(ETH, DAI)
    amm = ConcentratedAmm.opened(till, (ETH, DAI), fee, spacing, sqrt_price, OPENED)
    amm.fee_to, amm.protocol_parts = PROTOCOL, (part, part)
    return world_of(ledger, amm)


def stable(*assets: Asset, amplification: int = 100, fee: int = 4_000_000, part: int = 5 * 10**9) -> World:
    """Return a stableswap without liquidity."""
    assets = assets or (DAI, USDC, USDT)
    ledger, till = stage(*assets)
    amm = StableSwapAmm(till, StableTerms(assets, amplification, fee, part), SHARE.id, (0,) * len(assets), PROTOCOL)
    return world_of(ledger, amm)
