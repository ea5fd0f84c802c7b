"""A guard about a strategy that is not ours: its answer is whole and well-formed before any of it is sent, its lines are counted.

Built-in strategies go without: they sit the same exam, and are read. A guard changes nothing of what a well-behaved strategy says.
"""

from typing import Any

import attrs

from sim.agents.answer import COMMANDS, MOST_COMMANDS, answered
from sim.agents.desk import Desk
from sim.agents.lines import LineMeter
from sim.agents.strategy import News, On
from sim.agents.well_formed import require_well_formed
from sim.commands import Command


@attrs.define(eq=False, repr=False)
class Guard:
    """A strategy, and what it may do within one decision."""

    inner: Any
    most_commands: int = MOST_COMMANDS
    most_lines: int | None = None
    """None: not counted."""

    @property
    def wakes_on(self) -> tuple[On, ...]:
        """What wakes the strategy."""
        wishes: tuple[On, ...] = self.inner.wakes_on
        return wishes

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Return the strategy's commands, all of them well-formed."""
        commands = self._answer(news, desk) if self.most_lines is None else LineMeter(self.most_lines).run(self._answer, news, desk)
        for command in commands:
            if type(command) in COMMANDS:  # The runner tells what is no command.
                require_well_formed(command)
        return commands

    def _answer(self, news: News, desk: Desk) -> list[Any]:
        return answered(self.inner.decide(news, desk), self.most_commands)
