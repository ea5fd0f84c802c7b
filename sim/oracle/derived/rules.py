"""The sums of derived feeds: prices from reserves and log ticks, and the bounds a price may be held to. Pure, exact.

Prices have 8 decimals, quote per whole of the base, rounded down. Sources: OracleLibrary.sol [Uniswap/v3-periphery] for a tick's
price; ExampleOracleSimple.sol [Uniswap/v2-periphery] for the mean of a constant product; UniswapAnchoredView.sol
[compound-finance/open-oracle] for the distance from an anchor; PriceCapAdapterBase.sol [bgd-labs/aave-capo] for growth.
"""

from sim.assets import Asset
from sim.errors import Revert
from sim.fixed import mul_div_down, mul_div_up
from sim.units import BPS_ONE, WAD, YEAR_SECONDS, Bps, Price, Seconds, Units, Wad
from sim.vocabulary import Refusal

PRICE_ONE: Price = 10**8
Q64 = 2**64
Q112 = 2**112
Q128 = 2**128
Q192 = 2**192
MOST_SQUARED = 2**128 - 1
"""A larger sqrt price is squared with 64 bits less."""


def price_of_reserves(reserve_base: Units, reserve_quote: Units, base: Asset, quote: Asset) -> Price:
    """Return what a constant product trades at, fees aside; 0 where one side is empty."""
    if not reserve_base or not reserve_quote:
        return 0
    return mul_div_down(reserve_quote * base.unit, PRICE_ONE, reserve_base * quote.unit)


def price_of_sqrt(sqrt_price: int, is_base_first: bool, base: Asset, quote: Asset) -> Price:
    """Return a sqrt price (Q64.96, of the first asset in units of the second) as a price; it is squared as the library squares it."""
    amount = base.unit * PRICE_ONE
    ratio, one = sqrt_price**2, Q192
    if sqrt_price > MOST_SQUARED:
        ratio, one = mul_div_down(sqrt_price, sqrt_price, Q64), Q128
    found = mul_div_down(ratio, amount, one) if is_base_first else mul_div_down(one, amount, ratio)
    return found // quote.unit


def mean_price(cumulative_then: int, cumulative_now: int, seconds: Seconds, base: Asset, quote: Asset) -> Price:
    """Return the mean of a constant product's price between two sums (UQ112.112 times seconds, modulo 2^256)."""
    if seconds <= 0:
        raise Revert(Refusal.TOO_EARLY)
    average = (cumulative_now - cumulative_then) % 2**256 // seconds
    return mul_div_down(average, base.unit * PRICE_ONE, Q112) // quote.unit


def price_of_wad(price: Wad) -> Price:
    """Return wholes per whole in wad with 8 decimals."""
    return price // (WAD // PRICE_ONE)


def product_of(prices: tuple[Price, ...]) -> Price:
    """Return prices one after another multiplied, each product rounded down."""
    found = PRICE_ONE
    for price in prices:
        found = mul_div_down(found, price, PRICE_ONE)
    return found


def bounds_around(anchor: Price, deviation: Bps) -> tuple[Price, Price]:
    """Return the prices no further from an anchor than a share of it: both rounded towards it."""
    return mul_div_up(anchor, max(0, BPS_ONE - deviation), BPS_ONE), mul_div_down(anchor, BPS_ONE + deviation, BPS_ONE)


def is_within_anchor(price: Price, anchor: Price, deviation: Bps) -> bool:
    """Tell whether a price is believed beside its anchor: anchor / price, rounded down, within one more or less the share; inclusive."""
    if price <= 0:
        return False
    ratio, tolerance = mul_div_down(anchor, WAD, price), deviation * (WAD // BPS_ONE)
    return WAD - tolerance <= ratio <= WAD + tolerance


def grown(snapshot: Price, yearly: Bps, seconds: Seconds) -> Price:
    """Return how far a price may have grown since a snapshot: along a line, a share a year, rounded down."""
    return snapshot + mul_div_down(snapshot * yearly, seconds, BPS_ONE * YEAR_SECONDS)


def less_confidence(price: Price, confidence: Price) -> Price:
    """Return the least a price may be: one confidence below it, at least 0."""
    return max(0, price - confidence)


def is_too_uncertain(price: Price, confidence: Price, most: Bps) -> bool:
    """Tell whether a confidence is more than a share of its price; strict."""
    return confidence * BPS_ONE > price * most
