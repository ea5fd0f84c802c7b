"""What calls of issuers cost. Typical of mainnet rather than measured, and the same in every era; a report's grows with its queue."""

from sim.units import Gas

STAKE: Gas = 85_000
REQUEST: Gas = 240_000
CLAIM: Gas = 110_000
REPORT: Gas = 900_000
FINAL: Gas = 6_000
"""Each request that a report finalises."""
MINT: Gas = 90_000
REDEEM: Gas = 80_000
REFUSED: Gas = 30_000
