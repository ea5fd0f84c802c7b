"""One run of a small world, its books checked at every block, and what one of its agents did in it."""

from pathlib import Path
from typing import Any

import attrs

from sim.scenario.load import load
from sim.scenario.run import Result, run
from sim.scenario.world import World
from sim.units import Party


@attrs.frozen(eq=False, repr=False)
class Played:
    """A run, the world it ended in, and the agent it is looked at for."""

    result: Result
    world: World
    me: Party

    def of(self, record: str) -> list[Any]:
        """Return the agent's entries of one record."""
        return [entry for entry in self.result.tape.entries(records=[record]) if entry.party == self.me]


def played(scenario: Path, duration: str, name: str) -> Played:
    """Run a scenario for so long, and look at the agent of that name."""
    worlds: list[World] = []
    result = run(load(scenario, {"run.duration": duration}), check=True, on_world=worlds.append)
    (party,) = [agent.party for agent in result.facts.agents if agent.name == name]
    return Played(result, worlds[0], party)
