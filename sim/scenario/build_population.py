"""Building many accounts at once: drawn from distributions, or read from a file of positions.

Both are told on the tape by one entry, with the hash of the columns; a run folder keeps the columns in a file.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path

import numpy as np

from sim.errors import ScenarioError
from sim.lending.aave.opening import open_account, open_population
from sim.lending.aave.pool import Pool
from sim.lending.population import (
    HealthModel,
    HealthQuantiles,
    LognormalSizes,
    Mix,
    ParetoSizes,
    PopulationSpec,
    SizeModel,
    draw_population,
    least_health,
)
from sim.lending.population import LognormalHealth as LognormalBuffer
from sim.lending.snapshot import read_positions
from sim.lending.summary import split_unhealthy
from sim.records import PopulationOpened
from sim.scenario.parts import Parts
from sim.scenario.spec import lending as told
from sim.scenario.values import Amount
from sim.storage.population import Values, column_digest
from sim.streams import Stream
from sim.units import BPS_ONE, SECOND, AssetId, Price
from sim.world.instants import iso


def add_population(parts: Parts, spec: told.PoolSpec, pool: Pool, modes: dict[str, int]) -> None:
    """Draw the accounts of a population at the opening prices and open them."""
    assert spec.population is not None
    prices = pool.state.posted_prices()
    asked = PopulationSpec(
        spec.population.accounts,
        sizes_of(spec.population.size, partial(_worth, parts, pool)),
        health_of(spec.population.health, least_health(pool.state.terms)),
        tuple(_mix(parts, mix, modes) for mix in spec.population.mixes),
    )
    refuse_unpriced(parts, f"pools.{spec.name}", asked.mixes, prices)
    drawn = draw_population(asked, pool.state.terms, prices, dice(parts, spec.population.draws or spec.name))
    first = parts.names.block(f"{spec.name}/account", drawn.count)
    open_population(pool, first, drawn.columns, drawn.count, drawn.e_modes)
    columns: dict[str, Values] = {}
    for column in drawn.columns:
        side = "debt" if column.is_debt else "collateral"
        columns[f"{parts.names.name(column.asset)}_{side}_{column.quantum}"] = column.amounts
    _tell(parts, spec.name, drawn.count, columns)
    if drawn.e_modes is not None and drawn.e_modes.any():
        parts.populations[who_of(spec.name)] = {"party": np.arange(first, first + drawn.count), "mode": drawn.e_modes.astype(np.int64)}


def refuse_unpriced(parts: Parts, path: str, mixes: Iterable[Mix], prices: Mapping[AssetId, Price]) -> None:
    """Raise ScenarioError where accounts are to be drawn in an asset whose feed gives no price at the opening."""
    for asset in dict.fromkeys(asset for mix in mixes for asset, _ in (*mix.collaterals, *mix.debts)):
        if not prices[asset]:
            raise ScenarioError(
                f"{path}.population is drawn at the opening prices, and the feed of {parts.names.name(asset)} gives none when the run"
                f" begins; give a feed that can be read then (a guard may ask too much), or take the population away"
            )


def who_of(name: str) -> str:
    """Return the name of the file that says who the accounts of a population are, where their columns do not."""
    return f"{name}/who"


def dice(parts: Parts, name: str) -> Stream:
    """Return dice of this name, as fresh for every population that asks for them: that is what makes two of them the same accounts."""
    return Stream(parts.seed, f"{name}/population")


def add_positions(parts: Parts, spec: told.PoolSpec, pool: Pool) -> None:
    """Read a file of positions and open its accounts; those unhealthy from the start are left out unless they are kept."""
    assert spec.positions is not None
    start, taken = parts.scenario.run.start, spec.positions.snapshot.since(parts.scenario.run.start)
    if taken:
        raise ScenarioError(
            f"pools.{spec.name}.positions.snapshot is {iso(start * SECOND + taken)}, and the run starts at {iso(start * SECOND)}: positions"
            f" must refer to the path's first price; start the run at the snapshot"
        )
    symbols = {each.asset.symbol: each.asset for each in pool.state.terms.reserves}
    snapshot = read_positions(Path(spec.positions.csv), symbols, start)
    healthy, unhealthy = split_unhealthy(snapshot.accounts, pool.state.posted_prices(), pool.state.terms)
    if unhealthy and not spec.positions.keep_unhealthy:
        parts.notes.append(f"{spec.name}: {len(unhealthy)} accounts are unhealthy at the opening prices and were left out")
    if snapshot.left_out:
        parts.notes.append(f"{spec.name}: {snapshot.left_out} accounts hold assets the pool does not know and were left out")
    kept = [*healthy, *unhealthy] if spec.positions.keep_unhealthy else healthy
    columns: dict[str, list[int]] = {"line": [each.line for each in kept]}
    parties = [parts.names.intern(f"{spec.name}/{account.name}") for account in kept]
    for party, account in zip(parties, kept, strict=True):
        open_account(pool, party, account.collaterals, account.debts, account.e_mode or 0)
    for asset in pool.state.reserves:
        columns[f"{parts.names.name(asset)}_collateral_1"] = [each.collaterals.get(asset, 0) for each in kept]
        columns[f"{parts.names.name(asset)}_debt_1"] = [each.debts.get(asset, 0) for each in kept]
    # A pool with a population as well has two files.
    file = spec.name if spec.population is None else positions_of(spec.name)
    _tell(parts, spec.name, len(kept), dict(columns), file)
    parts.populations[who_of(file)] = {"party": parties, "mode": [each.e_mode or 0 for each in kept]}


def positions_of(name: str) -> str:
    """Return the name of the file that lists accounts read from a file, where a population of the same pool has its own."""
    return f"{name}/positions"


def _tell(parts: Parts, name: str, count: int, columns: dict[str, Values], file: str = "") -> None:
    parts.populations[file or name] = columns
    place = parts.id(name)
    parts.tape.append(0, parts.start, place, place, (PopulationOpened.kind, count, *column_digest(columns)))


def _worth(parts: Parts, pool: Pool, amount: Amount) -> float:
    """Return an amount in whole units of the pool's base currency."""
    price = pool.state.prices.price(parts.assets[amount.asset].id)
    return float(amount.number * Decimal(price) / 10**8)


def sizes_of(spec: told.SizeSpec, worth: Callable[[Amount], float]) -> SizeModel:
    """Return the model of a section's sizes; ``worth`` gives an amount in whole units of the pool's base currency."""
    match spec:
        case told.FixedSize():
            return LognormalSizes(worth(spec.debt), 0.0)
        case told.ParetoSize():
            return ParetoSizes(worth(spec.least), spec.alpha, worth(spec.most))
        case told.LognormalSize():
            return LognormalSizes(worth(spec.median), spec.sigma, worth(spec.most))


def health_of(spec: told.HealthSpec, least: float) -> HealthModel:
    """Return the model of a section's health factors, none of them below the least."""
    if isinstance(spec, told.UniformHealth):
        low = max(spec.low, least)
        return HealthQuantiles(((0, low), (1, max(spec.high, low))))
    return LognormalBuffer(least, max(spec.median - least, 0.0), spec.sigma)


def _mix(parts: Parts, spec: told.MixSpec, modes: dict[str, int]) -> Mix:
    return Mix(
        spec.weight,
        tuple((parts.assets[name].id, share / BPS_ONE) for name, share in spec.collateral.items()),
        tuple((parts.assets[name].id, share / BPS_ONE) for name, share in spec.debt.items()),
        modes[spec.e_mode] if spec.e_mode else 0,
    )
