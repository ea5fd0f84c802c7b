"""What lenders have and owe when a run begins, as facts: terms, totals, accounts that came alone, where those in bulk are listed.

Every family is asked in the same words: its view for the terms, each account for its position. Accounts in bulk are not walked through:
their columns are summed up.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sim.errors import Revert
from sim.facts import AgentFacts, ModeFacts, OpenedFacts, PairFacts, PopulationFacts, PurseFacts, SheetFacts, TermsFacts
from sim.lending.comet.pool import CometPool
from sim.lending.compound.pool import CompoundPool
from sim.lending.euler.pool import EulerPool
from sim.lending.liquity.system import Liquity
from sim.lending.positions import Column, column_total
from sim.lending.vault.rules import units_owed
from sim.scenario.build_compound import bps_of
from sim.scenario.build_population import positions_of, who_of
from sim.scenario.opened_lenders import parties_of
from sim.scenario.parts import Parts
from sim.storage.population import amounts_of
from sim.units import BPS_ONE, RAY, WAD, AssetId, Bps, Party, Place, Seconds, Units

Totals = dict[AssetId, Units]
HALF: Bps = 5_000
"""Of a debt, what one liquidation just below a health of one repays in every version of Aave (v3.7: unless it is small)."""


def sheets_of(parts: Parts) -> tuple[SheetFacts, ...]:
    """Return the sheets of every lender. Cost: accounts that came alone, and a sum over columns."""
    pools = [_sheet(parts, place, pool, "pools") for place, pool in parts.pools.items()]
    vaults = [_sheet(parts, place, pool, "vaults") for place, pool in parts.vault_pools.items()]
    keys = {parts.id(spec.name): key for key, spec in parts.scenario.lenders()}
    return (*pools, *vaults, *(_sheet(parts, place, lender, keys[place]) for place, lender in parts.lenders.items()))


def purses_of(parts: Parts, agents: tuple[AgentFacts, ...]) -> tuple[PurseFacts, ...]:
    """Return what keepers have, wherever they have it. Cost: all purses."""
    keepers = [each for each in agents if each.role == "keeper"]
    mine = {each.party + account for each in keepers for account in range(each.accounts)}
    ledger = parts.ledger
    return tuple(
        PurseFacts(party, place, asset, units[purse])
        for purse, (party, place) in enumerate(ledger.owners)
        if party in mine
        for asset, units in ledger.balances.items()
        if units[purse]
    )


def _sheet(parts: Parts, place: Place, lender: Any, family: str) -> SheetFacts:
    name, start = parts.names.name(place), parts.scenario.run.start
    populations = _populations(parts, name)
    accounts = tuple(_accounts(lender, family, populations, start))
    held, owed = _totals(parts, populations, accounts)
    cushions = _cushions(parts, lender, family)
    bonuses = _bonuses(parts, lender, family)
    shown = lender.view(start).reserves
    if family == "pools":
        bonuses = {asset: each.bonus for asset, each in lender.state.terms.by_asset.items()}
    terms = tuple(
        TermsFacts(
            asset,
            max(each.price, 0),
            each.threshold,
            each.max_ltv,
            bonuses.get(asset, each.bonus),
            each.protocol_fee,
            held.get(asset, 0),
            owed.get(asset, 0),
            each.liquidity,
            cushions.get(asset, 0),
            each.supply_index,
            each.debt_index,
        )
        for asset, each in shown.items()
    )
    return SheetFacts(
        place,
        name,
        family,
        _version(parts, lender, family),
        _close_factor(lender, family),
        terms,
        tuple(_pairs(lender)),
        tuple(_modes(lender, family)),
        accounts,
        populations,
    )


def _populations(parts: Parts, name: str) -> tuple[PopulationFacts, ...]:
    """Return where accounts in bulk are listed: what the build left there for the run folder."""
    return tuple(_population(parts, name, file) for file in (name, positions_of(name)) if file in parts.populations)


def _population(parts: Parts, name: str, file: str) -> PopulationFacts:
    count, who = len(next(iter(parts.populations[file].values()))), who_of(file)
    if who in parts.populations:
        parties = parts.populations[who]["party"]
        return PopulationFacts(file, int(parties[0]) if count else 0, count, who)
    first = parts.names.id(f"{name}/account/000000")
    assert first is not None or not count
    return PopulationFacts(file, first or 0, count)


def _accounts(lender: Any, family: str, populations: tuple[PopulationFacts, ...], start: Seconds) -> Iterator[OpenedFacts]:
    """Yield the accounts that came alone; who is in a file with its own numbers is left out."""
    for party in _alone(lender, family, populations):
        opened = _of_aave(lender, party) if family == "pools" else _opened(lender, party, start)
        if opened.collateral or opened.debt or opened.idle:
            yield opened


def _of_aave(pool: Any, party: Party) -> OpenedFacts:
    kept = pool.state.positions.peek(party)  # Shares are units still.
    return OpenedFacts(party, dict(kept.collaterals), dict(kept.debts), dict(kept.idle), kept.e_mode)


def _opened(lender: Any, party: Party, start: Seconds) -> OpenedFacts:
    """Return an account; an empty one where it cannot be valued for want of a price."""
    try:
        shown = lender.position(party, start)
    except Revert:
        return OpenedFacts(party, {}, {})
    return OpenedFacts(party, {each.asset: each.units for each in shown.collaterals}, {each.asset: each.units for each in shown.debts})


def _alone(lender: Any, family: str, populations: tuple[PopulationFacts, ...]) -> list[Party]:
    positions = lender.positions if family in ("vaults", "morpho") else getattr(getattr(lender, "state", None), "positions", None)
    parties = positions.accounts if positions is not None else parties_of(lender)
    in_bulk = [range(each.first, each.first + each.count) for each in populations]
    return [party for party in parties if not any(party in each for each in in_bulk)]


def _totals(parts: Parts, populations: tuple[PopulationFacts, ...], accounts: tuple[OpenedFacts, ...]) -> tuple[Totals, Totals]:
    """Return collateral and debt of all accounts by asset."""
    held: Totals = {}
    owed: Totals = {}
    for population in populations:
        for each in amounts_of(parts.populations[population.file]):
            _add(owed if each.is_debt else held, parts.assets[each.symbol].id, _sum(each.values, each.quantum))
    for account in accounts:
        for asset, units in account.collateral.items():
            _add(held, asset, units)
        for asset, units in account.debt.items():
            _add(owed, asset, units)
    return held, owed


def _sum(column: Any, quantum: int) -> Units:
    if isinstance(column, np.ndarray) and column.dtype == np.int64:
        return column_total(Column(0, False, column, quantum))
    return sum(int(each) for each in column) * quantum


def _add(totals: Totals, asset: AssetId, units: Units) -> None:
    totals[asset] = totals.get(asset, 0) + units


def _cushions(parts: Parts, lender: Any, family: str) -> Mapping[AssetId, Units]:
    """Return what pays before suppliers do."""
    if isinstance(lender, CometPool):
        return {lender.state.base: max(lender.view(parts.scenario.run.start).own_reserves, 0)}
    if isinstance(lender, Liquity):
        return {lender.terms.money.id: lender.stability.total}
    if family == "vaults":
        system = next(each for each in parts.systems.values() if lender.place in each.pools)
        own = system.engine.internal_of(system.vow.place)
        return {lender.money: units_owed(own // RAY, RAY)}
    return {}


def _bonuses(parts: Parts, lender: Any, family: str) -> Mapping[AssetId, Bps]:
    """Return what a liquidation costs above the debt, where the view does not say it."""
    if isinstance(lender, CometPool):
        factors = {each.asset.id: each.liquidation_factor for each in lender.state.terms.collaterals}
        return {asset: bps_of(WAD * WAD // factor) - BPS_ONE if factor else 0 for asset, factor in factors.items()}
    if isinstance(lender, EulerPool):
        most = max((each.most_discount for each in lender.state.terms.assets), default=0)
        return dict.fromkeys(lender.state.terms.by_asset, most)
    if family == "vaults":
        specs = [pool for system in parts.scenario.vaults for pool in system.pools if parts.id(pool.name) == lender.place]
        return {lender.collateral: specs[0].penalty}
    return {}


def _version(parts: Parts, lender: Any, family: str) -> str:
    if family == "vaults":
        return str(
            next(each.liquidations for each in parts.scenario.vaults if any(parts.id(pool.name) == lender.place for pool in each.pools))
        )
    if isinstance(lender, EulerPool):
        return lender.state.terms.rules.name
    return str(next(each.version for each in parts.scenario.pools if parts.id(each.name) == lender.place)) if family == "pools" else ""


def _close_factor(lender: Any, family: str) -> Bps:
    if isinstance(lender, CompoundPool):
        return bps_of(lender.state.terms.close_factor)
    return HALF if family == "pools" else BPS_ONE


def _pairs(lender: Any) -> Iterator[PairFacts]:
    if isinstance(lender, EulerPool):
        terms = lender.state.terms
        for debt in terms.by_asset:
            for collateral in terms.by_asset:
                limits = [round(terms.rules.factor(terms, debt, collateral, strict) * BPS_ONE) for strict in (False, True)]
                if limits[1] and debt != collateral:
                    yield PairFacts(debt, collateral, *limits)


def _modes(lender: Any, family: str) -> Iterator[ModeFacts]:
    if family == "pools":
        for each in lender.state.terms.e_modes:
            assets = tuple(asset for asset in each.collaterals if lender.state.terms.by_asset[asset].threshold)
            yield ModeFacts(each.id, assets, each.max_ltv, each.threshold, each.bonus)
