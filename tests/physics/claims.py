"""What is claimed of a mechanism: the figure that shows it, the arms that are compared, and the sign the difference must have.

The same claims are tested on the pocket world and measured on the shipped scenario.
"""

from collections.abc import Iterable

import attrs


@attrs.frozen
class Claim:
    """Treated minus base, over paired seeds."""

    says: str
    key: str
    """The figure: a key of the table, or of ``measures``."""
    unit: str
    base: str
    treated: str
    is_more: bool
    """The difference is above zero; else below."""


IN_THE_BOOK = Claim("an outside buyer at the book's own proceeds: a shallower fall", "drawdown_bps", "bps", "base", "outside", False)
LATE_HEALTH = Claim("a slower oracle: accounts less healthy, at the market, when liquidated", "market_health", "", "base", "slow", False)
UNDERWATER = Claim(
    "a slower oracle, in a steep fall: more debt underwater when liquidated", "underwater_debt", "USDC", "steep", "steep-slow", True
)
UNDERWATER_HEALTH = attrs.evolve(LATE_HEALTH, says="the same: accounts less healthy, at the market", base="steep", treated="steep-slow")
KEEPERS = Claim("six keepers instead of one: a shorter time to liquidation", "wait_s", "s", "one-keeper", "six-keepers", False)
THINNER = Claim("a tenth of the depth: a deeper fall", "drawdown_bps", "bps", "base", "depth-tenth", True)
THICKER = Claim("four times the depth: a shallower fall", "drawdown_bps", "bps", "base", "depth-4", False)
SURGE = Claim("gas at 400 gwei while the price falls: a longer time to liquidation", "wait_s", "s", "base", "surge", True)
SURGE_HEALTH = attrs.evolve(SURGE, says="the same: accounts less healthy, at the market", key="market_health", unit="", is_more=False)

POCKET_CLAIMS = (IN_THE_BOOK, UNDERWATER, UNDERWATER_HEALTH, KEEPERS, THINNER, THICKER, SURGE, SURGE_HEALTH)
SHIPPED_CLAIMS = (IN_THE_BOOK, LATE_HEALTH, KEEPERS, THINNER, THICKER, SURGE, SURGE_HEALTH)
CURVE = ("depth-100", "depth-4", "depth-2", "base", "depth-tenth")
"""From the deepest book to the thinnest."""


def arms_of(claims: Iterable[Claim]) -> tuple[str, ...]:
    """Return the arms that claims and the curve look at, each once."""
    return tuple(dict.fromkeys([arm for claim in claims for arm in (claim.base, claim.treated)] + list(CURVE)))
