"""Redemptions held to numbers computed naively: what nobody outside has published cases for."""

import pytest

from sim.lending.liquity.calls import RedeemCall
from sim.lending.liquity.opening import open_account
from sim.records.liquity import Redeemed
from sim.vocabulary import Refusal
from tests.lending.liquity.cases import CASES, After, Case
from tests.lending.liquity.world import ALICE, BOB, CAROL, DAVE, ETH, KEEPER, LUSD, STAKING, World, build

OWNERS = (ALICE, BOB, CAROL, DAVE)


def staged(case: Case) -> World:
    world = build()
    world.price.value = case.price
    for owner, (collateral, debt) in zip(OWNERS, case.troves, strict=True):
        open_account(world.system, owner, collateral, debt)
    world.system.base_rate = case.base_rate
    world.give(KEEPER, LUSD, case.amount)
    world.now += case.seconds
    return world


def after(world: World, amount: int) -> After:
    system = world.system
    told = world.rows(Redeemed)[0]
    assert (world.held(KEEPER, LUSD), world.held(KEEPER, ETH)) == (amount - told.paid, told.drawn - told.fee)
    assert world.held(STAKING, ETH) == told.fee
    owners = tuple((system.surplus.get(owner, 0), *sides(world, owner)) for owner in OWNERS)
    return After(told.paid, told.drawn, told.fee, system.base_rate, owners)


def sides(world: World, owner: int) -> tuple[int, int]:
    book = world.system.book
    held = book.holding(owner) if book.has(owner) else None
    return (held.collateral, held.debt) if held else (0, 0)


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_a_redemption_comes_out_as_computed(case):
    world = staged(case)
    outcome = world.execute(KEEPER, RedeemCall(case.amount, most=case.most))

    if isinstance(outcome, Refusal):
        assert outcome.name == case.after
    else:
        assert after(world, case.amount) == case.after
        world._check()


def test_there_are_enough_of_them_and_they_differ():
    surplus = [any(owner[0] for owner in case.after.owners) for case in CASES if isinstance(case.after, After)]

    assert len(CASES) >= 20
    assert any(surplus) and not all(surplus)
    assert len(surplus) < len(CASES), "some are refused"
