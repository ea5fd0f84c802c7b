"""A staking contract as desks see it, and what giving shares back to it would bring, and when."""

import attrs

from sim.claims.staking import rules
from sim.fixed import div_up, mul_div_down
from sim.units import WAD, AssetId, Place, Seconds, Units, Wad


@attrs.frozen
class StakingView:
    """A staking contract at a block."""

    place: Place
    timestamp: Seconds
    money: AssetId
    claim: AssetId
    claim_unit: Units
    money_unit: Units
    pooled: Units
    shares: Units
    buffered: Units
    """Money at hand for requests that wait."""
    queued: Units
    """Promised to them."""
    on_way: Units
    """Money that validators have been asked for."""
    last_request: int
    last_final: int
    """Requests up to this one can be claimed."""
    next_report: Seconds
    """From when it can be reported again."""
    frame: Seconds
    exits: Units
    """Most that validators give back between two reports."""
    exit_delay: Seconds
    margin: Seconds
    """A request younger than that at a report waits for the next."""
    most_request: Units

    @property
    def rate(self) -> Wad:
        """Money per whole share, rounded down: what the claim is worth to whoever can wait."""
        return mul_div_down(self.owed_for(self.claim_unit), WAD, self.money_unit)

    def owed_for(self, units: Units) -> Units:
        """Return the money that shares are worth at the last report."""
        return rules.worth(units, self.pooled, self.shares)

    def issued_for(self, amount: Units) -> Units:
        """Return the shares that an amount of money buys."""
        return rules.shares_for(amount, self.pooled, self.shares)

    def expected_wait(self, amount: Units) -> Seconds | None:
        """Return how long a request made now would wait for its report if nobody withdrew his; None where it would wait for ever.

        It takes the buffer as it is and exits as fast as they may be; new stakes and losses may make it shorter or longer.
        """
        until = max(0, self.next_report - self.timestamp)
        first = until if until >= self.margin else until + self.frame
        short = self.queued + amount - self.buffered - self.on_way
        if short <= 0:
            return first if not self.on_way else max(first, self.exit_delay)
        if not self.exits:
            return None
        asked_in = until + (div_up(short, self.exits) - 1) * self.frame
        return max(first, asked_in + max(self.frame, div_up(self.exit_delay, self.frame) * self.frame))
