"""A steward in a small world: what it releases, heals and starts, when, and what it leaves alone."""

from typing import Any

from sim.records import AuctionRestarted, DebtAuctionStarted, DebtHealed, DebtReleased, TxPending, TxReverted
from sim.units import RAD
from sim.vocabulary import Refusal
from tests.strategies.keepers.indebted import indebted, raise_money, steward, system


def said(world: Any, record: Any) -> list[tuple[int, int]]:
    """Return when something was said, in blocks, and how many whole DAI it was about."""
    return [(each.at // (12 * 10**9), each.record.amount // RAD) for each in world.entries(record)]


def test_queued_debt_is_released_when_its_wait_is_over():
    world = indebted(steward(starts=False), queued=400).blocks(60)

    # Five minutes are 25 blocks; seen in the 25th, sent for the 26th.
    assert said(world, DebtReleased) == [(26, 400)]
    assert len(world.entries(TxPending, "steward")) == 1


def test_debt_is_healed_as_far_as_money_goes():
    world = indebted(steward(heal_least="100 DAI"), released=700, money=300).blocks(10)

    assert said(world, DebtHealed) == [(2, 300)]
    assert system(world).vow.bad_debt() == 400 * RAD


def test_what_is_not_worth_a_heal_is_left():
    world = indebted(steward(heal_least="301 DAI"), released=700, money=300).blocks(10)

    assert (said(world, DebtHealed), world.entries(TxPending, "steward")) == ([], [])


def test_little_money_is_healed_when_it_alone_keeps_an_auction_from_being_started():
    world = indebted(steward(heal_least="1_000 DAI"), released=1_300, money=300).blocks(10)

    # The start is sent right behind, in the same block.
    assert said(world, DebtHealed) == [(2, 300)]
    assert [each.at // (12 * 10**9) for each in world.entries(DebtAuctionStarted)] == [2]
    assert world.entries(TxReverted, "steward") == []


def test_one_that_starts_nothing_leaves_little_money_and_starts_no_auction():
    world = indebted(steward(heal_least="1_000 DAI", starts=False), released=1_300, money=300).blocks(10)

    assert world.entries(TxPending, "steward") == []


def test_auctions_are_started_one_after_another_as_long_as_there_is_debt_enough():
    world = indebted(steward(), released=2_999).blocks(6)

    assert [each.at // (12 * 10**9) for each in world.entries(DebtAuctionStarted)] == [2, 3]
    assert system(world).vow.bad_debt() == 999 * RAD


def test_money_that_comes_in_between_makes_the_start_revert_and_it_is_tried_again_later():
    world = indebted(steward(heal_least="1_000 DAI", retry_interval="1 min"), released=1_300, money=200).blocks(1)
    raise_money(world, 1)
    world.blocks(10)

    assert [each.reason for each in world.records(TxReverted)] == [Refusal.SURPLUS_LEFT]
    # The start fails in the second block; the heal behind it does not wait, the next start waits five blocks.
    assert said(world, DebtHealed) == [(2, 200), (3, 1)]
    assert [each.at // (12 * 10**9) for each in world.entries(DebtAuctionStarted)] == [8]


def test_with_less_debt_than_a_lot_nothing_is_started():
    assert indebted(steward(), released=999).blocks(10).entries(TxPending, "steward") == []


def test_an_auction_that_nobody_wanted_is_rearmed():
    world = indebted(steward(), released=1_000).blocks(40)

    started, restarted = world.entries(DebtAuctionStarted), world.entries(AuctionRestarted)
    # Five minutes after the start, and strictly after: seen in the 26th block from it, sent for the 27th.
    assert (restarted[0].at - started[0].at) // (12 * 10**9) == 27
    assert system(world).debt_house.sales[1].lot == 15 * 10**18


def test_two_stewards_race_and_the_second_of_a_heal_reverts():
    agents = [steward(name=name, heal_least="100 DAI") for name in ("one", "two")]
    world = indebted(*agents, released=700, money=300).blocks(10)

    assert said(world, DebtHealed) == [(2, 300)]
    assert len(world.entries(TxReverted)) == 1


def test_money_that_comes_later_is_healed_later():
    world = indebted(steward(heal_least="100 DAI", starts=False), released=700).blocks(5)
    raise_money(world, 200)
    world.blocks(5)

    assert [amount for _, amount in said(world, DebtHealed)] == [200]
