"""Bites: who may be bitten, how much a bite takes in each version, and the box."""

import copy

import pytest

from sim.auction.cat_rules import bite_by_lot
from sim.commands import BidCall, BiteCall, SettleCall
from sim.errors import Revert
from sim.records.auctions import AuctionClosed, AuctionStarted, DebtQueued
from sim.units import RAD, RAY, WAD
from sim.vocabulary import Refusal
from tests.auction.english_world import ALICE, BID_LIFETIME, CAT, DEBT_WAIT, ETHER, HOUSE, KEEPER, OWNER, POOL, VOW, WETH, build, with_sale

VERSIONS = pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
BITE = BiteCall(POOL, OWNER)


@VERSIONS
def test_a_vault_exactly_at_its_margin_is_safe(version):
    """130 ether at 150 dollars over 150 % carry 13,000."""
    world = build(version)
    world.open(130 * ETHER, 13_000 * ETHER)

    world.post(150)
    at_margin = world.execute(KEEPER, CAT, BITE)
    world.post(149)
    below = world.execute(KEEPER, CAT, BITE)

    assert (at_margin, isinstance(below, Refusal)) == (Refusal.HEALTHY, False)


@VERSIONS
def test_a_feed_without_a_price_blocks_bites(version):
    world = build(version)
    world.open(130 * ETHER, 13_000 * ETHER)

    world.post(None)

    assert world.pool.margin_price == 0
    assert world.execute(KEEPER, CAT, BITE) == Refusal.HEALTHY


@VERSIONS
def test_a_bite_takes_a_lot_and_its_debt_and_asks_for_the_penalty(version):
    """50 of 130 ether carry 5,000 of 13,000 DAI; 13 % more must be raised."""
    world = with_sale(version)

    sale = world.sale()

    assert (sale.lot, sale.debt, sale.owed) == (50 * ETHER, 5_000 * RAD, 5_650 * RAD)
    assert world.pool.vault(OWNER) == (80 * ETHER, 8_000 * ETHER)
    assert world.gems(HOUSE) == 50 * ETHER
    assert world.engine.unbacked_by(VOW) == world.vow.queued == 5_000 * RAD
    world.check()


@VERSIONS
def test_a_bite_pays_nobody(version):
    world = with_sale(version)

    assert (world.money(KEEPER), world.gems(KEEPER)) == (0, 0)


@VERSIONS
def test_a_started_auction_names_its_margin_call(version):
    world = build(version)
    world.open(130 * ETHER, 13_000 * ETHER)
    world.post(149)
    (party, _row) = world.pool.screen(world.now, 7, WETH.id, 149 * 10**8)[0]
    world.pool.note_fell(party, 77)

    world.execute(KEEPER, CAT, BITE)

    started = AuctionStarted(1, OWNER, 77, WETH.id, 50 * ETHER, 5_650 * RAD, 5_000 * RAD, 0, 149 * 10**8)
    queued = DebtQueued(5_000 * RAD, world.now + DEBT_WAIT)
    assert world.said == [(None, VOW, KEEPER, queued.row()), (77, HOUSE, KEEPER, started.row())]
    assert world.sale().started == world.told


@VERSIONS
def test_a_vault_can_be_bitten_again_until_nothing_is_left(version):
    world = with_sale(version)

    outcomes = [world.execute(KEEPER, CAT, BITE) for _ in range(3)]

    assert [isinstance(each, Refusal) for each in outcomes] == [False, False, True]
    assert outcomes[-1] == Refusal.HEALTHY
    assert [sale.lot for sale in world.house.sales.values()] == [50 * ETHER, 50 * ETHER, 30 * ETHER]
    world.check()


@VERSIONS
def test_a_switch_forbids_bites(version):
    world = build(version)
    world.open(130 * ETHER, 13_000 * ETHER)
    world.post(149)
    world.cat.allows_liquidations = False

    assert world.execute(KEEPER, CAT, BITE) == Refusal.PAUSED
    world.check()


def test_a_cat_bites_only_the_pools_it_knows():
    assert with_sale("1.2").execute(KEEPER, CAT, BiteCall(POOL + 50, OWNER)) == Refusal.UNKNOWN_CONTRACT


