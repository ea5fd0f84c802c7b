"""Bands as an amm: sold as the price falls, bought back as it rises; what a swap pays for the oracle's moves; quotes that hold."""

import copy
import math

import pytest

from sim.amm.calls import SwapCall, SwapForCall
from sim.errors import InputError, Revert
from sim.lending.llamma.amm import BandAmm
from sim.lending.llamma.terms import LlammaTerms
from sim.records.amm import Swapped
from sim.records.llamma import ActiveBandMoved
from sim.units import UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.lending.llamma.world import ALICE, AMM, BOB, CRVUSD, OPENED, TRADER, WBTC, WETH, World, build

FEE = 6 * 10**15


def world_with_loan(**terms) -> World:
    world = build(**terms)
    world.lend(ALICE, 10 * world.gem.unit, 15_000 * WAD, 10)
    world.now += 3_600
    return world


def contents(world: World, party: int) -> list[tuple[int, int]]:
    return [(each.x, each.y) for each in world.amm.bands.slices(party)]


def test_bands_are_converted_both_ways_by_arbitrage():
    world = world_with_loan()
    first, last = world.bands_of(ALICE)
    start = world.amm.sums(ALICE)
    lower = [world.amm.edge(n, world.now) / WAD for n in range(first, last + 2)]

    for edge in lower[1:]:
        world.set_price(edge * 0.9999, 600)
        world.arbitrage()
        world._check()
    down = contents(world, ALICE)
    money, left = world.amm.sums(ALICE)
    for edge in reversed(lower[:-1]):
        world.set_price(edge * 1.0001, 600)
        world.arbitrage()
        world._check()
    up = contents(world, ALICE)

    assert last - first + 1 == 10
    assert all(x > 0 and y == 0 for x, y in down[:9])
    # The mean price at which it sold lies within the bands; fees stay with whoever is in them.
    assert lower[-1] < money / (start[1] - left) < lower[0]
    assert all(x == 0 and y > 0 for x, y in up[1:])
    # There and back costs what arbitrage won, some of it paid back by fees.
    assert 0.9 * start[1] < world.amm.sums(ALICE)[1] < start[1]


def test_only_the_bands_that_the_price_has_passed_are_sold():
    world = world_with_loan()
    first, _ = world.bands_of(ALICE)

    world.set_price(world.amm.edge(first + 3, world.now) / WAD * 0.999, 600)
    world.arbitrage()

    assert [(x > 0, y > 0) for x, y in contents(world, ALICE)] == [(True, False)] * 3 + [(True, True)] + [(False, True)] * 6
    assert first + 3 == world.amm.bands.active
    moved = world.rows(ActiveBandMoved)[0]
    assert (0, first + 3) == (moved.before, moved.after)


def test_arbitrage_brings_the_amm_to_the_oracles_price():
    world = world_with_loan()

    world.set_price(1_650, 600)
    world.arbitrage()

    grid = world.amm.view(world.now).grid
    assert math.isclose(grid.price, grid.oracle.price, rel_tol=1e-4)


def test_at_a_standing_price_the_amm_overreacts_as_the_cube():
    world = world_with_loan()
    world.set_price(1_650, 600)
    world.arbitrage()
    before = world.amm.view(world.now).grid

    world.set_price(1_633.5, 600)

    after = world.amm.view(world.now).grid
    assert math.isclose(after.price / before.price, 0.99**3, rel_tol=0.002)


def test_a_swap_pays_at_least_the_fixed_fee():
    world = world_with_loan()
    world.set_price(1_650, 600)
    world.arbitrage()

    world.now += 600
    world.done(TRADER, SwapCall(CRVUSD.id, 100 * WAD, 0))

    swapped = world.rows(Swapped)[0]
    assert (100 * WAD, CRVUSD.id, WETH.id) == (swapped.amount_in, swapped.asset_in, swapped.asset_out)
    assert math.isclose(swapped.fee, 100 * FEE, rel_tol=1e-9)


