"""A small world for a pool of either Compound: prices one can set, a chain that executes one tx at a time."""

from typing import Any

import attrs

from sim.assets import Asset
from sim.chain.contract import BlockHead, Buffer, CallContext, answer
from sim.errors import Revert
from sim.ledger import Ledger
from sim.lending.compound.pool import CompoundPool
from sim.lending.compound.rules import JumpRate
from sim.lending.compound.terms import CompoundTerms, MarketTerms
from sim.units import WAD, AssetId, Gas, Party, Price, Seconds, Seq, Units
from sim.vocabulary import Refusal

WETH, WBTC, USDC = Asset(1, "WETH", 18), Asset(2, "WBTC", 8), Asset(3, "USDC", 6)
ASSETS = (WETH, WBTC, USDC)
CHAIN, POOL = 100, 101
LENDER, ALICE, BOB, KEEPER = 201, 202, 203, 204
DOLLAR: Price = 10**8
OPENED: Seconds = 1_600_000_000
ETHER, BITCOIN, MILLION = 10**18, 10**8, 10**12
"""Units: a whole ether, a whole bitcoin, a million dollars."""
RATE = JumpRate(kink=8 * WAD // 10, base=WAD // 50, multiplier=WAD // 5, jump=2 * WAD)


@attrs.define
class SetPrices:
    """Prices as a test sets them."""

    prices: dict[AssetId, Price]

    def price(self, asset: AssetId) -> Price:
        return self.prices.get(asset, 0)

    def posted(self, asset: AssetId) -> tuple[Price, Seconds, Seq]:
        return self.price(asset), OPENED, 0


@attrs.define
class World:
    """One pool and what it needs."""

    pool: Any
    ledger: Ledger
    prices: SetPrices
    now: Seconds = OPENED
    said: list[tuple[Any, ...]] = attrs.field(factory=list)
    """Rows of the last tx that succeeded."""
    told: int = 0

    def give(self, party: Party, asset: Asset, units: Units) -> None:
        self.ledger.mint(asset.id, self.ledger.open(party, CHAIN), units)

    def held(self, party: Party, asset: Asset) -> Units:
        return self.ledger.balance(asset.id, self.ledger.open(party, CHAIN))

    def execute(self, sender: Party, call: Any) -> Gas | Refusal:
        """Carry one tx out; return its gas, or why it reverted. A reverted one must leave nothing behind."""
        journal, buffer, before = self.ledger.journal, Buffer(first=self.told + 1), self.all_of_it()
        context = CallContext(BlockHead(1, self.now, 0, 0), 1, sender, sender, POOL, {POOL: self.pool}, journal, buffer)
        mark = journal.begin()
        try:
            gas = answer(call, context)
        except Revert as revert:
            journal.rollback(mark)
            journal.commit()
            assert self.all_of_it() == before
            return revert.reason
        journal.commit()
        self.said = [row for _, _, _, row in buffer.rows]
        self.told += len(buffer.rows)
        return gas

    def done(self, sender: Party, call: Any) -> None:
        """Carry one tx out that must succeed."""
        found = self.execute(sender, call)
        assert not isinstance(found, Refusal), found.name

    def rows(self, record: Any) -> list[Any]:
        """Return what the last tx said of one kind, as records."""
        return [record(*row[1:]) for row in self.said if row[0] == record.kind]

    def screen(self, post: Seq = 0, asset: AssetId = 0, price: Price = 0) -> list[tuple[Party, tuple[int, ...]]]:
        found: list[tuple[Party, tuple[int, ...]]] = self.pool.screen(self.now, post, asset, price)
        return found

    def all_of_it(self) -> tuple[Any, Any]:
        purses = {(asset, purse): units for asset, held in self.ledger.balances.items() for purse, units in enumerate(held) if units}
        return purses, self.pool.told()

    def _check(self) -> None:
        self.pool._check()
        self.ledger.check()


def stage(assets: tuple[Asset, ...]) -> tuple[Ledger, SetPrices]:
    """Return a ledger and everyday prices: an ether at 2,000, a bitcoin at 40,000, a dollar at one."""
    ledger = Ledger()
    for asset in assets:
        ledger.add_asset(asset)
    usual = {1: 2_000 * DOLLAR, 2: 40_000 * DOLLAR, 3: DOLLAR}
    return ledger, SetPrices({asset.id: usual[asset.id] for asset in assets})


def market(asset: Asset, **changes: Any) -> MarketTerms:
    """Return everyday terms of an asset, with changes."""
    factors = {1: 80 * WAD // 100, 2: 70 * WAD // 100, 3: 85 * WAD // 100}
    return MarketTerms(**{"asset": asset, "factor": factors[asset.id], "reserve_factor": WAD // 10, "rate": RATE, **changes})


def build(close_factor: int = WAD // 2, incentive: int = 108 * WAD // 100, **changes: Any) -> World:
    """Return a world with an empty pool; ``changes`` are per symbol: ``WETH={"factor": 0}``."""
    ledger, prices = stage(ASSETS)
    terms = CompoundTerms(tuple(market(asset, **changes.get(asset.symbol, {})) for asset in ASSETS), close_factor, incentive)
    return World(CompoundPool.of(POOL, CHAIN, terms, prices, ledger, OPENED), ledger, prices)
