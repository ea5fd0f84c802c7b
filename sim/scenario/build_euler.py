"""Building Euler pools: terms, prices, suppliers, and whose accounts are in them.

A pool stands at the place of its name; its suppliers are ``<name>/lenders``.
"""

from functools import partial

from sim.lending.euler import v1, v2
from sim.lending.euler.opening import Loan, open_account, open_population, open_supply
from sim.lending.euler.pool import EulerPool
from sim.lending.euler.rates import yearly
from sim.lending.euler.rules import Rules
from sim.lending.euler.terms import AssetTerms, EulerTerms, Ltv
from sim.lending.prices import PriceReader
from sim.records import PopulationOpened
from sim.scenario.build_compound import Priced, amounts_of, places_of, prices_of, tell_minted
from sim.scenario.build_market import units_of
from sim.scenario.build_morpho import worth_of
from sim.scenario.build_population import dice, health_of, sizes_of
from sim.scenario.parts import Parts
from sim.scenario.spec import euler as told
from sim.storage.population import Values, column_digest
from sim.units import SECOND

VERSIONS: dict[str, Rules] = {"v1": v1.RULES, "v2": v2.RULES}


def add_euler(parts: Parts, spec: told.EulerSpec) -> None:
    """Build a pool with everything that is in it when the run begins. Raises ScenarioError or InputError for terms that cannot be."""
    place, start = parts.names.intern(spec.name), parts.scenario.run.start
    prices = prices_of(parts, f"euler.{spec.name}", [Priced(each.asset, each.feed, each.price) for each in spec.assets])
    pool = EulerPool.of(place, parts.chain.place, terms_of(parts, spec), prices, parts.ledger, start, places_of(prices))
    pool.state.allows_liquidations = parts.scenario.switches.liquidations
    lender = parts.names.intern(f"{spec.name}/lenders")
    for each in spec.assets:
        if each.liquidity is not None:
            open_supply(pool, lender, *units_of(parts, each.liquidity))
    for account in spec.accounts:
        collaterals, debts = amounts_of(parts, account.collateral), amounts_of(parts, account.debt)
        open_account(pool, parts.names.intern(account.name), collaterals, debts)
    if spec.population is not None:
        _populate(parts, spec, spec.population, pool, prices)
    tell_minted(parts, place, pool.state.books)
    parts.chain.register(place, pool)
    parts.lenders[place] = pool


def terms_of(parts: Parts, spec: told.EulerSpec) -> EulerTerms:
    """Return what governance has fixed for a pool."""
    assets = tuple(_asset(parts, each) for each in spec.assets)
    pairs = [(parts.assets[each.debt].id, parts.assets[each.collateral].id, each.ltv, each.threshold) for each in spec.pairs]
    return EulerTerms(VERSIONS[spec.version], assets, tuple(Ltv(*pair) for pair in pairs))


def _asset(parts: Parts, spec: told.EulerAssetSpec) -> AssetTerms:
    rate = spec.rate
    return AssetTerms(
        parts.assets[spec.asset],
        yearly(rate.base, rate.at_kink, rate.at_full, rate.kink),
        spec.fee,
        spec.collateral_factor,
        spec.borrow_factor,
        spec.is_isolated,
        spec.most_discount,
        spec.cool_off // SECOND,
        spec.is_socialised,
        None if spec.supply_cap is None else units_of(parts, spec.supply_cap)[1],
        None if spec.borrow_cap is None else units_of(parts, spec.borrow_cap)[1],
    )


def _populate(parts: Parts, spec: told.EulerSpec, asked: told.EulerPopulationSpec, pool: EulerPool, prices: PriceReader) -> None:
    first = parts.names.block(f"{spec.name}/account", asked.accounts)
    sizes, health = sizes_of(asked.size, partial(worth_of, parts, prices)), health_of(asked.health, 1.0)
    loans = [Loan(each.weight, parts.assets[each.collateral].id, parts.assets[each.debt].id) for each in asked.loans]
    stream = dice(parts, asked.draws or spec.name)
    columns: dict[str, Values] = dict(open_population(pool, first, asked.accounts, sizes, health, loans, stream))
    parts.populations[spec.name] = columns
    place = parts.id(spec.name)
    parts.tape.append(0, parts.start, place, place, (PopulationOpened.kind, asked.accounts, *column_digest(columns)))
