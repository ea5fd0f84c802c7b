"""What calls of a Morpho Blue market cost. Typical of 2024 rather than measured: no snapshot of these calls is published.

Model choices: token transfers and the read of an oracle of two feeds included; what a refused call has spent is our estimate.
"""

from sim.units import Gas

SUPPLY: Gas = 115_000
SUPPLY_COLLATERAL: Gas = 80_000
WITHDRAW: Gas = 110_000
WITHDRAW_COLLATERAL: Gas = 125_000
BORROW: Gas = 150_000
REPAY: Gas = 105_000
LIQUIDATE: Gas = 175_000
ACCRUE: Gas = 60_000
FLASH_LOAN: Gas = 70_000
"""Two transfers; what is done with it comes on top."""
REFUSED: Gas = 55_000
REFUSED_LIQUIDATION: Gas = 75_000
"""Interest brought up to date, price read, health taken, then the refusal: what a late keeper pays for."""
