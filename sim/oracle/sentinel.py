"""The sentinel of an L2: forbids acts for a while after the chain came up again, so that its people can mend their positions first.

Source: PriceOracleSentinel.sol [aave/aave-v3-core 782f519]. Left out: the uptime feed's own delay; the chain is up from the instant at
which it makes blocks again.
"""

from typing import Protocol

import attrs

from sim.oracle.rules import is_allowed_by_sentinel
from sim.units import Seconds


class Uptime(Protocol):
    """Since when blocks come without a break."""

    @property
    def restarted_at(self) -> Seconds:
        """Unix seconds of the last restart; 0 where there was none."""
        ...


@attrs.frozen(eq=False)
class Sentinel:
    """Of one pool."""

    uptime: Uptime
    grace: Seconds

    def allows(self, now: Seconds) -> bool:
        """Tell whether the chain has been up for longer than the grace; strict."""
        return is_allowed_by_sentinel(0, min(now, self.uptime.restarted_at), now, self.grace)
