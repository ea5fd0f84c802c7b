"""Building Liquity systems: the price they go by, and whose troves and deposits there are when the run begins.

The system stands at the place of its name; its stakers' fees go to ``<name>/staking``.
"""

from sim.errors import ScenarioError
from sim.lending.liquity.opening import open_account, open_deposit, open_population
from sim.lending.liquity.system import Liquity
from sim.lending.liquity.terms import LiquityTerms, PriceGuard
from sim.records import Minted, PopulationOpened
from sim.scenario.build_lending import FeedPrices
from sim.scenario.build_market import units_of
from sim.scenario.build_population import dice, health_of, sizes_of
from sim.scenario.parts import Parts
from sim.scenario.spec.liquity import LiquitySpec, TrovePopulationSpec
from sim.scenario.values import Amount
from sim.storage.population import column_digest
from sim.units import BPS_ONE, SECOND, WAD, AssetId, Units


def add_liquity(parts: Parts, spec: LiquitySpec) -> None:
    """Build a system with everything that is in it when the run begins. Raises ScenarioError for an amount of another asset."""
    place, start = parts.names.intern(spec.name), parts.scenario.run.start
    terms = LiquityTerms(
        parts.assets[spec.collateral],
        parts.assets[spec.money],
        parts.names.intern(f"{spec.name}/staking"),
        start + spec.no_redemption // SECOND,
    )
    asset = terms.collateral.id
    system = Liquity.of(place, parts.chain.place, terms, _guard(parts, spec, asset), parts.ledger, start, {asset: parts.id(spec.feed)})
    system.base_rate = spec.base_rate * (WAD // BPS_ONE)
    system.allows_liquidations = parts.scenario.switches.liquidations
    _open(parts, spec, system)
    for each in (terms.collateral.id, terms.money.id):
        held = system.held_of(each)
        if held:
            parts.tape.append(0, parts.start, place, place, (Minted.kind, each, held))
    parts.chain.register(place, system)
    parts.lenders[place] = system


def _guard(parts: Parts, spec: LiquitySpec, asset: AssetId) -> PriceGuard:
    fallback = None if spec.fallback is None else FeedPrices({asset: parts.feed(spec.fallback)}, {})
    return PriceGuard(FeedPrices({asset: parts.feed(spec.feed)}, {}), asset, parts.ledger.journal, fallback)


def _open(parts: Parts, spec: LiquitySpec, system: Liquity) -> None:
    """Open drawn troves first, typed ones and deposits after."""
    if spec.population is not None:
        _populate(parts, spec, spec.population, system)
    for account in spec.accounts:
        collateral = _units(parts, spec, account.collateral, spec.collateral)
        open_account(system, parts.names.intern(account.name), collateral, _units(parts, spec, account.debt, spec.money))
    for deposit in spec.deposits:
        open_deposit(system, parts.names.intern(deposit.name), _units(parts, spec, deposit.amount, spec.money))
    price = system.price_or_none(parts.scenario.run.start)
    if price and system.book.troves and system.is_recovery(price):
        percent = 100 * system.book.total_ratio(price) // WAD
        parts.notes.append(f"{spec.name}: starts in recovery mode, its ratio is {percent} % and the critical one 150 %")


def _units(parts: Parts, spec: LiquitySpec, amount: Amount, expected: str) -> Units:
    """Return an amount in units of the asset it must be of."""
    asset, units = units_of(parts, amount)
    if asset != parts.assets[expected].id:
        raise ScenarioError(f"liquity.{spec.name}: {amount} is given where an amount of {expected} is meant; give one")
    return units


def _populate(parts: Parts, spec: LiquitySpec, asked: TrovePopulationSpec, system: Liquity) -> None:
    stream = dice(parts, asked.draws or spec.name)
    first = parts.names.block(f"{spec.name}/account", asked.accounts)
    sizes, health = sizes_of(asked.size, whole_money), health_of(asked.health, 1.0)
    columns = open_population(system, first, asked.accounts, sizes, health, stream, parts.scenario.run.start)
    parts.populations[spec.name] = dict(columns)
    place = parts.id(spec.name)
    parts.tape.append(0, parts.start, place, place, (PopulationOpened.kind, asked.accounts, *column_digest(dict(columns))))


def whole_money(amount: Amount) -> float:
    """Return an amount of the system's own money in whole units: its worth is one."""
    return float(amount.number)
