"""A surplus and its terms: what each post and interest did to whether a position is covered."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from sim.cascade.crossing import ONE, Position, terms

ETH, BTC, USDC = 1, 2, 3
UNIT = {ETH: 10**18, BTC: 10**8, USDC: 10**6}
DOLLAR = 10**8
PRICES = {ETH: 2_000 * DOLLAR, BTC: 50_000 * DOLLAR, USDC: DOLLAR}
ALICE = Position({ETH: (10 * UNIT[ETH], 8_000), BTC: (UNIT[BTC], 7_000)}, {USDC: 50_000 * UNIT[USDC]}, UNIT)
"""10 ETH at 80 % and 1 BTC at 70 %: 16,000 and 35,000, less 50,000 owed: 1,000."""


def test_a_surplus_is_what_collateral_counts_for_less_what_is_owed():
    assert ALICE.surplus(PRICES, {}) == 1_000 * DOLLAR


def test_each_post_has_a_term_and_interest_its_own():
    """ETH falls by 100: 10 x 0.8 x 100 = 800. BTC falls by 200: 0.7 x 200 = 140. Interest of a thousandth on 50,000: 50; 10 are left."""
    posts = [(21, ETH, 1_900 * DOLLAR), (24, BTC, 49_800 * DOLLAR)]

    found = terms(ALICE, PRICES, posts, {}, {USDC: ONE + ONE // 1_000})

    assert [(seq, int(term)) for seq, term in found.posts] == [(21, -800 * DOLLAR), (24, -140 * DOLLAR)]
    assert (int(found.interest), found.crossed_by) == (-50 * DOLLAR, 0)


def test_the_post_that_crosses_is_the_one_after_which_it_is_below_zero():
    posts = [(21, ETH, 1_900 * DOLLAR), (24, BTC, 49_700 * DOLLAR)]

    assert terms(ALICE, PRICES, posts, {}, {}).crossed_by == 24
    assert terms(ALICE, PRICES, [*posts, (27, ETH, 1_890 * DOLLAR)], {}, {}).crossed_by == 24
    assert terms(ALICE, PRICES, [*posts, (27, ETH, 1_902 * DOLLAR)], {}, {}).crossed_by == 0, "the last post took it up again"


def test_what_interest_crosses_no_post_did():
    found = terms(ALICE, PRICES, [(21, ETH, 1_900 * DOLLAR)], {}, {USDC: ONE + ONE // 100})

    assert found.posts == ((21, Fraction(-800 * DOLLAR)),)
    assert (int(found.interest), found.crossed_by) == (-500 * DOLLAR, 0)


posted = st.lists(st.tuples(st.sampled_from([ETH, BTC, USDC]), st.integers(1, 10**13)), max_size=6)
index = st.integers(ONE, 2 * ONE)


@given(posted, index, index)
def test_terms_sum_to_the_change_whatever_was_posted(moves, before, after):
    posts = [(seq, asset, price) for seq, (asset, price) in enumerate(moves, start=1)]
    last = {**PRICES, **{asset: price for _, asset, price in posts}}

    found = terms(ALICE, PRICES, posts, {USDC: before}, {USDC: after})

    change = ALICE.surplus(last, {USDC: after}) - ALICE.surplus(PRICES, {USDC: before})
    assert sum((term for _, term in found.posts), found.interest) == change
