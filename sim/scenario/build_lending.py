"""Building pools: terms, opening supply, whose positions are in them, and where they read prices."""

from decimal import Decimal

import attrs

from sim.errors import ScenarioError
from sim.lending.aave.opening import open_account, open_supply
from sim.lending.aave.pool import Pool
from sim.lending.aave.terms import EMode, PoolTerms, ReserveTerms
from sim.lending.aave.versions import VERSIONS
from sim.lending.interest import KinkedRate
from sim.oracle.derived.derivations import AnyFeed
from sim.oracle.sentinel import Sentinel
from sim.records import Minted
from sim.scenario.build_market import units_of
from sim.scenario.build_population import add_population, add_positions
from sim.scenario.parts import Parts
from sim.scenario.spec.lending import PoolSpec, RateSpec, ReserveSpec
from sim.units import BPS_ONE, RAY, SECOND, AssetId, Bps, Price, Ray, Seconds, Seq


@attrs.define(eq=False, repr=False)
class FeedPrices:
    """Posted prices of a pool's assets: a feed's, or fixed."""

    feeds: dict[AssetId, AnyFeed]
    fixed: dict[AssetId, Price]

    def price(self, asset: AssetId) -> Price:
        """Return the posted price of one whole of an asset; 0 when there is none."""
        feed = self.feeds.get(asset)
        return feed.price if feed is not None else self.fixed[asset]

    def posted(self, asset: AssetId) -> tuple[Price, Seconds, Seq]:
        """Return the posted price, when it was posted and by which entry (0: none)."""
        feed = self.feeds.get(asset)
        return (feed.price, feed.updated_at, feed.posted) if feed is not None else (self.fixed[asset], 0, 0)


def add_pool(parts: Parts, spec: PoolSpec) -> None:
    """Build a pool with everything that is in it when the run begins."""
    place = parts.names.intern(spec.name)
    prices = FeedPrices({}, {})
    for reserve in spec.reserves:
        asset = parts.assets[reserve.asset].id
        if reserve.feed is not None:
            prices.feeds[asset] = parts.feed(reserve.feed)
        elif reserve.price is not None:
            prices.fixed[asset] = int(reserve.price.number * Decimal(10**8))
        else:
            raise ScenarioError(f"pools.{spec.name}: {reserve.asset} has neither feed nor price; give one of them")
    start = parts.scenario.run.start
    pool = Pool.of(place, parts.chain.place, terms_of(parts, spec), prices, parts.ledger, start)
    if spec.grace is not None:
        pool.state.sentinel = Sentinel(parts.chain, spec.grace // SECOND)
    pool.state.allows_liquidations = parts.scenario.switches.liquidations
    _open(parts, spec, pool)
    for asset in pool.state.reserves:
        held = pool.state.liquidity(asset)
        if held:
            parts.tape.append(0, parts.start, place, place, (Minted.kind, asset, held))
    parts.chain.register(place, pool)
    parts.pools[place] = pool


def _open(parts: Parts, spec: PoolSpec, pool: Pool) -> None:
    """Open lenders first, borrowers after: their debt is lent out of the lenders' supply."""
    lender = parts.names.intern(f"{spec.name}/lenders")
    for reserve in spec.reserves:
        if reserve.liquidity is not None:
            open_supply(pool, lender, *units_of(parts, reserve.liquidity))
    modes = {mode.name: number for number, mode in enumerate(spec.e_modes, start=1)}
    for account in spec.accounts:
        collaterals = dict(units_of(parts, amount) for amount in account.collateral)
        debts = dict(units_of(parts, amount) for amount in account.debt)
        mode = modes[account.e_mode] if account.e_mode else 0
        open_account(pool, parts.names.intern(account.name), collaterals, debts, mode)
    if spec.population is not None:
        add_population(parts, spec, pool, modes)
    if spec.positions is not None:
        add_positions(parts, spec, pool)


def terms_of(parts: Parts, spec: PoolSpec) -> PoolTerms:
    """Return what governance has fixed for a pool."""
    reserves = tuple(_reserve(parts, reserve) for reserve in spec.reserves)
    modes = []
    for number, mode in enumerate(spec.e_modes, start=1):
        assets = tuple(parts.assets[name].id for name in mode.assets)
        modes.append(EMode(number, assets, assets, mode.ltv, mode.threshold, mode.bonus))
    rules = VERSIONS[spec.version]
    premium = rules.flash_premium if spec.flash_premium is None else spec.flash_premium
    return PoolTerms(rules, reserves, tuple(modes), premium)


def _reserve(parts: Parts, spec: ReserveSpec) -> ReserveTerms:
    asset = parts.assets[spec.asset]
    return ReserveTerms(
        asset,
        spec.ltv,
        spec.threshold,
        spec.bonus,
        spec.protocol_fee,
        spec.reserve_factor,
        _rate(spec.rate),
        None if spec.supply_cap is None else units_of(parts, spec.supply_cap)[1],
        None if spec.borrow_cap is None else units_of(parts, spec.borrow_cap)[1],
        spec.is_borrowable,
    )


def _rate(spec: RateSpec) -> KinkedRate:
    return KinkedRate(_ray(spec.kink), _ray(spec.base), _ray(spec.slope), _ray(spec.steep_slope))


def _ray(bps: Bps) -> Ray:
    return bps * (RAY // BPS_ONE)
