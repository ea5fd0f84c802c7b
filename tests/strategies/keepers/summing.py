"""A keeper that does nothing but sums (``strategies.keepers.sums``), and says in a diary of its own what came out."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import Command
from sim.records import BlockSealed
from strategies.keepers.sums import Prospect, auction_price, liquidations, purchase, send, take
from strategies.keepers.tips import market_bid


@attrs.define
class Summing:
    """Does the best thing there is to do in each pool at each block, once."""

    diary: ClassVar[list[tuple[int, int, Prospect]]] = []
    """(block seen, pool, what was sent)."""
    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)
    _done: list[Any] = attrs.field(factory=list, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        commands: list[Command] = []
        for pool in desk.connections.pools:
            venue = desk.connections.venues[0]
            found = [*liquidations(desk, pool, venue), *filter(None, [purchase(desk, pool, venue)]), *takes(desk, pool, venue)]
            for each in [each for each in found if each.calls not in self._done][:1]:
                self._done.append(each.calls)
                self.diary.append((desk.block().number, pool, each))
                commands += send(each, market_bid(desk.block(), 20_000))
        return commands


def takes(desk: Desk, pool: int, venue: int) -> list[Prospect]:
    """Return what may be bought from Dutch auctions of a pool at the next block."""
    premises = desk.connections.premises.get(pool)
    view = desk.auctions(premises.house) if premises and premises.is_dutch else None
    found = [take(desk, pool, each.sale, venue, seconds=4) for each in view.sales] if view else []
    worth = [each for each in found if each is not None and each.profit > 0]
    for each in worth:
        assert each.calls[0].max_price == auction_price(desk, each.contract, each.calls[0].sale, seconds=4)
    return worth
