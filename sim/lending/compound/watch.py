"""Who of a pool is unhealthy: kept up to date by screening, for pools that value accounts at one instant's prices and indices."""

from collections.abc import Sequence
from typing import Any, Protocol

import attrs

from sim.lending.aave.rules import NO_DEBT
from sim.lending.aave.standing import Standing
from sim.lending.groups import Rows, Values
from sim.lending.positions import Positions
from sim.lending.screening import Screening, slack_of
from sim.records.layout import Row
from sim.records.lending import HealthFell, HealthRecovered
from sim.units import NO_SEQ, WAD, Party, Price, Seq, Wad

MOST_ON_TAPE: Wad = 2**255 - 1
"""How the health of whoever owes nothing is told: the largest number a column holds."""


class Judged(Protocol):
    """The pool, as far as it is needed here."""

    @property
    def positions(self) -> Positions:
        """All accounts."""
        ...

    def values(self, moment: Any) -> Values:
        """Return what a share of each asset is worth at a moment."""
        ...

    def rows(self, parties: Sequence[Party]) -> Rows:
        """Return the float columns of accounts."""
        ...

    def standing_at(self, party: Party, moment: Any) -> Standing:
        """Return an account's values and health at a moment."""
        ...


@attrs.define(eq=False)
class Watch:
    """The unhealthy accounts of one pool."""

    screening: Screening = attrs.field(factory=lambda: Screening(slack_of(1, False)))
    fell: dict[Party, Seq] = attrs.field(factory=dict)
    """Unhealthy accounts, as far as screened, with their ``HealthFell`` (0 until noted)."""

    def screen(self, pool: Judged, moment: Any, post: Seq, price: Price) -> list[tuple[Party, Row]]:
        """Return a row for every account that changed sides, by id; every asset must have a price."""
        changed = pool.positions.changed
        self.screening.mark(changed)
        changed.clear()
        rows: list[tuple[Party, Row]] = []
        for party in self.screening.near(pool.values(moment), pool.rows):
            row = self._judge(party, pool.standing_at(party, moment), post, price)
            if not pool.positions.peek(party).debts:
                self.screening.forget(party)
            if row is not None:
                rows.append((party, row))
        return rows

    def note_fell(self, account: Party, seq: Seq) -> None:
        """Take note of the number an account's ``HealthFell`` got on the tape."""
        assert account in self.fell
        self.fell[account] = seq

    def _judge(self, party: Party, stand: Standing, post: Seq, price: Price) -> Row | None:
        """Note on which side of one an account stands; return the row to say if that is news."""
        is_unhealthy, was_unhealthy = stand.health < WAD, party in self.fell
        self.screening.tell(party, is_unhealthy)
        if is_unhealthy and not was_unhealthy:
            self.fell[party] = NO_SEQ
            return (HealthFell.kind, post, price if post else 0, stand.health, stand.debt, stand.collateral)
        if was_unhealthy and not is_unhealthy:
            del self.fell[party]
            return (HealthRecovered.kind, MOST_ON_TAPE if stand.health == NO_DEBT else min(stand.health, MOST_ON_TAPE))
        return None
