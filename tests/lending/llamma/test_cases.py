"""Swaps, deposits, health and the oracle's limit against an independent evaluation in real numbers: there are no outside cases of them."""

from decimal import Decimal

import pytest

from sim.amm.calls import SwapCall
from sim.lending.llamma import rules
from sim.lending.llamma.bands import Stake
from sim.lending.llamma.terms import LlammaTerms
from sim.units import WAD
from tests.lending.llamma import cases, reals
from tests.lending.llamma.world import ALICE, CRVUSD, TRADER, WETH, World, build

D = Decimal
NEAR = D("1e-9")
"""Relative, as the outside vectors of bands allow: the contract's steps are rounded, the reals' are not."""
LATER = 1_000


def wad(text: str) -> int:
    return int(D(text) * WAD)


def is_near(expected: str, actual: int) -> bool:
    return abs(D(actual) / WAD - D(expected)) <= abs(D(expected)) * NEAR + D("1e-12")


def world_with(base: str, a: int, price: str, bands, first: int, active: int, fee: str = "0.006") -> World:
    """Return a market whose bands are as a case says, all of them Alice's, at an oracle price."""
    world = build(a=a)
    amm = world.amm
    amm.terms = LlammaTerms(WETH, CRVUSD, wad(base), a, wad(fee))
    world.prices.prices[WETH.id] = int(D(price) * 10**8)
    for n, (x, y) in enumerate(bands, start=first):
        amm.bands.put(amm.bands.x, n, wad(x))
        amm.bands.put(amm.bands.y, n, wad(y))
        amm.bands.put(amm.bands.shares, n, 10**24)
        world.give(102, CRVUSD, wad(x))
        world.give(102, WETH, wad(y))
    for field, value in (("active", active), ("lowest", first), ("highest", first + len(bands) - 1)):
        amm.bands.set(field, value)
    amm.bands.put_stake(ALICE, Stake(first, (10**24,) * len(bands)))
    world.now += LATER
    amm._check()
    return world


@pytest.mark.parametrize("case", cases.SWAPS, ids=range(len(cases.SWAPS)))
def test_swaps_are_those_of_the_reals(case):
    base, a, price, fee, bands, first, active, upwards, amount, paid, got, last = case
    world = world_with(base, a, price, bands, first, active, fee)
    came, went = (CRVUSD, WETH) if upwards else (WETH, CRVUSD)
    before = world.held(TRADER, came), world.held(TRADER, went)

    world.done(TRADER, SwapCall(came.id, wad(amount), 0))

    assert is_near(paid, before[0] - world.held(TRADER, came))
    assert is_near(got, world.held(TRADER, went) - before[1])
    assert last == world.amm.bands.active
    world.amm._check()


@pytest.mark.parametrize("case", cases.WORTHS, ids=range(len(cases.WORTHS)))
def test_money_on_the_way_down_is_that_of_the_reals(case):
    base, a, price, bands, first, active, worth = case
    world = world_with(base, a, price, bands, first, active)

    assert is_near(worth, world.amm.worth(ALICE, world.now))


@pytest.mark.parametrize("case", cases.LOANS, ids=range(len(cases.LOANS)))
def test_loans_go_into_the_bands_of_the_reals(case):
    base, a, collateral, debt, bands, discount, first = case
    world = build(a=a)
    world.prices.prices[WETH.id] *= 100
    world.now += LATER

    assert (wad(base), wad(discount)) == (world.amm.terms.base_price, world.amm.terms.loan_discount)
    assert first == world.market.first_band(wad(collateral), wad(debt), bands, world.now)


@pytest.mark.parametrize("case", cases.LIMITS, ids=range(len(cases.LIMITS)))
def test_the_oracles_moves_are_bounded_as_in_the_reals(case):
    price, old, old_fee, seconds, seen, fee = case

    found = rules.limited(wad(price), wad(old), wad(old_fee), seconds)

    assert is_near(seen, found.price)
    assert is_near(fee, found.fee)


def test_the_cases_are_what_the_reals_say():
    base, a, price, fee, bands, first, active, upwards, amount, paid, got, last = cases.SWAPS[0]
    held = {n: (D(x), D(y)) for n, (x, y) in enumerate(bands, start=first)}

    found = reals.swap(D(base), a, D(price), D(fee), held, active, upwards, D(amount))

    assert (D(paid), D(got), last) == (*(D(f"{each:.20g}") for each in found[:2]), found[2])
    assert len(cases.SWAPS) + len(cases.WORTHS) + len(cases.LOANS) >= 20
