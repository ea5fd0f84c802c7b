"""Building pools of Compound v3: terms, lenders, reserves, whose accounts are in them, and where they read prices."""

from sim.errors import ScenarioError
from sim.lending.comet.opening import open_account, open_reserves, open_supply
from sim.lending.comet.pool import CometPool
from sim.lending.comet.rules import Curve
from sim.lending.comet.terms import CollateralTerms, CometTerms
from sim.scenario.build_compound import Priced, amounts_of, bps_of, drawn, places_of, prices_of, tell_minted, wad_of
from sim.scenario.build_lending import FeedPrices
from sim.scenario.build_market import units_of
from sim.scenario.parts import Parts
from sim.scenario.spec import comet as told
from sim.scenario.values import Amount
from sim.units import AssetId, Units


def add_comet(parts: Parts, spec: told.CometSpec) -> None:
    """Build a Comet with everything that is in it when the run begins."""
    place = parts.names.intern(spec.name)
    read = [Priced(spec.base, spec.feed, spec.price), *(Priced(each.asset, each.feed, each.price) for each in spec.collaterals)]
    prices, start = prices_of(parts, f"comet.{spec.name}", read), parts.scenario.run.start
    pool = CometPool.of(place, parts.chain.place, _terms(parts, spec), prices, parts.ledger, start, places_of(prices))
    pool.state.allows_liquidations = parts.scenario.switches.liquidations
    open_supply(pool, parts.names.intern(f"{spec.name}/lenders"), _base(parts, spec, "liquidity", spec.liquidity))
    open_reserves(pool, _base(parts, spec, "reserves", spec.reserves))
    for account in spec.accounts:
        owed = amounts_of(parts, account.debt)
        debt = _debt(spec, account.name, pool.state.base, owed)
        open_account(pool, parts.names.intern(account.name), amounts_of(parts, account.collateral), debt)
    if spec.population is not None:
        _populate(parts, spec, pool, prices)
    tell_minted(parts, place, (pool.state.base, *pool.state.terms.by_asset))
    parts.chain.register(place, pool)
    parts.lenders[place] = pool


def _populate(parts: Parts, spec: told.CometSpec, pool: CometPool, prices: FeedPrices) -> None:
    assert spec.population is not None
    terms = pool.state.terms
    limits = [(terms.base, 0), *((each.asset, bps_of(each.threshold)) for each in terms.collaterals)]
    for opened in drawn(parts, spec.name, spec.population, limits, prices):
        open_account(pool, opened.party, opened.collaterals, _debt(spec, "population", terms.base.id, opened.debts))


def _debt(spec: told.CometSpec, whose: str, base: AssetId, debts: dict[AssetId, Units]) -> Units:
    """Return what an account owes of the base. Raises ScenarioError for any other debt."""
    if any(asset != base for asset in debts):
        raise ScenarioError(f"comet.{spec.name}: {whose} owes another asset than {spec.base}, which is all that it lends; owe that")
    return debts.get(base, 0)


def _base(parts: Parts, spec: told.CometSpec, key: str, amount: Amount | None) -> Units:
    """Return an amount of the base; 0 where none is given. Raises ScenarioError for another asset's."""
    if amount is None:
        return 0
    asset, units = units_of(parts, amount)
    if asset != parts.assets[spec.base].id:
        raise ScenarioError(f"comet.{spec.name}.{key} is {amount}; give an amount of {spec.base}, which is what it lends")
    return units


def _terms(parts: Parts, spec: told.CometSpec) -> CometTerms:
    return CometTerms(
        base=parts.assets[spec.base],
        collaterals=tuple(_collateral(parts, each) for each in spec.collaterals),
        supply_curve=_curve(spec.supply_rate),
        borrow_curve=_curve(spec.borrow_rate),
        store_front_factor=wad_of(spec.store_front),
        target_reserves=_base(parts, spec, "target_reserves", spec.target_reserves),
        min_borrow=_base(parts, spec, "min_debt", spec.min_debt),
    )


def _collateral(parts: Parts, spec: told.CometCollateralSpec) -> CollateralTerms:
    cap = None if spec.supply_cap is None else units_of(parts, spec.supply_cap)[1]
    asset = parts.assets[spec.asset]
    return CollateralTerms(asset, wad_of(spec.ltv), wad_of(spec.threshold), wad_of(spec.liquidation_factor), cap)


def _curve(spec: told.CometRateSpec) -> Curve:
    return Curve(wad_of(spec.kink), wad_of(spec.base), wad_of(spec.low), wad_of(spec.high))
