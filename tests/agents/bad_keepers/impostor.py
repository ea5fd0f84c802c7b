"""It acts in the name of somebody else's account."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import CancelOrder
from sim.records import BlockSealed


@attrs.define
class Impostor:
    """Cancels other people's orders."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        return [CancelOrder(desk.connections.venues[0], 1, account=desk.accounts)]
