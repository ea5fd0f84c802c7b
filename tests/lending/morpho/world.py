"""A small market: ether against dollars of six decimals, prices one can set, a chain that executes one tx at a time."""

from typing import Any

import attrs

from sim.assets import Asset
from sim.ledger import Ledger
from sim.lending.morpho.market import MorphoMarket
from sim.lending.morpho.opening import open_account, open_supply
from sim.lending.morpho.rates import AdaptiveCurve, FixedRate, RateModel
from sim.lending.morpho.terms import MarketTerms, PairOracle
from sim.units import NOBODY, WAD, Party, Place, Price, Seconds, Seq, Units, Wad
from tests.lending.small_chain import CHAIN as CHAIN
from tests.lending.small_chain import DOLLAR as DOLLAR
from tests.lending.small_chain import SetPrices, SmallChain

WETH, USDC = Asset(1, "WETH", 18), Asset(2, "USDC", 6)
MARKET: Place = 101
LENDER, ALICE, BOB, KEEPER, FEES = 201, 202, 203, 204, 205
USD: Units = 10**6
OPENED: Seconds = 1_704_067_200
YEAR = 365 * 86_400


@attrs.define(kw_only=True)
class World(SmallChain):
    """One market and what it needs."""

    market: MorphoMarket
    prices: SetPrices
    now: Seconds = OPENED

    def contracts(self) -> dict[Place, Any]:
        return {MARKET: self.market}

    def set_ether(self, dollars: int) -> None:
        self.prices.prices[WETH.id] = dollars * DOLLAR

    def screen(self, post: Seq = 0, price: Price = 0) -> list[tuple[Party, tuple[int, ...]]]:
        return self.market.screen(self.now, post, WETH.id, price)

    def health(self, party: Party) -> Wad:
        return self.market.standing(party, self.now).health

    def state(self) -> Any:
        """Return all that a tx could have changed."""
        market = self.market
        accounts = {party: (a.collaterals.copy(), a.idle.copy(), a.debts.copy()) for party, a in market.positions.accounts.items()}
        balances = {asset: {purse: units for purse, units in enumerate(purses) if units} for asset, purses in self.ledger.balances.items()}
        own = (market.totals, market.accrued_at, market.at_target, market.rounded, market.collateral, dict(market.held))
        return {party: kept for party, kept in accounts.items() if any(kept)}, balances, own

    def _check(self) -> None:
        self.market._check()
        self.ledger.check()


def build(lltv: Wad = 80 * WAD // 100, rate: RateModel | None = None, fee: Wad = 0, ether: int = 2_000) -> World:
    """Return an empty market; ether is worth 2,000 dollars, and the lltv makes that 1,600."""
    ledger = Ledger()
    for asset in (WETH, USDC):
        ledger.add_asset(asset)
    prices = SetPrices({WETH.id: ether * DOLLAR, USDC.id: DOLLAR}, OPENED)
    terms = MarketTerms(WETH, USDC, lltv, rate or AdaptiveCurve(), fee, FEES if fee else NOBODY)
    market = MorphoMarket.of(MARKET, CHAIN, terms, PairOracle(prices, WETH, USDC), ledger, OPENED)
    return World(market=market, ledger=ledger, prices=prices)


def lent(**changes: Any) -> World:
    """Return a market with a hundred thousand dollars in it, Alice with ten ether locked and 16,000 owed: exactly all she may."""
    world = build(**{"rate": FixedRate(0), **changes})
    open_supply(world.market, LENDER, 100_000 * USD)
    open_account(world.market, ALICE, 10 * WAD, 16_000 * USD)
    world.give(KEEPER, USDC, 50_000 * USD)
    return world
