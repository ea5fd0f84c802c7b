"""The same small world with a Comet in it: dollars lent against ether and bitcoin, on the terms of mainnet."""

from typing import Any

import attrs

from sim.lending.comet.pool import CometPool
from sim.lending.comet.rules import Curve
from sim.lending.comet.terms import CollateralTerms, CometTerms
from sim.units import WAD
from tests.lending.compound.world import ALICE as ALICE
from tests.lending.compound.world import ASSETS, CHAIN, OPENED, POOL, USDC, WBTC, WETH, World, stage

PERCENT = WAD // 100
SUPPLY = Curve(kink=80 * PERCENT, low=325 * PERCENT // 100, high=40 * PERCENT)
BORROW = Curve(kink=80 * PERCENT, base=150 * PERCENT // 100, low=350 * PERCENT // 100, high=25 * PERCENT)
ETHER_TERMS = CollateralTerms(WETH, 825 * WAD // 1_000, 895 * WAD // 1_000, 95 * PERCENT, 1_000 * WETH.unit)
BITCOIN_TERMS = CollateralTerms(WBTC, 70 * PERCENT, 77 * PERCENT, 95 * PERCENT)
TERMS = CometTerms(USDC, (ETHER_TERMS, BITCOIN_TERMS), SUPPLY, BORROW, WAD // 2, 5_000 * 10**6, 100 * 10**6)


def build(**changes: Any) -> World:
    """Return a world with an empty pool; ``changes`` are those of its terms."""
    ledger, prices = stage(ASSETS)
    pool = CometPool.of(POOL, CHAIN, attrs.evolve(TERMS, **changes), prices, ledger, OPENED)
    return World(pool=pool, ledger=ledger, prices=prices)
