"""Vaults: each call works, refuses, and does both at the very edge."""

import copy

import pytest

from sim.commands import AccrueCall, BorrowCall, RefreshPriceCall, RepayCall, SupplyCall, TransferCall, WithdrawCall
from sim.errors import InputError
from sim.lending.aave.rules import NO_DEBT
from sim.lending.vault.opening import open_vault
from sim.lending.vault.pool import VaultTerms
from sim.lending.vault.views import VaultView
from sim.records.auctions import FeeAccrued, PriceRefreshed
from sim.records.lending import Borrowed, HealthFell, HealthRecovered, Repaid, Supplied, Withdrawn
from sim.units import RAD, RAY, UINT256_MAX, WAD, YEAR_SECONDS
from sim.vocabulary import Refusal
from tests.lending.vault.world import ALICE, BOB, DAI, FEE, KEEPER, POOL, VOW, WETH, World, build
from tests.lending.world import USDC, WBTC


def vault_world(ether: int = 3, debt: int = 0, **terms) -> World:
    """Ether is worth 200, if nothing else is said, and carries two thirds of it; Alice has a vault with some, and as much in her wallet."""
    world = build(**terms)
    world.give(ALICE, WETH, 2 * ether * WAD)
    world.done(ALICE, SupplyCall(WETH.id, ether * WAD))
    if debt:
        world.done(ALICE, BorrowCall(DAI.id, debt * WAD))
    return world


def fall_to(world: World, price: int) -> None:
    world.feed.price = price * WAD
    world.done(KEEPER, RefreshPriceCall())


def test_one_may_draw_to_the_margin_and_not_a_unit_more():
    """Three ether at 150 carry exactly 300."""
    world = vault_world(ether=3, price=150 * WAD)

    assert world.execute(ALICE, BorrowCall(DAI.id, 300 * WAD + 1)) is Refusal.UNHEALTHY
    assert world.execute(ALICE, BorrowCall(DAI.id, 300 * WAD)) == 250_000
    assert world.rows(Borrowed) == [Borrowed(ALICE, DAI.id, 300 * WAD)]
    assert (world.held(ALICE, DAI), world.pool.vault(ALICE)) == (300 * WAD, (3 * WAD, 300 * WAD))
    world._check()


def test_equality_is_safe():
    world = vault_world(ether=3, debt=300)
    fall_to(world, 150)

    assert (world.pool.standing(ALICE, world.now).health, world.pool.is_unsafe(ALICE)) == (WAD, False)
    assert world.screen() == []
    world.feed.price = 150 * WAD - 1
    world.done(KEEPER, RefreshPriceCall())
    assert (world.pool.standing(ALICE, world.now).health, world.pool.is_unsafe(ALICE)) == (WAD - 1, True)
    assert [party for party, _ in world.screen()] == [ALICE]


def test_a_voided_feed_makes_nobody_unsafe_and_lets_nobody_borrow():
    world = vault_world(ether=3, debt=300)
    world.feed.has_price = False
    world.done(KEEPER, RefreshPriceCall())

    assert world.rows(PriceRefreshed) == [PriceRefreshed(0, 0, 7)]
    assert not world.pool.is_unsafe(ALICE)
    assert (world.screen(), world.pool.view(world.now).unhealthy) == ([], ())
    assert world.execute(ALICE, BorrowCall(DAI.id, 1)) is Refusal.UNHEALTHY
    assert world.execute(ALICE, WithdrawCall(WETH.id, 1)) is Refusal.UNHEALTHY
    assert world.pool.position(ALICE, world.now).collateral_value == 0
    world.done(ALICE, SupplyCall(WETH.id, WAD))
    world.done(ALICE, RepayCall(DAI.id, 100 * WAD))


