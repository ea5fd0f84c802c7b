"""It reads a file."""

from pathlib import Path
from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.records import BlockSealed


@attrs.define
class FileReader:
    """Looks its prices up in a file."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        return [] if Path(__file__).read_text(encoding="utf-8") else None
