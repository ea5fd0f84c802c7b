"""What a keeper reads off a view is what the contract does; and it is the largest call that makes sense."""

import random

import pytest

from sim.lending.morpho.calls import SeizeCall
from sim.lending.morpho.opening import open_account, open_supply
from sim.lending.morpho.rates import FixedRate
from sim.records.lending import BadDebt, Liquidated
from sim.units import WAD
from tests.lending.morpho.world import ALICE, DOLLAR, KEEPER, LENDER, USD, USDC, WETH, World, build


def fallen(price: int, collateral: int = 10 * WAD, debt: int = 16_000 * USD) -> World:
    world = build(rate=FixedRate(0))
    open_supply(world.market, LENDER, 100_000 * USD)
    open_account(world.market, ALICE, collateral, debt)
    world.give(KEEPER, USDC, 100_000 * USD)
    world.prices.prices[WETH.id] = price
    world.screen()
    return world


def offered(world: World, funds: int):
    view = world.market.view(world.now)
    return [each for account in view.unhealthy for each in view.seizures(account, {USDC.id: funds})]


def test_all_the_debt_where_the_collateral_covers_it():
    world = fallen(1_900 * DOLLAR)

    [offer] = offered(world, 50_000 * USD)

    assert offer.call == SeizeCall(ALICE, 0, world.market.debtor(ALICE, 0).shares)
    assert (offer.pays, offer.paid, offer.gets) == (USDC.id, 16_000 * USD, WETH.id)


def test_all_the_collateral_where_it_does_not():
    world = fallen(1_000 * DOLLAR)

    [offer] = offered(world, 50_000 * USD)

    assert offer.call == SeizeCall(ALICE, 10 * WAD, 0)
    assert (offer.paid, offer.got) == (9_400 * USD + 1, 10 * WAD)


@pytest.mark.parametrize("price", [1_900, 1_000])
def test_as_much_as_the_purse_pays_for(price):
    world = fallen(price * DOLLAR)

    [offer] = offered(world, 5_000 * USD + 3)

    assert 5_000 * USD <= offer.paid <= 5_000 * USD + 3
    assert offered(world, 0) == []


def test_an_asset_nobody_counted_is_no_bound():
    world = fallen(1_900 * DOLLAR)
    view = world.market.view(world.now)

    [offer] = view.seizures(view.unhealthy[0], {})
    assert offer.paid == 16_000 * USD


@pytest.mark.parametrize("seed", range(4))
def test_offers_are_what_the_contract_does_whatever_the_numbers(seed):
    dice = random.Random(seed)
    seen = 0
    for _ in range(60):
        debt = dice.randrange(1, 10 ** dice.randrange(2, 11))
        collateral = debt * 10**12 // 1_600 + 1 + dice.randrange(3)
        world = fallen(dice.randrange(200, 2_000) * DOLLAR + dice.randrange(DOLLAR), collateral, debt)
        for offer in offered(world, dice.choice([debt // 3, debt, debt * 2])):
            seen += 1
            world.done(KEEPER, offer.call)
            [said] = world.rows(Liquidated)
            assert (offer.paid, offer.got) == (said.repaid, said.seized)
            assert bool(world.rows(BadDebt)) == (said.seized == collateral and said.repaid < debt)
            world._check()
    assert seen > 40
