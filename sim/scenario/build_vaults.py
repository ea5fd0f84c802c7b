"""Building vault systems: engine, pools of vaults, houses, vow, delayed feeds; and whose vaults there are when the run begins.

The contracts stand at places named after the system and its pools: ``maker`` (the engine), ``maker/cat`` or ``maker/dog``,
``maker/vow``, ``maker/debt_auctions``; ``eth_a`` (the pool) and ``eth_a/auctions``.
"""

from decimal import Decimal, localcontext

import attrs

from sim.agents.connections import Premises
from sim.assets import Asset
from sim.auction.cat import Cat, CatTerms
from sim.auction.clipper import Clipper
from sim.auction.clipper_rules import ClipperTerms
from sim.auction.curves import Exponential, Linear, PriceCurve, Stairstep
from sim.auction.dog import Dog, DogTerms
from sim.auction.flipper import Flipper, Version
from sim.auction.flopper import Flopper
from sim.auction.vow import Vow
from sim.errors import ScenarioError
from sim.lending.vault.engine import INTERNAL_DECIMALS, VaultEngine
from sim.lending.vault.opening import open_vault, open_vault_population
from sim.lending.vault.pool import VaultPool
from sim.lending.vault.terms import VaultTerms
from sim.oracle.delayed_feed import DelayedFeed
from sim.records import Minted, PopulationOpened, PricePosted
from sim.scenario.build_atomic import add_flash_mint
from sim.scenario.build_market import units_of
from sim.scenario.build_population import dice, health_of, sizes_of
from sim.scenario.parts import Parts
from sim.scenario.spec import vaults as told
from sim.scenario.values import Amount
from sim.storage.population import column_digest
from sim.units import BPS_ONE, NOBODY, RAD, RAY, SECOND, UINT256_MAX, WAD, YEAR_SECONDS, Bps, Nanos, Place, Rad, Ray, Seconds, Units, Wad

VERSIONS: dict[str, Version] = {"cat_1_0": "1.0", "cat_1_1": "1.1", "cat_1_2": "1.2"}
NO_LIMIT: Rad = UINT256_MAX
DEBT_LOT = 50_000 * RAD
FIRST_OFFER = 250 * WAD
DIGITS = 60
"""Of powers that are fixed at deployment: more than a ray holds."""


@attrs.define(eq=False, repr=False)
class System:
    """One vault system of the world."""

    name: str
    engine: VaultEngine
    vow: Vow
    debt_house: Flopper
    liquidator: Cat | Dog
    houses: dict[Place, Flipper | Clipper]
    """By pool."""
    pools: dict[Place, VaultPool]
    governance: Asset

    def premises(self, pool: Place) -> Premises:
        """Return where the contracts around one of its pools stand."""
        vaults, is_dutch = self.pools[pool], isinstance(self.liquidator, Dog)
        return Premises(
            self.engine.place,
            self.liquidator.place,
            self.houses[pool].place,
            self.vow.place,
            self.debt_house.place,
            vaults.feed.place,
            vaults.terms.collateral.id,
            self.engine.money,
            self.engine.internal,
            self.governance.id,
            is_dutch,
            "" if isinstance(self.liquidator, Dog) else self.liquidator.version,
        )

    @property
    def shown(self) -> tuple[Flipper | Clipper | Flopper | Vow, ...]:
        """Contracts whose views desks may look at, besides the pools."""
        return (*self.houses.values(), self.debt_house, self.vow)

    def _check(self) -> None:
        """Assert the invariants of every contract. Cost: all vaults and sales."""
        for contract in (self.engine, self.vow, self.debt_house, self.liquidator, *self.pools.values(), *self.houses.values()):
            contract._check()


def add_delayed_feed(parts: Parts, spec: told.DelayedFeedSpec) -> None:
    """Build a delayed feed that shows, and has queued, its source's first price."""
    place, source = parts.names.intern(spec.name), parts.feed(spec.source)
    feed = DelayedFeed(place, source, seconds(spec.delay), parts.ledger.journal)
    row = (PricePosted.kind, 1, source.price, 0, 0, NOBODY, 0)
    feed.open_at(parts.scenario.run.start, parts.tape.append(0, parts.start, place, NOBODY, row))
    parts.chain.register(place, feed)
    parts.delayed_feeds[place] = parts.derivations.known[place] = feed


