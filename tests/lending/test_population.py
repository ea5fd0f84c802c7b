"""Populations: heavy tails, stated health, healthy all of them, and dice that do not wander."""

import attrs
import pytest

from sim.errors import InputError
from sim.fixed import nearest_int
from sim.lending.aave.opening import open_population, open_supply
from sim.lending.aave.terms import EMode
from sim.lending.aave.versions import VERSIONS
from sim.lending.population import (
    Drawn,
    HealthQuantiles,
    LognormalHealth,
    LognormalSizes,
    Mix,
    ParetoSizes,
    PopulationSpec,
    draw_population,
    least_health,
)
from sim.lending.positions import column_total
from sim.streams import Streams
from sim.units import WAD
from tests.lending.world import DAI, DOLLAR, LENDER, USDC, WBTC, WETH, build

FIRST = 1_000
QUANTILES = HealthQuantiles(((0.0, 1.02), (0.1, 1.1), (0.5, 1.6), (1.0, 5.0)))
MIXES = (
    Mix(3.0, ((WETH.id, 1.0),), ((USDC.id, 1.0),)),
    Mix(1.0, ((WETH.id, 0.5), (WBTC.id, 0.5)), ((USDC.id, 0.5), (DAI.id, 0.5))),
)
SPEC = PopulationSpec(400, LognormalSizes(5_000.0, 1.5), QUANTILES, MIXES)


def drawn(spec: PopulationSpec = SPEC, seed: int = 1, version: str = "v3_7", e_modes=()) -> Drawn:
    world = build(VERSIONS[version], e_modes)
    return draw_population(spec, world.pool.state.terms, world.prices.prices, Streams(seed)["pool/population"])


def debts_in_dollars(population: Drawn) -> list[float]:
    sizes = {USDC.id: 10**6, DAI.id: 10**9}
    columns = [column.amounts / sizes[column.asset] for column in population.columns if column.is_debt]
    return sorted(sum(parts) for parts in zip(*columns, strict=True))


@pytest.mark.parametrize("version", VERSIONS)
def test_everybody_is_healthy_at_the_opening_and_as_healthy_as_drawn(version):
    world = build(VERSIONS[version])
    population = drawn(version=version)
    for column in population.columns:
        open_supply(world.pool, LENDER, column.asset, 2 * column_total(column) + 1)

    open_population(world.pool, FIRST, population.columns, population.count)

    assert world.screen() == []
    healths = sorted(world.pool.standing(party, world.now).health for party in range(FIRST, FIRST + population.count))
    assert all(health > WAD for health in healths)
    # Half of them lie below 1.6, to within the odds of 400 draws (three standard deviations are thirty).
    assert 170 <= sum(health < 16 * WAD // 10 for health in healths) <= 230
    world.pool._check()
    world.ledger.check()


def test_lognormal_sizes_have_their_median_and_a_long_tail():
    sizes = debts_in_dollars(drawn())

    assert 4_000 < sizes[200] < 6_500
    assert sizes[-1] > 20 * sizes[200]


def test_pareto_sizes_start_at_their_least_and_end_at_their_most():
    sizes = debts_in_dollars(drawn(attrs.evolve(SPEC, sizes=ParetoSizes(1_000.0, 1.2, most=50_000.0))))

    assert 999 < sizes[0] < 1_010
    assert 49_990 < sizes[-1] <= 50_000
    # P(size > 4,000) = 4^-1.2 = 0.19.
    assert 50 <= sum(size > 4_000 for size in sizes) <= 105


def test_lognormal_health_lies_above_its_floor():
    world = build(VERSIONS["v3_7"])
    population = drawn(attrs.evolve(SPEC, health=LognormalHealth(1.05, 0.4, 0.8)))
    for column in population.columns:
        open_supply(world.pool, LENDER, column.asset, 2 * column_total(column) + 1)
    open_population(world.pool, FIRST, population.columns, population.count)

    healths = [world.pool.standing(party, world.now).health for party in range(FIRST, FIRST + 400)]

    assert min(healths) > 105 * WAD // 100
    assert 160 <= sum(health < 145 * WAD // 100 for health in healths) <= 240


def test_the_same_seed_draws_the_same_and_another_seed_another():
    first, again, other = drawn(), drawn(), drawn(seed=2)

    assert [column.amounts.tolist() for column in first.columns] == [column.amounts.tolist() for column in again.columns]
    assert first.columns[0].amounts.tolist() != other.columns[0].amounts.tolist()


def test_a_changed_parameter_changes_nobodys_dice():
    """Twice the debts, the same people: everybody's debt doubles."""
    once = debts_in_dollars(drawn())
    twice = debts_in_dollars(drawn(attrs.evolve(SPEC, sizes=LognormalSizes(10_000.0, 1.5))))

    assert [nearest_int(100 * small) for small in once[:50]] == pytest.approx([nearest_int(50 * large) for large in twice[:50]], abs=1)


def test_a_category_is_kept_per_account():
    category = EMode(1, (WETH.id,), (WBTC.id,), max_ltv=9_300, threshold=9_500, bonus=100)
    mixes = (*MIXES, Mix(4.0, ((WETH.id, 1.0),), ((WBTC.id, 1.0),), e_mode=1))

    population = drawn(attrs.evolve(SPEC, mixes=mixes), e_modes=(category,))

    assert population.e_modes is not None
    assert 150 <= int(population.e_modes.sum()) <= 250


def test_all_mistakes_are_told_at_once():
    spec = PopulationSpec(0, LognormalSizes(1.0, 1.0), HealthQuantiles(((0.0, 1.0), (1.0, 2.0))), (Mix(1.0, ((WETH.id, 0.5),), ()),))

    with pytest.raises(InputError) as refused:
        drawn(spec)

    assert [line.split(" ")[0] for line in str(refused.value).splitlines()] == ["count", "health", "mixes.0.collaterals", "mixes.0.debts"]


@pytest.mark.parametrize(
    "points", [((0.0, 1.1),), ((0.1, 1.1), (1.0, 2.0)), ((0.0, 2.0), (1.0, 1.1)), ((0.0, 1.1), (0.0, 1.2), (1.0, 2.0))]
)
def test_quantiles_must_rise_from_nought_to_one(points):
    with pytest.raises(InputError, match="rising health"):
        HealthQuantiles(points)


def test_borrowers_need_lenders_first():
    world, population = build(VERSIONS["v3_7"]), drawn()

    with pytest.raises(InputError, match="open more supply"):
        open_population(world.pool, FIRST, population.columns, population.count)


def test_a_size_beyond_all_bounds_is_refused():
    with pytest.raises(InputError, match="bound sizes by `most`"):
        drawn(attrs.evolve(SPEC, sizes=LognormalSizes(1e15, 1.0)))


def test_the_least_health_follows_the_lowest_threshold():
    assert least_health(build(VERSIONS["v3_7"]).pool.state.terms) == 1 + 1.5 / 7_500
    assert DOLLAR == 10**8
