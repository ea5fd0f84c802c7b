"""Stories of accounts that a Comet takes over, and of its storefront."""

from typing import Any

import pytest

from sim.commands import BorrowCall, SupplyCall
from sim.lending.comet.calls import AbsorbCall, BuyCollateralCall
from sim.lending.comet.opening import open_account, open_reserves, open_supply
from sim.records import Absorbed, BadDebt, CollateralAbsorbed, CollateralBought
from sim.units import WAD
from sim.vocabulary import Refusal
from tests.lending.comet.world import build
from tests.lending.compound.world import ALICE, BOB, DOLLAR, ETHER, KEEPER, LENDER, MILLION, USDC, WBTC, WETH, World


def with_a_fallen_borrower(price: int = 1_800, reserves: int = 0, **changes: Any) -> World:
    """Alice owes 16,500 against ten ether, whose price fell; a keeper has dollars."""
    world = build(**changes)
    open_supply(world.pool, LENDER, MILLION)
    open_reserves(world.pool, reserves)
    open_account(world.pool, ALICE, {WETH.id: 10 * ETHER}, 16_500 * 10**6)
    world.give(KEEPER, USDC, MILLION)
    world.prices.prices[WETH.id] = price * DOLLAR
    world.screen()
    if ALICE in world.pool.fell:
        world.pool.note_fell(ALICE, 77)
    return world


def test_an_absorbed_account_loses_everything_and_keeps_what_is_over():
    """Ten ether at 1,800 are credited at 95 %: 17,100, of which 600 are left."""
    world = with_a_fallen_borrower()

    world.done(KEEPER, AbsorbCall((ALICE,)))

    (told,), (taken,) = world.rows(Absorbed), world.rows(CollateralAbsorbed)
    health = 16_110 * WAD // 16_500
    assert told == Absorbed(ALICE, USDC.id, 77, DOLLAR, 16_500 * 10**6, 17_100 * 10**6, 600 * 10**6, 0, health)
    assert (taken.account, taken.asset, taken.seized, taken.value) == (ALICE, WETH.id, 10 * ETHER, 18_000 * DOLLAR)
    assert world.pool.state.balance(ALICE) == 600 * 10**6
    assert world.pool.state.reserves(world.now) == -17_100 * 10**6
    assert world.pool.state.collateral_reserves(WETH.id) == 10 * ETHER
    assert world.held(KEEPER, USDC) == MILLION
    world._check()


def test_what_the_collateral_does_not_cover_is_bad_debt():
    world = with_a_fallen_borrower(price=1_000)

    world.done(KEEPER, AbsorbCall((ALICE,)))

    (told,) = world.rows(Absorbed)
    assert (told.credited, told.shortfall, told.paid_out) == (0, 7_000 * 10**6, 16_500 * 10**6)
    assert world.rows(BadDebt) == [BadDebt(USDC.id, 1, 7_000 * 10**6)]
    assert world.pool.balance_sheet().parts[0].bad_debt == 7_000 * 10**6 * 10**27
    world._check()


def test_health_of_exactly_one_is_safe_and_a_hair_below_is_not():
    """Ten ether at 89.5 % of 2,000 are 17,900."""
    world = build()
    open_supply(world.pool, LENDER, MILLION)
    open_account(world.pool, ALICE, {WETH.id: 10 * ETHER}, 17_900 * 10**6)

    safe = world.execute(KEEPER, AbsorbCall((ALICE,)))
    world.prices.prices[WETH.id] -= 1
    world.done(KEEPER, AbsorbCall((ALICE,)))

    assert safe is Refusal.HEALTHY


def test_one_healthy_account_in_the_list_spoils_it_and_so_does_one_that_is_named_twice():
    world = with_a_fallen_borrower()
    open_account(world.pool, BOB, {WETH.id: 10 * ETHER}, 10**6)

    assert world.execute(KEEPER, AbsorbCall((ALICE, BOB))) is Refusal.HEALTHY
    assert world.execute(KEEPER, AbsorbCall((ALICE, ALICE))) is Refusal.HEALTHY
    assert world.execute(KEEPER, AbsorbCall(())) is Refusal.ZERO_AMOUNT
    world.done(KEEPER, AbsorbCall((ALICE,)))


def test_a_twin_without_liquidations_refuses_them_all():
    world = with_a_fallen_borrower()
    world.pool.state.allows_liquidations = False

    assert world.execute(KEEPER, AbsorbCall((ALICE,))) is Refusal.PAUSED


def test_interest_alone_makes_an_account_absorbable():
    world = build()
    open_supply(world.pool, LENDER, MILLION)
    open_account(world.pool, ALICE, {WETH.id: 10 * ETHER}, 17_900 * 10**6)
    before = world.screen()

    world.now += 3_600
    (fell,) = world.screen()
    world.done(KEEPER, AbsorbCall((ALICE,)))

    assert (before, fell[0]) == ([], ALICE)


