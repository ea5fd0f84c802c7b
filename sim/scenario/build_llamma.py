"""Building markets of crvUSD: the amm with its bands and oracle, the market, and whose loans are in them.

A market stands at the place of its name, its amm at ``<name>/amm``. Band 0 begins at the oracle's opening price.
"""

from decimal import Decimal
from functools import partial

from sim.chain.till import Till
from sim.errors import InputError, Revert, ScenarioError
from sim.lending.llamma.amm import BandAmm
from sim.lending.llamma.market import LlammaMarket
from sim.lending.llamma.opening import open_loan, open_loans, open_money
from sim.lending.llamma.oracle import MovingAverage
from sim.lending.llamma.terms import FixedRate, LlammaTerms, PegRate, RateModel
from sim.lending.prices import PriceReader
from sim.records import PopulationOpened
from sim.scenario.build_compound import Priced, places_of, prices_of, tell_minted
from sim.scenario.build_market import units_of
from sim.scenario.build_population import dice, health_of, sizes_of
from sim.scenario.parts import Parts
from sim.scenario.spec import llamma as told
from sim.scenario.values import Amount
from sim.storage.population import Values, column_digest
from sim.units import BPS_ONE, SECOND, WAD, YEAR_SECONDS, Bps, Units, Wad


def add_llamma(parts: Parts, spec: told.LlammaSpec) -> None:
    """Build a market with everything that is in it when the run begins. Raises ScenarioError for what cannot be."""
    collateral, money = parts.assets[spec.collateral], parts.assets[spec.money]
    priced = [
        Priced(spec.collateral, spec.collateral_feed, spec.collateral_price),
        Priced(spec.money, spec.money_feed, spec.money_price),
    ]
    prices = prices_of(parts, f"llamma.{spec.name}", priced)
    oracle = MovingAverage(prices, collateral.id, money.id, _seconds(spec), parts.ledger.journal)
    place, start, chain = parts.names.intern(spec.name), parts.scenario.run.start, parts.chain.place
    try:
        terms = _terms(parts, spec, oracle)
        amm = BandAmm.of(Till(parts.ledger, chain, parts.names.intern(f"{spec.name}/amm")), terms, oracle, start)
        market = LlammaMarket(Till(parts.ledger, chain, place), amm, places_of(prices))
        market.allows_liquidations = parts.scenario.switches.liquidations
        market.save_rate(start)
        _open(parts, spec, market, prices)
    except InputError as mistake:
        raise ScenarioError(*(f"llamma.{spec.name}: {line}" for line in str(mistake).splitlines())) from None
    for contract in (amm, market):
        tell_minted(parts, contract.place, (collateral.id, money.id))
        parts.chain.register(contract.place, contract)
    parts.amms[amm.place] = amm
    parts.lenders[place] = market


def rate_of(spec: told.BandRateSpec) -> RateModel:
    """Return the rate model of a section."""
    match spec:
        case told.FlatRateSpec():
            return FixedRate(_wad(spec.yearly) // YEAR_SECONDS)
        case told.PegRateSpec():
            return PegRate(_wad(spec.at_one) // YEAR_SECONDS, _wad(spec.sigma))


def _terms(parts: Parts, spec: told.LlammaSpec, oracle: MovingAverage) -> LlammaTerms:
    try:
        base = oracle.posted()
    except Revert:
        raise InputError("bands need a price to open at; give the feed one at the start") from None
    discounts = _wad(spec.loan_discount), _wad(spec.liquidation_discount)
    pair = parts.assets[spec.collateral], parts.assets[spec.money]
    return LlammaTerms(*pair, base, spec.amplification, _wad(spec.fee), *discounts, rate_of(spec.rate))


def _open(parts: Parts, spec: told.LlammaSpec, market: LlammaMarket, prices: PriceReader) -> None:
    """Open money first, then typed loans, then those that are drawn."""
    open_money(market, _units(parts, spec, spec.liquidity, spec.money))
    start = parts.scenario.run.start
    for account in spec.accounts:
        held, owed = _units(parts, spec, account.collateral, spec.collateral), _units(parts, spec, account.debt, spec.money)
        open_loan(market, parts.names.intern(account.name), held, owed, account.bands, start)
    if spec.population is not None:
        _populate(parts, spec, spec.population, market, prices)


def _populate(parts: Parts, spec: told.LlammaSpec, asked: told.BandPopulationSpec, market: LlammaMarket, prices: PriceReader) -> None:
    first = parts.names.block(f"{spec.name}/account", asked.accounts)
    sizes, health = sizes_of(asked.size, partial(_whole_money, parts, spec, prices)), health_of(asked.health, 1.0)
    stream, start = dice(parts, asked.draws or spec.name), parts.scenario.run.start
    columns: dict[str, Values] = dict(open_loans(market, first, asked.accounts, sizes, health, asked.bands, stream, start))
    parts.populations[spec.name] = columns
    place = parts.id(spec.name)
    parts.tape.append(0, parts.start, place, place, (PopulationOpened.kind, asked.accounts, *column_digest(columns)))


def _whole_money(parts: Parts, spec: told.LlammaSpec, prices: PriceReader, amount: Amount) -> float:
    """Return an amount in whole units of the market's money, at opening prices."""
    ends = prices.price(parts.assets[amount.asset].id), prices.price(parts.assets[spec.money].id)
    return float(amount.number * Decimal(ends[0]) / Decimal(ends[1]))


def _seconds(spec: told.LlammaSpec) -> int:
    if spec.average % SECOND:
        raise ScenarioError(f"llamma.{spec.name}.average is no whole number of seconds; give one")
    return spec.average // SECOND


def _units(parts: Parts, spec: told.LlammaSpec, amount: Amount, symbol: str) -> Units:
    if amount.asset != symbol:
        raise ScenarioError(f'llamma.{spec.name}: "{amount}" stands where {symbol} is meant; give an amount of {symbol}')
    return units_of(parts, amount)[1]


def _wad(bps: Bps) -> Wad:
    return bps * (WAD // BPS_ONE)
