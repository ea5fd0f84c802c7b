"""A small Euler pool: ether, dollars of six decimals, and DAI; prices one can set; a chain that executes one tx at a time."""

from typing import Any

import attrs

from sim.assets import Asset
from sim.ledger import Ledger
from sim.lending.euler import v1, v2
from sim.lending.euler.pool import EulerPool
from sim.lending.euler.rates import LinearKink, yearly
from sim.lending.euler.terms import AssetTerms, EulerTerms, Ltv
from sim.units import Party, Place, Price, Seconds, Seq, Units, Wad
from tests.lending.small_chain import CHAIN as CHAIN
from tests.lending.small_chain import DOLLAR as DOLLAR
from tests.lending.small_chain import SetPrices, SmallChain

WETH, USDC, DAI = Asset(1, "WETH", 18), Asset(2, "USDC", 6), Asset(3, "DAI", 18)
ASSETS = (WETH, USDC, DAI)
POOL: Place = 101
LENDER, ALICE, BOB, KEEPER = 201, 202, 203, 204
ETHER: Units = 10**18
USD: Units = 10**6
OPENED: Seconds = 1_704_067_200
YEAR: Seconds = 31_556_952
RATE = yearly(0, 400, 10_000, 8_000)
NO_RATE = LinearKink()


@attrs.define(kw_only=True)
class World(SmallChain):
    """One pool and what it needs."""

    pool: EulerPool
    prices: SetPrices
    now: Seconds = OPENED

    def contracts(self) -> dict[Place, Any]:
        return {POOL: self.pool}

    def set_ether(self, dollars: int) -> None:
        self.prices.prices[WETH.id] = dollars * DOLLAR

    def screen(self, post: Seq = 0, price: Price = 0) -> list[tuple[Party, tuple[int, ...]]]:
        return self.pool.screen(self.now, post, WETH.id, price)

    def health(self, party: Party) -> Wad:
        return self.pool.standing(party, self.now).health

    def debt(self, party: Party, asset: Asset) -> Units:
        return next((each.units for each in self.pool.position(party, self.now).debts if each.asset == asset.id), 0)

    def state(self) -> Any:
        """Return all that a tx could have changed."""
        state = self.pool.state
        accounts = {party: (each.collaterals.copy(), each.debts.copy()) for party, each in state.positions.accounts.items()}
        books = [
            (b.updated_at, b.shares, b.fee_shares, b.owed, b.accumulator, b.rate, b.held, b.claims, dict(b.snapshots))
            for b in state.books.values()
        ]
        balances = {asset: {purse: units for purse, units in enumerate(purses) if units} for asset, purses in self.ledger.balances.items()}
        return {p: kept for p, kept in accounts.items() if any(kept)}, books, balances, dict(state.averages), dict(state.checked)

    def _check(self) -> None:
        self.pool._check()
        self.ledger.check()


def build_v1(**changes: dict[str, Any]) -> World:
    """Return an empty pool of v1; ``changes`` are per symbol. Ether carries 80 % and dollars may fill 90 % of it: 72 %."""
    usual: dict[str, dict[str, Any]] = {
        "WETH": {"collateral_factor": 8_000, "borrow_factor": 8_500},
        "USDC": {"collateral_factor": 9_000, "borrow_factor": 9_000},
        "DAI": {"collateral_factor": 0, "borrow_factor": 9_000, "is_isolated": True},
    }
    assets = tuple(AssetTerms(**{"asset": each, "rate": NO_RATE, **usual[each.symbol], **changes.get(each.symbol, {})}) for each in ASSETS)
    return _world(EulerTerms(v1.RULES, assets))


def build_v2(**changes: dict[str, Any]) -> World:
    """Return an empty pool of v2. Ether carries 78 % to borrow and 80 % until liquidated of dollars, dollars 85 % of ether."""
    assets = tuple(AssetTerms(**{"asset": each, "rate": NO_RATE, "fee": 1_000, **changes.get(each.symbol, {})}) for each in ASSETS)
    ltvs = (
        Ltv(USDC.id, WETH.id, 7_800, 8_000),
        Ltv(USDC.id, DAI.id, 9_000, 9_200),
        Ltv(WETH.id, USDC.id, 8_300, 8_500),
        Ltv(DAI.id, WETH.id, 0, 7_000),
    )
    return _world(EulerTerms(v2.RULES, assets, ltvs))


def _world(terms: EulerTerms) -> World:
    ledger = Ledger()
    for asset in ASSETS:
        ledger.add_asset(asset)
    prices = SetPrices({WETH.id: 2_000 * DOLLAR, USDC.id: DOLLAR, DAI.id: DOLLAR}, OPENED)
    return World(pool=EulerPool.of(POOL, CHAIN, terms, prices, ledger, OPENED), ledger=ledger, prices=prices)