def test_what_was_absorbed_is_sold_at_half_the_penalty_off():
    """5 % are lost to the pool, half of that is the discount: 1,755 a piece."""
    world = with_a_fallen_borrower()
    world.done(KEEPER, AbsorbCall((ALICE,)))

    world.done(KEEPER, BuyCollateralCall(WETH.id, 1_755 * 10**6, ETHER, BOB))

    (told,) = world.rows(CollateralBought)
    assert told == CollateralBought(BOB, WETH.id, USDC.id, 1_800 * DOLLAR, 1_755 * 10**6, ETHER, 25 * WAD // 1_000)
    assert world.held(BOB, WETH) == ETHER
    assert world.pool.state.reserves(world.now) == (1_755 - 17_100) * 10**6
    world._check()


def test_the_storefront_closes_at_the_target_and_not_a_unit_before():
    closed, still_open = (with_a_fallen_borrower(reserves=units) for units in (22_100 * 10**6, 22_100 * 10**6 - 1))
    for world in (closed, still_open):
        world.done(KEEPER, AbsorbCall((ALICE,)))

    assert closed.execute(KEEPER, BuyCollateralCall(WETH.id, 10**6)) is Refusal.NOT_FOR_SALE
    assert (closed.pool.view(closed.now).is_for_sale, closed.pool.view(closed.now).purchases({USDC.id: MILLION})) == (False, ())
    still_open.done(KEEPER, BuyCollateralCall(WETH.id, 10**6))


def test_a_purchase_is_refused_with_its_reason():
    world = with_a_fallen_borrower()
    world.done(KEEPER, AbsorbCall((ALICE,)))

    assert world.execute(KEEPER, BuyCollateralCall(WETH.id, 1_755 * 10**6, ETHER + 1)) is Refusal.SLIPPAGE
    assert world.execute(KEEPER, BuyCollateralCall(WETH.id, 17_550 * 10**6 + 1)) is Refusal.INSUFFICIENT_RESERVES
    assert world.execute(KEEPER, BuyCollateralCall(WBTC.id, 10**6)) is Refusal.INSUFFICIENT_RESERVES
    assert world.execute(KEEPER, BuyCollateralCall(USDC.id, 10**6)) is Refusal.UNKNOWN_ASSET
    assert world.execute(KEEPER, BuyCollateralCall(WETH.id, 0)) is Refusal.ZERO_AMOUNT
    assert world.execute(BOB, BuyCollateralCall(WETH.id, 10**6)) is Refusal.INSUFFICIENT_BALANCE
    world.prices.prices[WETH.id] = 0
    assert world.execute(KEEPER, BuyCollateralCall(WETH.id, 10**6)) is Refusal.NOTHING_POSTED


def test_others_collateral_is_never_for_sale():
    world = with_a_fallen_borrower()
    open_account(world.pool, BOB, {WETH.id: 10 * ETHER}, 0)

    assert world.execute(KEEPER, BuyCollateralCall(WETH.id, 10**6)) is Refusal.INSUFFICIENT_RESERVES
    world.done(KEEPER, AbsorbCall((ALICE,)))
    assert world.execute(KEEPER, BuyCollateralCall(WETH.id, 20_000 * 10**6)) is Refusal.INSUFFICIENT_RESERVES


@pytest.mark.parametrize("funds", [MILLION, 1_234_567_891, 1])
def test_an_offer_is_what_the_contract_does(funds):
    world = with_a_fallen_borrower(price=1_799)
    world.done(KEEPER, AbsorbCall((ALICE,)))
    world.screen()

    (offer,) = world.pool.view(world.now).purchases({USDC.id: funds})
    world.done(KEEPER, offer.call)

    assert (offer.pays, offer.gets) == (USDC.id, WETH.id)
    assert (MILLION - world.held(KEEPER, USDC), world.held(KEEPER, WETH)) == (offer.paid, offer.got)
    assert offer.paid <= funds
    assert offer.got == 10 * ETHER or funds != MILLION


def test_absorbing_and_buying_are_planned_together():
    world = with_a_fallen_borrower()
    view = world.pool.view(world.now)
    (account,) = view.unhealthy

    (absorption,) = view.seizures(account, {})
    (purchase,) = view.after_absorbing(account).purchases({USDC.id: MILLION})
    world.done(KEEPER, absorption.call)
    world.done(KEEPER, purchase.call)

    assert (absorption.pays, absorption.gets, view.purchases({USDC.id: MILLION})) == (0, 0, ())
    assert world.held(KEEPER, WETH) == purchase.got == 10 * ETHER
    assert purchase.paid == 17_550 * 10**6


def test_the_pool_earns_half_the_penalty_when_all_is_sold_at_the_price_of_absorption():
    world = with_a_fallen_borrower()
    world.done(KEEPER, AbsorbCall((ALICE,)))

    world.done(KEEPER, BuyCollateralCall(WETH.id, 17_550 * 10**6))

    assert world.pool.state.reserves(world.now) == 450 * 10**6


def test_an_absorbed_account_can_start_again():
    world = with_a_fallen_borrower()
    world.done(KEEPER, AbsorbCall((ALICE,)))
    world.screen()
    world.give(ALICE, WETH, 10 * ETHER)

    world.done(ALICE, SupplyCall(WETH.id, 10 * ETHER))
    world.done(ALICE, BorrowCall(USDC.id, 14_850 * 10**6 + 600 * 10**6))

    assert world.pool.state.balance(ALICE) == -14_850 * 10**6
    assert world.pool.fell == {}
