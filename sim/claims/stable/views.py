"""An issuer of a stable coin as desks see it, and what minting and redeeming would bring."""

import attrs

from sim.claims.stable import rules
from sim.claims.stable.hours import Hours
from sim.claims.stable.rules import StableTerms
from sim.fixed import mul_div_down
from sim.units import WAD, AssetId, Place, Seconds, Units, Wad


@attrs.frozen
class StableIssuerView:
    """An issuer at a block."""

    place: Place
    timestamp: Seconds
    terms: StableTerms
    hours: Hours
    reserves: Units
    """Money at hand, what is promised to requests included."""
    promised: Units
    frozen: Units
    issued: Units
    is_paused: bool
    last_request: int

    @property
    def money(self) -> AssetId:
        """What it takes and pays."""
        return self.terms.money.id

    @property
    def claim(self) -> AssetId:
        """What it issues."""
        return self.terms.coin.id

    @property
    def claim_unit(self) -> Units:
        """Units in a whole of it."""
        return self.terms.coin.unit

    @property
    def money_unit(self) -> Units:
        """Units in a whole of its money."""
        return self.terms.money.unit

    @property
    def is_open(self) -> bool:
        """It mints and redeems now."""
        return not self.is_paused and self.hours.is_open(self.timestamp)

    @property
    def free(self) -> Units:
        """Money that can still be promised."""
        return max(0, self.reserves - self.promised)

    @property
    def backing(self) -> Wad:
        """Money that it can reach, per money's worth of coins at par, rounded down; one where there are none."""
        owed = mul_div_down(self.issued, self.terms.money.unit, self.terms.coin.unit)
        return mul_div_down(self.free, WAD, owed) if owed else WAD

    def issued_for(self, amount: Units) -> Units:
        """Return the coins that money brings."""
        return rules.minted_for(self.terms, amount)

    def owed_for(self, units: Units) -> Units:
        """Return the money that coins bring."""
        return rules.redeemed_for(self.terms, units)

    def expected_wait(self, amount: Units) -> Seconds | None:
        """Return how long whoever redeems as soon as he can waits for his money; None where it does not say when it opens again."""
        if self.is_paused or amount > self.free:
            return None
        opened = self.hours.next_open(self.timestamp)
        return self.hours.next_open(opened + self.terms.delay) - self.timestamp
