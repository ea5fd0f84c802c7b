"""Made-up txs for the stage of an exam: what a node would see waiting, and fates of every sort for one's own.

Both are functions of the instant: a look shows the same whenever it is taken.
"""

from typing import Any

import attrs

from sim.commands import LiquidateCall, PostPriceCall
from sim.units import GWEI, SECOND, Nanos, Party, Place
from sim.views import Fate, OwnTx, PendingTx
from sim.vocabulary import Refusal

FATES: tuple[tuple[Fate, Refusal], ...] = (
    ("included", Refusal.NONE),
    ("reverted", Refusal.HEALTHY),
    ("dropped", Refusal.MEMPOOL_FULL),
    ("replaced", Refusal.NONE),
    ("waiting", Refusal.NONE),
)


@attrs.frozen
class MadeUpMempool:
    """A price on its way every other second, and some rival's liquidations."""

    feed: Place
    pool: Place
    other: Party
    most: int = 3

    def view(self, instant: Nanos, contract: Place | None = None) -> tuple[PendingTx, ...]:
        """Return what waits at an instant."""
        second = max(0, instant) // SECOND
        price = 10**10 * (180 + second * 7 % 40)
        calls: list[tuple[Place, Any]] = [(self.feed, PostPriceCall(((self.other, price, ()),)))] if second % 2 else []
        calls += [(self.pool, LiquidateCall(200 + index, 2, 1, 10**9)) for index in range(second % 3)]
        shown = calls[: self.most]
        return tuple(
            PendingTx(0, second * SECOND, 10 * second + index, self.other, index, place, call, 90 * GWEI, GWEI, 500_000)
            for index, (place, call) in enumerate(shown)
            if contract in (None, place)
        )


@attrs.frozen
class MadeUpFates:
    """A tx a second, and what became of it a second later."""

    pool: Place
    most: int = len(FATES)

    def view(self, instant: Nanos) -> tuple[OwnTx, ...]:
        """Return one's own txs as they stand at an instant."""
        second = max(0, instant) // SECOND
        return tuple(self._one(number, second) for number in range(max(0, second - self.most), second))

    def _one(self, number: int, second: int) -> OwnTx:
        fate, reason = FATES[number % len(FATES)] if number < second - 1 else FATES[-1]
        call, at, is_in = LiquidateCall(200, 2, 1, 10**9), number * SECOND, fate in ("included", "reverted")
        what = (number, number, 0, self.pool, call, 90 * GWEI, GWEI, 500_000)
        return OwnTx(0, at, *what, at, fate, reason, number if is_in else 0, 300_000 if is_in else 0, 30 * GWEI if is_in else 0)
