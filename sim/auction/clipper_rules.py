"""The sums of a Dutch auction: where its price starts, when it must be restarted, what a take buys, what a keeper is paid.

Source: clip.sol [makerdao/dss fa4f663]. Prices are internal money per unit of collateral in ray; what is paid and owed is in rad.
"""

from typing import NamedTuple

import attrs

from sim.auction.curves import PriceCurve
from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.units import RAY, WAD, WAD_RAY_RATIO, Rad, Ray, Seconds, Units, Wad
from sim.vocabulary import Refusal

NO_KICKS = 1
"""From this level on a stopped house starts nothing,"""
NO_REDOS = 2
"""from this on it restarts nothing either,"""
NO_TAKES = 3
"""and from this on it sells nothing."""


@attrs.frozen
class ClipperTerms:
    """The terms by which a house of Dutch auctions sells, and rewards who keeps it going."""

    curve: PriceCurve
    """How the price falls."""
    expiry: Seconds
    """Age beyond which an auction must be restarted (tail)."""
    floor: Ray
    """Share of the start price below which it must be restarted (cusp)."""
    start_factor: Ray = RAY
    """Start price over the feed's (buf)."""
    reward_flat: Rad = 0
    """Paid to whoever starts or restarts an auction (tip)."""
    reward_share: Wad = 0
    """Paid besides, of what is owed (chip)."""


class Purchase(NamedTuple):
    """What a take buys and pays."""

    bought: Units
    paid: Rad


def reference_price(value: Wad, is_valid: bool, par: Ray) -> Ray:
    """Return a feed's answer as a price in internal money. Reverts with NOTHING_POSTED where the feed has none."""
    if not is_valid:
        raise Revert(Refusal.NOTHING_POSTED)
    return mul_div_down(value * WAD_RAY_RATIO, RAY, par)


def start_price(reference: Ray, start_factor: Ray) -> Ray:
    """Return the price at which an auction begins, rounded down. Reverts with NOTHING_POSTED when that is zero."""
    price = mul_div_down(reference, start_factor, RAY)
    if not price:
        raise Revert(Refusal.NOTHING_POSTED)
    return price


def reward(owed: Rad, flat: Rad, share: Wad) -> Rad:
    """Return what a keeper is paid for starting an auction: a sum, and a share of what is owed rounded down."""
    return flat + mul_div_down(owed, share, WAD)


def redo_reward(owed: Rad, offered: Units, reference: Ray, least_left: Rad, flat: Rad, share: Wad) -> Rad:
    """Return what a keeper is paid for restarting one: nothing if what is owed, or what the offer is worth, is dust."""
    if owed < least_left or offered * reference < least_left:
        return 0
    return reward(owed, flat, share)


def needs_redo(price: Ray, start: Ray, age: Seconds, expiry: Seconds, floor: Ray) -> bool:
    """Say whether an auction is older than its expiry, or its price below the floor's share of the start price; equality is neither."""
    return age > expiry or mul_div_down(price, RAY, start) < floor


def take_amounts(offered: Units, owed: Rad, amount: Units, price: Ray, least_left: Rad) -> Purchase:
    """Return what asking for an amount buys: never more than is owed costs, never so much that dust stays owed.

    Who takes the whole offer leaves nothing, whatever stays owed. The units that a bounded payment buys round down: the taker pays up
    to a price's worth too much. Reverts with NO_PARTIAL when a part is asked of a sale so small that any rest would be dust.
    """
    bought = min(offered, amount)
    paid = bought * price
    if paid > owed:
        return Purchase(owed // price, owed)
    if paid < owed and bought < offered and owed - paid < least_left:
        if owed <= least_left:
            raise Revert(Refusal.NO_PARTIAL)
        return Purchase((owed - least_left) // price, owed - least_left)
    return Purchase(bought, paid)


def least_to_leave(min_debt: Rad, penalty: Wad) -> Rad:
    """Return the least that a partial take may leave owed: a vault's least debt with the penalty on it, rounded down (chost)."""
    return mul_div_down(min_debt, penalty, WAD)
