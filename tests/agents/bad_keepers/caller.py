"""It asks somebody on the network."""

import socket
from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.records import BlockSealed


@attrs.define
class Caller:
    """Asks a server what to do."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        socket.socket().connect(("127.0.0.1", 9))
        return []
