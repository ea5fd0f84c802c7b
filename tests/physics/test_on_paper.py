"""Worlds so small that the outcome is known before the run: the pure gap loss, and a keeper who is shown a wrong price."""

import math
from fractions import Fraction

import pytest

from sim.records import BadDebt, Liquidated
from sim.scenario.run import run
from tests.worlds.pocket_chain import DOLLAR, Levels, PocketChain, account, keeper, scenario, wall

BONUS = Fraction(5, 100)
FRICTIONLESS = {"free_gas": True, "no_latency": True, "endless_purses": True}


def after_a_jump(price: int, *positions: tuple[int, int]) -> PocketChain:
    """Return a frictionless world whose market and feed jumped from 200 to a price, with positions of (ETH, USDC owed)."""
    book: dict[str, Levels] = {"later_bids": [(price, 10_000)], "later_asks": [(price + 1, 10_000)]}
    owed = [account(f"owner{number}", ether, usdc) for number, (ether, usdc) in enumerate(positions)]
    world = PocketChain.of([wall(None, None, "30 s", **book), keeper(usdc=1_000)], owed, version="v3_7", switches=FRICTIONLESS)
    return world.blocks(3).post(price).blocks(20)


@pytest.mark.parametrize("price", [150, 120, 60])
def test_without_frictions_bad_debt_is_the_pure_gap_loss(price):
    positions = [(100, 15_000), (10, 1_499), (3, 300), (1_000, 155_000)]

    world = after_a_jump(price, *positions)

    # All collateral goes for its worth less the bonus; what that does not pay is lost, less the millionth a repayment is rounded up by.
    gaps = [DOLLAR * (owed - ether * price / (1 + BONUS)) for ether, owed in positions]
    assert sorted(math.floor(gap) for gap in gaps if gap > 0) == sorted(record.amount for record in world.records(BadDebt))


def test_who_is_above_water_after_the_jump_leaves_no_bad_debt():
    world = after_a_jump(180, (100, 15_000))

    assert world.records(BadDebt) == []
    assert world.records(Liquidated)


@pytest.mark.parametrize(("offset", "debt", "declined", "liquidations"), [("10 %", 17_900, {"no_profit": 1}, 0), ("0 %", 16_300, {}, 1)])
def test_keepers_judge_by_the_market_and_not_by_the_posted_price(offset, debt, declined, liquidations):
    # 100 ETH count for 22,000 at a price frozen 10 % high, and sell for 20,000: a bonus of 5 % does not pay for that.
    told = scenario([wall(), keeper(usdc=100_000)], [account("owner", 100, debt)], switches={"frozen_price_offset": offset})

    summary = run(told).summary

    assert declined == {reason: count for reason, count in summary["declined"].items() if reason != "already_pending"}
    assert liquidations == summary["liquidations"]
