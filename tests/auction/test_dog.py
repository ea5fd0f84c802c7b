"""Barks: what goes into an auction, what stays in the vault, who is paid, and when there is nothing to bark at."""

import pytest

from sim.auction.dog import DogTerms
from sim.auction.dog_rules import bark_amounts
from sim.commands import BarkCall
from sim.errors import Revert
from sim.records import AuctionStarted, DebtQueued, RewardPaid
from sim.units import RAY, WAD
from sim.vocabulary import Refusal
from tests.auction.dutch_world import (
    ALICE,
    BOB,
    DOG,
    ETHER,
    HOUSE,
    KEEPER,
    MONEY,
    OPENED,
    OTHER_POOL,
    OWNER,
    POOL,
    VOW,
    World,
    build,
    terms,
)

BARK = BarkCall(POOL, OWNER)


def unsafe(**keys) -> World:
    """Return a system with a vault of 10 ether and 1,000 DAI, at 100 dollars an ether."""
    world = build(**keys)
    world.open(10 * ETHER, 1_000 * ETHER)
    world.post(100)
    return world


def test_a_bark_moves_collateral_to_the_house_and_debt_to_the_vow():
    world = unsafe()

    world.execute(KEEPER, DOG, BARK)

    assert world.pool.vault(OWNER) == (0, 0)
    assert world.gems(HOUSE) == 10 * ETHER
    assert world.engine.unbacked_by(VOW) == 1_000 * MONEY == world.vow.queued
    assert world.dog.in_auction == world.dog.in_auction_of[POOL] == 1_100 * MONEY
    world.check()


def test_it_says_what_is_offered_what_is_owed_and_where_the_price_starts():
    world = unsafe()

    world.execute(KEEPER, DOG, BARK)

    price = 200 * RAY
    expected = AuctionStarted(1, OWNER, 0, 1, 10 * ETHER, 1_100 * MONEY, 1_000 * MONEY, price, 100 * 10**8)
    assert world.rows(AuctionStarted) == [expected]
    assert world.rows(DebtQueued) == [DebtQueued(1_000 * MONEY, OPENED + 561_600)]
    assert [(place, party) for _, place, party, row in world.said if row[0] == AuctionStarted.kind] == [(HOUSE, KEEPER)]


def test_an_auction_names_the_margin_call_that_led_to_it_and_is_caused_by_it():
    world = unsafe()
    world.pool.screen(world.now)
    world.pool.note_fell(OWNER, 77)

    world.execute(KEEPER, DOG, BARK)

    assert [row.fell for row in world.rows(AuctionStarted)] == [77]
    assert [cause for cause, _, _, row in world.said if row[0] == AuctionStarted.kind] == [77]


@pytest.mark.parametrize(("short_by", "outcome"), [(0, Refusal.HEALTHY), (1, 600_000)])
def test_equality_is_safe(short_by, outcome):
    """10 ether at 150 carry just 1,000 DAI; a wei less do not."""
    world = build()
    world.open(10 * ETHER - short_by, 1_000 * ETHER)
    world.post(150)

    assert world.execute(KEEPER, DOG, BARK) == outcome


def test_a_voided_feed_blocks_liquidation():
    world = unsafe()
    world.post(None)

    assert world.execute(KEEPER, DOG, BARK) == Refusal.HEALTHY


def test_a_feed_that_is_voided_after_the_pool_read_it_blocks_the_start_of_an_auction():
    world = unsafe()
    world.feeds[POOL].has_price = False
    before = world.state()

    assert world.execute(KEEPER, DOG, BARK) == Refusal.NOTHING_POSTED
    assert world.state() == before


@pytest.mark.parametrize("scope", ["capacity", "pool_capacity"])
def test_where_there_is_little_room_part_of_the_vault_is_taken(scope):
    world = unsafe(**{scope: 550 * MONEY})

    world.execute(KEEPER, DOG, BARK)

    assert world.pool.vault(OWNER) == (5 * ETHER, 500 * ETHER)
    assert (world.sale().offered, world.sale().owed) == (5 * ETHER, 550 * MONEY)


@pytest.mark.parametrize("scope", ["capacity", "pool_capacity"])
def test_without_room_nobody_barks(scope):
    world = unsafe(**{scope: 550 * MONEY})
    world.execute(KEEPER, DOG, BARK)

    assert world.execute(KEEPER, DOG, BARK) == Refusal.LIMIT_HIT


def test_the_pools_share_the_room_of_the_house():
    world = unsafe(capacity=1_100 * MONEY)
    world.open(10 * ETHER, 1_000 * ETHER, ALICE, OTHER_POOL)
    world.post(100, OTHER_POOL)
    world.execute(KEEPER, DOG, BARK)

    assert world.execute(KEEPER, DOG, BarkCall(OTHER_POOL, ALICE)) == Refusal.LIMIT_HIT


