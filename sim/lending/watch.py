"""Who of a pool is unhealthy: the screening finds who may have changed sides, the pool's own exact sums decide, this remembers.

For families whose health is a wad that is below one exactly where their contract would liquidate. The pool says where it stands now
(``Values``), shows accounts as float columns and judges one account; everything else of `Lender.screen` is here.
"""

from collections.abc import Callable, Iterable, Sequence

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


@attrs.define(eq=False, repr=False)
class Watch:
    """The unhealthy accounts of one pool."""

    screening: Screening = attrs.field(factory=lambda: Screening(slack_of(1, False)))
    fell: dict[Party, Seq] = attrs.field(factory=dict)
    """Unhealthy accounts, as far as screened, with their ``HealthFell`` (0 until noted)."""

    def screen(
        self,
        positions: Positions,
        values: Values,
        extract: Callable[[Sequence[Party]], Rows],
        judge: Callable[[Party], Standing],
        post: Seq,
        price: Price,
        besides: Iterable[Party] = (),
    ) -> list[tuple[Party, Row]]:
        """Return a row for every account that changed sides, by id; ``besides`` are judged whatever the screening thinks of them.

        Cost: accounts near one or changed.
        """
        self.screening.mark(positions.changed)
        positions.changed.clear()
        near = dict.fromkeys(self.screening.near(values, extract))
        rows: list[tuple[Party, Row]] = []
        for party in sorted(near | dict.fromkeys(besides)):
            row = self._note(party, judge(party), post, price)
            if row is not None:
                rows.append((party, row))
        return rows

    def note_fell(self, account: Party, seq: Seq) -> None:
        """Take note of the number an account's ``HealthFell`` got on the tape."""
        assert account in self.fell
        self.fell[account] = seq

    def _note(self, party: Party, stand: Standing, post: Seq, price: Price) -> Row | None:
        """Note on which side one account stands; return the row to say if that is news."""
        is_unhealthy, was_unhealthy = stand.health < WAD, party in self.fell
        self.screening.tell(party, is_unhealthy)
        if stand.health == NO_DEBT:
            self.screening.forget(party)
        if is_unhealthy and not was_unhealthy:
            self.fell[party] = NO_SEQ
            return (HealthFell.kind, post, price if post else 0, stand.health, stand.debt, stand.collateral)
        if was_unhealthy and not is_unhealthy:
            del self.fell[party]
            return (HealthRecovered.kind, min(stand.health, MOST_ON_TAPE))
        return None
