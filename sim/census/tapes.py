"""What a run says and what its agents ask: record kinds and words on its tape, calls in its txs, commands that were sent.

The run is listened to, not changed: a mind is wrapped in one that hands on what it decides.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, cast

import attrs
import numpy as np

from sim.agents.desk import Desk
from sim.agents.strategy import News, Strategy
from sim.commands import CALLS, SendTx
from sim.errors import StrategyError
from sim.records import TxPending
from sim.scenario.build import build
from sim.scenario.run import play
from sim.scenario.spec import Scenario
from sim.storage.columns import split
from sim.units import Nanos, Seq
from sim.vocabulary import Motive


@attrs.define
class Seen:
    """A sink that remembers which records and words passed, and which commands were heard; in the sequence of the first time."""

    names: dict[str, None] = attrs.field(factory=dict)
    """``Traded``, ``Refusal.HEALTHY``, ``LiquidateCall``, ``PlaceOrder``."""

    def take(self, rows: memoryview, wide: memoryview, first_seq: Seq, last_seq: Seq) -> None:
        """Look at these rows."""
        for record, columns in split(rows, wide):
            self.names[record.__name__] = None
            for column in record.columns:
                if column.words:
                    for number in np.unique(columns[column.name]).tolist():
                        self.names[f"{column.unit}.{column.words(number).name}"] = None
            if record is TxPending:
                for number in np.unique(columns["call"]).tolist():
                    if 0 < number <= len(CALLS):
                        self.names[CALLS[number - 1].__name__] = None


class Overheard:
    """A mind that is overheard: it decides, reads and is read as before."""

    def __init__(self, mind: Any, seen: Seen) -> None:
        self.__dict__.update(mind=mind, seen=seen)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["mind"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.mind, name, value)

    def decide(self, news: News, desk: Desk) -> Iterable[Any]:
        """Decide, and let it be heard."""
        commands = list(self.mind.decide(news, desk))
        for command in commands:
            self.seen.names[type(command).__name__] = None
            if isinstance(command, SendTx):
                self.seen.names[type(command.call).__name__] = None
            if hasattr(command, "motive"):
                self.seen.names[f"Motive.{Motive(command.motive).name}"] = None
        return commands


def seen_in(scenario: Scenario, most: Nanos) -> dict[str, None]:
    """Return what a run of a scenario says and asks within a span. A strategy that ends the run has been seen, too."""
    seen = Seen()
    world = build(scenario, sink=seen)
    for agent in world.runner.agents:
        agent.strategy = cast(Strategy, Overheard(agent.strategy, seen))
    world.duration = min(world.duration, most)
    with suppress(StrategyError):  # What was said up to the failure counts.
        play(world)
    world.tape.flush()
    return seen.names
