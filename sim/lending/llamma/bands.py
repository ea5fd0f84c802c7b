"""What is in which band, and whose it is: the state of the amm, every write through the journal.

Amounts have 18 decimals. An owner has shares of each band it deposited into, from the first to the last; ``DEAD_SHARES`` of every
band are nobody's, so that nobody can make another's deposit round to nothing.
"""

from typing import Any, NamedTuple

import attrs

from sim.journal import Journal
from sim.lending.llamma.worth import Slice
from sim.units import Party

Amounts = dict[int, int]


class Stake(NamedTuple):
    """One owner's part of the bands."""

    first: int
    shares: tuple[int, ...]

    @property
    def last(self) -> int:
        """Its last band."""
        return self.first + len(self.shares) - 1


@attrs.define(eq=False, repr=False)
class Bands:
    """All bands of one market."""

    journal: Journal
    x: Amounts = attrs.field(factory=dict)
    """Money by band; only bands that have some."""
    y: Amounts = attrs.field(factory=dict)
    """Collateral by band; only bands that have some."""
    shares: Amounts = attrs.field(factory=dict)
    """By band, the dead ones not counted."""
    stakes: dict[Party, Stake] = attrs.field(factory=dict)
    active: int = 0
    """The band that trades: those before it have money only, those after it collateral only."""
    lowest: int = 0
    """Bands before it are empty."""
    highest: int = 0
    """Bands after it are empty."""
    dust: tuple[int, int] = (0, 0)
    """Money and collateral in the purse that roundings, and the last owner of a band, have left behind."""
    reached: int = 0
    """The highest active band since somebody last asked; not undone either."""
    version: int = 0
    """Grows with every write; not undone, for it only says when to look again."""

    @property
    def totals(self) -> tuple[int, int]:
        """Money and collateral of all bands. Cost: all bands."""
        return sum(self.x.values()), sum(self.y.values())

    def put(self, amounts: Amounts, n: int, amount: int) -> int:
        """Set what a band has of something; return by how much that is more."""
        assert amount >= 0
        self.version += 1
        before = amounts.get(n, 0)
        if amount:
            self.journal.write(amounts, n, amount)
        elif n in amounts:
            self.journal.erase(amounts, n)
        return amount - before

    def set(self, field: str, value: Any) -> None:
        """Set one of the numbers."""
        self.version += 1
        self.journal.put(self, field, value)
        self.reached = max(self.reached, self.active)

    def take_reached(self) -> int:
        """Return the highest band that has been active since this was last asked."""
        reached, self.reached = max(self.reached, self.active), self.active
        return reached

    def put_stake(self, party: Party, stake: Stake | None) -> None:
        """Set an owner's part, or take it away."""
        self.version += 1
        if stake is not None:
            self.journal.write(self.stakes, party, stake)
        elif party in self.stakes:
            self.journal.erase(self.stakes, party)

    def add_dust(self, x: int, y: int) -> None:
        """Note what stayed in the purse, but in no band; or left it so."""
        if x or y:
            self.set("dust", (self.dust[0] + x, self.dust[1] + y))

    def slices(self, party: Party) -> tuple[Slice, ...]:
        """Return an owner's bands, the first one first."""
        stake = self.stakes.get(party)
        if stake is None:
            return ()
        x, y, shares = self.x, self.y, self.shares
        return tuple(Slice(x.get(n, 0), y.get(n, 0), shares.get(n, 0), own) for n, own in enumerate(stake.shares, start=stake.first))

    def active_or_below(self, most: int) -> int:
        """Return the highest band with money at or below the active one; so many below the active one where there is none."""
        n = self.active
        for _ in range(most):
            if n < self.lowest:
                return self.active - most
            if self.x.get(n, 0):
                return n
            n -= 1
        return n

    def _check(self) -> None:
        """Assert what the bands promise. Cost: all bands and owners."""
        assert all(amount > 0 for amounts in (self.x, self.y, self.shares) for amount in amounts.values())
        assert all(n <= self.active for n in self.x), (self.active, self.x)
        assert all(n >= self.active for n in self.y), (self.active, self.y)
        assert all(self.lowest <= n <= self.highest for n in (*self.x, *self.y))
        assert all(n in self.shares for n in (*self.x, *self.y)), "amounts of nobody"
        owned: Amounts = {}
        for stake in self.stakes.values():
            assert stake.shares[0] > 0
            for n, own in enumerate(stake.shares, start=stake.first):
                owned[n] = owned.get(n, 0) + own
        assert {n: shares for n, shares in owned.items() if shares} == self.shares
        assert min(self.dust) >= 0, self.dust