def test_who_was_unsafe_when_the_feed_went_is_so_again_when_it_comes_back():
    world = vault_world(ether=3, debt=300)
    fall_to(world, 140)
    world.screen()
    world.pool.note_fell(ALICE, 5)
    world.feed.has_price = False
    world.done(KEEPER, RefreshPriceCall())

    assert (world.screen(), world.pool.view(world.now).unhealthy) == ([], ())
    world.feed.has_price = True
    world.done(KEEPER, RefreshPriceCall())
    assert (world.screen(), [each.account for each in world.pool.view(world.now).unhealthy]) == ([], [ALICE])


def test_the_price_counts_only_once_somebody_refreshed_it():
    world = vault_world(ether=3, debt=300)
    world.feed.price, world.feed.posted = 100 * WAD, 8

    assert not world.pool.is_unsafe(ALICE)
    assert world.execute(BOB, RefreshPriceCall()) == 65_000
    assert world.rows(PriceRefreshed) == [PriceRefreshed(100 * 10**8, 66_666_666_666_666_666_666_666_666_666, 8)]
    assert world.pool.is_unsafe(ALICE)


def test_a_vault_owes_nothing_or_at_least_the_dust():
    world = vault_world(ether=3)

    assert world.execute(ALICE, BorrowCall(DAI.id, 20 * WAD - 1)) is Refusal.MUST_NOT_LEAVE_DUST
    world.done(ALICE, BorrowCall(DAI.id, 20 * WAD))
    assert world.execute(ALICE, RepayCall(DAI.id, 1)) is Refusal.MUST_NOT_LEAVE_DUST
    world.done(ALICE, RepayCall(DAI.id, 20 * WAD))
    assert world.pool.vault(ALICE) == (3 * WAD, 0)


def test_a_vault_that_was_made_dusty_takes_no_more_collateral_until_its_debt_is_gone():
    world = vault_world(ether=3)
    open_vault(world.pool, BOB, WAD, 10 * WAD)
    world.give(BOB, WETH, WAD)
    world.give(BOB, DAI, 10 * WAD)

    assert world.execute(BOB, SupplyCall(WETH.id, WAD)) is Refusal.MUST_NOT_LEAVE_DUST
    world.done(BOB, RepayCall(DAI.id, UINT256_MAX))
    world.done(BOB, SupplyCall(WETH.id, WAD))


@pytest.mark.parametrize("which", ["ceiling", "engine_ceiling"])
def test_both_ceilings_stop_drawing_and_nothing_else(which):
    world = vault_world(ether=3, **{which: 300 * RAD})

    assert world.execute(ALICE, BorrowCall(DAI.id, 300 * WAD + 1)) is Refusal.ABOVE_CEILING
    world.done(ALICE, BorrowCall(DAI.id, 300 * WAD))
    world.done(ALICE, SupplyCall(WETH.id, WAD))
    world.done(ALICE, RepayCall(DAI.id, 100 * WAD))
    assert world.pool.view(world.now).reserves[DAI.id].liquidity == 100 * WAD


def test_collateral_may_be_freed_down_to_the_margin():
    world = vault_world(ether=3, debt=200, price=150 * WAD)

    assert world.execute(ALICE, WithdrawCall(WETH.id, WAD + 1)) is Refusal.UNHEALTHY
    world.done(ALICE, WithdrawCall(WETH.id, WAD))
    assert world.rows(Withdrawn) == [Withdrawn(ALICE, WETH.id, WAD)]
    assert world.execute(ALICE, WithdrawCall(WETH.id, 3 * WAD)) is Refusal.INSUFFICIENT_BALANCE
    assert world.execute(ALICE, WithdrawCall(WETH.id, UINT256_MAX)) is Refusal.UNHEALTHY


def test_all_collateral_leaves_once_nothing_is_owed():
    world = vault_world(ether=3, debt=200)
    world.done(ALICE, RepayCall(DAI.id, UINT256_MAX))
    assert world.rows(Repaid) == [Repaid(ALICE, DAI.id, 200 * WAD)]

    world.done(ALICE, WithdrawCall(WETH.id, UINT256_MAX))

    assert (world.held(ALICE, WETH), world.held(ALICE, DAI), world.pool.vault(ALICE)) == (6 * WAD, 0, (0, 0))
    assert world.engine.debt == 0


