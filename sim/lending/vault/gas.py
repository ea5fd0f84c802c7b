"""What calls of vaults cost. Typical of the years 2020 to 2022 rather than measured: no snapshot of these contracts is published.

Model choices: the figures of a user's own call through a proxy, joins and exits included; the same in every era; what a refused
call has spent by then is our estimate.
"""

from sim.units import Gas

SUPPLY: Gas = 150_000
WITHDRAW: Gas = 180_000
BORROW: Gas = 250_000
REPAY: Gas = 220_000
REFRESH_PRICE: Gas = 65_000
ACCRUE: Gas = 85_000
JOIN: Gas = 70_000
EXIT: Gas = 75_000
FLASH_MINT: Gas = 200_000
"""What is done with it comes on top."""
REFUSED: Gas = 35_000
