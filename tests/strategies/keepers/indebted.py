"""A small world whose vow has debt, and those who look after it or bid for its governance units."""

from typing import Any

from sim.units import RAD, WAD, Rad
from tests.strategies.oracles.pocket_delays import PocketDelays, book, keeper

DEBT = {"wait": "5 min", "lot": "1_000 DAI", "first_offer": "10 MKR", "bid_lifetime": "2 min", "auction_lifetime": "5 min"}
"""Blocks come every 12 seconds: a bid lives for ten of them."""


def steward(**parameters: Any) -> dict[str, Any]:
    return keeper("debt_steward", parameters.pop("name", "steward"), **parameters)


def bidder(name: str = "bidder", dai: int = 5_000, **parameters: Any) -> dict[str, Any]:
    """Return a bidder; a governance unit is worth 200 DAI to it unless told otherwise."""
    return keeper("debt_bidder", name, dai=dai, **{"governance_price": "200 DAI", **parameters})


def indebted(*agents: dict[str, Any], queued: int = 0, released: int = 0, money: int = 0, **keys: Any) -> PocketDelays:
    """Return a world whose vow has whole DAI of debt, queued just now or released already, and of money."""
    world = PocketDelays.of([book(), *agents], system={"debt": {**DEBT, **keys.pop("debt", {})}}, **keys)
    engine, vow = system(world).engine, system(world).vow
    engine.suck(vow.place, world.party("wall"), (queued + released) * RAD)
    if queued:
        vow._set_queue(world.world.chain.timestamp, queued * RAD)
    engine.open_surplus(vow.place, money * RAD)
    return world


def raise_money(world: PocketDelays, dai: int) -> None:
    """Let an auction of collateral bring the vow money."""
    system(world).engine.open_surplus(world.place("maker/vow"), dai * RAD)


def system(world: PocketDelays) -> Any:
    return world.world.systems[world.place("maker")]


def within(world: PocketDelays, name: str) -> int:
    """Return a party's internal money in whole DAI."""
    rad: Rad = system(world).engine.internal_of(world.party(name))
    return rad // RAD


def governance(world: PocketDelays, name: str) -> float:
    """Return the governance units that a party has on the chain, in whole ones."""
    return world.on_chain(name, "MKR") / WAD
