"""Takes a checkpoint for every mean of a constant product as soon as its window is whole.

Without one the mean stays that of the last window, however old. Source: whoever called ``update()`` of ExampleOracleSimple.sol
[Uniswap/v2-periphery] and of the oracles made after it. Left out: who pays its gas.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import Command, PokeCall
from sim.records import BlockSealed
from sim.units import GWEI, SECOND, Bps, Gas, Nanos, WeiPerGas
from strategies.keepers.bank import Bank
from strategies.keepers.errands import WAKES_ON, Errands, unix_now
from strategies.keepers.estimate import Estimate

CHECKPOINT_GAS: Gas = 105_000
"""Gas limit: half as much again as the call takes."""
RETRY_INTERVAL: Nanos = 24 * SECOND
PATIENCE_BLOCKS = 3
MOST_PENDING = 4


def _errands_of(mind: "Checkpointer") -> Errands:
    return Errands(Bank(Estimate(0, mind.multiple_bps, mind.max_gas_price), True, PATIENCE_BLOCKS, MOST_PENDING, 0), RETRY_INTERVAL)


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Checkpointer:
    """Keeps means moving."""

    wait: Nanos = attrs.field(default=0, validator=attrs.validators.ge(0))
    """How long after a window is whole it lets others do it."""
    multiple_bps: Bps = 12_000
    """What it bids for gas, as a multiple of the last block's price."""
    max_gas_price: WeiPerGas = 2_000 * GWEI
    """Never bids more."""

    wakes_on: ClassVar[tuple[On, ...]] = WAKES_ON
    _errands: Errands = attrs.field(default=attrs.Factory(_errands_of, takes_self=True), init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Send what is due at every block; book everything else as it is heard."""
        if not news.is_a(BlockSealed):
            self._errands.hear(news, desk)
            return []
        if not desk.block().number:
            return []
        self._errands.look(desk)
        commands = self._errands.keep_moving(desk, _always)
        for feed, window in desk.connections.checkpoints.items():
            due = desk.posted(feed).updated_at + window
            if unix_now(desk.block(), desk.now) >= due + self.wait // SECOND:
                commands += self._errands.run(desk, feed, PokeCall(), CHECKPOINT_GAS, due)
        return commands


def _always(*_: object) -> bool:
    return True
