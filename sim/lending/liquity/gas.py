"""What calls of a Liquity system cost. Typical of the years 2021 and 2022 rather than measured: no snapshot of these calls is published.

Model choices: good hints for the sorted list are included, and the same in every era; each further trove of one call has a price of
its own; what a refused call has spent by then is our estimate.
"""

from sim.units import Gas

OPEN: Gas = 420_000
ADJUST: Gas = 280_000
CLOSE: Gas = 240_000
PROVIDE: Gas = 210_000
WITHDRAW_DEPOSIT: Gas = 230_000
MOVE_GAIN: Gas = 330_000
CLAIM: Gas = 50_000
LIQUIDATE: Gas = 480_000
"""The first trove of a call."""
LIQUIDATE_MORE: Gas = 180_000
REDEEM: Gas = 380_000
REDEEM_MORE: Gas = 150_000
REFUSED: Gas = 60_000
REFUSED_LIQUIDATION: Gas = 80_000
"""Price read, mode and ratio taken, then the refusal: what a late keeper pays for."""
