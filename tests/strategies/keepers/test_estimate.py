"""What a keeper whose node is late bids for gas."""

from sim.units import GWEI, MINUTE, SECOND, Nanos
from sim.views import Block
from strategies.keepers.estimate import Estimate
from strategies.keepers.tips import Bid


def block(number: int, at: Nanos, gwei: int) -> Block:
    return Block(number, at, number, 0, 0, gwei * GWEI, 10_000_000, 0)


def prices(estimate: Estimate, gwei: list[int]) -> list[int]:
    """Show a block every minute; return what the estimate bids after each, in gwei."""
    bids = []
    for number, price in enumerate(gwei, start=1):
        estimate.look(block(number, number * MINUTE, price), number * MINUTE + SECOND)
        bids.append(estimate.bid().max_fee // GWEI)
    return bids


def test_a_prompt_node_names_the_last_price():
    assert prices(Estimate(0, 10_000, 1_000 * GWEI), [20, 50, 90, 40]) == [20, 50, 90, 40]


def test_a_late_node_names_the_price_of_then():
    assert prices(Estimate(2 * MINUTE, 10_000, 1_000 * GWEI), [20, 50, 90, 40, 10]) == [20, 20, 20, 50, 90]


def test_between_two_blocks_the_older_one_is_in_force():
    estimate = Estimate(90 * SECOND, 10_000, 1_000 * GWEI)

    assert prices(estimate, [20, 50, 90, 40]) == [20, 20, 20, 50]


def test_the_multiple_and_the_ceiling():
    assert prices(Estimate(0, 12_000, 100 * GWEI), [50, 90]) == [60, 100]


def test_a_block_seen_twice_is_one_block():
    estimate = Estimate(0, 10_000, 1_000 * GWEI)
    for _ in range(3):
        estimate.look(block(1, MINUTE, 20), 2 * MINUTE)

    assert len(estimate._seen) == 1


def test_a_raised_bid_is_an_eighth_more_or_what_a_new_one_would_be():
    estimate = Estimate(0, 10_000, 100 * GWEI)
    estimate.look(block(1, 0, 50), 0)

    assert estimate.raised(Bid(10 * GWEI, 10 * GWEI)) == Bid(50 * GWEI, 50 * GWEI)
    assert estimate.raised(Bid(80 * GWEI, 80 * GWEI)) == Bid(90 * GWEI + 1, 90 * GWEI + 1)


def test_above_the_ceiling_nothing_is_raised():
    estimate = Estimate(0, 10_000, 100 * GWEI)
    estimate.look(block(1, 0, 50), 0)

    assert estimate.raised(Bid(88_888_888_888, 1)) == Bid(100 * GWEI, 50 * GWEI)
    assert estimate.raised(Bid(88_888_888_889, 1)) is None
