"""What calls of Compound v2 cost. Typical of the years 2020 to 2023 rather than measured: no snapshot of these contracts is published.

Model choices: the same figures for every asset; the reward token's bookkeeping is in them; what a refused call has spent by then is
our estimate.
"""

from sim.units import Gas

SUPPLY: Gas = 160_000
WITHDRAW: Gas = 160_000
BORROW: Gas = 320_000
REPAY: Gas = 130_000
ENTER: Gas = 60_000
LEAVE: Gas = 90_000
ACCRUE: Gas = 60_000
"""For each market that interest is added to."""
LIQUIDATE: Gas = 450_000
REDEEM: Gas = 110_000
"""On top of a liquidation in the same tx."""
REFUSED: Gas = 60_000
REFUSED_LIQUIDATION: Gas = 150_000
"""Both markets brought up to date and the account valued, then the refusal."""
