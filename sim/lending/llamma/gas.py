"""What calls of a crvUSD market cost. Typical of 2023 rather than measured: no snapshot of these calls is published.

Model choices: token transfers and the read of the oracle included; a band costs what its storage costs; what a refused call has spent by
then is our estimate.
"""

from sim.units import Gas

SWAP: Gas = 130_000
"""Before bands."""
BAND_SWAPPED: Gas = 12_000
LOAN: Gas = 240_000
BAND: Gas = 27_000
"""Taken up or given back."""
REPAY: Gas = 190_000
LIQUIDATE: Gas = 230_000
ACCRUE: Gas = 70_000
REFUSED: Gas = 45_000
REFUSED_LIQUIDATION: Gas = 95_000
"""Health is taken band by band before the refusal: what a late keeper pays for."""