def add_vaults(parts: Parts, spec: told.VaultsSpec) -> None:
    """Build a system with everything that is in it when the run begins."""
    money, governance = parts.assets[spec.money], parts.assets[spec.governance]
    internal = Asset(parts.names.intern(f"{spec.money}/internal"), f"{spec.money}/internal", INTERNAL_DECIMALS)
    if internal.symbol in parts.assets:
        raise ScenarioError(f"vaults.{spec.name}.money is {spec.money}, which another system makes already; give another")
    parts.ledger.add_asset(internal)
    parts.assets[internal.symbol] = internal
    engine = VaultEngine(parts.names.intern(spec.name), parts.chain.place, parts.ledger, money.id, internal.id)
    vow = _vow(parts, spec, engine, governance)
    pools = {}
    for pool in spec.pools:
        place = parts.names.intern(pool.name)
        feed = parts.feed(pool.feed)
        pools[place] = VaultPool.of(place, engine, _terms(parts, pool), feed, vow.place, parts.scenario.run.start)
    liquidator, houses = (_dog if spec.liquidations == "dog" else _cat)(parts, spec, engine, vow, pools)
    system = System(spec.name, engine, vow, vow.house, liquidator, houses, pools, governance)
    for contract in (engine, vow, vow.house, liquidator, *pools.values(), *houses.values()):
        parts.chain.register(contract.place, contract)
    add_flash_mint(parts, spec, engine)
    parts.systems[engine.place] = system
    for place, vaults in pools.items():
        parts.vault_pools[place] = vaults
        _open(parts, next(each for each in spec.pools if parts.id(each.name) == place), vaults)
    if spec.surplus is not None:
        engine.open_surplus(vow.place, rad_of(parts, spec.surplus))


def seconds(span: Nanos) -> Seconds:
    """Return a span that was refused unless it is whole seconds."""
    return span // SECOND


def rad_of(parts: Parts, amount: Amount | None, otherwise: Rad = NO_LIMIT) -> Rad:
    """Return an amount of money as internal money."""
    return otherwise if amount is None else units_of(parts, amount)[1] * RAY


def _vow(parts: Parts, spec: told.VaultsSpec, engine: VaultEngine, governance: Asset) -> Vow:
    debt = spec.debt
    house = Flopper(
        parts.names.intern(f"{spec.name}/debt_auctions"),
        engine,
        governance.id,
        _factor(debt.increment),
        _factor(debt.pad),
        seconds(debt.bid_lifetime),
        seconds(debt.auction_lifetime),
    )
    offer = FIRST_OFFER if debt.first_offer is None else units_of(parts, debt.first_offer)[1]
    return Vow(parts.names.intern(f"{spec.name}/vow"), engine, seconds(debt.wait), rad_of(parts, debt.lot, DEBT_LOT), offer, house)


def _terms(parts: Parts, spec: told.VaultPoolSpec) -> VaultTerms:
    return VaultTerms(
        parts.assets[spec.collateral],
        _ray(spec.ratio),
        rad_of(parts, spec.min_debt, 0),
        rad_of(parts, spec.ceiling),
        per_second(spec.stability_fee),
    )


def _cat(
    parts: Parts, spec: told.VaultsSpec, engine: VaultEngine, vow: Vow, pools: dict[Place, VaultPool]
) -> tuple[Cat, dict[Place, Flipper | Clipper]]:
    version = VERSIONS[spec.liquidations]
    houses: dict[Place, Flipper] = {}
    terms = {}
    for pool in spec.pools:
        place, english = parts.id(pool.name), pool.english or told.EnglishSpec()
        times = (seconds(english.bid_lifetime), seconds(english.auction_lifetime))
        name = parts.names.intern(f"{pool.name}/auctions")
        houses[place] = Flipper(name, engine, pools[place], vow.place, version, _factor(english.increment), *times)
        lot = units_of(parts, pool.lot)[1] if pool.lot else 0
        terms[place] = _bitten(version, pool.penalty, lot)
    box = rad_of(parts, spec.capacity) if version == "1.2" else 0
    cat = Cat(parts.names.intern(f"{spec.name}/cat"), version, engine, vow, terms, houses, box)
    cat.allows_liquidations = parts.scenario.switches.liquidations
    return cat, dict(houses)


