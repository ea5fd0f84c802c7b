"""A small market: ether in bands against crvUSD, prices one can set, a chain that executes one tx at a time."""

from typing import Any

import attrs

from sim.amm.calls import SwapCall, SwapForCall
from sim.assets import Asset
from sim.chain.till import Till
from sim.ledger import Ledger
from sim.lending.llamma.amm import BandAmm
from sim.lending.llamma.calls import CreateLoanCall, LiquidateBandsCall
from sim.lending.llamma.market import LlammaMarket
from sim.lending.llamma.opening import open_money
from sim.lending.llamma.oracle import MovingAverage
from sim.lending.llamma.terms import FixedRate, LlammaTerms, RateModel
from sim.units import WAD, Gas, Party, Place, Price, Seconds, Seq, Units, Wad
from sim.vocabulary import Refusal
from tests.lending.small_chain import CHAIN as CHAIN
from tests.lending.small_chain import DOLLAR as DOLLAR
from tests.lending.small_chain import SetPrices, SmallChain

CRVUSD, WETH, WBTC = Asset(1, "crvUSD", 18), Asset(2, "WETH", 18), Asset(3, "WBTC", 8)
MARKET, AMM = 101, 102
ALICE, BOB, CAROL, KEEPER, TRADER = 201, 202, 203, 204, 205
OPENED: Seconds = 1_704_067_200
BLOCK = 12
YEAR = 365 * 86_400
RICHES = 10**9


@attrs.define(kw_only=True)
class World(SmallChain):
    """One market, its amm and what they need."""

    market: LlammaMarket
    amm: BandAmm
    prices: SetPrices
    gem: Asset
    now: Seconds = OPENED

    def contracts(self) -> dict[Place, Any]:
        return {MARKET: self.market, AMM: self.amm}

    def execute(self, sender: Party, call: Any, place: Place | None = None) -> Gas | Refusal:
        """Carry one tx out; swaps go to the amm."""
        return super().execute(sender, call, AMM if isinstance(call, SwapCall | SwapForCall) else place)

    def lend(self, party: Party, collateral: Units, debt: Units, bands: int = 10) -> None:
        self.give(party, self.gem, collateral)
        self.done(party, CreateLoanCall(collateral, debt, bands))

    def set_price(self, dollars: float, later: Seconds = BLOCK) -> None:
        self.prices.prices[self.gem.id] = int(dollars * DOLLAR)
        self.now += later

    def arbitrage(self, target: Wad | None = None) -> None:
        """Let a trader bring the amm to the oracle's price, or to another."""
        view = self.amm.view(self.now)
        asset, amount = view.swap_to(view.oracle_price if target is None else target)
        if amount:
            self.done(TRADER, SwapCall(asset, amount, 0))

    def sell(self, party: Party, amount: Units) -> None:
        self.done(party, SwapCall(self.gem.id, amount, 0))

    def liquidate(self, account: Party, share: Wad = WAD, sender: Party = KEEPER) -> Gas | Refusal:
        return self.execute(sender, LiquidateBandsCall(account, share))

    def screen(self, post: Seq = 0, price: Price = 0) -> list[tuple[Party, tuple[int, ...]]]:
        return self.market.screen(self.now, post, self.gem.id, price)

    def health(self, party: Party, full: bool = True) -> Wad:
        return self.market.health(party, self.now, full)

    def bands_of(self, party: Party) -> tuple[int, int]:
        stake = self.amm.bands.stakes[party]
        return stake.first, stake.last

    def state(self) -> Any:
        """Return all that a tx could have changed."""
        market, amm, bands = self.market, self.amm, self.amm.bands
        balances = {asset: list(purses) for asset, purses in self.ledger.balances.items()}
        grid = (dict(bands.x), dict(bands.y), dict(bands.shares), dict(bands.stakes), bands.active, bands.lowest, bands.highest, bands.dust)
        own = (amm.old_price, amm.old_fee, amm.old_at, amm.rate, amm.multiplier, amm.rate_at, amm.oracle.last, amm.oracle.last_at)
        return balances, grid, own, dict(market.loans), market.total, market.held, market.funding

    def _check(self) -> None:
        self.market._check()
        self.ledger.check()


def build(
    gem: Asset = WETH, price: int = 2_000, a: int = 100, span: Seconds = 0, rate: RateModel | None = None, fee: Wad = 6 * 10**15
) -> World:
    """Return an empty market with a hundred million to lend, whose band 0 begins at the price; rich traders stand ready."""
    ledger = Ledger()
    for asset in (CRVUSD, gem):
        ledger.add_asset(asset)
    prices = SetPrices({gem.id: price * DOLLAR, CRVUSD.id: DOLLAR}, OPENED)
    terms = LlammaTerms(gem, CRVUSD, price * WAD, a, fee, rate=rate or FixedRate())
    oracle = MovingAverage(prices, gem.id, CRVUSD.id, span, ledger.journal)
    amm = BandAmm.of(Till(ledger, CHAIN, AMM), terms, oracle, OPENED)
    market = LlammaMarket(Till(ledger, CHAIN, MARKET), amm)
    world = World(market=market, amm=amm, ledger=ledger, prices=prices, gem=gem)
    open_money(market, 100_000_000 * WAD)
    for party in (KEEPER, TRADER):
        world.give(party, CRVUSD, RICHES * WAD)
        world.give(party, gem, RICHES * gem.unit)
    return world
