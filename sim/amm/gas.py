"""What calls of amms cost, the router's share included.

A constant-product swap of the core contract alone is 73,462 in its own test [Uniswap/v2-core ee547b1]; the other figures are typical
of mainnet rather than measured, and the same in every era. What a refused call has spent by then is our estimate.
"""

from sim.units import Gas

PAIR_SWAP: Gas = 73_462
SWAP: Gas = 110_000
"""Against a constant product."""
ADD: Gas = 150_000
REMOVE: Gas = 160_000
SYNC: Gas = 50_000
RANGE_SWAP: Gas = 115_000
"""Against concentrated liquidity, before steps."""
STEP: Gas = 3_000
"""Each word of log ticks looked through."""
CROSSING: Gas = 24_000
"""Each initialised log tick crossed."""
OTHER_PLACE: Gas = 2_100
"""An observation written beside the last one, not over it: one more storage word is touched for the first time in its tx (EIP-2929)."""
ADD_RANGE: Gas = 220_000
REMOVE_RANGE: Gas = 230_000
COLLECT: Gas = 120_000
SLOT: Gas = 22_100
"""Each observation's room: a storage word that was empty."""
RANGE_FLASH: Gas = 95_000
"""A flash loan of concentrated liquidity; what is done with it comes on top."""
STABLE_SWAP: Gas = 130_000
STABLE_ADD: Gas = 190_000
STABLE_REMOVE: Gas = 150_000
STABLE_REMOVE_UNEVENLY: Gas = 220_000
REFUSED: Gas = 35_000
