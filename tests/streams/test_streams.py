"""Named streams: each its own, whoever else draws."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import streams
from sim.streams import Stream, Streams, key_of


def draws(stream: Stream, count: int = 300) -> list[float]:
    return [draw for _ in range(count) for draw in (stream.uniform(), stream.normal(), stream.exponential())]


def test_one_name_is_one_stream():
    all_streams = Streams(1)

    assert all_streams["keeper/3/latency"] is all_streams["keeper/3/latency"]


def test_another_name_or_seed_draws_otherwise():
    assert draws(Streams(1)["a"]) == draws(Streams(1)["a"])
    assert draws(Streams(1)["a"]) != draws(Streams(1)["b"])
    assert draws(Streams(1)["a"]) != draws(Streams(2)["a"])


def test_adding_a_stream_changes_no_other():
    alone, among_others = Streams(5), Streams(5)
    draws(among_others["newcomer"])
    expected = draws(alone["keeper/0/decide"])

    among = [draw for _ in range(300) for draw in (among_others["keeper/0/decide"].uniform(), among_others["another"].normal())]

    assert among[::2] == expected[::3]


@given(st.lists(st.sampled_from(["uniform", "normal", "exponential"]), max_size=150))
def test_draws_of_one_distribution_do_not_move_those_of_another(kinds):
    mixed, uniforms, normals = Stream(3, "x"), Stream(3, "x"), Stream(3, "x")

    drawn = [(kind, getattr(mixed, kind)()) for kind in kinds]

    assert [draw for kind, draw in drawn if kind == "uniform"] == [uniforms.uniform() for _ in range(kinds.count("uniform"))]
    assert [draw for kind, draw in drawn if kind == "normal"] == [normals.normal() for _ in range(kinds.count("normal"))]


@pytest.mark.parametrize(("first", "last"), [(1, 1), (1, 7), (5, 1_000)])
def test_the_size_of_blocks_does_not_change_the_sequence(monkeypatch, first, last):
    expected = draws(Stream(3, "x"))

    monkeypatch.setattr(streams, "FIRST_BLOCK", first)
    monkeypatch.setattr(streams, "LAST_BLOCK", last)

    assert draws(Stream(3, "x")) == expected


@given(st.lists(st.booleans(), max_size=12))
def test_draws_taken_many_at_once_are_those_that_single_draws_would_have_been(takes_block):
    single, mixed = Stream(4, "x"), Stream(4, "x")
    got: list[float] = []
    for is_block in takes_block:
        got += reversed(mixed.uniforms()) if is_block else [mixed.uniform()]

    assert got == [single.uniform() for _ in got]


def test_normals_can_be_taken_at_once_too():
    single, at_once = Stream(4, "x"), Stream(4, "x")
    at_once.normal(), single.normal()

    taken = at_once.normals()

    assert taken[::-1] == [single.normal() for _ in taken]
    assert at_once.normal() == single.normal()


def test_a_copy_goes_on_as_the_original_does():
    stream = Stream(8, "x")
    draws(stream, 17)

    twin = copy.deepcopy(stream)

    assert draws(twin) == draws(stream)


def test_draws_are_as_they_are_distributed():
    stream, count = Stream(11, "x"), 20_000
    uniform = np.array([stream.uniform() for _ in range(count)])
    normal = np.array([stream.normal() for _ in range(count)])
    exponential = np.array([stream.exponential() for _ in range(count)])

    assert (uniform >= 0).all() and (uniform < 1).all()
    assert uniform.mean() == pytest.approx(0.5, abs=0.01)
    assert (normal.mean(), normal.std()) == pytest.approx((0, 1), abs=0.03)
    assert (exponential.mean(), exponential.std()) == pytest.approx((1, 1), abs=0.04)
    assert np.median([stream.lognormal(50.0, 1.2) for _ in range(count)]) == pytest.approx(50, rel=0.05)


def test_integers_cover_their_range_alike():
    stream = Stream(11, "x")
    counts = np.bincount([stream.integer(6) for _ in range(12_000)], minlength=6)

    assert len(counts) == 6
    assert (abs(counts - 2_000) < 5 * np.sqrt(12_000 * 5 / 36)).all()


def test_a_key_is_the_same_everywhere():
    assert key_of(7, "keeper/0", 3) == 0x817088A1C5836848
    assert key_of(7, "keeper/0", 4) != key_of(7, "keeper/0", 3) != key_of(8, "keeper/0", 3)
