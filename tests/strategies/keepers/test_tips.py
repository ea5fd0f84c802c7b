"""What a keeper offers for block space, with and without a base fee."""

from sim.chain.fee_market import effective_tip
from sim.units import GWEI
from sim.views import Block
from strategies.keepers.tips import Bid, bid_behind, fixed_bid, going_price, market_bid, raised, share_bid


def block(gas_price: int, base_fee: int = 0) -> Block:
    return Block(1, 0, 1, 0, base_fee * GWEI, gas_price * GWEI, 10_000_000, 0)


def test_the_going_price_is_what_was_paid_and_never_nothing():
    assert going_price(block(30)) == 30 * GWEI
    assert going_price(block(30, base_fee=40)) == 40 * GWEI
    assert going_price(block(0)) == GWEI


def test_a_fixed_bid_does_not_look_at_the_market():
    assert fixed_bid(block(500), 20 * GWEI) == fixed_bid(block(1), 20 * GWEI) == Bid(20 * GWEI, 20 * GWEI)


def test_with_a_base_fee_a_fixed_bid_is_a_tip_on_top_of_twice_of_it():
    assert fixed_bid(block(35, base_fee=30), 2 * GWEI) == Bid(62 * GWEI, 2 * GWEI)


def test_a_market_bid_is_a_multiple_of_the_going_price():
    assert market_bid(block(30), 12_000) == Bid(36 * GWEI, 36 * GWEI)


def test_with_a_base_fee_a_market_bid_tips_what_the_multiple_leaves_above_it():
    assert market_bid(block(35, base_fee=30), 12_000) == Bid(72 * GWEI, 12 * GWEI)
    assert market_bid(block(30, base_fee=30), 10_000) == Bid(61 * GWEI, GWEI)


def test_a_share_of_the_profit_is_spread_over_the_gas():
    """Half of 0.07 ether over 350,000 gas is 100 gwei."""
    assert share_bid(block(30), 7 * 10**16, 5_000, 350_000) == Bid(100 * GWEI, 100 * GWEI)
    assert share_bid(block(35, base_fee=30), 7 * 10**16, 5_000, 350_000) == Bid(130 * GWEI, 70 * GWEI)


def test_a_share_of_little_or_of_a_loss_is_still_the_going_price():
    assert share_bid(block(30), 0, 5_000, 350_000) == share_bid(block(30), -(10**18), 5_000, 350_000) == Bid(30 * GWEI, 30 * GWEI)


def test_a_raised_bid_is_enough_to_replace_even_the_smallest():
    for price in (0, 1, 7, 8, 9, 10, 99, GWEI, 123 * GWEI + 1):
        higher = raised(Bid(price, price))
        assert higher.max_fee * 100 >= price * 110 and higher.tip * 100 >= price * 110


def test_what_a_bid_costs_follows_the_base_fee_up_to_its_most():
    assert Bid(72 * GWEI, 12 * GWEI).price(block(0, base_fee=30)) == 42 * GWEI
    assert Bid(72 * GWEI, 12 * GWEI).price(block(0, base_fee=65)) == 72 * GWEI
    assert Bid(20 * GWEI, 20 * GWEI).price(block(0)) == 20 * GWEI


def test_a_bid_behind_another_is_a_wei_below_it_at_every_base_fee():
    other = Bid(30, 4)
    behind = bid_behind(*other, base_fee=10)

    assert behind == Bid(29, 3)
    assert [effective_tip(*other, base) - effective_tip(*behind, base) for base in range(30)] == [1] * 30


def test_behind_a_tip_of_one_wei_is_none_and_behind_none_there_is_nothing():
    assert [bid_behind(30, tip, 10) for tip in (1, 0)] == [Bid(29, 0), None]
    assert bid_behind(10, 4, 10) is None
