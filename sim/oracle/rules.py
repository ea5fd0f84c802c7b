"""When a feed reports, freezes and goes stale: the decision rules, as free functions.

Promised: the answers of Chainlink's off-chain reporting (the median plugin of smartcontractkit/libocr at 0a5e2f9) and of three
consumers of its feeds. Comparisons are exact; there is no division but the one Liquity makes. Left out: when the question is
asked (``sim.oracle.round``) and how the answer becomes a tx (``sim.oracle.network``).
"""

from collections.abc import Sequence
from enum import IntEnum
from itertools import pairwise

import attrs

from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.units import PPB_ONE, WAD, Ppb, Price, Seconds, Wad
from sim.vocabulary import Refusal


class ReportReason(IntEnum):
    """Why a network reports a price, or why it does not."""

    NONE = 0
    INITIAL = 1
    DEVIATION = 2
    HEARTBEAT = 3
    OUT_OF_RANGE = 4
    """The median lies outside the feed's bounds: nobody reports and the feed freezes at what it has."""


REPORTS = (ReportReason.INITIAL, ReportReason.DEVIATION, ReportReason.HEARTBEAT)
"""The reasons that lead to a report."""


@attrs.frozen
class ReportRule:
    """When the reporters of one feed want a report."""

    alpha_ppb: Ppb = attrs.field(validator=attrs.validators.ge(0))
    """Relative change of the answer that is enough by itself."""
    heartbeat: Seconds = attrs.field(validator=attrs.validators.gt(0))
    """Longest silence; it must be exceeded."""
    min_answer: Price
    max_answer: Price
    ignores_deviation: bool = False
    """Report by heartbeat only."""

    def __attrs_post_init__(self) -> None:
        """Bounds the wrong way round would freeze the feed for ever."""
        assert self.min_answer <= self.max_answer

    def allows(self, answer: Price) -> bool:
        """Both bounds belong to the range."""
        return self.min_answer <= answer <= self.max_answer


def upper_median(answers: Sequence[int]) -> int:
    """Return the middle of the sorted answers, the upper one of two. Cost: n log n. Refuses none at all."""
    return answers[upper_middle(answers)]


def upper_middle(answers: Sequence[int]) -> int:
    """Return the place of the upper median; among equal answers, as if the earlier ones were the smaller."""
    assert answers
    return sorted(range(len(answers)), key=answers.__getitem__)[len(answers) // 2]


def is_rising(answers: Sequence[int]) -> bool:
    """Tell whether no answer is less than the one before it, as Maker's Median asks [makerdao/median 0316acd]."""
    return all(before <= after for before, after in pairwise(answers))


def deviates(old: Price, new: Price, alpha_ppb: Ppb) -> bool:
    """Tell whether |new - old| / |old| is at least alpha; any change from zero is enough, and no change is none."""
    if not old:
        return bool(new)
    return abs(new - old) * PPB_ONE >= alpha_ppb * abs(old)


def should_report(rule: ReportRule, median: Price, now: Seconds, last_answer: Price, last_timestamp: Seconds | None) -> ReportReason:
    """Return why the network reports this median, or NONE, or OUT_OF_RANGE.

    ``last_*`` are what the feed holds on the chain; a timestamp of None means that nothing was posted yet. A median out of
    bounds is never clamped: the network declines whatever the age of the feed.
    """
    if not rule.allows(median):
        return ReportReason.OUT_OF_RANGE
    if last_timestamp is None:
        return ReportReason.INITIAL
    if not rule.ignores_deviation and deviates(last_answer, median, rule.alpha_ppb):
        return ReportReason.DEVIATION
    if now > last_timestamp + rule.heartbeat:
        return ReportReason.HEARTBEAT
    return ReportReason.NONE


def is_stale(now: Seconds, updated_at: Seconds, timeout: Seconds) -> bool:
    """Tell whether a posted price is older than a timeout, as Liquity's PriceFeed asks of Chainlink (4 hours); strict.

    A post from the future reverts, as the contract's checked subtraction does.
    """
    if updated_at > now:
        raise Revert(Refusal.ARITHMETIC)
    return now - updated_at > timeout


def price_change(current: Wad, previous: Wad) -> Wad:
    """Return the distance of two prices over the larger one, rounded down, as Liquity's PriceFeed measures a jump."""
    larger, smaller = max(current, previous), min(current, previous)
    if not larger:
        raise Revert(Refusal.ARITHMETIC)
    return mul_div_down(larger - smaller, WAD, larger)


def is_price_change_above(current: Wad, previous: Wad, most: Wad) -> bool:
    """Tell whether a jump between two rounds is above what Liquity believes (a half); strict."""
    return price_change(current, previous) > most


def is_allowed_by_sentinel(answer: int, last_update: Seconds, now: Seconds, grace: Seconds) -> bool:
    """Tell whether Aave v3's PriceOracleSentinel lets borrowing and liquidation go on.

    ``answer`` is the sequencer feed's: 0 for up. It must have been up for longer than the grace; strict.
    """
    if answer != 0:
        return False
    if last_update > now:
        raise Revert(Refusal.ARITHMETIC)
    return now - last_update > grace
