"""A borrower who does nothing: most of them, most of the time."""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import Command


@attrs.define
class Passive:
    """Owes, and hears of nothing."""

    wakes_on: ClassVar[tuple[On, ...]] = ()

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Return nothing."""
        return []