def _bitten(version: Version, penalty: Bps, lot: Units) -> CatTerms:
    """Return how a pool's vaults are bitten: by collateral and a penalty in ray at first, by debt and a penalty in wad since 1.2."""
    if version == "1.2":
        return CatTerms(_factor(penalty), dunk=lot * RAY)
    return CatTerms(_ray(BPS_ONE + penalty), lot=lot)


def _dog(
    parts: Parts, spec: told.VaultsSpec, engine: VaultEngine, vow: Vow, pools: dict[Place, VaultPool]
) -> tuple[Dog, dict[Place, Flipper | Clipper]]:
    terms = {parts.id(pool.name): DogTerms(_factor(pool.penalty), rad_of(parts, pool.capacity)) for pool in spec.pools}
    dog = Dog(parts.names.intern(f"{spec.name}/dog"), engine, vow, terms, rad_of(parts, spec.capacity))
    dog.allows_liquidations = parts.scenario.switches.liquidations
    houses: dict[Place, Flipper | Clipper] = {}
    for pool in spec.pools:
        place, dutch = parts.id(pool.name), pool.dutch or told.DutchSpec()
        asked = ClipperTerms(
            start_factor=_ray(dutch.start_factor),
            curve=curve_of(dutch.curve),
            expiry=seconds(dutch.expiry),
            floor=_ray(dutch.floor),
            reward_flat=rad_of(parts, dutch.reward_flat, 0),
            reward_share=dutch.reward * (WAD // BPS_ONE),
        )
        name, vaults = parts.names.intern(f"{pool.name}/auctions"), pools[place]
        houses[place] = house = Clipper.open(name, engine, vaults, dog, vow.place, vaults.feed, asked)
        house.stopped = dutch.stopped
    return dog, houses


def curve_of(spec: told.CurveSpec) -> PriceCurve:
    """Return the price curve of a section."""
    match spec:
        case told.LinearCurve():
            return Linear(seconds(spec.span))
        case told.StairstepCurve():
            return Stairstep(_ray(spec.cut), seconds(spec.step))
        case told.ExponentialCurve():
            return Exponential(_root(Decimal("0.5"), seconds(spec.half_life)))


def per_second(yearly: Bps) -> Ray:
    """Return the factor by which debt grows in a second, in ray rounded down, so that a year makes the yearly fee."""
    return _root(1 + Decimal(yearly) / BPS_ONE, YEAR_SECONDS)


def _root(number: Decimal, degree: int) -> Ray:
    with localcontext() as context:
        context.prec = DIGITS
        return int((number.ln() / degree).exp() * RAY)


def _factor(bps: Bps) -> Wad:
    """Return one plus a share."""
    return (BPS_ONE + bps) * (WAD // BPS_ONE)


def _ray(bps: Bps) -> Ray:
    return bps * (RAY // BPS_ONE)


def _open(parts: Parts, spec: told.VaultPoolSpec, pool: VaultPool) -> None:
    """Open the vaults that are there when the run begins: typed ones, then those that are drawn."""
    for account in spec.accounts:
        collateral, debt = units_of(parts, account.collateral)[1], units_of(parts, account.debt)[1]
        open_vault(pool, parts.names.intern(account.name), collateral, debt)
    if spec.population is not None:
        _populate(parts, spec, spec.population, pool)
    held = pool.total_collateral()
    if held:
        parts.tape.append(0, parts.start, pool.engine.place, pool.engine.place, (Minted.kind, pool.terms.collateral.id, held))


def _populate(parts: Parts, spec: told.VaultPoolSpec, asked: told.VaultPopulationSpec, pool: VaultPool) -> None:
    stream = dice(parts, asked.draws or spec.name)
    first = parts.names.block(f"{spec.name}/account", asked.accounts)
    sizes = sizes_of(asked.size, whole_money)
    columns: dict[str, list[Units]] = open_vault_population(pool, first, asked.accounts, sizes, health_of(asked.health, 1.0), stream)
    parts.populations[spec.name] = dict(columns)
    place = parts.id(spec.name)
    parts.tape.append(0, parts.start, place, place, (PopulationOpened.kind, asked.accounts, *column_digest(dict(columns))))


def whole_money(amount: Amount) -> float:
    """Return an amount of a system's own money in whole units: its worth is one."""
    return float(amount.number)
