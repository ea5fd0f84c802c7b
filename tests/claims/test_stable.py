"""The issuer of a stable coin: par less a fee, office hours, promises, and money out of reach."""

import pytest

from sim.claims.calls import ClaimRedemptionCall, MintStableCall, RedeemStableCall
from sim.claims.stable.hours import Hours
from sim.records import ClaimIssued, ClaimRedeemed, IssuerStated, RedemptionQueued
from sim.units import WAD
from sim.vocabulary import Refusal
from sim.world.instants import parse_instant
from tests.claims.world import ALICE, BOB, USD, USDC, mint

DOLLAR = 10**6
"""In coins; 100 in money."""


def at(instant):
    """Return a date as Unix seconds."""
    return parse_instant(instant) // 10**9


def test_coins_are_minted_and_redeemed_at_par():
    world = mint()

    world.execute(ALICE, MintStableCall(5_000))
    assert world.rows(ClaimIssued) == [ClaimIssued(ALICE, USD.id, USDC.id, 5_000, 50 * DOLLAR)]
    world.execute(ALICE, RedeemStableCall(50 * DOLLAR))
    assert world.rows(ClaimRedeemed) == [ClaimRedeemed(0, ALICE, 50 * DOLLAR, 5_000)]


def test_fees_are_taken_off_the_money_and_rounded_against_who_asks():
    world = mint(mint_fee=10**6, redeem_fee=2 * 10**6)

    world.execute(ALICE, MintStableCall(101))
    assert world.rows(ClaimIssued)[0].issued == 1_008_990
    world.execute(ALICE, RedeemStableCall(50 * DOLLAR + 9_999))
    assert world.rows(ClaimRedeemed)[0].paid == 4_990


def test_less_than_the_least_is_refused_and_the_least_is_not():
    world = mint(least=10 * DOLLAR)

    assert world.execute(ALICE, MintStableCall(999)) == Refusal.TOO_SMALL
    assert world.execute(ALICE, RedeemStableCall(10 * DOLLAR - 1)) == Refusal.TOO_SMALL
    assert not isinstance(world.execute(ALICE, MintStableCall(1_000)), Refusal)
    assert not isinstance(world.execute(ALICE, RedeemStableCall(10 * DOLLAR)), Refusal)


def test_a_delayed_redemption_destroys_coins_at_once_and_pays_later():
    world = mint(delay=3_600)

    world.execute(ALICE, RedeemStableCall(50 * DOLLAR))

    assert world.rows(RedemptionQueued) == [RedemptionQueued(1, ALICE, 50 * DOLLAR, 5_000, world.now + 3_600)]
    assert (world.of(ALICE, USDC), world.of(ALICE, USD)) == (10**12 - 50 * DOLLAR, 10**9)
    world.now += 3_599
    assert world.execute(ALICE, ClaimRedemptionCall(1)) == Refusal.NOT_FINAL
    world.now += 1
    assert world.execute(BOB, ClaimRedemptionCall(1)) == Refusal.NOT_OWNER
    assert not isinstance(world.execute(ALICE, ClaimRedemptionCall(1)), Refusal)
    assert world.of(ALICE, USD) == 10**9 + 5_000
    assert world.execute(ALICE, ClaimRedemptionCall(1)) == Refusal.ALREADY_CLAIMED


def test_who_comes_first_is_promised_the_money_and_who_comes_late_is_refused():
    world = mint(reserves=10_000, delay=60)

    assert not isinstance(world.execute(ALICE, RedeemStableCall(100 * DOLLAR)), Refusal)
    assert world.execute(BOB, RedeemStableCall(DOLLAR // 100)) == Refusal.RESERVES_SHORT


def test_money_out_of_reach_backs_nothing_until_it_is_back():
    world = mint(reserves=10_000, delay=60)
    world.execute(ALICE, RedeemStableCall(95 * DOLLAR))

    lost = world.issuer.freeze(800)
    world.now += 60

    assert world.issuer.stated() == (IssuerStated.kind, 9_200, 800, 3 * 10**12 - 95 * DOLLAR, 0)
    assert world.execute(ALICE, ClaimRedemptionCall(1)) == Refusal.RESERVES_SHORT
    world.issuer.thaw(lost)
    assert not isinstance(world.execute(ALICE, ClaimRedemptionCall(1)), Refusal)
    world.check()


def test_a_paused_issuer_does_nothing():
    world = mint()
    world.issuer.is_paused = True

    for call in (MintStableCall(100), RedeemStableCall(DOLLAR), ClaimRedemptionCall(1)):
        assert world.execute(ALICE, call) == Refusal.ISSUER_CLOSED


@pytest.mark.parametrize(
    ("instant", "is_open"),
    [
        ("2023-03-10T08:59:59Z", False),
        ("2023-03-10T09:00:00Z", True),
        ("2023-03-10T16:59:59Z", True),
        ("2023-03-10T17:00:00Z", False),
        ("2023-03-11T12:00:00Z", False),
        ("2023-03-12T12:00:00Z", False),
        ("2023-03-13T09:00:00Z", True),
    ],
)
def test_banks_keep_hours_and_rest_at_weekends(instant, is_open):
    hours = Hours(9 * 3_600, 17 * 3_600, works_weekends=False)

    assert hours.is_open(at(instant)) == is_open


def test_after_a_friday_evening_comes_a_monday_morning():
    hours = Hours(9 * 3_600, 17 * 3_600, works_weekends=False)

    assert hours.next_open(at("2023-03-10T17:00:00Z")) == at("2023-03-13T09:00:00Z")
    assert hours.next_open(at("2023-03-13T09:00:01Z")) == at("2023-03-13T09:00:01Z")


def test_desks_see_what_can_still_be_promised():
    world = mint(reserves=3 * 10**8, delay=60)
    world.execute(ALICE, RedeemStableCall(10**12))
    world.issuer.freeze(5_000)

    view = world.issuer.view(world.now)

    assert (view.reserves, view.promised, view.free) == (15 * 10**7, 10**8, 5 * 10**7)
    assert view.backing == WAD // 4
    assert (view.owed_for(DOLLAR), view.issued_for(100), view.is_open) == (100, DOLLAR, True)
