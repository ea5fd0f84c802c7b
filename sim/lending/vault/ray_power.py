"""Powers in fixed point as Maker's contracts take them: for stability fees that compound and for auction prices that decay.

Source: ``rpow`` of jug.sol and abaci.sol [makerdao/dss fa4f663]. Bit for bit the same, the rounding and the reverts included.
"""

from sim.errors import Revert
from sim.units import RAY, UINT256_MAX
from sim.vocabulary import Refusal

_HALF_A_WORD = 2**128


def ray_power(factor: int, exponent: int, one: int = RAY) -> int:
    """Return factor to the power of exponent, both factor and result in units of ``one``.

    Square and multiply, half up at every multiply. Anything to the power of 0 is one, 0 included. Reverts with ARITHMETIC when a
    factor to be squared has 2^128 or more, or a product leaves 256 bits. Cost: two multiplications per bit of the exponent.
    """
    if not exponent:
        return one
    if not factor:
        return 0
    half = one // 2
    result = factor if exponent & 1 else one
    while exponent := exponent >> 1:
        if factor >= _HALF_A_WORD:
            raise Revert(Refusal.ARITHMETIC)
        factor = _within(factor * factor + half) // one
        if exponent & 1:
            result = _within(result * factor + half) // one
    return result


def _within(value: int) -> int:
    """Return a value that fits a word of the machine. Reverts with ARITHMETIC."""
    if value > UINT256_MAX:
        raise Revert(Refusal.ARITHMETIC)
    return value
