"""What a strategy is: an attrs class whose public fields are its parameters, told news, answering with commands.

``wakes_on`` says which records wake it; ``decide(news, desk)`` returns the commands it sends. It may keep state in fields of its
own (underscored, or with ``init=False``). It sees the world through its desk alone, and draws only from ``desk.dice``.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Protocol, runtime_checkable

import attrs

from sim.agents.desk import Desk
from sim.commands import Command
from sim.errors import StrategyError
from sim.records import RECORDS, Record
from sim.units import Bps, Nanos, Party, Place, Seq


@attrs.frozen
class On:
    """A kind of record that wakes a strategy, from the places its agent is connected to."""

    record: type[Record]
    own: bool = False
    """Only what concerns the agent itself: its orders, trades, txs, transfers. Records for their party alone are so anyway."""
    moved_bps: Bps = 0
    """For quotes and posted or outside prices: only when the price moved this far from the one last told."""


@attrs.frozen
class News:
    """A tape entry as an agent hears it, or (``seq`` 0) its own timer."""

    seq: Seq
    at: Nanos
    """When it happened, which is earlier than now."""
    place: Place
    party: Party
    row: tuple[int, ...]

    @property
    def kind(self) -> int:
        """The record's kind number; 0 for a timer or the start."""
        return self.row[0]

    @property
    def record(self) -> Record | None:
        """The record itself, built on asking; None for a timer or the start."""
        made = RECORDS.get(self.row[0])
        return made(*self.row[1:]) if made else None

    def is_a(self, record: type[Record]) -> bool:
        """The news is of this kind of record."""
        return self.row[0] == record.kind

    def __deepcopy__(self, memo: dict[int, Any]) -> "News":
        """Return itself: it never changes, and a fork's timer is still ``TIMER``."""
        return self


TIMER = News(0, 0, 0, 0, (0,))
"""The news of a timer one has set oneself."""
START = News(0, 0, 0, 0, (1,))
"""The news with which every agent's run begins."""


SEES = ("mempool", "own_txs", "near")
"""What a desk shows only to strategies that ask for it: keeping it costs something."""


def sees(strategy: Any) -> tuple[str, ...]:
    """Return what a strategy's class asks to see (its class attribute ``sees``). Raises StrategyError for what is not there to see."""
    words = getattr(strategy, "sees", ())
    if not isinstance(words, tuple) or any(word not in SEES for word in words):
        raise StrategyError(f"{getattr(strategy, '__qualname__', strategy)}.sees is {words!r}; it is a tuple of some of {', '.join(SEES)}")
    return words


NEEDS: dict[str, str] = {
    "lenders": "a lender that liquidates at a fixed spread among its pools",
    "comet": "a Comet among its pools",
    "liquity": "a Liquity system among its pools",
    "vaults": "vaults among its pools",
    "dutch_auctions": "vaults that are auctioned the Dutch way among its pools",
    "english_auctions": "vaults that are auctioned the English way among its pools",
    "amms": "an amm that it is connected to",
    "flash_loans": "somebody who lends for the length of a tx",
    "bundles": "a builder that takes bundles",
    "offers": "a feed whose updates are on offer",
    "stock": "units of its first venue's base there from the start",
}
"""What a strategy may need to have anything to do, by the word with which its class says so (``needs``)."""


def needs(strategy: Any) -> tuple[str, ...]:
    """Return without what a strategy has nothing to do (its class attribute ``needs``). Raises StrategyError for words that are none."""
    words = getattr(strategy, "needs", ())
    if not isinstance(words, tuple) or any(word not in NEEDS for word in words):
        raise StrategyError(
            f"{getattr(strategy, '__qualname__', strategy)}.needs is {words!r}; it is a tuple of some of {', '.join(NEEDS)}"
        )
    return words


@runtime_checkable
class Strategy(Protocol):
    """The mind of an agent."""

    wakes_on: ClassVar[tuple[On, ...]]

    def decide(self, news: News, desk: Desk) -> Iterable[Command] | None:
        """Return the commands to send, in sequence, or None for none; called at the start, on news and on timers."""
        ...
