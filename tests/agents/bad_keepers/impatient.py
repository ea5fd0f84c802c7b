"""It does not expect silence."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, News, On
from sim.commands import WakeMe
from sim.records import BlockSealed


@attrs.define
class Impatient:
    """Waits ten seconds for a price, and no longer."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        if desk.now >= 10 * 10**9 and not desk.quote(desk.connections.venues[0]).seq:
            raise TimeoutError("nobody says anything")
        return [WakeMe(10 * 10**9)] if news.kind == START.kind else []
