"""It expects the news of a block in one sequence."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.records import BlockSealed, PricePosted, QuoteChanged, Traded


@attrs.define
class Orderly:
    """Insists on hearing of the oldest entry first."""

    wakes_on: ClassVar[tuple[On, ...]] = (
        On(BlockSealed),
        On(PricePosted),
        On(QuoteChanged),
        On(Traded),
    )
    _last: int = attrs.field(default=0, init=False)

    def decide(self, news: News, desk: Desk) -> Any:
        if news.seq and news.seq < self._last:
            raise ValueError("this happened before what I heard last")
        self._last = max(self._last, news.seq)
        return []
