"""Interest of Comet, for which there are no outside numbers: forty cases, each taken a second time by fractions cut by name."""

import random

import attrs
import pytest

from sim.commands import AccrueCall
from sim.errors import Revert
from sim.lending.comet.opening import open_account, open_supply
from sim.lending.comet.rules import INDEX, Curve, Indices, balance_of, grown, principal_of, utilisation
from sim.records import InterestAccrued
from sim.units import WAD, YEAR_SECONDS
from tests.lending.comet.naive import POINT, NaiveComet, rate_of_a_second
from tests.lending.comet.world import BORROW, SUPPLY, build
from tests.lending.compound.world import ALICE, BOB, ETHER, LENDER, MILLION, USDC, WETH


def drawn(number: int) -> dict[str, int]:
    """Return one case's figures: of every size, round and crooked."""
    dice = random.Random(number)
    return {
        "kink": dice.randrange(WAD // 2, WAD + 1),
        "base": dice.choice([0, WAD // 50, dice.randrange(WAD // 10)]),
        "low": dice.randrange(WAD // 5),
        "high": dice.randrange(4 * WAD),
        "supplied": dice.randrange(10 ** dice.randrange(4, 16)),
        "owed": dice.randrange(10 ** dice.randrange(1, 16)),
        "supply": dice.randrange(POINT, 2 * POINT),
        "borrow": dice.randrange(POINT, 3 * POINT),
        "seconds": dice.choice([1, 12, 13, 3_600, 86_400, dice.randrange(1, YEAR_SECONDS)]),
    }


@pytest.mark.parametrize("number", range(40))
def test_interest_is_as_by_fractions(number):
    case = drawn(number)
    curve = Curve(case["kink"], case["base"], case["low"], case["high"])
    twin = NaiveComet(USDC.id, USDC.unit, {}, {"supply": attrs.astuple(SUPPLY), "borrow": attrs.astuple(curve)}, 0)
    twin.principal.update({LENDER: case["supplied"], ALICE: -case["owed"]})
    twin.up = {"supply": case["supply"], "borrow": case["borrow"]}
    indices = Indices(case["supply"], case["borrow"])
    used = utilisation(balance_of(case["supplied"], indices), -balance_of(-case["owed"], indices))

    twin.now = case["seconds"]
    said = twin.attempt("accrue")

    assert twin.use() >= 0 and said in {"done", "ARITHMETIC"}
    if said == "ARITHMETIC":
        with pytest.raises(Revert, match="ARITHMETIC"):
            curve.per_second(used)
        return
    assert rate_of_a_second(used, *attrs.astuple(curve)) == curve.per_second(used)
    assert twin.up["supply"] == grown(indices.supply, SUPPLY.per_second(used), case["seconds"])
    assert twin.up["borrow"] == grown(indices.debt, curve.per_second(used), case["seconds"])


@pytest.mark.parametrize("number", range(20))
def test_principals_are_cut_against_whoever_acts(number):
    """What is supplied is cut, what is owed is rounded up: there and back nobody gains, and a debt does not move at all."""
    dice = random.Random(1_000 + number)
    indices = Indices(dice.randrange(INDEX, 3 * INDEX), dice.randrange(INDEX, 3 * INDEX))
    amount = dice.randrange(1, 10 ** dice.randrange(2, 20))

    supplied, owed = principal_of(amount, indices), principal_of(-amount, indices)

    assert amount - 3 <= balance_of(supplied, indices) <= amount
    assert balance_of(owed, indices) <= -amount
    assert principal_of(balance_of(owed, indices), indices) == owed


def test_a_year_at_half_use():
    """Half used: debt pays 1.5 % and half of 3.5 %, suppliers get half of 3.25 %."""
    world = build()
    open_supply(world.pool, LENDER, MILLION)
    open_account(world.pool, ALICE, {WETH.id: 500 * ETHER}, MILLION // 2)

    world.now += YEAR_SECONDS
    world.done(BOB, AccrueCall())

    state = world.pool.state
    assert 0 <= 516_250 * 10**6 + state.balance(ALICE) <= 50
    assert 0 <= 1_016_250 * 10**6 - state.balance(LENDER) <= 50
    assert world.rows(InterestAccrued) == [InterestAccrued(USDC.id, state.indices.supply * 10**12, state.indices.debt * 10**12)]
    world._check()


def test_the_supply_curve_is_its_own_so_that_reserves_may_pay_for_it():
    """At full use suppliers get 10.6 %, debtors pay 9.3 %: the pool's reserves fall."""
    world = build()
    open_supply(world.pool, LENDER, MILLION)
    open_account(world.pool, ALICE, {WETH.id: 1_000 * ETHER}, MILLION)

    world.now += YEAR_SECONDS

    assert SUPPLY.per_second(WAD) > BORROW.per_second(WAD)
    assert world.pool.state.reserves(world.now) < -10_000 * 10**6


def test_a_rate_beyond_sixty_four_bits_stops_the_pool_which_then_shows_what_it_was():
    world = build(borrow_curve=Curve(0, high=10**30))
    open_supply(world.pool, LENDER, MILLION)
    open_account(world.pool, ALICE, {WETH.id: 1_000 * ETHER}, MILLION)
    world.now += 1

    with pytest.raises(Revert, match="ARITHMETIC"):
        world.pool.state.grown(world.now)
    assert world.pool.state.indices_at(world.now) == Indices(INDEX, INDEX)