def test_a_move_of_the_oracle_makes_the_next_swap_dearer_until_it_fades():
    world = world_with_loan()
    world.set_price(1_650, 600)
    world.arbitrage()

    world.set_price(1_600, 0)
    at_once = world.amm.limited(world.now)
    world.now += 60
    half = world.amm.limited(world.now)
    world.now += 60
    faded = world.amm.limited(world.now)

    ratio = 1_600 * WAD // 1_650
    assert WAD - ratio**3 // WAD**2 == at_once.fee
    assert at_once.fee // 2 == half.fee
    assert faded.fee == 0
    assert at_once.price == half.price == faded.price == 1_600 * WAD


def test_a_leap_of_the_oracle_is_cut_while_swaps_follow_each_other():
    world = world_with_loan()
    world.set_price(1_650, 600)
    world.arbitrage()

    world.set_price(400, 12)
    cut = world.amm.limited(world.now).price
    world.now += 120

    assert cut == 1_650 * WAD * 100 // 125
    assert world.amm.limited(world.now).price == 400 * WAD


def test_the_fee_of_an_oracle_move_stays_when_swaps_follow_each_other():
    world = world_with_loan()
    world.set_price(1_650, 600)
    world.arbitrage()
    world.set_price(1_600, 12)
    world.done(TRADER, SwapCall(CRVUSD.id, 0, 0))
    first = world.amm.old_fee

    world.now += 12

    assert first > 0.079 * WAD
    assert first * 108 // 120 == world.amm.limited(world.now).fee


def test_an_averaged_price_takes_its_time():
    world = world_with_loan(span=600)

    world.set_price(1_000, 0)
    at_once = world.amm.oracle.price(world.now)
    world.now += 600
    later = world.amm.oracle.price(world.now)

    # What was kept is an hour old, so the average has gone most of the way already.
    assert 1_000 * WAD < at_once < 1_003 * WAD
    assert 1_000 * WAD < later < at_once


def test_a_price_posted_in_the_block_of_a_swap_does_not_count_in_it():
    world = world_with_loan(span=600)
    world.arbitrage()
    world.done(TRADER, SwapCall(WETH.id, 0, 0))
    before = world.amm.oracle.price(world.now)

    world.set_price(1_000, 0)

    assert before == world.amm.oracle.price(world.now)
    world.now += 12
    drop = 1 - world.amm.oracle.price(world.now) / before
    assert math.isclose(drop, (1 - 1_000 * WAD / before) * (1 - math.exp(-12 / 600)), rel_tol=1e-9)


def test_there_is_no_quote_for_an_asset_that_the_bands_do_not_hold():
    view = world_with_loan().amm.view(OPENED)

    assert view.swap_of(WBTC.id, WAD) is view.swap_for(WBTC.id, WAD) is view.swap_of(WETH.id, WAD, WETH.id) is None


@pytest.mark.parametrize("gem", [WETH, WBTC])
@pytest.mark.parametrize("upwards", [False, True])
def test_quotes_are_what_the_contract_does(gem, upwards):
    world = world_with_loan(gem=gem)
    world.set_price(1_620, 600)
    world.arbitrage()
    world.now += 30
    view, kept = world.amm.view(world.now), copy.deepcopy(world)
    came, went = (CRVUSD, gem) if upwards else (gem, CRVUSD)
    amount = 3_000 * WAD if upwards else 2 * gem.unit
    quote = view.swap_of(came.id, amount)
    assert quote is not None
    wanted = quote.amount_out // 3
    other = view.swap_for(went.id, wanted)
    assert other is not None

    world.done(TRADER, SwapCall(came.id, amount, quote.amount_out))
    kept.done(TRADER, SwapForCall(went.id, wanted, other.amount_in))

    swapped, exact = world.rows(Swapped)[0], kept.rows(Swapped)[0]
    assert quote == (swapped.amount_in, swapped.amount_out, swapped.fee, swapped.price)
    assert other == (exact.amount_in, wanted, exact.fee, exact.price)
    for each in (world, kept):
        each._check()


def test_there_and_back_in_a_block_never_pays():
    world = world_with_loan()
    world.set_price(1_650, 600)
    world.arbitrage()
    before = world.held(TRADER, CRVUSD), world.held(TRADER, WETH)

    world.done(TRADER, SwapCall(CRVUSD.id, 2_000 * WAD, 0))
    got = world.held(TRADER, WETH) - before[1]
    world.done(TRADER, SwapCall(WETH.id, got, 0))

    assert before[0] > world.held(TRADER, CRVUSD)
    assert before[1] == world.held(TRADER, WETH)


