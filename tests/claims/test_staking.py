"""The staking contract: shares, the queue, reports, losses; at the edge of each rule, and against sums made by hand."""

from fractions import Fraction
from math import floor

import pytest

from sim.claims.calls import ClaimRedemptionCall, ReportStakeCall, RequestRedemptionCall, StakeCall
from sim.claims.staking import rules
from sim.claims.staking.rules import Request
from sim.records import Burned, ClaimIssued, ClaimRedeemed, Minted, RedemptionQueued, StakeReported
from sim.units import RAY, WAD
from sim.vocabulary import Refusal
from tests.claims.world import ALICE, BOB, CAROL, ETH, FEES, FRAME, ISSUER, ONE, ORACLE, STETH, VALIDATORS, stake


def report(world, frames=1):
    world.now = world.issuer.next_report + (frames - 1) * FRAME
    assert not isinstance(world.execute(ORACLE, ReportStakeCall()), Refusal)
    return world.rows(StakeReported)[0]


def test_money_becomes_shares_at_the_rate_rounded_down():
    world = stake(rate=WAD * 11 // 10)

    world.execute(ALICE, StakeCall(ONE))

    issued = ONE * 10 // 11
    assert world.rows(ClaimIssued) == [ClaimIssued(ALICE, ETH.id, STETH.id, ONE, issued)]
    assert world.of(ALICE, STETH) == 100 * ONE + issued
    assert world.issuer.buffered == ONE


def test_a_stake_that_buys_less_than_a_unit_is_refused_and_one_that_buys_a_unit_is_not():
    world = stake(rate=2 * WAD)

    assert world.execute(ALICE, StakeCall(1)) == Refusal.ZERO_AMOUNT
    assert world.execute(ALICE, StakeCall(0)) == Refusal.ZERO_AMOUNT
    assert world.execute(ALICE, StakeCall(2)) != Refusal.ZERO_AMOUNT
    assert world.execute(ALICE, StakeCall(10**30)) == Refusal.INSUFFICIENT_BALANCE


def test_a_request_is_promised_the_worth_of_its_moment():
    world = stake(rate=WAD * 12 // 10)

    world.execute(ALICE, RequestRedemptionCall(10 * ONE))

    assert world.rows(RedemptionQueued) == [RedemptionQueued(1, ALICE, 10 * ONE, 12 * ONE, 0)]
    assert world.of(ISSUER, STETH) == 10 * ONE


def test_requests_have_a_least_and_a_most_size_and_both_are_taken():
    world = stake(most_request=50 * ONE)

    assert world.execute(ALICE, RequestRedemptionCall(99)) == Refusal.TOO_SMALL
    assert not isinstance(world.execute(ALICE, RequestRedemptionCall(100)), Refusal)
    assert world.execute(ALICE, RequestRedemptionCall(50 * ONE + 1)) == Refusal.TOO_LARGE
    assert not isinstance(world.execute(ALICE, RequestRedemptionCall(50 * ONE)), Refusal)
    assert world.execute(ALICE, RequestRedemptionCall(50 * ONE)) == Refusal.INSUFFICIENT_BALANCE


def test_a_request_waits_for_a_report_and_is_claimed_once_by_its_owner():
    world = stake(buffered=20 * ONE)
    world.execute(ALICE, RequestRedemptionCall(10 * ONE))

    assert world.execute(ALICE, ClaimRedemptionCall(1)) == Refusal.NOT_FINAL
    assert report(world).finalised == 1
    assert world.execute(BOB, ClaimRedemptionCall(1)) == Refusal.NOT_OWNER
    assert world.execute(ALICE, ClaimRedemptionCall(2)) == Refusal.UNKNOWN_REQUEST
    assert not isinstance(world.execute(ALICE, ClaimRedemptionCall(1)), Refusal)
    assert world.rows(ClaimRedeemed) == [ClaimRedeemed(1, ALICE, 10 * ONE, 10 * ONE)]
    assert world.execute(ALICE, ClaimRedemptionCall(1)) == Refusal.ALREADY_CLAIMED
    assert (world.of(ALICE, ETH), world.issuer.locked) == (1_010 * ONE, 0)


def test_only_the_oracle_reports_and_not_before_its_time():
    world = stake()

    assert world.execute(ALICE, ReportStakeCall()) == Refusal.NOT_REPORTER
    world.now = world.issuer.next_report - 1
    assert world.execute(ORACLE, ReportStakeCall()) == Refusal.TOO_EARLY
    world.now += 1
    assert not isinstance(world.execute(ORACLE, ReportStakeCall()), Refusal)
    assert world.execute(ORACLE, ReportStakeCall()) == Refusal.TOO_EARLY


def test_a_late_report_does_not_move_the_frames_after_it():
    world = stake()
    first = world.issuer.next_report

    world.now = first + FRAME + 7
    world.execute(ORACLE, ReportStakeCall())

    assert world.issuer.next_report == first + 2 * FRAME


def test_the_first_that_the_money_does_not_reach_keeps_all_behind_it_waiting():
    world = stake(buffered=25 * ONE, exits=0)
    for who, shares in ((ALICE, 10), (BOB, 16), (CAROL, 1)):
        world.execute(who, RequestRedemptionCall(shares * ONE))

    told = report(world)

    assert (told.finalised, told.locked, told.queued) == (1, 10 * ONE, 17 * ONE)


def test_validators_give_back_what_is_missing_as_fast_as_they_may():
    world = stake(exits=30 * ONE, exit_delay=FRAME)
    world.execute(ALICE, RequestRedemptionCall(40 * ONE))
    world.execute(BOB, RequestRedemptionCall(10 * ONE))

    assert report(world).finalised == 0
    assert sum(units for _, units in world.issuer.on_way) == 30 * ONE
    assert report(world).finalised == 0
    assert (world.issuer.buffered, sum(units for _, units in world.issuer.on_way)) == (30 * ONE, 20 * ONE)
    assert report(world).finalised == 2
    assert world.issuer.on_way == ()


def test_new_stakes_pay_the_queue_before_they_are_staked():
    world = stake(exits=0)
    world.execute(ALICE, RequestRedemptionCall(10 * ONE))
    world.execute(BOB, StakeCall(30 * ONE))

    assert report(world).finalised == 1
    assert (world.issuer.buffered, world.of(VALIDATORS, ETH)) == (0, 320 * ONE)


def test_a_reserve_stays_at_hand():
    world = stake(reserve=5 * ONE)
    world.execute(BOB, StakeCall(30 * ONE))

    report(world)

    assert (world.issuer.buffered, world.of(VALIDATORS, ETH)) == (5 * ONE, 325 * ONE)


def test_a_request_younger_than_the_margin_waits_for_the_next_report():
    world = stake(buffered=100 * ONE, margin=600)
    world.now = world.issuer.next_report - 600
    world.execute(ALICE, RequestRedemptionCall(ONE))
    world.now += 1
    world.execute(BOB, RequestRedemptionCall(ONE))

    assert report(world).finalised == 1
    assert report(world).finalised == 2


def test_earning_raises_the_rate_and_the_fee_is_taken_in_shares():
    world = stake(yearly=365, fee=1_000)

    told = report(world)

    earned = 300 * ONE * 365 // (365 * 10_000)
    assert (told.gained, world.rows(Minted)) == (earned, [Minted(ETH.id, earned)])
    pooled, shares = 300 * ONE + earned, 300 * ONE + world.of(FEES, STETH)
    fee = Fraction(world.of(FEES, STETH) * pooled, shares)
    assert Fraction(earned, 10) - Fraction(pooled, shares) < fee <= Fraction(earned, 10)
    assert told.rate == floor(Fraction(pooled, shares) * WAD)


def test_a_request_earns_nothing_while_it_waits():
    world = stake(yearly=5_000, buffered=100 * ONE)
    world.execute(ALICE, RequestRedemptionCall(10 * ONE))

    report(world, frames=30)
    world.execute(ALICE, ClaimRedemptionCall(1))

    assert world.rows(ClaimRedeemed)[0].paid == 10 * ONE
    assert world.issuer.rate > WAD


def test_a_request_bears_losses_while_it_waits():
    world = stake(buffered=100 * ONE)
    world.execute(ALICE, RequestRedemptionCall(10 * ONE))

    row = world.issuer.slash(1_500)
    told = report(world)
    world.execute(ALICE, ClaimRedemptionCall(1))

    assert row == (Burned.kind, ETH.id, 30 * ONE)
    assert told.gained == -30 * ONE
    assert world.rows(ClaimRedeemed)[0].paid == 9 * ONE
    assert told.rate == WAD * 9 // 10


def test_nobody_knows_of_a_loss_before_the_report():
    world = stake(buffered=100 * ONE)

    world.issuer.slash(1_500)
    world.execute(ALICE, RequestRedemptionCall(10 * ONE))

    assert world.rows(RedemptionQueued)[0].due == 10 * ONE


def test_a_reverted_call_leaves_no_trace():
    world = stake(buffered=10 * ONE)
    world.execute(ALICE, RequestRedemptionCall(ONE))
    before = world.state()

    for who, call in ((ALICE, ClaimRedemptionCall(1)), (BOB, ReportStakeCall()), (BOB, StakeCall(10**40)), (BOB, RequestRedemptionCall(1))):
        assert isinstance(world.execute(who, call), Refusal)

    assert world.state() == before


def test_what_desks_see_says_how_long_a_request_would_wait():
    world = stake(buffered=20 * ONE, exits=30 * ONE, exit_delay=FRAME, margin=600)

    assert world.issuer.view(world.now).expected_wait(20 * ONE) == FRAME
    assert world.issuer.view(world.now).expected_wait(21 * ONE) == 2 * FRAME
    assert world.issuer.view(world.now).expected_wait(81 * ONE) == 4 * FRAME
    assert world.issuer.view(world.now + FRAME - 599).expected_wait(20 * ONE) == 599 + FRAME
    assert stake(exits=0).issuer.view(world.now).expected_wait(ONE) is None


def naive_final(requests, rate, budget, latest):
    """Work the queue out in fractions: each paid, in sequence, what it was promised or what its shares are worth."""
    count, spent = 0, 0
    for each in requests:
        is_above = floor(Fraction(each.amount * RAY, each.shares)) > rate
        paid = floor(Fraction(each.shares * rate, RAY)) if is_above else each.amount
        if each.made_at > latest or spent + paid > budget:
            break
        count, spent = count + 1, spent + paid
    return count, spent


CASES = [
    (rate, budget, latest)
    for rate in (RAY * 9 // 10, RAY - 1, RAY, RAY + RAY // 7)
    for budget in (0, 99, 1_000, 10**9, 10**20, 10**24)
    for latest in (5, 100)
]
QUEUE = [
    Request(ALICE, shares, amount, made_at, report)
    for shares, amount, made_at, report in (
        (100, 100, 1, 0),
        (1_000, 999, 2, 0),
        (7 * 10**8, 7 * 10**8 + 3, 3, 0),
        (10**19, 10**19 * 11 // 10, 4, 3),
        (3 * 10**18, 3 * 10**18 - 1, 5, 4),
        (10**20, 10**20, 6, 5),
        (10**23, 10**23 * 8 // 7, 7, 5),
    )
]


@pytest.mark.parametrize(("rate", "budget", "latest"), CASES)
def test_the_queue_is_paid_as_worked_out_in_fractions(rate, budget, latest):
    found = rules.finalise(QUEUE, rate, budget, latest)

    count, spent = naive_final(QUEUE, rate, budget, latest)
    assert (found.requests, found.burned) == (count, sum(each.shares for each in QUEUE[:count]))
    # A batch is rounded once, its requests each: what is locked covers all claims, and exceeds them by less than a unit a request.
    assert spent <= found.locked <= spent + count
    assert found.locked <= budget


def test_at_the_very_rate_of_its_promise_a_request_is_paid_the_promise():
    """Ten for three shares are 3.33 a share; at that rate, cut, three shares are worth nine, and ten were promised."""
    assert rules.claimable(10, 3, 10 * RAY // 3) == 10
    assert rules.claimable(10, 3, 10 * RAY // 3 - 1) == 9


def test_at_most_thirty_six_batches_are_paid_by_one_report():
    queue = [Request(ALICE, 1_000, 1_000 + 500 * (number % 2), number, number) for number in range(50)]

    assert rules.finalise(queue, RAY, 10**9, 100).requests == 36


@pytest.mark.parametrize(("gained", "fee", "pooled", "shares"), [(10**18, 1_000, 10**20, 10**20), (7, 500, 1_000, 900), (1, 9_999, 3, 2)])
def test_the_fees_shares_are_worth_its_part_of_the_gain(gained, fee, pooled, shares):
    issued = rules.fee_shares(gained, fee, pooled, shares)

    part = Fraction(gained * fee, 10_000)
    whole = pooled + gained
    assert Fraction(issued * whole, shares + issued) <= part < Fraction((issued + 1) * whole, shares + issued + 1)


def test_there_is_no_fee_on_a_loss():
    assert rules.fee_shares(-5, 1_000, 100, 100) == 0
