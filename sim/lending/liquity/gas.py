"""What calls of a Liquity system cost: typical of the years 2021 and 2022, for no snapshot of the deployed contracts is published.

The repository's own tests of 2020 [liquity/dev 2b25c76 and a1a46da, gasTest], before governance units were paid, gave: 374,000 to 457,000
to open, 255,000 to 280,000 to adjust, 109,000 to close; 137,000 to 197,000 to put money into the pool, 153,000 to 205,000 to take it out;
241,000 to 319,000 to liquidate the first trove of a call and 75,000 to 112,000 each further one; 197,000 to redeem from one trove, some
100,000 from each further one and 210,000 where it has something pending. Ours are above these, by what was added since, but for further
troves of a call, to which nothing was.
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
LIQUIDATE_MORE: Gas = 115_000
"""As measured, with something pending: 114,000 each in a call for a hundred."""
REDEEM: Gas = 380_000
REDEEM_MORE: Gas = 150_000
REFUSED: Gas = 60_000
REFUSED_LIQUIDATION: Gas = 80_000
"""Price read, mode and ratio taken, then the refusal: what a late keeper pays for."""