def test_anybody_may_supply_and_repay_for_another():
    world = vault_world(ether=3, debt=200)
    world.give(BOB, WETH, WAD)
    world.give(BOB, DAI, 50 * WAD)

    world.done(BOB, SupplyCall(WETH.id, WAD, on_behalf=ALICE))
    assert world.rows(Supplied) == [Supplied(ALICE, WETH.id, WAD)]
    world.done(BOB, RepayCall(DAI.id, 50 * WAD, on_behalf=ALICE))
    assert world.rows(Repaid) == [Repaid(ALICE, DAI.id, 50 * WAD)]
    assert world.pool.vault(ALICE) == (4 * WAD, 150 * WAD)


def test_what_cannot_be_is_refused_with_its_reason():
    world = vault_world(ether=3, debt=200)

    assert world.execute(ALICE, SupplyCall(DAI.id, WAD)) is Refusal.UNKNOWN_ASSET
    assert world.execute(ALICE, BorrowCall(WETH.id, WAD)) is Refusal.UNKNOWN_ASSET
    assert world.execute(ALICE, SupplyCall(WETH.id, 0)) is Refusal.ZERO_AMOUNT
    assert world.execute(ALICE, SupplyCall(WETH.id, 4 * WAD)) is Refusal.INSUFFICIENT_BALANCE
    assert world.execute(BOB, RepayCall(DAI.id, WAD)) is Refusal.NOTHING_OWED
    assert world.execute(BOB, WithdrawCall(WETH.id, UINT256_MAX)) is Refusal.ZERO_AMOUNT
    assert world.execute(ALICE, TransferCall(WETH.id, BOB, 1)) is Refusal.UNKNOWN_CALL


def test_a_refused_call_leaves_no_trace():
    world = vault_world(ether=3, debt=200, fee=FEE)
    world.now += 3_600
    before = copy.deepcopy((world.ledger.balances, world.pool.index, world.pool.accrued_at, world.engine.debt))

    assert world.execute(ALICE, BorrowCall(DAI.id, 300 * WAD)) is Refusal.UNHEALTHY
    assert (world.ledger.balances, world.pool.index, world.pool.accrued_at, world.engine.debt) == before
    world._check()


def test_the_fee_of_a_year_is_what_it_says_and_goes_to_the_vow():
    world = vault_world(ether=3, debt=200, fee=FEE)
    world.now += YEAR_SECONDS

    world.done(BOB, AccrueCall())

    index = 1_039_999_999_999_999_999_955_174_055
    assert world.rows(FeeAccrued) == [FeeAccrued(index, 200 * WAD * (index - RAY))]
    assert world.engine.internal_of(VOW) == 200 * WAD * (index - RAY)
    assert world.pool.standing(ALICE, world.now).debt == 208 * 10**8
    world.done(BOB, AccrueCall())
    assert world.rows(FeeAccrued) == []


def test_the_fee_counts_only_once_somebody_accrued_it():
    world = vault_world(ether=3, debt=300, fee=FEE, price=150 * WAD)
    world.now += YEAR_SECONDS
    assert world.screen() == []

    world.done(BOB, AccrueCall())

    assert [row[:3] for _, row in world.screen()] == [(HealthFell.kind, 0, 0)]


def test_all_that_is_owed_is_paid_with_less_than_a_unit_over():
    world = vault_world(ether=3, debt=200, fee=FEE)
    world.give(ALICE, DAI, 100 * WAD)
    world.now += YEAR_SECONDS // 7

    world.done(ALICE, RepayCall(DAI.id, UINT256_MAX))

    [repaid] = world.rows(Repaid)
    over = repaid.amount * RAY - 200 * WAD * world.pool.index
    assert 0 <= over < RAY
    assert world.engine.internal_of(ALICE) == over
    assert world.pool.position(ALICE, world.now).health == NO_DEBT
    world._check()


