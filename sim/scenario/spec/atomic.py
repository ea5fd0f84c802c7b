"""What one tx may do in one breath, as a scenario says it: who lends for the length of a tx, and who may follow a feed's update."""

import attrs

from sim.scenario.spec.common import Name, not_empty, not_negative, part_of_one, positive
from sim.scenario.values import Amount
from sim.units import Bps, Ppm


@attrs.frozen(kw_only=True)
class FlashLenderSpec:
    """``[[flash_lenders]]``: a contract that lends what lies in it for the length of a tx, as Balancer's vault does.

    Pools, Morpho's markets, amms of concentrated liquidity and (by ``vaults.flash_mint``) vault systems lend so too.
    """

    name: Name
    """What it is called."""
    liquidity: tuple[Amount, ...] = attrs.field(validator=not_empty)
    """What lies in it: one amount of each asset that it lends."""
    fee: Ppm = attrs.field(default=0, validator=[not_negative, attrs.validators.lt(10**6)])
    """Of what it lends; it stays in it."""


@attrs.frozen(kw_only=True)
class OevSpec:
    """``[feeds.oev]``: the right to act right behind the feed's update is auctioned among bundles, as by Chainlink's SVR feeds."""

    beneficiary: Name
    """Who gets its share of the winning bid: a name of its own, or an agent's."""
    share: Bps = attrs.field(default=6_500, validator=part_of_one)
    """Of the winning bid, to the beneficiary; the builder gets the rest. Between Aave and Chainlink the former got 65 %."""
    window: int = attrs.field(default=2, validator=positive)
    """Blocks in which an update enters with the best bundle alone; in the next it is free to enter by itself."""
