"""Liquidations: who pays, who takes over, who is spared; laws of redistribution, of recovery mode and of the screening."""

from fractions import Fraction

import pytest

from sim.commands import LiquidateCall, WithdrawCall
from sim.lending.liquity.calls import ClaimSurplusCall, LiquidateListCall, LiquidateTrovesCall
from sim.lending.liquity.opening import open_account
from sim.records.lending import HealthFell, HealthRecovered, Liquidated
from sim.records.liquity import TroveLiquidated
from sim.units import UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.lending.liquity.world import ALICE, BOB, CAROL, DAVE, ETH, KEEPER, LUSD, World, build


@pytest.fixture
def world() -> World:
    """Alice is at 200 %, Bob safe at 1,000 %, Carol has 50,000 in the stability pool."""
    world = build()
    world.trove(ALICE, 10, 10_000)
    world.trove(BOB, 500, 100_000)
    world.deposit(CAROL, 50_000)
    return world


def test_deposits_pay_the_debt_and_get_the_collateral_less_half_a_percent(world):
    world.set_ether(1_090)
    world.screen(post=0)
    assert world.liquidate(ALICE) == 480_000

    pool = world.system.stability
    assert (pool.total, pool.gain(CAROL)) == (40_000 * WAD, 995 * WAD // 100)
    assert 0 <= pool.total - pool.compounded(CAROL) <= 50_000, "a loss per unit rounds up"
    assert (world.held(KEEPER, ETH), world.held(KEEPER, LUSD)) == (WAD // 20, 200 * WAD)
    assert world.system.book.holding(BOB)[:2] == (500 * WAD, 100_000 * WAD)
    assert world.rows(TroveLiquidated)[0].offset == 10_000 * WAD
    world._check()


def test_at_the_minimum_ratio_a_trove_is_safe_and_a_unit_below_it_is_not(world):
    world.set_ether(1_100)
    assert world.liquidate(ALICE) is Refusal.HEALTHY
    assert world.health(ALICE) == WAD

    world.price.value -= 1

    assert world.health(ALICE) == WAD - 1
    world.done(KEEPER, LiquidateCall(ALICE, LUSD.id, ETH.id, UINT256_MAX))


def test_a_dry_pool_pays_what_it_can_and_the_others_take_over_the_rest():
    world = build()
    world.trove(ALICE, 10, 10_000)
    world.trove(BOB, 500, 100_000)
    world.deposit(CAROL, 4_000)
    world.set_ether(1_090)
    world.liquidate(ALICE)

    done = world.rows(TroveLiquidated)[0]
    assert (done.offset, done.redistributed) == (4_000 * WAD, 6_000 * WAD)
    assert (done.to_pool, done.to_troves) == (398 * WAD // 100, 597 * WAD // 100)
    assert world.system.book.holding(BOB)[:2] == (505_970 * WAD // 1_000, 106_000 * WAD)
    assert (world.system.stability.epoch, world.system.stability.total) == (1, 0)
    world._check()


def test_what_is_shared_out_is_shared_by_collateral_however_often_and_whoever_came_when():
    """Against exact fractions: after each liquidation everybody's part is that of its collateral before, to some units."""
    world = build()
    people = {ALICE: (7, 9_000), BOB: (50, 20_000), CAROL: (31, 12_345), DAVE: (3, 3_000)}
    for who, (ether, debt) in people.items():
        world.trove(who, ether, debt)
    exact = {who: [Fraction(ether * WAD), Fraction(debt * WAD)] for who, (ether, debt) in people.items()}
    for fallen, price, newcomer in ((DAVE, 1_050, (301, 17, 8_000)), (ALICE, 1_200, (302, 5, 4_000)), (302, 800, None)):
        world.set_ether(price)
        assert not isinstance(world.liquidate(fallen), Refusal)
        lost = exact.pop(fallen)
        everything = sum((part[0] for part in exact.values()), Fraction(0))
        for part in exact.values():
            share = part[0] / everything
            part[0] += (lost[0] - lost[0] // 200) * share
            part[1] += lost[1] * share
        for who, (has, owed) in exact.items():
            held = world.system.book.holding(who)
            assert abs(held.collateral - has) < 1_000 and abs(held.debt - owed) < 1_000_000
        if newcomer is not None:
            world.trove(*newcomer)
            exact[newcomer[0]] = [Fraction(newcomer[1] * WAD), Fraction(newcomer[2] * WAD)]
        world._check()


def test_redistribution_keeps_the_sequence_by_risk():
    world = build()
    for number in range(30):
        world.trove(300 + number, 10 + number % 7, 9_000 + 137 * number)
    world.trove(BOB, 4_000, 100_000)
    world.set_ether(900)
    world.done(KEEPER, LiquidateTrovesCall(12))

    assert len(world.rows(Liquidated)) == 12
    world._check()


def test_in_recovery_mode_a_trove_worth_less_than_it_owes_spares_the_deposits():
    world = build(2_000)
    world.trove(ALICE, 10, 10_000)
    world.trove(BOB, 50, 60_000)
    world.deposit(CAROL, 50_000)
    world.set_ether(1_000)
    assert world.system.is_recovery(world.price.value)
    world.liquidate(ALICE)

    done = world.rows(TroveLiquidated)[0]
    assert (done.is_recovery, done.offset, done.redistributed) == (1, 0, 10_000 * WAD)
    assert world.system.stability.total == 50_000 * WAD


@pytest.fixture
def tense() -> World:
    """Recovery mode at 143 %: Alice at 130 % with a debt of 10,000, Bob at 144 % with nine times that."""
    world = build(1_300)
    world.trove(ALICE, 10, 10_000)
    world.trove(BOB, 100, 90_000)
    assert world.system.is_recovery(world.price.value)
    return world


def test_in_recovery_mode_a_trove_above_the_minimum_pays_no_more_than_it_and_keeps_the_rest(tense):
    tense.deposit(CAROL, 9_999)
    assert tense.liquidate(ALICE) is Refusal.HEALTHY, "its debt is more than the deposits"
    tense.deposit(DAVE, 1)

    assert tense.liquidate(BOB) is Refusal.HEALTHY, "it is above the system's ratio"
    assert not isinstance(tense.liquidate(ALICE), Refusal)

    done = tense.rows(TroveLiquidated)[0]
    capped = 10_000 * 11 * WAD // 10 // 1_300
    assert (done.offset, done.to_pool + capped // 200) == (10_000 * WAD, capped)
    assert done.surplus == 10 * WAD - capped
    assert tense.held(KEEPER, ETH) == capped // 200
    tense.done(ALICE, ClaimSurplusCall())
    assert tense.held(ALICE, ETH) == done.surplus
    assert tense.execute(ALICE, ClaimSurplusCall()) is Refusal.ZERO_AMOUNT
    tense._check()


def test_the_last_trove_is_never_liquidated_and_never_unhealthy():
    world = build()
    world.trove(ALICE, 10, 10_000)
    world.set_ether(10)

    assert world.liquidate(ALICE) is Refusal.HEALTHY
    assert world.screen() == []
    assert world.health(ALICE) >= WAD


def test_a_sequence_goes_on_in_normal_mode_once_the_ratio_allows():
    """Alice and Dave are at 105 % and 125 %; paying for Alice takes the system out of recovery mode, and Dave is spared."""
    world = build(1_000)
    world.trove(ALICE, 105, 100_000)
    world.trove(DAVE, 5, 4_000)
    world.trove(BOB, 80, 46_000)
    world.deposit(CAROL, 110_000)
    assert world.system.is_recovery(world.price.value)
    assert world.health(DAVE) < WAD

    world.done(KEEPER, LiquidateTrovesCall(5))

    assert [each.account for each in world.rows(Liquidated)] == [ALICE]
    assert not world.system.is_recovery(world.price.value)
    assert world.health(DAVE) > WAD


def test_what_callers_are_paid_counts_when_a_sequence_takes_the_ratio_anew():
    """Without Alice the system is at 149.8 %; were her 0.525 ether for the caller still counted, at more than 150 %."""
    world = build(1_000)
    world.trove(ALICE, 105, 100_000)
    world.trove(DAVE, 5, 4_000)
    world.deposit(CAROL, 110_000)
    open_account(world.system, BOB, 699 * WAD // 10, 46_000 * WAD)

    world.done(KEEPER, LiquidateTrovesCall(5))

    assert [(each.account, each.is_recovery) for each in world.rows(TroveLiquidated)] == [(ALICE, 1), (DAVE, 1)]


def test_a_trove_exactly_at_the_systems_ratio_is_safe():
    world = build(1_300)
    world.trove(ALICE, 10, 10_000)
    world.trove(BOB, 20, 20_000)
    world.deposit(CAROL, 50_000)

    assert world.health(ALICE) == world.health(BOB) == WAD
    assert world.screen() == []
    assert world.liquidate(ALICE) is Refusal.HEALTHY


def test_a_list_passes_over_who_is_safe_or_has_none(world):
    world.set_ether(1_090)

    assert world.execute(KEEPER, LiquidateListCall(())) is Refusal.HEALTHY
    assert world.execute(KEEPER, LiquidateListCall((BOB, DAVE))) is Refusal.HEALTHY
    world.done(KEEPER, LiquidateListCall((BOB, DAVE, ALICE, ALICE)))
    assert [each.account for each in world.rows(Liquidated)] == [ALICE]


def test_a_liquidation_of_nobody_or_of_other_assets_is_refused_without_trace(world):
    before = world.state()

    assert world.liquidate(DAVE) is Refusal.NO_TROVE
    assert world.execute(KEEPER, LiquidateCall(ALICE, ETH.id, LUSD.id, 1)) is Refusal.UNKNOWN_ASSET
    world.system.allows_liquidations = False
    world.set_ether(1_000)
    assert world.liquidate(ALICE) is Refusal.PAUSED
    assert world.state() == before


def test_margin_calls_are_said_once_named_in_the_liquidation_and_taken_back(world):
    world.set_ether(1_090)
    ((party, row),) = world.screen(post=7, price=1_090 * 10**8)
    told = HealthFell(*row[1:])
    assert (party, told.post, told.fell_price, told.debt) == (ALICE, 7, 1_090 * 10**8, 10_000 * 10**8)
    assert told.health == 109 * WAD // 110
    world.system.note_fell(ALICE, 77)
    assert world.screen() == []

    world.liquidate(ALICE)

    assert world.rows(Liquidated)[0].fell == 77
    ((party, row),) = world.screen()
    assert (party, row[0]) == (ALICE, HealthRecovered.kind)


def test_recovery_mode_calls_whoever_is_below_the_systems_ratio_once_deposits_can_pay_for_it(tense):
    assert tense.screen() == [], "nobody is below the minimum, and there is nothing to pay with"

    tense.deposit(CAROL, 10_000)

    assert [(party, row[0]) for party, row in tense.screen()] == [(ALICE, HealthFell.kind)]
    assert tense.health(ALICE) == 13 * WAD // 10 * WAD // tense.system.book.total_ratio(tense.price.value)
    tense.set_ether(1_400)
    assert [(party, row[0]) for party, row in tense.screen()] == [(ALICE, HealthRecovered.kind)]


def test_deposits_stay_while_a_liquidation_is_due(world):
    world.set_ether(1_090)
    assert world.execute(CAROL, WithdrawCall(LUSD.id, WAD)) is Refusal.BEHIND_ON_LIQUIDATIONS
    assert world.liquidate(ALICE)

    world.done(CAROL, WithdrawCall(LUSD.id, UINT256_MAX))

    assert world.held(CAROL, LUSD) == 40_000 * WAD - 50_000
    assert world.held(CAROL, ETH) == 995 * WAD // 100


def test_a_loss_of_deposits_is_a_gain_down_to_the_minimum_less_the_callers_part(world):
    """Between 110 % and about 100.5 % depositors come out ahead; below that they lose."""
    for dollars, is_gain in ((1_090, True), (1_010, True), (1_004, False)):
        fresh = build()
        fresh.trove(ALICE, 10, 10_000)
        fresh.trove(BOB, 500, 100_000)
        fresh.deposit(CAROL, 50_000)
        fresh.set_ether(dollars)
        fresh.liquidate(ALICE)
        gained = fresh.system.stability.gain(CAROL) * dollars
        assert (gained > 10_000 * WAD) == is_gain
