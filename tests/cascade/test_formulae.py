"""Feeds that read feeds: whose doing a median, a product and a bounded price were, and that a whole world of them adds up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cascade import SHARE, CascadeFold, stretches
from sim.cascade.checks import check
from sim.cascade.formulae import Bounded, Formula, Median, Product, formula_of
from sim.cascade.origin import LIQUIDATION, MOTIVE, OFFSET, REPORTER, Origin
from sim.cascade.posts import View, telescope
from sim.cascade.series import Series
from sim.cascade.watch import Sums
from sim.facts import FeedFacts
from sim.scenario.load import load
from sim.scenario.run import Result, run
from sim.units import BPS_ONE
from sim.vocabulary import Motive

DOLLAR = 10**8
NOISE, SOLD, PULLED = (MOTIVE, Motive.VOLUNTARY), (LIQUIDATION, 7), (MOTIVE, Motive.MARKET_MAKING)


def feeds(*prices: list[tuple[int, int, Origin]]) -> dict[int, Series]:
    """Feeds 1, 2, 3: (entry, dollars, whose doing) each."""
    found = {}
    for place, told in enumerate(prices, start=1):
        found[place] = Series()
        for entry, dollars, origin in told:
            found[place].add(entry, dollars * DOLLAR, ((origin, SHARE),))
    return found


def shared(formula: Formula | None, series: dict[int, Series], before: View, after: View, standing: int = 0) -> dict[Origin, float]:
    net: dict[Origin, int] = {}
    telescope(before, after, series, net, formula, standing * DOLLAR)
    return {origin: share / SHARE / DOLLAR for origin, share in net.items() if share}


def seen(*cursors: int, readable: int = 3) -> View:
    """Look at feed n up to the nth entry given."""
    places = range(1, len(cursors) + 1)
    return View((0, 0), dict(zip(places, cursors, strict=True)), dict.fromkeys(list(places)[:readable], 0))


def test_a_median_of_feeds_gives_each_move_what_it_did_to_the_middle():
    """100, 102, 104: noise takes the first to 90 (the middle stays), sales the second to 95 (102 to 95), noise the third to 80.

    The last leaves 80, 90, 95: the middle falls from 95 to 90, and that is noise's.
    """
    series = feeds([(1, 100, NOISE), (4, 90, NOISE)], [(2, 102, NOISE), (5, 95, SOLD)], [(3, 104, NOISE), (6, 80, NOISE)])

    assert shared(Median(), series, seen(1, 2, 3), seen(4, 5, 6)) == {SOLD: -7.0, NOISE: -5.0}


def test_a_feed_that_can_be_read_no_more_is_nobodys_move():
    """Of 100, 102, 104 the first drops out: the upper one of two is 104."""
    series = feeds([(1, 100, NOISE)], [(2, 102, NOISE)], [(3, 104, NOISE)])
    left = View((0, 0), {2: 2, 3: 3}, {2: 0, 3: 0})

    assert shared(Median(), series, seen(1, 2, 3), left) == {REPORTER: 2.0}


def test_a_product_gives_each_factor_its_part():
    """0.90 x 2,000 = 1,800; the second falls by 100 at 0.90 (-90), the first by 0.10 at 1,900 (-190)."""
    series = feeds([], [(2, 2_000, NOISE), (5, 1_900, SOLD)])
    series[1].add(1, 90_000_000, ((NOISE, 1),))
    series[1].add(6, 80_000_000, ((PULLED, 1),))

    assert shared(Product((1, 2)), series, seen(1, 2), seen(6, 5)) == {SOLD: -90.0, PULLED: -190.0}


def test_a_bound_stops_a_move_and_the_anchor_goes_on_with_it():
    """1 % around an anchor of 100: sales take the feed from 100 to 90, but 99 is shown; noise takes the anchor to 95: 94.05."""
    series = feeds([(1, 100, NOISE), (3, 90, SOLD)], [(2, 100, NOISE), (4, 95, NOISE)])

    assert shared(Bounded(1, 2, 100, keeps=False), series, seen(1, 2), seen(3, 4)) == {SOLD: -1.0, NOISE: pytest.approx(-4.95)}


def test_a_price_that_is_not_believed_leaves_the_last_one_standing():
    """4 % around 100: 90 is not believed; the anchor's fall to 91 makes it so, and the whole ten are the anchor's doing."""
    series = feeds([(1, 100, NOISE), (3, 90, SOLD)], [(2, 100, NOISE), (4, 91, NOISE)])

    assert shared(Bounded(1, 2, 400, keeps=True), series, seen(1, 2), seen(3, 4), standing=100) == {NOISE: -10.0}


@pytest.mark.parametrize(
    ("kind", "sources", "terms", "formula"),
    [
        ("median", {1: 1, 2: 1}, {}, Median()),
        ("product", {2: 1, 1: 1}, {}, Product((2, 1))),
        ("bounded", {1: 1, 2: 1}, {"deviation": 50, "keeps": 1}, Bounded(1, 2, 50, True)),
        ("bounded", {1: 1}, {"growth": 50}, Bounded(1, None, 0, False)),
        ("guarded", {1: 1}, {}, None),
        ("posted", {1: 1}, {}, None),
    ],
)
def test_a_feeds_facts_say_its_formula(kind, sources, terms, formula):
    assert formula_of(FeedFacts(9, "feed", 1, sources, kind, terms)) == formula


FORMULAE = [None, Median(), Product((1, 2, 3)), Bounded(1, 2, 300, False), Bounded(1, 2, 300, True), Bounded(3, None, 0, False)]
told = st.lists(st.tuples(st.integers(1, 3), st.integers(60, 140), st.sampled_from([NOISE, SOLD, PULLED])), max_size=12)
cursors = st.tuples(*[st.integers(1, 16)] * 3)


@given(st.sampled_from(FORMULAE), told, cursors, cursors)
def test_shares_sum_to_the_change_whatever_the_formula_and_whichever_way_the_view_runs(formula, moves, before, after):
    series = feeds([(1, 100, NOISE)], [(2, 103, NOISE)], [(3, 98, NOISE)])
    for entry, (place, dollars, origin) in enumerate(moves, start=4):
        if dollars * DOLLAR != series[place].prices[-1]:
            series[place].add(entry, dollars * DOLLAR, ((origin, SHARE),))
    weights = {1: 3_000, 2: 3_000, 3: 4_000}
    views = [View((0, 0), {place: max(place, seq) for place, seq in enumerate(at, start=1)}, weights) for at in (before, after)]
    prices = [{place: series[place].prices[series[place].place(seq)] for place, seq in view.cursors.items()} for view in views]
    net: dict[Origin, int] = {}
    telescope(views[0], views[1], series, net, formula, 99 * DOLLAR)

    def answer(known: dict[int, int]) -> int:
        if formula is None:
            return sum(price * weights[place] for place, price in known.items()) // BPS_ONE
        found: int = formula.value(known, weights, 99 * DOLLAR)
        return found

    assert sum(net.values()) == (answer(prices[1]) - answer(prices[0])) * SHARE


@pytest.fixture(scope="module")
def world() -> Result:
    return run(load("tests/worlds/feeds.toml"))


def test_in_a_world_of_feeds_every_move_of_every_price_adds_up_and_causes_are_named(world):
    sums = Sums()
    fold = CascadeFold(world.facts, watch=sums)
    for stretch in stretches(world.tape):
        fold.take(stretch)
    found = fold.result()

    assert (sums.offences, check(found, world.tape)) == ([], [])
    assert sums.posts > 300
    assert found.liquidations
    assert all(fall.parents for fall in found.falls.values() if fall.post and fall.change)


@pytest.mark.parametrize("name", ["moment", "mean_sum", "mean_tick", "steth_eth", "fixed"])
def test_what_amms_move_is_explained_by_swaps_to_a_rounding(world, name):
    fold = CascadeFold(world.facts)
    for stretch in stretches(world.tape):
        fold.take(stretch)
    feed = next(each for each in world.facts.feeds if each.name == name)
    shares = fold.result().feeds[feed.place].net()

    posts = len(fold.feeds[feed.place].windows)
    assert abs(shares.get(OFFSET, 0)) <= SHARE * posts  # A unit of the eighth decimal for each post.