def test_what_shares_round_away_stays_with_whoever_drew_or_paid():
    world = vault_world(ether=3, fee=FEE)
    world.now += 86_400
    world.done(ALICE, BorrowCall(DAI.id, 100 * WAD + 1))

    left = world.engine.internal_of(ALICE)

    assert 0 < left < world.pool.index
    assert world.pool.vault(ALICE).shares * world.pool.index == (100 * WAD + 1) * RAY + left


def test_a_fall_is_told_with_its_post_and_a_rescue_too():
    world = vault_world(ether=3, debt=300)
    fall_to(world, 120)

    assert world.screen(post=42, price=120 * 10**8) == [
        (ALICE, (HealthFell.kind, 42, 120 * 10**8, 8 * WAD // 10, 300 * 10**8, 360 * 10**8))
    ]
    world.pool.note_fell(ALICE, 43)
    [seen] = world.pool.view(world.now).unhealthy
    assert seen == VaultView(ALICE, 3 * WAD, 300 * WAD, 300 * RAD, 8 * WAD // 10, 43)
    world.done(ALICE, SupplyCall(WETH.id, WAD))
    assert world.screen() == [(ALICE, (HealthRecovered.kind, 1_066_666_666_666_666_666))]
    assert (world.pool.fell, world.pool.view(world.now).unhealthy) == ({}, ())


def test_views_of_vaults_that_have_not_changed_are_not_made_anew():
    world = vault_world(ether=3, debt=300)
    open_vault(world.pool, BOB, 3 * WAD, 300 * WAD)
    fall_to(world, 120)
    world.screen()
    before = world.pool.view(world.now).unhealthy
    world.within(lambda: world.engine.grab(world.pool, ALICE, 301, VOW, WAD, 100 * WAD))
    world.screen()

    after = world.pool.view(world.now).unhealthy

    assert (after[0].collateral, before[0].collateral) == (2 * WAD, 3 * WAD)
    assert after[1] is before[1]


def test_a_view_between_screenings_is_never_old():
    world = vault_world(ether=3, debt=300)
    fall_to(world, 120)
    world.screen()
    world.pool.view(world.now)

    world.done(ALICE, SupplyCall(WETH.id, 3 * WAD))

    assert world.pool.view(world.now).unhealthy == ()


def test_a_vault_is_shown_as_a_lending_pool_would_show_the_account():
    world = vault_world(ether=3, debt=300)

    position = world.pool.position(ALICE, world.now)
    view = world.pool.view(world.now)

    assert (position.health, position.collateral_value, position.debt_value) == (4 * WAD // 3, 600 * 10**8, 300 * 10**8)
    assert [(each.asset, each.units, each.threshold) for each in position.collaterals] == [(WETH.id, 3 * WAD, 6_666)]
    assert [(each.asset, each.units, each.least) for each in position.debts] == [(DAI.id, 300 * WAD, 20 * WAD)]
    assert {asset: (each.price, each.unit) for asset, each in view.reserves.items()} == {
        WETH.id: (200 * 10**8, WAD),
        DAI.id: (10**8, WAD),
    }
    assert (view.reserves[WETH.id].liquidity, position.fell) == (3 * WAD, 0)


def test_terms_that_no_vault_could_have_are_refused():
    with pytest.raises(InputError, match="WBTC has 8 decimals"):
        VaultTerms(WBTC, 15 * RAY // 10)
    with pytest.raises(InputError, match="fee is RAY or more"):
        VaultTerms(WETH, 15 * RAY // 10, fee_per_second=RAY - 1)
    assert USDC.decimals == 6


def test_a_copied_system_goes_its_own_way():
    world = vault_world(ether=3, debt=300)
    fork = copy.deepcopy(world)
    fall_to(fork, 100)

    assert (fork.pool.is_unsafe(ALICE), world.pool.is_unsafe(ALICE)) == (True, False)
    assert fork.pool.engine is fork.engine
    assert fork.engine.pools[POOL] is fork.pool
    fork._check()
