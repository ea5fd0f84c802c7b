"""Building markets of Morpho Blue: terms, price, suppliers, and whose accounts are in them.

A market stands at the place of its name; its suppliers are ``<name>/lenders``, its fees go to ``<name>/fees``.
"""

from decimal import Decimal
from functools import partial

from sim.errors import ScenarioError
from sim.lending.morpho.market import MorphoMarket
from sim.lending.morpho.opening import open_account, open_population, open_supply
from sim.lending.morpho.rates import AdaptiveCurve, FixedRate, RateModel
from sim.lending.morpho.terms import MarketTerms, PairOracle
from sim.lending.prices import PriceReader
from sim.records import PopulationOpened
from sim.scenario.build_compound import Priced, places_of, prices_of, tell_minted
from sim.scenario.build_market import units_of
from sim.scenario.build_population import dice, health_of, sizes_of
from sim.scenario.parts import Parts
from sim.scenario.spec import morpho as told
from sim.scenario.values import Amount
from sim.storage.population import Values, column_digest
from sim.units import BPS_ONE, NOBODY, WAD, YEAR_SECONDS, Bps, Units, Wad


def add_morpho(parts: Parts, spec: told.MorphoSpec) -> None:
    """Build a market with everything that is in it when the run begins. Raises ScenarioError for an asset without price or of another."""
    place, start = parts.names.intern(spec.name), parts.scenario.run.start
    collateral, loan = parts.assets[spec.collateral], parts.assets[spec.loan]
    priced = [
        Priced(spec.collateral, spec.collateral_feed, spec.collateral_price),
        Priced(spec.loan, spec.loan_feed, spec.loan_price),
    ]
    prices = prices_of(parts, f"morpho.{spec.name}", priced)
    recipient = parts.names.intern(f"{spec.name}/fees") if spec.fee else NOBODY
    terms = MarketTerms(collateral, loan, _wad(spec.lltv), rate_of(spec.rate), _wad(spec.fee), recipient)
    oracle = PairOracle(prices, collateral, loan)
    market = MorphoMarket.of(place, parts.chain.place, terms, oracle, parts.ledger, start, places_of(prices))
    market.allows_liquidations = parts.scenario.switches.liquidations
    _open(parts, spec, market, prices)
    tell_minted(parts, place, (collateral.id, loan.id))
    parts.chain.register(place, market)
    parts.lenders[place] = market


def rate_of(spec: told.MorphoRateSpec) -> RateModel:
    """Return the rate model of a section."""
    match spec:
        case told.AdaptiveRateSpec():
            return AdaptiveCurve(_wad(spec.at_target) // YEAR_SECONDS)
        case told.FixedRateSpec():
            return FixedRate(_wad(spec.yearly) // YEAR_SECONDS)


def _open(parts: Parts, spec: told.MorphoSpec, market: MorphoMarket, prices: PriceReader) -> None:
    """Open suppliers first, drawn accounts while a share of debt is a unit, typed ones after."""
    if spec.liquidity is not None:
        open_supply(market, parts.names.intern(f"{spec.name}/lenders"), _units(parts, spec, spec.liquidity, spec.loan))
    if spec.population is not None:
        _populate(parts, spec, spec.population, market, prices)
    for account in spec.accounts:
        held, owed = _units(parts, spec, account.collateral, spec.collateral), _units(parts, spec, account.debt, spec.loan)
        open_account(market, parts.names.intern(account.name), held, owed)


def _populate(parts: Parts, spec: told.MorphoSpec, asked: told.MorphoPopulationSpec, market: MorphoMarket, prices: PriceReader) -> None:
    first = parts.names.block(f"{spec.name}/account", asked.accounts)
    sizes, health = sizes_of(asked.size, partial(worth_of, parts, prices)), health_of(asked.health, 1.0)
    stream = dice(parts, asked.draws or spec.name)
    columns: dict[str, Values] = dict(open_population(market, first, asked.accounts, sizes, health, stream))
    parts.populations[spec.name] = columns
    place = parts.id(spec.name)
    parts.tape.append(0, parts.start, place, place, (PopulationOpened.kind, asked.accounts, *column_digest(columns)))


def worth_of(parts: Parts, prices: PriceReader, amount: Amount) -> float:
    """Return an amount in whole units of what prices are in."""
    return float(amount.number * Decimal(prices.price(parts.assets[amount.asset].id)) / 10**8)


def _units(parts: Parts, spec: told.MorphoSpec, amount: Amount, symbol: str) -> Units:
    if amount.asset != symbol:
        raise ScenarioError(f'morpho.{spec.name}: "{amount}" stands where {symbol} is meant; give an amount of {symbol}')
    return units_of(parts, amount)[1]


def _wad(bps: Bps) -> Wad:
    return bps * (WAD // BPS_ONE)
