"""Who of a pool of vaults is unsafe: kept up to date by screening, shown to desks without making anew what has not changed."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

import attrs

from sim.lending.aave.rules import NO_DEBT
from sim.lending.aave.standing import Standing
from sim.lending.columns import rows_of
from sim.lending.groups import Rows
from sim.lending.positions import Positions
from sim.lending.screening import Screening, slack_of
from sim.lending.vault import rules
from sim.lending.vault.columns import VaultSides, values_of_vaults
from sim.lending.vault.terms import Vault
from sim.lending.vault.views import VaultView
from sim.records.layout import Row
from sim.records.lending import HealthFell, HealthRecovered
from sim.units import NO_SEQ, WAD, Party, Price, Ray, Seconds, Seq, Wad

MOST_ON_TAPE: Wad = 2**255 - 1
"""How the health of whoever owes nothing is told: the largest number a column holds."""


class Judged(Protocol):
    """The pool, as far as it is needed here."""

    @property
    def margin_price(self) -> Ray:
        """Debt that a unit of collateral may carry; 0 while there is no price."""
        ...

    @property
    def index(self) -> Ray:
        """Debt per share."""
        ...

    @property
    def positions(self) -> Positions:
        """All vaults."""
        ...

    @property
    def sides(self) -> VaultSides:
        """Both assets."""
        ...

    def vault(self, party: Party) -> Vault:
        """Return what somebody has locked and owes."""
        ...

    def is_unsafe(self, party: Party) -> bool:
        """Say whether a vault may be liquidated now."""
        ...

    def standing(self, party: Party, timestamp: Seconds) -> Standing:
        """Return a vault's values and health."""
        ...


@attrs.define(eq=False, repr=False)
class Watch:
    """The unsafe vaults of one pool."""

    screening: Screening = attrs.field(factory=lambda: Screening(slack_of(1, False)))
    fell: dict[Party, Seq] = attrs.field(factory=dict)
    """Unsafe vaults, as far as screened, with their ``HealthFell`` (0 until noted)."""
    _screened: tuple[Ray, Ray] = (0, 0)
    """Margin price and index when everybody was last screened."""
    _shown: dict[Party, VaultView] = attrs.field(factory=dict)
    """Views of unsafe vaults that are as they were."""

    def screen(self, pool: Judged, post: Seq, price: Price) -> list[tuple[Party, Row]]:
        """Return a row for every vault that changed sides, by id. Cost: nothing when nothing moved."""
        changed, now = pool.positions.changed, (pool.margin_price, pool.index)
        if not pool.margin_price or (now == self._screened and not changed):
            return []
        self._forget_views(changed, now)
        self.screening.mark(changed)
        changed.clear()
        self._screened = now
        rows: list[tuple[Party, Row]] = []
        for party in self.screening.near(values_of_vaults(*now), partial(_rows, pool)):
            row = self._judge(pool, party, post, price)
            if row is not None:
                rows.append((party, row))
        return rows

    def note_fell(self, account: Party, seq: Seq) -> None:
        """Take note of the number a vault's ``HealthFell`` got on the tape."""
        assert account in self.fell
        self.fell[account] = seq
        self._shown.pop(account, None)

    def unhealthy(self, pool: Judged) -> tuple[VaultView, ...]:
        """Return every vault known to be unsafe that still is, by id; nobody while there is no price."""
        if not pool.margin_price:
            return ()
        if pool.positions.changed or (pool.margin_price, pool.index) != self._screened:
            # Not screened since: what was shown may be old.
            fresh = [view_of(pool, party, self.fell) for party in sorted(self.fell)]
            return tuple(each for each in fresh if each.health < WAD)
        for party in self.fell:
            if party not in self._shown:
                self._shown[party] = view_of(pool, party, self.fell)
        return tuple(self._shown[party] for party in sorted(self.fell))

    def _judge(self, pool: Judged, party: Party, post: Seq, price: Price) -> Row | None:
        """Note on which side one vault stands; return the row to say if that is news."""
        is_unsafe, was_unsafe = pool.is_unsafe(party), party in self.fell
        self.screening.tell(party, is_unsafe)
        stand = pool.standing(party, 0)
        if stand.health == NO_DEBT:
            self.screening.forget(party)
        if is_unsafe and not was_unsafe:
            self.fell[party] = NO_SEQ
            return (HealthFell.kind, post, price if post else 0, stand.health, stand.debt, stand.collateral)
        if was_unsafe and not is_unsafe:
            del self.fell[party]
            return (HealthRecovered.kind, min(stand.health, MOST_ON_TAPE))
        return None

    def _forget_views(self, changed: Mapping[Party, None], now: tuple[Ray, Ray]) -> None:
        """Drop the views of vaults that changed; of all when price or index moved."""
        if now != self._screened:
            self._shown.clear()
        for party in changed:
            self._shown.pop(party, None)


def view_of(pool: Judged, party: Party, fell: Mapping[Party, Seq]) -> VaultView:
    """Return one vault as it stands."""
    vault = pool.vault(party)
    health = rules.health(*vault, pool.margin_price, pool.index)
    return VaultView(party, *vault, vault.shares * pool.index, health, fell.get(party, NO_SEQ))


def _rows(pool: Judged, parties: Sequence[Party]) -> Rows:
    return rows_of(pool.sides, pool.positions, parties)
