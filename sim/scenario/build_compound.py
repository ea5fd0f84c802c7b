"""Building pools of Compound v2, and what both Compounds share: where they read prices, and accounts drawn at the opening.

Accounts are drawn as those of other lending pools are, with the same dice; they are opened one by one, so that what they supply is
cut to whole shares as the contract would.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from sim.assets import Asset
from sim.errors import ScenarioError
from sim.lending.aave.terms import PoolTerms, ReserveTerms
from sim.lending.aave.versions import VERSIONS
from sim.lending.compound.opening import open_account, open_supply
from sim.lending.compound.pool import CompoundPool
from sim.lending.compound.rules import JumpRate
from sim.lending.compound.terms import CompoundTerms, MarketTerms
from sim.lending.population import Drawn, Mix, PopulationSpec, draw_population, least_health
from sim.lending.positions import Shares
from sim.records import Minted, PopulationOpened
from sim.scenario.build_lending import FeedPrices
from sim.scenario.build_market import units_of
from sim.scenario.build_population import dice, health_of, refuse_unpriced, sizes_of
from sim.scenario.parts import Parts
from sim.scenario.spec import compound as told
from sim.scenario.spec.lending import MixSpec
from sim.scenario.spec.lending import PopulationSpec as PopulationAsked
from sim.scenario.values import Amount, Rate
from sim.storage.population import Values, column_digest
from sim.units import BPS_ONE, WAD, AssetId, Bps, Party, Place, Units, Wad


class Priced(NamedTuple):
    """An asset of a pool and where its price comes from."""

    asset: str
    feed: str | None
    price: Rate | None


class Opened(NamedTuple):
    """An account that was drawn."""

    party: Party
    collaterals: Shares
    debts: Shares


def add_compound(parts: Parts, spec: told.CompoundSpec) -> None:
    """Build a pool of Compound v2 with everything that is in it when the run begins."""
    place = parts.names.intern(spec.name)
    prices = prices_of(parts, f"compound.{spec.name}", [Priced(each.asset, each.feed, each.price) for each in spec.markets])
    feeds, start = places_of(prices), parts.scenario.run.start
    pool = CompoundPool.of(place, parts.chain.place, _terms(parts, spec), prices, parts.ledger, start, feeds)
    pool.state.allows_liquidations = parts.scenario.switches.liquidations
    lender = parts.names.intern(f"{spec.name}/lenders")
    for market in spec.markets:
        if market.liquidity is not None:
            open_supply(pool, lender, *units_of(parts, market.liquidity))
    for account in spec.accounts:
        collaterals, debts = amounts_of(parts, account.collateral), amounts_of(parts, account.debt)
        open_account(pool, parts.names.intern(account.name), collaterals, debts)
    if spec.population is not None:
        limits = [(market.terms.asset, bps_of(market.terms.factor)) for market in pool.state.markets.values()]
        for opened in drawn(parts, spec.name, spec.population, limits, prices):
            open_account(pool, *opened)
    tell_minted(parts, place, pool.state.markets)
    parts.chain.register(place, pool)
    parts.lenders[place] = pool


def prices_of(parts: Parts, path: str, assets: Sequence[Priced]) -> FeedPrices:
    """Return where a pool reads prices. Raises ScenarioError for an asset that has neither feed nor price."""
    prices = FeedPrices({}, {})
    for each in assets:
        asset = parts.assets[each.asset].id
        if each.feed is not None:
            prices.feeds[asset] = parts.feed(each.feed)
        elif each.price is not None:
            prices.fixed[asset] = int(each.price.number * Decimal(10**8))
        else:
            raise ScenarioError(f"{path}: {each.asset} has neither feed nor price; give one of them")
    return prices


def places_of(prices: FeedPrices) -> dict[AssetId, Place]:
    """Return the place of each feed that is read."""
    return {asset: feed.place for asset, feed in prices.feeds.items()}


def amounts_of(parts: Parts, amounts: Iterable[Amount]) -> dict[AssetId, Units]:
    """Return amounts by asset."""
    return dict(units_of(parts, amount) for amount in amounts)


def tell_minted(parts: Parts, place: Place, assets: Iterable[AssetId]) -> None:
    """Say what a pool holds when the run begins."""
    purse = parts.ledger.open(place, parts.chain.place)
    for asset in assets:
        held = parts.ledger.balance(asset, purse)
        if held:
            parts.tape.append(0, parts.start, place, place, (Minted.kind, asset, held))


def drawn(parts: Parts, name: str, asked: PopulationAsked, limits: Sequence[tuple[Asset, Bps]], prices: FeedPrices) -> list[Opened]:
    """Return accounts drawn at the opening prices, all of them healthy, and say so on the tape; ``limits`` are thresholds."""
    terms = PoolTerms(VERSIONS["v3_7"], tuple(ReserveTerms(asset, threshold, threshold) for asset, threshold in limits))
    posted = {asset.id: prices.price(asset.id) for asset, _ in limits}
    spec = PopulationSpec(
        asked.accounts,
        sizes_of(asked.size, partial(_worth, parts, prices)),
        health_of(asked.health, least_health(terms)),
        tuple(_mix(parts, name, mix) for mix in asked.mixes),
    )
    refuse_unpriced(parts, name, spec.mixes, posted)
    found = draw_population(spec, terms, posted, dice(parts, asked.draws or name))
    first = parts.names.block(f"{name}/account", found.count)
    _tell(parts, name, found)
    return [_opened(found, first, row) for row in range(found.count)]


def _opened(found: Drawn, first: Party, row: int) -> Opened:
    opened = Opened(first + row, {}, {})
    for column in found.columns:
        units = int(column.amounts[row]) * column.quantum
        if units:
            (opened.debts if column.is_debt else opened.collaterals)[column.asset] = units
    return opened


def _tell(parts: Parts, name: str, found: Drawn) -> None:
    columns: dict[str, Values] = {}
    for column in found.columns:
        side = "debt" if column.is_debt else "collateral"
        columns[f"{parts.names.name(column.asset)}_{side}_{column.quantum}"] = column.amounts
    parts.populations[name] = columns
    place = parts.id(name)
    parts.tape.append(0, parts.start, place, place, (PopulationOpened.kind, found.count, *column_digest(columns)))


def _mix(parts: Parts, name: str, spec: MixSpec) -> Mix:
    if spec.e_mode is not None:
        raise ScenarioError(f"{name}.population.mixes: e_mode is {spec.e_mode}, and this pool has no e-modes; leave it away")
    return Mix(
        spec.weight,
        tuple((parts.assets[each].id, share / BPS_ONE) for each, share in spec.collateral.items()),
        tuple((parts.assets[each].id, share / BPS_ONE) for each, share in spec.debt.items()),
    )


def _worth(parts: Parts, prices: FeedPrices, amount: Amount) -> float:
    """Return an amount in whole units of the base currency."""
    return float(amount.number * Decimal(prices.price(parts.assets[amount.asset].id)) / 10**8)


def _terms(parts: Parts, spec: told.CompoundSpec) -> CompoundTerms:
    markets = tuple(_market(parts, market) for market in spec.markets)
    return CompoundTerms(markets, wad_of(spec.close_factor), WAD + wad_of(spec.bonus), wad_of(spec.seize_share))


def _market(parts: Parts, spec: told.MarketSpec) -> MarketTerms:
    rate = spec.rate
    return MarketTerms(
        parts.assets[spec.asset],
        wad_of(spec.factor),
        wad_of(spec.reserve_factor),
        JumpRate(wad_of(rate.kink), wad_of(rate.base), wad_of(rate.slope), wad_of(rate.jump)),
        borrow_cap=None if spec.borrow_cap is None else units_of(parts, spec.borrow_cap)[1],
        can_borrow=spec.is_borrowable,
    )


def wad_of(share: Bps) -> Wad:
    """Return a share in bps as a wad."""
    return share * (WAD // BPS_ONE)


def bps_of(share: Wad) -> Bps:
    """Return a share as whole bps, rounded down."""
    return share * BPS_ONE // WAD
