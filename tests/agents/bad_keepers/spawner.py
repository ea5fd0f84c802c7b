"""It starts a process."""

import subprocess
from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.records import BlockSealed


@attrs.define
class Spawner:
    """Lets another program decide."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        subprocess.run(["true"], check=False)
        return []