def test_a_rest_that_would_be_dust_goes_too_beyond_the_room():
    """There is room for 901 of the 1,000; the 99 that would stay are less than a vault may owe."""
    world = unsafe(capacity=901 * 11 * MONEY // 10)

    world.execute(KEEPER, DOG, BARK)

    assert world.pool.vault(OWNER) == (0, 0)
    assert world.dog.in_auction == 1_100 * MONEY > world.dog.capacity
    assert world.execute(KEEPER, DOG, BARK) == Refusal.HEALTHY


def test_a_rest_of_exactly_the_least_debt_stays():
    world = unsafe(capacity=900 * 11 * MONEY // 10)

    world.execute(KEEPER, DOG, BARK)

    assert world.pool.vault(OWNER) == (1 * ETHER, 100 * ETHER)


@pytest.mark.parametrize(("room", "outcome"), [(109, Refusal.MUST_NOT_LEAVE_DUST), (110, 600_000)])
def test_an_auction_that_would_be_dust_is_not_started(room, outcome):
    world = unsafe(capacity=room * MONEY)

    assert world.execute(KEEPER, DOG, BARK) == outcome


def test_a_vault_without_collateral_makes_no_auction():
    world = build()
    world.open(0, 1_000 * ETHER)
    world.post(100)

    assert world.execute(KEEPER, DOG, BARK) == Refusal.NULL_AUCTION


def test_who_barks_is_paid_at_once_out_of_nothing():
    """300 DAI and a thousandth of the 1,100 owed, made as debt of the vow, whatever the auction will bring."""
    world = unsafe(sale=terms(reward_flat=300 * MONEY, reward_share=WAD // 1_000))

    world.execute(KEEPER, DOG, BARK)

    paid = 301 * MONEY + MONEY // 10
    assert world.money(KEEPER) == paid
    assert world.engine.unbacked_by(VOW) == 1_000 * MONEY + paid
    assert world.vow.bad_debt() == paid
    assert [(row.sale, row.amount) for row in world.rows(RewardPaid)] == [(1, paid)]
    world.check()


def test_the_reward_goes_to_whom_the_barker_names():
    world = unsafe(sale=terms(reward_flat=300 * MONEY))

    world.execute(KEEPER, DOG, BarkCall(POOL, OWNER, reward_to=BOB))

    assert (world.money(KEEPER), world.money(BOB)) == (0, 300 * MONEY)
    assert [party for _, _, party, row in world.said if row[0] == RewardPaid.kind] == [BOB]


def test_without_a_reward_nothing_is_said_of_one():
    world = unsafe()

    world.execute(KEEPER, DOG, BARK)

    assert world.rows(RewardPaid) == []


def test_a_stopped_house_takes_nothing_and_leaves_no_trace():
    world = unsafe()
    world.house.stopped = 1
    before = world.state()

    assert world.execute(KEEPER, DOG, BARK) == Refusal.STOPPED
    assert world.state() == before


def test_an_unknown_pool_and_a_twin_without_liquidations_are_told_apart():
    world = unsafe()
    unknown = world.execute(KEEPER, DOG, BarkCall(999, OWNER))
    world.dog.allows_liquidations = False

    assert (unknown, world.execute(KEEPER, DOG, BARK)) == (Refusal.UNKNOWN_CONTRACT, Refusal.PAUSED)


def test_a_keeper_knows_beforehand_what_its_bark_will_do():
    world = unsafe(capacity=550 * MONEY, sale=terms(reward_flat=300 * MONEY, reward_share=WAD // 100))
    view = world.house.view(world.now)
    seizure = view.quote_bark(*world.pool.vault(OWNER), world.pool.index, world.pool.terms.min_debt)
    reward = view.bark_reward(seizure.owed)

    world.execute(KEEPER, DOG, BARK)

    assert (seizure.collateral, seizure.owed, seizure.debt) == (world.sale().offered, world.sale().owed, world.sale().debt)
    assert reward == world.money(KEEPER)
    assert world.house.view(world.now).room == 0


@pytest.mark.parametrize(
    ("level", "room", "reason"), [(1, 550, Refusal.STOPPED), (0, 0, Refusal.LIMIT_HIT), (0, 109, Refusal.MUST_NOT_LEAVE_DUST)]
)
def test_a_keeper_knows_beforehand_why_its_bark_would_be_refused(level, room, reason):
    world = unsafe(capacity=room * MONEY)
    world.house.stopped = level
    view = world.house.view(world.now)

    with pytest.raises(Revert) as refused:
        view.quote_bark(*world.pool.vault(OWNER), world.pool.index, world.pool.terms.min_debt)

    assert refused.value.reason == world.execute(KEEPER, DOG, BARK) == reason


def test_every_division_of_a_bark_rounds_down():
    """Room for 100 / 3 / 1.13 of debt: 29.498... shares of 3; the penalty on them rounds down once more."""
    seizure = bark_amounts(10, 100, 3 * RAY, 0, 113 * WAD // 100, 100 * RAY)

    assert seizure == (2, 29, 87 * RAY, 87 * RAY * 113 // 100)


def test_a_penalty_below_one_is_refused():
    with pytest.raises(ValueError, match="penalty"):
        DogTerms(WAD - 1)
