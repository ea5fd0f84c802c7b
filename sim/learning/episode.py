"""One run that stops before each decision of a learner, so that somebody outside may have a say in it. No threads.

The kernel runs up to the delivery of news to a learner, its desk looks, and the run waits, for as long as one likes. ``resume`` delivers
the news to the strategy, whose desk shows what it showed while the run waited: nothing is drawn or written for having waited. So a
run through an episode in which nobody changes anything has the digest of the same run without.

Left out: learners in processes of their own, and reaching into a world that has come to its end.
"""

from collections.abc import Callable, Sequence

import attrs

from sim.agents.runner import Agent
from sim.agents.strategy import News
from sim.errors import InputError
from sim.scenario.build import build
from sim.scenario.run import end
from sim.scenario.spec import Scenario
from sim.scenario.words import meant
from sim.scenario.world import World

IsDue = Callable[[Agent, News], bool]
"""Says whether a wake of a learner is a decision to be waited at."""


@attrs.define(eq=False, repr=False)
class Episode:
    """A world, and the agents at whose decisions it waits. A deep copy is a fork that waits at the same decision."""

    world: World
    slots: tuple[int, ...]
    is_over: bool = False
    digest: str = ""
    """Of the tape, once the run is over."""
    _waiting: tuple[int, News] | None = None

    @classmethod
    def of(cls, scenario: Scenario, seed: int, learners: Sequence[str]) -> "Episode":
        """Return a run at instant zero. Raises InputError for a learner that is not there, and what ``build`` raises."""
        world = build(scenario, seed)
        slots = {agent.desk.name: agent.slot for agent in world.runner.agents}
        for name in learners:
            if name not in slots:
                world.runner.close()
                raise InputError(f"the scenario has no agent {name!r}; {meant(name, slots)}")
        return cls(world, tuple(slots[name] for name in learners))

    @property
    def learners(self) -> list[Agent]:
        """The agents that learn, in the sequence in which they were named."""
        return [self.world.runner.agents[slot] for slot in self.slots]

    @property
    def waiting(self) -> tuple[Agent, News] | None:
        """Whose decision the run waits at, and what it has just heard; None where it waits at none."""
        if self._waiting is None:
            return None
        slot, news = self._waiting
        return self.world.runner.agents[slot], news

    def advance(self, is_due: IsDue) -> Agent | None:
        """Run to the next decision that is due, and return whose it is; None when the run is over. Cost: that of the run to there."""
        assert not self.is_over
        self.resume()
        kernel, runner = self.world.kernel, self.world.runner
        while (message := kernel.run_up_to(self.world.duration, runner.deliver, self._is_learners)) is not None:
            self._waiting = message
            agent = runner.look(message)
            if not agent.has_failed and is_due(agent, message[1]):
                return agent
            self.resume()
        self._end()
        return None

    def resume(self) -> None:
        """Deliver the news at which the run waits."""
        message, self._waiting = self._waiting, None
        if message is not None:
            self.world.runner.deliver_looked(message)

    def close(self) -> None:
        """Give the run up where it is: it has no digest."""
        self.is_over = True
        self.world.runner.close()

    def _is_learners(self, message: tuple[int, News]) -> bool:
        return message[0] in self.slots

    def _end(self) -> None:
        end(self.world)
        self.world.tape.flush()
        self.digest = self.world.tape.digest()
        self.close()