def test_a_bite_of_1_0_takes_all_of_a_small_vault_and_rounds_its_share_down():
    """49 of 50 units' worth of 7 shares are 6.86, so 6."""
    whole = bite_by_lot(49, 7, 3, lot=50, penalty=113 * RAY // 100)
    part = bite_by_lot(50, 7, 3, lot=49, penalty=113 * RAY // 100)

    assert (whole.collateral, whole.shares, whole.debt, whole.owed) == (49, 7, 21, 23)
    assert (part.collateral, part.shares, part.debt, part.owed) == (49, 6, 18, 20)


def test_a_vault_that_owes_without_collateral_cannot_be_bitten():
    world = build("1.0")
    world.open(0, 100 * ETHER)

    assert world.execute(KEEPER, CAT, BITE) == Refusal.ARITHMETIC
    with pytest.raises(Revert, match="ARITHMETIC"):
        bite_by_lot(0, 1, RAY, 50, RAY)


def test_a_bite_that_would_offer_nothing_is_refused_under_1_2():
    world = build("1.2", dunk=RAD)
    world.open(1, 100 * ETHER)

    assert world.execute(KEEPER, CAT, BITE) == Refusal.NULL_AUCTION


def test_a_bite_of_1_2_may_leave_a_dusty_vault():
    world = with_sale("1.2", min_debt=10_000 * RAD)

    left = world.pool.vault(OWNER)

    assert left.shares * world.pool.index == 8_000 * RAD
    assert not isinstance(world.execute(KEEPER, CAT, BITE), Refusal)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_nothing_bounds_what_is_in_auctions_before_1_2(version):
    world = with_sale(version, box=RAD)

    assert not isinstance(world.execute(KEEPER, CAT, BITE), Refusal)
    assert world.cat.litter == 0


def test_a_bite_is_cut_to_the_room_in_the_box():
    """8,000 less 5,650 leave 2,350, which owe 2,350 / 1.13 of debt; what rounding leaves is less than a share."""
    world = with_sale("1.2", box=8_000 * RAD)

    outcome = world.execute(KEEPER, CAT, BITE)

    assert not isinstance(outcome, Refusal)
    assert world.sale(2).debt == 2_350 * ETHER * WAD // (113 * WAD // 100) * RAY
    assert 0 <= 8_000 * RAD - world.cat.litter < 2 * RAY
    world.check()


def test_a_full_box_and_a_room_smaller_than_the_least_debt_stop_bites():
    full = with_sale("1.2", box=5_650 * RAD)
    dusty = with_sale("1.2", box=6_649 * RAD, min_debt=1_000 * RAD)
    roomy = with_sale("1.2", box=6_650 * RAD, min_debt=1_000 * RAD)

    outcomes = [world.execute(KEEPER, CAT, BITE) for world in (full, dusty, roomy)]

    assert outcomes[:2] == [Refusal.LIMIT_HIT, Refusal.LIMIT_HIT]
    assert not isinstance(outcomes[2], Refusal)


def test_litter_is_released_only_at_settlement_and_then_by_all_that_was_owed():
    """Abandoned auctions clog the box; a zero bid frees as much room as a full one."""
    world = with_sale("1.2", box=5_650 * RAD)
    world.fund(ALICE, RAD)

    world.execute(ALICE, HOUSE, BidCall(1, 50 * ETHER, 1))
    world.now += BID_LIFETIME + 1
    clogged = (world.cat.litter, world.execute(KEEPER, CAT, BITE))
    world.execute(ALICE, HOUSE, SettleCall(1))

    assert clogged == (5_650 * RAD, Refusal.LIMIT_HIT)
    assert world.rows(AuctionClosed)[0].raised == 1
    assert world.cat.litter == 0
    assert not isinstance(world.execute(KEEPER, CAT, BITE), Refusal)
    world.check()


def test_a_refused_bite_leaves_no_trace():
    world = with_sale("1.2", box=5_650 * RAD)
    before = copy.deepcopy((world.ledger.balances, world.pool.vault(OWNER), world.cat.litter, world.vow.queued, world.house.kicks))

    world.execute(KEEPER, CAT, BITE)
    out_of_gas = with_sale("1.2").execute(KEEPER, CAT, BITE, gas_limit=100_000)

    assert before == (world.ledger.balances, world.pool.vault(OWNER), world.cat.litter, world.vow.queued, world.house.kicks)
    assert out_of_gas == Refusal.OUT_OF_GAS


def test_a_bite_rolled_back_after_its_work_leaves_no_trace():
    world = with_sale("1.2")
    world.house.view(world.now)

    world.execute(KEEPER, CAT, BITE, gas_limit=100_000)

    assert (world.house.kicks, len(world.house.view(world.now).sales), world.cat.litter) == (1, 1, 5_650 * RAD)
    assert world.pool.vault(OWNER) == (80 * ETHER, 8_000 * ETHER)
    world.check()


def test_a_copied_world_goes_its_own_way():
    world = with_sale("1.2")
    twin = copy.deepcopy(world)
    twin.fund(ALICE, RAD)

    twin.execute(ALICE, HOUSE, BidCall(1, 50 * ETHER, RAD))
    twin.now += BID_LIFETIME + 1
    twin.execute(KEEPER, HOUSE, SettleCall(1))

    assert (twin.cat.litter, world.cat.litter) == (0, 5_650 * RAD)
    assert world.sale().bid == 0
    twin.check()
    world.check()


def test_a_cat_and_its_houses_are_of_one_version():
    world = build("1.2")

    with pytest.raises(AssertionError, match="one version"):
        type(world.cat)(CAT, "1.0", world.engine, world.vow, {}, {POOL: world.house})
