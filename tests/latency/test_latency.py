"""How long messages travel: at least a nanosecond, at most what the model says, and drawn ahead as drawn one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.latency import Constant, LatencyModel, Load, LoadDependent, Lognormal, Surge, Surged, Through, Uniform, ahead
from sim.streams import Stream
from sim.units import MILLISECOND, SECOND, Nanos

spans = st.integers(1, 10**9)
steady: st.SearchStrategy[LatencyModel] = st.deferred(
    lambda: st.one_of(
        spans.map(Constant),
        st.tuples(spans, spans).map(lambda pair: Uniform(min(pair), max(pair))),
        st.builds(Lognormal, spans, st.floats(0, 2), st.integers(1, 10**10)),
        st.builds(Through, steady, steady),
    )
)
live: st.SearchStrategy[LatencyModel] = st.deferred(
    lambda: st.one_of(
        st.builds(LoadDependent, steady, st.builds(Load, st.floats(0, 10**6)), st.floats(0.1, 10**3)),
        st.builds(Surged, steady, st.just(Surge(3, 5))),
        st.builds(Through, live, steady),
        st.builds(Through, steady, live),
    )
)


@given(steady | live, st.integers(0, 10**12))
def test_a_travel_takes_at_least_a_nanosecond_and_at_most_what_the_model_says(model, now):
    stream = Stream(1, "way")

    assert all(1 <= model.draw(stream, now) <= model.longest for _ in range(50))


@given(steady | live, st.integers(0, 10**12))
def test_travels_drawn_ahead_are_those_drawn_one_by_one(model, now):
    single, blocks = Stream(1, "way"), Stream(1, "way")
    got: list[Nanos] = []
    while len(got) < 100:
        got += reversed(ahead(model, blocks, now))

    assert got == [model.draw(single, now) for _ in got]


@given(live)
def test_what_depends_on_the_instant_is_never_drawn_ahead(model):
    assert not model.is_steady
    assert len(ahead(model, Stream(1, "way"), 0)) == 1


def test_a_uniform_travel_reaches_both_bounds():
    stream = Stream(1, "way")

    assert {Uniform(3, 5).draw(stream, 0) for _ in range(200)} == {3, 4, 5}


def test_a_lognormal_travel_is_cut():
    stream, model = Stream(1, "way"), Lognormal(MILLISECOND, 1.0, 2 * MILLISECOND)
    drawn = [model.draw(stream, 0) for _ in range(500)]

    assert max(drawn) == 2 * MILLISECOND
    assert 150 < sum(travel < MILLISECOND for travel in drawn) < 350


@pytest.mark.parametrize("model", [Constant, lambda least: Uniform(least, 5), lambda least: Lognormal(least, 1.0, 5)])
def test_no_travel_in_no_time(model):
    with pytest.raises(ValueError, match="must be >= 1"):
        model(0)


def test_load_is_messages_a_second_and_is_forgotten():
    load = Load()
    for number in range(2_000):
        load.count(number * 10 * MILLISECOND)
    last = 1_999 * 10 * MILLISECOND

    assert load.now(last) == pytest.approx(100, rel=0.01)
    assert load.now(last + SECOND) == pytest.approx(load.now(last) / 2.718281828)


def test_travel_takes_twice_as_long_at_capacity_and_never_more_than_the_most():
    load = Load(rate=100.0)
    model = LoadDependent(Constant(10), load, capacity=100.0, most_factor=4)

    assert model.draw(Stream(1, "way"), 0) == 20
    load.rate = 10**9
    assert model.draw(Stream(1, "way"), 0) == 40 == model.longest


def test_a_surge_multiplies_while_it_lasts():
    surge = Surge(most=6)
    model = Surged(Constant(10), surge)

    calm = model.draw(Stream(1, "way"), 0)
    surge.factor = 6

    assert (calm, model.draw(Stream(1, "way"), 0), model.longest) == (10, 60, 60)
