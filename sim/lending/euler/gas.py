"""What calls of Euler cost. Typical of 2022 to 2024 rather than measured: no snapshot of these calls is published.

Model choices: the same for both versions; a liquidation that also pays and takes out is a batch through the connector, checks deferred
to its end; what a refused call has spent is our estimate.
"""

from sim.units import Gas

SUPPLY: Gas = 150_000
WITHDRAW: Gas = 180_000
BORROW: Gas = 260_000
REPAY: Gas = 160_000
TAKE_OVER: Gas = 380_000
LIQUIDATE: Gas = 560_000
ACCRUE: Gas = 90_000
TRACK: Gas = 60_000
REFUSED: Gas = 70_000
REFUSED_LIQUIDATION: Gas = 150_000
"""Both assets brought up to date and the account valued, then the refusal: what a late keeper pays for."""
