"""It answers with half a lot."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import PlaceOrder
from sim.records import BlockSealed


@attrs.define
class Sloppy:
    """Sizes its orders by division."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        return [PlaceOrder(desk.connections.venues[0], 0, 3 / 2)]  # type: ignore[arg-type] # On purpose.
