"""Worlds with a loan in them, as stories begin: fresh, worn out by trading to and fro, or sunk through all its bands."""

from sim.units import WAD
from tests.lending.llamma.world import ALICE, CRVUSD, World, build

DEBT = 15_000 * WAD


def world_with_loan(**terms) -> World:
    world = build(**terms)
    world.lend(ALICE, 10 * world.gem.unit, DEBT, 10)
    world.now += 3_600
    return world


def worn_out() -> World:
    """Return a world whose loan has been sold and bought back until it is unhealthy."""
    world = world_with_loan()
    for _ in range(10):
        for price in (1_700, 1_650, 1_600, 1_650, 1_700):
            world.set_price(price, 600)
            world.arbitrage()
            world._check()
            if world.health(ALICE) < WAD:
                world.give(ALICE, CRVUSD, DEBT)
                return world
    raise AssertionError("it should have worn out")


def sunk(price: int = 1_300) -> World:
    """Return a world whose price fell through all bands before anybody could sell."""
    world = world_with_loan()
    world.set_price(price, 600)
    return world
