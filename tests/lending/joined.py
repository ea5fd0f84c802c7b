"""The pocket world with lenders of other families put into it, and a keeper that sends what a view offers."""

from typing import Any

from sim.commands import SendTx
from sim.history import History
from sim.scenario.build import build
from sim.scenario.load import load
from sim.scenario.world import World
from sim.storage.memory import MemoryTape
from sim.units import GWEI, SECOND, Party, Place
from tests.worlds.pocket import POCKET

FEED = "ETH-USD"


def empty_world() -> tuple[World, Any, MemoryTape]:
    """Return the pocket world, its parts, and its tape."""
    tape = MemoryTape()
    world = build(load(POCKET, {"assets.DAI": {"decimals": 18}}), sink=tape)
    return world, world.wiring.parts, tape


def join(world: World) -> None:
    """Wire the lenders that were added after the world was built, as the builder wires those that are there before."""
    wiring = world.wiring
    for place, lender in wiring.parts.lenders.items():
        wiring.feeds_of[place] = dict(lender.feeds)
        wiring.pool_views[place] = History()
        wiring._screened[place] = wiring._lenders[place] = lender
    world.lenders.update(wiring.parts.lenders)
    wiring.opened()


def keeper_of(world: World, dollars: int) -> Party:
    """Return somebody with gas money and dollars on the chain."""
    parts = world.wiring.parts
    keeper: Party = parts.names.intern("a_keeper")
    purse = world.ledger.open(keeper, world.chain.place)
    world.ledger.mint(world.chain.gas_asset, purse, 10**21)
    world.ledger.mint(parts.assets["USDC"].id, purse, dollars)
    return keeper


def liquidate_all(world: World, place: Place, keeper: Party, seconds: int, dollars: int) -> int:
    """Run so long; every ten seconds send every offer of the pool's last view. Return how many were sent."""
    usdc, sent = world.wiring.parts.assets["USDC"].id, 0
    for end in range(10, seconds + 1, 10):
        world.kernel.run_until(end * SECOND)
        view = world.wiring.pool_views[place].last
        for account in view.unhealthy if view else ():
            for offer in view.seizures(account, {usdc: dollars}):
                world.chain.arrive((keeper, 0, SendTx(place, offer.call, 5_000 * GWEI, 5 * GWEI, 900_000)))
                sent += 1
        world.check()
    world.tape.flush()
    return sent
