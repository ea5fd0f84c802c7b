"""A small world for a pool of either Compound: prices one can set, a chain that executes one tx at a time."""

from typing import Any

import attrs

from sim.assets import Asset
from sim.ledger import Ledger
from sim.lending.compound.pool import CompoundPool
from sim.lending.compound.rules import JumpRate
from sim.lending.compound.terms import CompoundTerms, MarketTerms
from sim.units import WAD, AssetId, Gas, Party, Place, Price, Seconds, Seq
from sim.vocabulary import Refusal
from tests.lending.small_chain import CHAIN as CHAIN
from tests.lending.small_chain import DOLLAR as DOLLAR
from tests.lending.small_chain import SetPrices, SmallChain

WETH, WBTC, USDC = Asset(1, "WETH", 18), Asset(2, "WBTC", 8), Asset(3, "USDC", 6)
ASSETS = (WETH, WBTC, USDC)
POOL: Place = 101
LENDER, ALICE, BOB, KEEPER = 201, 202, 203, 204
OPENED: Seconds = 1_600_000_000
ETHER, BITCOIN, MILLION = 10**18, 10**8, 10**12
"""Units: a whole ether, a whole bitcoin, a million dollars."""
RATE = JumpRate(kink=8 * WAD // 10, base=WAD // 50, multiplier=WAD // 5, jump=2 * WAD)


@attrs.define(kw_only=True)
class World(SmallChain):
    """One pool and what it needs."""

    pool: Any
    prices: SetPrices
    now: Seconds = OPENED

    def contracts(self) -> dict[Place, Any]:
        return {POOL: self.pool}

    def execute(self, sender: Party, call: Any, place: Place | None = None) -> Gas | Refusal:
        """Carry one tx out; return its gas, or why it reverted. A reverted one must leave nothing behind."""
        before = self.all_of_it()
        found = super().execute(sender, call, place)
        assert not isinstance(found, Refusal) or self.all_of_it() == before
        return found

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
    return ledger, SetPrices({asset.id: usual[asset.id] for asset in assets}, OPENED)


def market(asset: Asset, **changes: Any) -> MarketTerms:
    """Return everyday terms of an asset, with changes."""
    factors = {1: 80 * WAD // 100, 2: 70 * WAD // 100, 3: 85 * WAD // 100}
    return MarketTerms(**{"asset": asset, "factor": factors[asset.id], "reserve_factor": WAD // 10, "rate": RATE, **changes})


def build(close_factor: int = WAD // 2, incentive: int = 108 * WAD // 100, **changes: Any) -> World:
    """Return a world with an empty pool; ``changes`` are per symbol: ``WETH={"factor": 0}``."""
    ledger, prices = stage(ASSETS)
    terms = CompoundTerms(tuple(market(asset, **changes.get(asset.symbol, {})) for asset in ASSETS), close_factor, incentive)
    return World(pool=CompoundPool.of(POOL, CHAIN, terms, prices, ledger, OPENED), ledger=ledger, prices=prices)