def test_bands_take_only_what_they_can_use():
    world = world_with_loan()
    world.set_price(1_500, 600)

    world.done(TRADER, SwapCall(CRVUSD.id, 10**6 * WAD, 0))

    swapped = world.rows(Swapped)[0]
    assert swapped.amount_in < 16_000 * WAD
    assert swapped.amount_out == 10 * WAD
    assert world.ledger.balance(WETH.id, world.ledger.open(AMM, 100)) == 0


def test_all_that_is_there_may_be_asked_for():
    world = world_with_loan()
    world.set_price(1_500, 600)

    world.done(TRADER, SwapForCall(WETH.id, UINT256_MAX, 10**6 * WAD))

    assert world.rows(Swapped)[0].amount_out == 10 * WAD


@pytest.mark.parametrize(
    ("call", "refusal"),
    [
        (SwapCall(CRVUSD.id, 100 * WAD, WAD), Refusal.SLIPPAGE),
        (SwapForCall(WETH.id, WAD // 100, WAD), Refusal.SLIPPAGE),
        (SwapForCall(WETH.id, 11 * WAD, 10**9 * WAD), Refusal.SLIPPAGE),
        (SwapCall(CRVUSD.id, -1, 0), Refusal.ZERO_AMOUNT),
        (SwapCall(77, 1, 0), Refusal.UNKNOWN_ASSET),
        (SwapCall(CRVUSD.id, 1, 0, price_limit=1), Refusal.PRICE_LIMIT),
    ],
)
def test_a_refused_swap_leaves_no_trace(call, refusal):
    world = world_with_loan()
    world.set_price(1_650, 600)
    before = world.state()

    assert refusal == world.execute(TRADER, call)
    assert before == world.state()


def test_who_cannot_pay_gets_nothing():
    world = world_with_loan()
    world.give(BOB, CRVUSD, WAD)
    before = world.state()

    assert world.execute(BOB, SwapCall(CRVUSD.id, 100 * WAD, 0)) == Refusal.INSUFFICIENT_BALANCE
    assert before == world.state()


def test_a_swap_of_nothing_keeps_the_oracles_price():
    world = world_with_loan(span=600)
    world.set_price(1_900, 60)

    world.done(TRADER, SwapCall(WETH.id, 0, 0))

    assert world.now == world.amm.oracle.last_at == world.amm.old_at
    assert world.said == []


def test_no_deposit_goes_where_money_is_or_below_it():
    world = world_with_loan()
    world.set_price(1_650, 600)
    world.arbitrage()
    active = world.amm.bands.active

    # The market never asks for this: it looks for a first band beyond.
    with pytest.raises(Revert) as refused:
        world.amm.deposit(BOB, 10 * WAD, active - 1, active + 8)
    assert refused.value.reason is Refusal.BAND_NOT_EMPTY


def test_interest_moves_all_bands_up():
    world = world_with_loan()
    rate = 10**9
    world.amm.set_rate(rate, world.now)
    before = world.amm.edge(14, world.now)

    world.now += 10**6

    assert before * (WAD + rate * 10**6) // WAD == world.amm.edge(14, world.now)


def test_bands_cannot_open_without_a_price():
    with pytest.raises(InputError, match="need a price"):
        unposted = build()
        unposted.prices.prices.clear()
        BandAmm.of(unposted.amm.till, unposted.amm.terms, unposted.amm.oracle, OPENED)


def test_terms_that_cannot_be_are_refused():
    with pytest.raises(InputError) as refused:
        LlammaTerms(WETH, WETH, 0, 1, 0, 10**17, 10**17)

    assert len(str(refused.value).splitlines()) == 5


def test_desks_cannot_change_the_bands_through_a_view():
    world = world_with_loan()
    view = world.amm.view(world.now)
    before = view.price(WETH.id)

    world.set_price(1_600, 600)
    world.arbitrage()

    assert before == view.price(WETH.id)
    assert view.timestamp > OPENED
