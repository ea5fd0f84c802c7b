"""A world with every contract there is, in which one carries composites out one at a time, gas free: for tests of what they leave."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import attrs

from sim.chain.contract import BlockHead
from sim.chain.mempool import Tx
from sim.composites import AtomicCall, Step
from sim.records import RECORDS
from sim.scenario.build import build
from sim.scenario.load import load
from sim.scenario.world import World
from sim.units import AssetId, Gas, Party, Place, Units
from sim.vocabulary import Refusal
from tests.support.kept import kept
from tests.support.world_hash import world_hash

WORLDS = Path(__file__).parents[1] / "worlds"
WORLD = WORLDS / "atomic.toml"
AMPLE: Gas = 30_000_000
RICHES = {"ETH": 10**22, "USDC": 10**13, "DAI": 10**24, "LUSD": 10**24}


@attrs.define
class Composer:
    """The world, and one who is rich in it."""

    world: World
    me: Party = 0
    said: list[Any] = attrs.field(factory=list)
    """Records of the last composite that succeeded."""

    def place(self, name: str) -> Place:
        found = self.world.names.id(name)
        assert found is not None
        return found

    def asset(self, symbol: str) -> AssetId:
        return self.world.assets[symbol]

    def purse(self, party: Party) -> int:
        return self.world.ledger.open(party, self.world.chain.place)

    def held(self, symbol: str, party: Party = 0) -> Units:
        return self.world.ledger.balance(self.asset(symbol), self.purse(party or self.me))

    def at(self, seconds: int) -> "Composer":
        """Go on in a block so many seconds after the start."""
        chain = self.world.chain
        chain.executor.head = BlockHead(chain.number + 1, chain.epoch + seconds, seconds * 10**9, 0)
        return self

    def run(self, *steps: Step, may_fail: bool = False) -> tuple[Gas, Refusal]:
        """Carry a composite out; return its gas and why it reverted."""
        executor = self.world.chain.executor
        tx = Tx(1, self.me, 0, self.me, AtomicCall(steps, may_fail), 0, 0, AMPLE)
        gas, refusal, buffer = executor._run(tx)
        self.said = [] if refusal else [RECORDS[row[0]](*row[1:]) for _, _, _, row in buffer.rows]
        return gas, refusal

    def hash(self) -> str:
        return world_hash(self.world.ledger, self.world.chain.contracts)

    def copy(self) -> "Composer":
        return deepcopy(self)


@kept
def _opened(
    keys: tuple[tuple[str, Any], ...], file: str = WORLD.name, riches: tuple[tuple[str, Units], ...] = tuple(RICHES.items())
) -> Composer:
    world = build(load(WORLDS / file, dict(keys)))
    composer = Composer(world, world.names.intern("composer"))
    for symbol, units in riches:
        world.ledger.mint(world.assets[symbol], composer.purse(composer.me), units)
    for system in world.systems.values():
        system.engine.back_opening(world.ledger.minted[system.engine.money])
    return composer.at(4)


def composer_in(file: str, seconds: int, *symbols: str) -> Composer:
    """Return another world of one's own, as it has become so many seconds after the start; one has 10^21 units of some assets."""
    composer = _opened((), file, tuple((symbol, 10**21) for symbol in symbols)).copy()
    composer.world.kernel.run_until(seconds * 10**9)
    return composer.at(seconds + 4)


def composer(**keys: Any) -> Composer:
    """Return a world of one's own, four seconds after the start; keys are values at dotted paths, dots written as ``__``."""
    return _opened(tuple((key.replace("__", "."), value) for key, value in keys.items())).copy()
