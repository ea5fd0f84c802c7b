"""What calls of vault systems' auction houses cost.

Typical figures of the calls on mainnet, rounded to two digits: no published snapshot gives them one by one. A bid is about 130,000
and a settlement about 100,000; a bite lies between 400,000 and 500,000, a bark between 500,000 and 700,000, a take between 150,000
and 400,000 besides what its callee does. Model choices: what a refused call has spent by then is our estimate; the cold or warm
state of slots is not followed. Engines, pools and feeds say themselves what their calls cost.
"""

from sim.units import Gas

# English auctions (Cat, Flipper).
BITE: Gas = 450_000
REFUSED_BITE: Gas = 50_000
"""The vault was looked at and is healthy (again, or bitten already): what a biter who came late pays for."""
BID: Gas = 130_000
BID_DOWN: Gas = 140_000
"""It also gives collateral back to the vault's owner."""
SETTLE: Gas = 100_000
REARM: Gas = 50_000
REFUSED_BID: Gas = 40_000
"""Any refused call of an English house; a bid that the purse cannot pay costs ``UNPAID_BID``."""
UNPAID_BID: Gas = 60_000

# Dutch auctions (Dog, Clipper).
BARK: Gas = 600_000
REFUSED_BARK: Gas = 60_000
TAKE: Gas = 250_000
TAKE_LAST: Gas = 300_000
"""It closes the auction."""
REDO: Gas = 170_000
REFUSED_TAKE: Gas = 60_000
"""Any refused call of a Dutch house."""

# The vow and auctions of governance units (Vow, Flopper).
RELEASE_DEBT: Gas = 50_000
HEAL: Gas = 70_000
START_DEBT_AUCTION: Gas = 200_000
DEBT_BID: Gas = 130_000
DEBT_SETTLE: Gas = 110_000
DEBT_REARM: Gas = 50_000
REFUSED_DEBT: Gas = 40_000
"""Any refused call of the vow or of its auction house."""
