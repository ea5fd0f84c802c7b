"""What a keeper reads off a view is what the contract does, whatever the numbers, in both versions."""

import random

import pytest

from sim.commands import LiquidateCall
from sim.lending.euler.opening import open_account, open_supply
from sim.records.lending import Liquidated
from sim.units import UINT256_MAX
from tests.lending.euler.world import ALICE, BOB, DAI, DOLLAR, ETHER, KEEPER, LENDER, USD, USDC, WETH, World, build_v1, build_v2

BUILD = {"v1": build_v1, "v2": build_v2}


def fallen(version: str, price: int, collateral: int = 10 * ETHER, debt: int = 14_000 * USD) -> World:
    world = BUILD[version]()
    open_supply(world.pool, LENDER, USDC.id, 100_000 * USD)
    open_account(world.pool, ALICE, {WETH.id: collateral}, {USDC.id: debt})
    world.give(KEEPER, USDC, 200_000 * USD)
    world.prices.prices[WETH.id] = price
    world.screen()
    return world


def offered(world: World, funds: dict[int, int]):
    view = world.pool.view(world.now)
    return [each for account in view.unhealthy for each in view.seizures(account, funds)]


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_as_much_as_may_be_where_the_purse_pays_for_it(version):
    world = fallen(version, 1_600 * DOLLAR)

    [offer] = offered(world, {USDC.id: 50_000 * USD})

    assert offer.call == LiquidateCall(ALICE, USDC.id, WETH.id, UINT256_MAX)
    world.done(KEEPER, offer.call)
    [said] = world.rows(Liquidated)
    assert (offer.paid, offer.got) == (said.repaid, said.seized)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_as_much_as_the_purse_pays_for(version):
    world = fallen(version, 1_600 * DOLLAR)

    [offer] = offered(world, {USDC.id: 1_000 * USD})

    assert (offer.paid, offer.call.amount) == (1_000 * USD, 1_000 * USD)
    assert offered(world, {USDC.id: 0}) == []


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_as_much_as_the_pool_has_of_the_collateral(version):
    world = fallen(version, 2_000 * DOLLAR, debt=13_000 * USD)
    open_account(world.pool, BOB, {USDC.id: 100_000 * USD}, {WETH.id: 9 * ETHER})
    world.set_ether(1_300)
    world.screen()

    offer = next(each for each in offered(world, {}) if each.call.account == ALICE)

    assert 99 * ETHER // 100 < offer.got <= ETHER
    world.done(KEEPER, offer.call)
    [said] = world.rows(Liquidated)
    assert (offer.paid, offer.got) == (said.repaid, said.seized)


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("seed", range(2))
def test_offers_are_what_the_contract_does(version, seed):
    dice = random.Random(seed)
    seen = 0
    for _ in range(60):
        debt = dice.randrange(1, 10 ** dice.randrange(2, 11))
        collateral = debt * 10**12 // 1_400 + 1 + dice.randrange(3)
        world = fallen(version, dice.randrange(200, 2_000) * DOLLAR + dice.randrange(DOLLAR), collateral, debt)
        if dice.random() < 0.5:
            open_supply(world.pool, ALICE, DAI.id, debt * 10**12 // dice.randrange(2, 30))
            world.screen()
        for offer in offered(world, dice.choice([{}, {USDC.id: debt // 3}])):
            seen += 1
            fork = world
            assert fork.execute(KEEPER, offer.call) in (560_000,)
            [said] = fork.rows(Liquidated)
            assert (offer.paid, offer.got) == (said.repaid, said.seized)
            fork._check()
            break
    assert seen > 20
