"""What is learned: when a learner is asked, what it observes, what its action does, what it is worth.

``Tuning`` is the one that fits any keeper: an action sets some of its parameters for its decisions from then on. For anything else, such
as raw commands, write a class with the methods of ``Task`` and a strategy that does what ``apply`` leaves with it.
"""

from collections.abc import Callable
from typing import Any, Protocol

import attrs
import numpy as np

from sim.agents.desk import Desk
from sim.agents.runner import Agent
from sim.agents.strategy import News
from sim.errors import InputError
from sim.learning.choices import Choices, Tune
from sim.learning.extra import spaces
from sim.learning.features import FEATURES, Start, observed
from sim.learning.worth import Worth, first_venue
from sim.records import BlockSealed, Record
from sim.units import Nanos, Units


class Task(Protocol):
    """One learner's task, within one run: a new one is made for each.

    Its methods may ask the desk whatever a strategy may, but for ``new_order`` and ``dice``, which are the strategy's.
    """

    @property
    def observation_space(self) -> Any:
        """What ``observe`` returns, as a space of gymnasium."""
        ...

    @property
    def action_space(self) -> Any:
        """What ``apply`` takes, as a space of gymnasium."""
        ...

    def require_fit(self, agent: Agent) -> None:
        """Raise InputError where the task does not fit a learner. Asked before anything has happened."""
        ...

    def is_ready(self, desk: Desk) -> bool:
        """Say whether the desk shows what there is to begin with: at the very start it shows nothing."""
        ...

    def begin(self, desk: Desk, duration: Nanos) -> None:
        """Note what the learner begins with. Its first decision follows, at once."""
        ...

    def is_due(self, news: News, desk: Desk) -> bool:
        """Say whether the learner is asked, after its first decision, before it hears this."""
        ...

    def observe(self, news: News, desk: Desk) -> Any:
        """Return what the learner sees."""
        ...

    def apply(self, strategy: Any, action: Any) -> None:
        """Do to the strategy what an action means."""
        ...

    def worth(self, desk: Desk) -> Units:
        """Return what the learner has; rewards are the changes of it."""
        ...

    @property
    def unit(self) -> Units:
        """How much of it is a reward of 1."""
        ...


NewTask = Callable[[], Task]


@attrs.define
class Tuning:
    """Parameters of a keeper, chosen anew at the first block it sees and whenever something can be liquidated in its view.

    Until its first decision a keeper has the parameters of the scenario.
    """

    tune: Tune
    at: tuple[type[Record], ...] = (BlockSealed,)
    """The news at which it is asked."""
    is_idle: bool = False
    """Ask also when nothing can be liquidated."""
    _choices: Choices = attrs.field(init=False)
    _worth: Worth = attrs.field(factory=Worth, init=False)
    _start: Start = attrs.field(default=Start(1, 1), init=False)
    _unit: Units = attrs.field(default=1, init=False)

    def __attrs_post_init__(self) -> None:
        if not self.tune:
            raise InputError('tune names no parameter; give some with their values, as {"multiple_bps": (12_000, 20_000)}')
        self._choices = Choices(self.tune)

    @property
    def observation_space(self) -> Any:
        """The features of ``sim.learning.features``, in their sequence and bounds."""
        low, high = zip(*FEATURES.values(), strict=True)
        return spaces.Box(np.array(low, np.float32), np.array(high, np.float32), dtype=np.float32)

    @property
    def action_space(self) -> Any:
        """For each parameter the place of a value in its list."""
        return spaces.MultiDiscrete(self._choices.sizes)

    def require_fit(self, agent: Agent) -> None:
        """Refuse parameters, values and news that are not the strategy's."""
        self._choices.require_fit(agent.mind)
        first_venue(agent.desk)
        heard = [on.record for on in agent.strategy.wakes_on]
        for record in self.at:
            if record not in heard:
                known = ", ".join(each.__name__ for each in dict.fromkeys(heard))
                raise InputError(f"{agent.desk.name} is not woken by {record.__name__}; give at = some of {known}")

    def is_ready(self, desk: Desk) -> bool:
        """Its node has shown a block, and its venue two prices."""
        return desk.block().number > 0 and desk.quote(first_venue(desk)).mid > 0

    def begin(self, desk: Desk, duration: Nanos) -> None:
        """Note what it is worth."""
        self._unit = desk.connections.terms[first_venue(desk)].instrument.quote.unit
        self._start = Start(duration, self._worth.units(desk))

    def is_due(self, news: News, desk: Desk) -> bool:
        """At its news, when something can be liquidated."""
        is_asked = any(news.is_a(record) for record in self.at)
        return is_asked and (self.is_idle or any(desk.unhealthy(pool) for pool in desk.connections.pools))

    def observe(self, news: News, desk: Desk) -> Any:
        """Return the features of what the desk shows."""
        return np.array(observed(desk, self._start, self._worth.units(desk)), np.float32)

    def apply(self, strategy: Any, action: Any) -> None:
        """Set the parameters."""
        self._choices.apply(strategy, [int(place) for place in action])

    def worth(self, desk: Desk) -> Units:
        """Return what the desk shows it to have, in the quote of its first venue."""
        return self._worth.units(desk)

    @property
    def unit(self) -> Units:
        """A whole of that quote."""
        return self._unit
