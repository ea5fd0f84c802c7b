"""What calls of Comet cost: about what mainnet shows, rather than measured.

Model choices: the reward token's bookkeeping is in the figures; what a refused call has spent by then is our estimate.
"""

from sim.units import Gas

SUPPLY: Gas = 110_000
SUPPLY_COLLATERAL: Gas = 100_000
WITHDRAW: Gas = 115_000
WITHDRAW_COLLATERAL: Gas = 120_000
"""The account's debt must be judged."""
BORROW: Gas = 160_000
ACCRUE: Gas = 55_000
ABSORB: Gas = 130_000
"""For each account, besides its collaterals."""
ABSORB_COLLATERAL: Gas = 45_000
BUY: Gas = 130_000
REFUSED: Gas = 45_000
REFUSED_ABSORB: Gas = 70_000
"""Interest added and the account valued, then the refusal."""
