"""The formulae of a market maker who minds its inventory.

Source: Avellaneda and Stoikov, "High-frequency trading in a limit order book", Quantitative Finance 8 (2008), equations 29 and 30
(their finite horizon, with the time left as the horizon). Units are the caller's, as long as they agree: prices in one unit,
inventory in clips, volatility in price units per root of time, risk aversion per price unit.
"""

import math


def reservation_price(mid: float, inventory: float, risk_aversion: float, volatility: float, horizon: float) -> float:
    """Return the price at which a maker is indifferent to one clip more: below the mid when it is long."""
    return mid - inventory * risk_aversion * volatility**2 * horizon


def optimal_spread(risk_aversion: float, volatility: float, horizon: float, decay: float) -> float:
    """Return best ask less best bid; ``decay`` says how fast fills become rarer with distance (k in the paper)."""
    return risk_aversion * volatility**2 * horizon + 2 / risk_aversion * math.log1p(risk_aversion / decay)


def decay_for_spread(risk_aversion: float, spread: float) -> float:
    """Return the decay with which the spread of a market without volatility is this wide."""
    return risk_aversion / math.expm1(risk_aversion * spread / 2)
