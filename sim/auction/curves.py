"""How the price of a Dutch auction falls with its age: the three curves of Maker's second liquidation system.

A curve is frozen and knows neither clock nor sale: it is asked for a price with the start price and the age in seconds. Source:
abaci.sol [makerdao/dss fa4f663]. Products that leave 256 bits revert, as they do there.
"""

from typing import Protocol

import attrs

from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.lending.vault.ray_power import ray_power
from sim.units import RAY, UINT256_MAX, Ray, Seconds
from sim.vocabulary import Refusal

_AT_MOST_ONE = (attrs.validators.ge(0), attrs.validators.le(RAY))


class PriceCurve(Protocol):
    """The price of an auction as a function of its age."""

    def price(self, start_price: Ray, age: Seconds) -> Ray:
        """Return the price at an age, rounded down: doubt favours the taker. Never rises with age."""
        ...


@attrs.frozen
class Linear:
    """The same amount less every second; nothing once ``duration`` has passed."""

    duration: Seconds = attrs.field(validator=attrs.validators.ge(1))
    """Age at which the price is zero (tau)."""

    def price(self, start_price: Ray, age: Seconds) -> Ray:
        """Return the price at an age."""
        if age >= self.duration:
            return 0
        return times(start_price, mul_div_down(self.duration - age, RAY, self.duration))


@attrs.frozen
class Stairstep:
    """The same share less at every step: what Maker uses in production."""

    cut: Ray = attrs.field(validator=_AT_MOST_ONE)
    """What is left of the price after a step; 0.99 is a fall of 1 %."""
    step: Seconds = attrs.field(validator=attrs.validators.ge(1))
    """Time between two falls."""

    def price(self, start_price: Ray, age: Seconds) -> Ray:
        """Return the price at an age."""
        return times(start_price, ray_power(self.cut, age // self.step))


@attrs.frozen
class Exponential:
    """The same share less every second."""

    cut: Ray = attrs.field(validator=_AT_MOST_ONE)
    """What is left of the price after a second."""

    def price(self, start_price: Ray, age: Seconds) -> Ray:
        """Return the price at an age."""
        return times(start_price, ray_power(self.cut, age))


def times(price: Ray, factor: Ray) -> Ray:
    """Return a product of two rays, rounded down (rmul). Reverts with ARITHMETIC when it leaves 256 bits before the division."""
    product = price * factor
    if product > UINT256_MAX:
        raise Revert(Refusal.ARITHMETIC)
    return product // RAY
