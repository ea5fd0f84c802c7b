"""One agent's decisions as a Gymnasium environment: ``KeeperEnv("first_cascade", "keeper/0", {"multiple_bps": (12_000, 30_000)})``.

An episode is a run of the scenario, its seed the one that ``reset`` is given (drawn where it is given none); a step goes from one
decision of the learner to its next, as its task defines them, and everybody else lives on in between. A reward is the change of what
the learner is worth as its desk shows it; over an episode they add up to the whole change since its first decision. An episode ends as
the run does (terminated, never truncated), with an observation of what the desk shows then. Deterministic: the same seed and actions
give the same digest, which the last ``info`` tells; and actions that only repeat what a strategy has anyway give that of the plain run.

Left out: rendering; many environments in one, which ``gymnasium.vector`` does; a summary of each run (``downtick run`` makes it).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.agents.runner import Agent
from sim.agents.strategy import TIMER, News
from sim.errors import InputError
from sim.learning.choices import Tune
from sim.learning.episode import Episode
from sim.learning.extra import gymnasium
from sim.learning.task import NewTask, Task, Tuning
from sim.scenario.load import changed, load
from sim.scenario.spec import Scenario
from sim.units import Units

SEEDS = 2**31
"""Seeds that are drawn are below."""


class KeeperEnv(gymnasium.Env[Any, Any]):
    """A scenario, seen and acted on from the desk of one of its agents."""

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 # As gymnasium declares it.

    def __init__(
        self,
        scenario: Scenario | str | Path,
        agent: str,
        tune: Tune | None = None,
        *,
        task: NewTask | None = None,
        set: Mapping[str, Any] | None = None,
    ) -> None:
        """Take a scenario (or its name or path), the agent that learns, and what it may choose, or a task of one's own.

        ``set`` changes keys of the scenario. Raises ScenarioError, and InputError for parameters that the agent's strategy does not have.
        """
        super().__init__()
        if (tune is None) == (task is None):
            raise InputError("an environment takes either tune or task; give one of them")
        self.scenario = changed(scenario if isinstance(scenario, Scenario) else load(scenario), set or {})
        self.agent = agent
        self._new_task: NewTask = task if task is not None else lambda: Tuning(tune or {})
        self._episode: Episode | None = None
        self._begin(self.scenario.run.seed)  # Mistakes show now, not at the first reset.
        self.observation_space = self._task.observation_space
        self.action_space = self._task.action_space

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Begin the run of a seed, and return what the learner sees at its first decision."""
        super().reset(seed=seed)
        self._begin(int(self.np_random.integers(SEEDS)) if seed is None else seed)
        return self._observation(), self._info()

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Take an action, go on to the next decision, and return what the learner sees, its reward, and whether the run is over."""
        episode, before = self._running(), self._worth
        if episode.is_over:
            raise InputError("the episode is over; reset begins the next")
        self._task.apply(self._learner.mind, action)
        if episode.advance(self._is_due) is None:
            episode.world.runner.look((self._learner.slot, TIMER))
        observation = self._observation()
        return observation, (self._worth - before) / self._task.unit, episode.is_over, False, self._info()

    def close(self) -> None:
        """Give up the run that is under way."""
        if self._episode is not None and not self._episode.is_over:
            self._episode.close()

    def _begin(self, seed: int) -> None:
        self.close()
        self._episode = episode = Episode.of(self.scenario, seed, (self.agent,))
        self._task: Task = self._new_task()
        self._task.require_fit(self._learner)
        if episode.advance(lambda agent, news: self._task.is_ready(agent.desk)) is None:
            raise InputError(
                f"{self.agent} sees nothing of what it has within {self.scenario.name}; make the run longer, or its latency less"
            )
        self._task.begin(self._learner.desk, episode.world.duration)
        self._worth: Units = self._task.worth(self._learner.desk)

    def _running(self) -> Episode:
        assert self._episode is not None
        return self._episode

    @property
    def _learner(self) -> Agent:
        return self._running().learners[0]

    def _is_due(self, agent: Agent, news: News) -> bool:
        return self._task.is_due(news, agent.desk)

    def _observation(self) -> Any:
        """Look, and note what the learner is worth."""
        waiting = self._running().waiting
        news, desk = waiting[1] if waiting else TIMER, self._learner.desk
        self._worth = self._task.worth(desk)
        return self._task.observe(news, desk)

    def _info(self) -> dict[str, Any]:
        """Return the instant, what the learner is worth in units, and at the end the digest."""
        episode = self._running()
        found = {"at": self._learner.desk.now, "worth": self._worth, "seed": episode.world.seed}
        return found | {"digest": episode.digest} if episode.is_over else found
