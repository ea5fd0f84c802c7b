"""A sequence of troves by risk, cut into pieces: to add one or take one out costs a piece, not all of them.

The ratios by which it is sorted are asked for as they are needed, and may be out of order by a rounding; the sequence is what was written.
Every write goes through the journal. Promised (``_check``): no piece is empty or longer than ``longest``.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

import attrs

from sim.journal import Journal
from sim.units import Party

MOST = 512
"""Troves in a piece; a longer one is halved."""

Risk = Callable[[Party], int]
"""Rises with the place in the sequence."""


@attrs.define(eq=False, repr=False)
class ByRisk:
    """Parties in sequence, the safest first."""

    journal: Journal
    longest: int = MOST
    pieces: tuple[tuple[Party, ...], ...] = ()

    def __iter__(self) -> Iterator[Party]:
        """Yield everybody, the safest first."""
        for piece in self.pieces:
            yield from piece

    def __reversed__(self) -> Iterator[Party]:
        """Yield everybody, the riskiest first. Cost: those that are asked for."""
        for piece in reversed(self.pieces):
            yield from reversed(piece)

    def fill(self, parties: Iterable[Party]) -> None:
        """Take a whole sequence, in place of what there was."""
        listed = tuple(parties)
        step = self.longest // 2
        self.journal.put(self, "pieces", tuple(listed[begin : begin + step] for begin in range(0, len(listed), step)))

    def add(self, party: Party, risk: int, risk_of: Risk) -> None:
        """Put somebody before the first whose risk is no less."""
        if not self.pieces:
            self.journal.put(self, "pieces", ((party,),))
            return
        at, place = self._place(risk, risk_of)
        piece = self.pieces[at]
        self._replace(at, (*piece[:place], party, *piece[place:]))

    def drop(self, party: Party, risk_of: Risk) -> None:
        """Take somebody out, found by risk or else by looking through all. Raises ValueError for whoever is not there."""
        at, place = self._find(party, risk_of)
        piece = self.pieces[at]
        self._replace(at, (*piece[:place], *piece[place + 1 :]))

    def since(self, risk: int, risk_of: Risk) -> tuple[Party, ...]:
        """Return everybody from the first on whose risk is no less. Cost: they, and a search."""
        if not self.pieces:
            return ()
        at, place = self._place(risk, risk_of)
        return tuple(chain(self.pieces[at][place:], *self.pieces[at + 1 :]))

    @property
    def safest(self) -> Party:
        """The first; there must be one."""
        return self.pieces[0][0]

    @property
    def riskiest(self) -> Party:
        """The last; there must be one."""
        return self.pieces[-1][-1]

    def _place(self, risk: int, risk_of: Risk) -> tuple[int, int]:
        """Return the piece and the place in it of the first whose risk is no less; the end of the last piece where there is none."""
        at = min(bisect_left(self.pieces, risk, key=lambda piece: risk_of(piece[-1])), len(self.pieces) - 1)
        return at, bisect_left(self.pieces[at], risk, key=risk_of)

    def _find(self, party: Party, risk_of: Risk) -> tuple[int, int]:
        risk = risk_of(party)
        at, place = self._place(risk, risk_of)
        while at < len(self.pieces):
            piece = self.pieces[at]
            while place < len(piece) and risk_of(piece[place]) == risk:
                if piece[place] == party:
                    return at, place
                place += 1
            if place < len(piece):
                break
            at, place = at + 1, 0
        at = next((at for at, piece in enumerate(self.pieces) if party in piece), -1)
        return at, self.pieces[at].index(party)

    def _replace(self, at: int, piece: tuple[Party, ...]) -> None:
        """Write a piece anew: none where it is empty, two where it is too long."""
        half = len(piece) // 2
        parts = (piece[:half], piece[half:]) if len(piece) > self.longest else (piece,) if piece else ()
        self.journal.put(self, "pieces", (*self.pieces[:at], *parts, *self.pieces[at + 1 :]))

    def _check(self) -> None:
        """Assert that pieces are neither empty nor too long."""
        assert all(0 < len(piece) <= self.longest for piece in self.pieces)
