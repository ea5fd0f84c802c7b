"""What calls cost. Liquidations are the snapshots of v3.7 [aave-v3-origin fd1fbd9], the others those of v3.3, a few percent above.

Model choices: what a refused call has spent by then is our estimate (no snapshot shows it); the same figures for every version,
though v2 was dearer; the cold or warm state of slots is not followed.
"""

from sim.units import Gas

SUPPLY: Gas = 146_755
FIRST_SUPPLY: Gas = 176_366
WITHDRAW: Gas = 181_916
WITHDRAW_WITH_DEBT: Gas = 239_471
"""The account's health must be taken."""
BORROW: Gas = 249_018
FIRST_BORROW: Gas = 256_480
REPAY: Gas = 189_949
REPAY_ALL: Gas = 176_521
LIQUIDATE: Gas = 340_429
LIQUIDATE_ALL: Gas = 349_519
FOR_SHARES: Gas = 28_829
"""How much less it is where the collateral stays in the pool: 311,600 for a part, 320,690 for all."""
"""All of that debt or all of that collateral; a deficit on the same debt costs nothing more."""
DEFICIT_ELSEWHERE: Gas = 435_143 - LIQUIDATE_ALL
"""For each further debt that is written off."""
FLASH_LOAN: Gas = 138_077
"""Of one asset; what is done with it comes on top."""
REFUSED_LIQUIDATION: Gas = 120_000
"""Both reserves brought up to date and the account valued, then the refusal: what a late keeper pays for."""
REFUSED: Gas = 60_000
