"""Building the chain: the era with its departures, and the background demand from a file or typed points."""

from pathlib import Path

import attrs

from sim.chain.chain import Chain
from sim.chain.demand import Demand, DemandPoint, Surge, point_from_p60
from sim.chain.eras import ChainSpec
from sim.chain.fee_market import fee_market
from sim.scenario.parts import Parts
from sim.scenario.spec.chain import ChainSection, GasSpec
from sim.scenario.spec.shocks import GasSurge
from sim.units import Gas
from sim.world.gas import GasRow, GasRows, cover_gas, read_gas

CHAIN = "chain"
ENDLESS_GAS: Gas = 10**12
"""A block's gas limit when gas is free: everything fits."""


def add_chain(parts: Parts) -> None:
    """Build the chain and its demand."""
    scenario = parts.scenario
    section, is_free = scenario.chain, scenario.switches.free_gas
    spec = free(section.preset()) if is_free else section.preset()
    place = parts.names.intern(CHAIN)
    demand = Demand(
        () if is_free else demand_points(parts, section),
        fee_market(spec.fee_market),
        parts.streams[f"{CHAIN}/demand"],
        spec.demand,
        tuple(_surges(parts)),
    )
    gas_asset = parts.assets[section.gas_asset].id
    parts.chain = Chain(
        parts.kernel, parts.tape, parts.ledger, parts.names, parts.streams, spec, place, gas_asset, demand, scenario.run.start
    )


def free(spec: ChainSpec) -> ChainSpec:
    """Return a chain on which gas costs nothing and every tx fits into the next block."""
    return attrs.evolve(spec, fee_market="free", base_fee=None, gas_limit=ENDLESS_GAS, mempool_gas=ENDLESS_GAS * 1_000)


def demand_points(parts: Parts, section: ChainSection) -> tuple[DemandPoint, ...]:
    """Return what calibrates demand: a file's rows, typed points, or nothing at all."""
    gas, run = section.gas, parts.scenario.run
    typed = tuple(_row(parts, gas, index) for index in range(len(gas.points)))
    if gas.csv is None:
        return tuple(_point(row) for row in typed)
    rows: GasRows = read_gas(Path(gas.csv), gas.time_column, gas.price_column, run.start, gas.p30_column, gas.p90_column)
    beyond = "hold" if gas.outside == "waypoints" and not typed else gas.outside
    covered = cover_gas(rows, beyond, run.duration, run.start, typed)
    parts.notes.extend(covered.notes)
    parts.sources.extend(covered.sources)
    return tuple(_point(row) for row in covered.rows)


def _row(parts: Parts, gas: GasSpec, index: int) -> GasRow:
    point = gas.points[index]
    return GasRow(point.at.since(parts.scenario.run.start), point.p30, point.p60, point.p90)


def _point(row: GasRow) -> DemandPoint:
    typical = point_from_p60(row.at, row.p60)
    return DemandPoint(row.at, typical.p30 if row.p30 is None else row.p30, row.p60, typical.p90 if row.p90 is None else row.p90)


def _surges(parts: Parts) -> list[Surge]:
    start = parts.scenario.run.start
    return [
        Surge(shock.at.since(start), shock.at.since(start) + shock.duration, shock.price, shock.gas)
        for shock in parts.scenario.world.shocks
        if isinstance(shock, GasSurge)
    ]
