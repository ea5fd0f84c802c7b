"""Its parameters do not read back."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.records import BlockSealed
from sim.units import WeiPerGas


@attrs.define
class Converter:
    """Raises the tip it was given."""

    tip: WeiPerGas = attrs.field(default=5, converter=lambda tip: tip + 1)
    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        return []
