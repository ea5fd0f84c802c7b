"""A small world for a pool: four assets, prices one can set, a chain that executes one tx at a time."""

from typing import Any

import attrs

from sim.assets import Asset
from sim.ledger import Ledger
from sim.lending.aave.pool import Pool
from sim.lending.aave.rules import Rules
from sim.lending.aave.terms import EMode, PoolTerms, ReserveTerms
from sim.lending.interest import KinkedRate
from sim.units import RAY, AssetId, Party, Place, Price, Seconds, Seq
from tests.lending.small_chain import CHAIN as CHAIN
from tests.lending.small_chain import DOLLAR as DOLLAR
from tests.lending.small_chain import SetPrices, SmallChain

WETH = Asset(1, "WETH", 18)
WBTC = Asset(2, "WBTC", 8)
USDC = Asset(3, "USDC", 6)
DAI = Asset(4, "DAI", 18)
ASSETS = (WETH, WBTC, USDC, DAI)
POOL: Place = 101
LENDER, ALICE, BOB, KEEPER = 201, 202, 203, 204
OPENED: Seconds = 1_735_689_600
RATE = KinkedRate(optimal=8 * RAY // 10, base=RAY // 100, slope_1=4 * RAY // 100, slope_2=60 * RAY // 100)


@attrs.define(kw_only=True)
class World(SmallChain):
    """One pool and what it needs."""

    pool: Pool
    prices: SetPrices
    now: Seconds = OPENED

    def contracts(self) -> dict[Place, Any]:
        return {POOL: self.pool}

    def screen(self, post: Seq = 0, asset: AssetId = 0, price: Price = 0) -> list[tuple[Party, tuple[int, ...]]]:
        return self.pool.screen(self.now, post, asset, price)

    def health(self, party: Party) -> int:
        return self.pool.standing(party, self.now).health


def reserve(asset: Asset, **changes: Any) -> ReserveTerms:
    """Return everyday terms of an asset, with changes."""
    usual: dict[int, dict[str, Any]] = {
        1: {"max_ltv": 8_000, "threshold": 8_250, "bonus": 500},
        2: {"max_ltv": 7_000, "threshold": 7_500, "bonus": 650},
        3: {"max_ltv": 7_500, "threshold": 7_800, "bonus": 450},
        4: {"max_ltv": 6_300, "threshold": 7_700, "bonus": 500},
    }
    return ReserveTerms(asset=asset, **{"reserve_factor": 1_000, "rate": RATE, **usual[asset.id], **changes})


def build(rules: Rules, e_modes: tuple[EMode, ...] = (), assets: tuple[Asset, ...] = ASSETS, **changes: Any) -> World:
    """Return a world with an empty pool; ``changes`` are per symbol: ``WETH={"bonus": 1_000}``."""
    ledger = Ledger()
    for asset in assets:
        ledger.add_asset(asset)
    terms = PoolTerms(rules, tuple(reserve(asset, **changes.get(asset.symbol, {})) for asset in assets), e_modes)
    usual = {1: 2_000 * DOLLAR, 2: 40_000 * DOLLAR, 3: DOLLAR, 4: DOLLAR}
    prices = SetPrices({asset.id: usual[asset.id] for asset in assets}, OPENED)
    return World(pool=Pool.of(POOL, CHAIN, terms, prices, ledger, OPENED), ledger=ledger, prices=prices)
