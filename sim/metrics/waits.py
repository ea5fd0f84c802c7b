"""How long something took when not all of it was seen to the end: the Kaplan-Meier curve, and the plain one of what was.

A spell that ended otherwise (the price came back, the borrower mended it, the run was over) says only that the wait was longer. Leaving
such spells out makes keepers look quicker than they are. Kaplan and Meier (1958), each spell with a weight; a spell that was censored at a
moment still counts among those that waited until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

BLOCKS = (0, 1, 2, 16)
"""Waits in blocks at which curves are told."""
PUBLISHED = {0: 0.60, 2: 0.85, 16: 0.95}
"""Share of liquidations on Compound within so many blocks of becoming possible: Perez, Werner, Xu and Livshits (2021)."""


@attrs.frozen
class Wait:
    """One spell."""

    length: int
    is_answered: bool
    """False where it was censored."""
    weight: int = 1


def answered_by(waits: Iterable[Wait], moments: Sequence[int] = BLOCKS) -> list[float | None]:
    """Return the Kaplan-Meier estimate of the share that is answered within each of some waits; None from where nobody was watched so long.

    ``moments`` ascend. After the last spell the curve keeps its value only if it had come to one.
    """
    ordered = sorted((wait for wait in waits if wait.weight), key=lambda wait: (wait.length, not wait.is_answered))
    left, open_share, place = sum(wait.weight for wait in ordered), 1.0, 0
    found: list[float | None] = []
    for moment in moments:
        while place < len(ordered) and ordered[place].length <= moment:
            length, answered, gone = ordered[place].length, 0, 0
            while place < len(ordered) and ordered[place].length == length:
                answered += ordered[place].weight * ordered[place].is_answered
                gone += ordered[place].weight
                place += 1
            open_share *= 1 - answered / left
            left -= gone
        is_known = ordered and (left or not open_share or ordered[-1].length == moment)
        found.append(round(1 - open_share, 6) if is_known else None)
    return found


def answered_of_answered(waits: Iterable[Wait], moments: Sequence[int] = BLOCKS) -> list[float | None]:
    """Return the share answered within each of some waits, of those that were answered at all; None of nothing."""
    answered = [wait for wait in waits if wait.is_answered]
    total = sum(wait.weight for wait in answered)
    return [round(sum(wait.weight for wait in answered if wait.length <= each) / total, 6) if total else None for each in moments]
