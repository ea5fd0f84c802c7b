"""Where the outside price is known: from files, typed, or drawn; and what lies outside of a file."""

import math
from itertools import pairwise

import pytest

from sim.errors import InputError
from sim.streams import Stream
from sim.units import DAY, HOUR, MINUTE, SECOND
from sim.world.bars import join, read_bars
from sim.world.paths import Gap, JumpDiffusion, Knot, PricePath, cover_run, gaps_of, path_drawn, path_of_closes, path_of_waypoints
from tests.support.shared import shared_path

NOON = 1_584_014_400
BLACK_THURSDAY = "data/black_thursday_2020/ethusdt_perp_1m_close_20200312_13.csv"
TEN_MINUTES = "data/crash_days_10min/eth_gas_10min_20200312.csv"


def path(*points, name="prices.csv"):
    knots = tuple(Knot(at * SECOND, price) for at, price in points)
    return PricePath(knots, gaps_of(knots), sources=((name, "0" * 64),))


def written(tmp_path, *rows):
    file = tmp_path / "prices.csv"
    file.write_text("time,close\n" + "".join(f"{NOON + at},{price}\n" for at, price in rows))
    return file


def test_closes_become_knots_counted_from_the_runs_start(tmp_path):
    found = path_of_closes(written(tmp_path, (0, "168.02"), (60, "167.5")), "time", "close", NOON + 30)

    assert found.knots == (Knot(-30 * SECOND, 16_802_000_000), Knot(30 * SECOND, 16_750_000_000))
    assert found.gaps == ()


def test_a_bar_stamped_by_its_opening_can_be_known_at_its_end_only(tmp_path):
    found = path_of_closes(written(tmp_path, (0, "168.02")), "time", "close", NOON, stamp_lag=MINUTE)

    assert found.knots == (Knot(MINUTE, 16_802_000_000),)


def test_a_gap_is_a_distance_of_more_than_one_and_a_half_times_the_usual(tmp_path):
    at_the_edge = path_of_closes(written(tmp_path, (0, 1), (60, 1), (120, 1), (210, 1)), "time", "close", NOON)
    beyond = path_of_closes(written(tmp_path, (0, 1), (60, 1), (120, 1), (211, 1)), "time", "close", NOON)

    assert at_the_edge.gaps == ()
    assert beyond.gaps == (Gap(120 * SECOND, 211 * SECOND),)
    assert beyond.notes == ("prices.csv has no prices for 1 min 31 s from 2020-03-12T12:02:00Z",)


def test_waypoints_must_rise_in_time_and_be_above_zero():
    assert path_of_waypoints([(0, 5), (1, 6)]).knots == (Knot(0, 5), Knot(1, 6))
    with pytest.raises(InputError, match="there are none"):
        path_of_waypoints([])
    with pytest.raises(InputError, match="10 s comes after 20 s"):
        path_of_waypoints([(20 * SECOND, 5), (10 * SECOND, 6)])
    with pytest.raises(InputError, match="10 s comes after 10 s"):
        path_of_waypoints([(10 * SECOND, 5), (10 * SECOND, 6)])
    with pytest.raises(InputError, match="the price at 0 s is 0; give one above zero"):
        path_of_waypoints([(0, 0)])


def test_a_path_that_covers_the_run_needs_no_rule():
    for beyond in ("hold", "waypoints", "error"):
        whole = path((0, 5), (60, 6))
        assert cover_run(whole, beyond, 60 * SECOND, NOON, [(0, 1)]) == whole


def test_held_means_flat_before_and_after():
    held = cover_run(path((10, 5), (60, 6)), "hold", 100 * SECOND, NOON)

    assert held.knots == (
        Knot(0, 5),
        Knot(10 * SECOND, 5, is_flat=True),
        Knot(60 * SECOND, 6),
        Knot(100 * SECOND, 6, is_flat=True),
    )
    assert held.notes == ("prices.csv says nothing of 10 s before it (hold)", "prices.csv says nothing of 40 s after it (hold)")


def test_waypoints_stand_in_outside_of_the_file_and_only_there():
    typed = [(0, 1), (5 * SECOND, 2), (30 * SECOND, 99), (80 * SECOND, 3)]

    found = cover_run(path((10, 5), (60, 6)), "waypoints", 100 * SECOND, NOON, typed)

    assert [(knot.at // SECOND, knot.price, knot.is_flat) for knot in found.knots] == [
        (0, 1, False),
        (5, 2, False),
        (10, 5, False),
        (60, 6, False),
        (80, 3, False),
        (100, 3, True),
    ]


@pytest.mark.parametrize("points", [((1, 5), (60, 6)), ((0, 5), (59, 6))])
def test_one_second_outside_of_the_file_is_refused_where_that_is_the_rule(points):
    with pytest.raises(InputError, match='shorten the run, or set outside to "hold" or "waypoints"'):
        cover_run(path(*points), "error", 60 * SECOND, NOON)


@pytest.mark.parametrize("beyond", ["hold", "waypoints", "error"])
def test_another_days_file_is_refused_whatever_the_rule(beyond):
    with pytest.raises(InputError, match="they have no instant in common"):
        cover_run(path((-60, 5), (-1, 6)), beyond, 60 * SECOND, NOON, [(0, 1)])


def test_a_drawn_path_depends_on_its_stream_alone_and_starts_at_its_opening():
    law = JumpDiffusion(volatility=0.8, jumps_per_day=100.0, jump_mean=-0.01, jump_sigma=0.02)

    one, again, other = (path_drawn(law, 200 * 10**8, HOUR, SECOND, Stream(1, name)) for name in ("a", "a", "b"))

    assert one == again != other
    assert (one.knots[0], len(one.knots), one.knots[-1].at) == (Knot(0, 200 * 10**8), 3601, HOUR)


def test_a_drawn_paths_volatility_is_the_one_asked_for():
    law = JumpDiffusion(volatility=0.8)
    knots = path_drawn(law, 10**12, DAY, 10 * SECOND, Stream(7, "walk")).knots

    moves = [math.log(after.price / before.price) for before, after in pairwise(knots)]
    yearly = math.sqrt(sum(move * move for move in moves) / len(moves) * 365 * 8640)

    assert 0.78 < yearly < 0.82


def test_jumps_add_to_a_path_and_take_no_draws_from_it():
    calm = JumpDiffusion(volatility=0.5)
    jumpy = JumpDiffusion(volatility=0.5, jumps_per_day=2000.0, jump_mean=-0.05)

    without, with_jumps = (path_drawn(law, 10**10, HOUR, SECOND, Stream(3, "jumps")).knots for law in (calm, jumpy))
    ratios = [jumped.price / plain.price for plain, jumped in zip(without, with_jumps, strict=True)]
    falls = [round(math.log(after / before) / -0.05, 3) for before, after in pairwise(ratios)]

    assert set(falls) == {0.0, 1.0}
    assert 40 < sum(falls) < 130


def test_the_minutes_of_black_thursday_have_one_gap_and_the_bars_fill_it():
    epoch = NOON - 7560
    closes = path_of_closes(shared_path(BLACK_THURSDAY), "open_time_utc", "close", epoch)
    bars = read_bars(shared_path(TEN_MINUTES), "time_utc", ("open", "high", "low", "close"), epoch)

    joined = join(closes, bars, 1, "eth", SECOND, epoch)

    assert (len(closes.knots), [gap.end - gap.begin for gap in closes.gaps]) == (398, [11 * HOUR + 30 * MINUTE])
    assert joined.notes[-1] == "the gap of 11 h 30 min is filled with 69 bars over 11 h 30 min, their highs and lows touched"
    assert min(joined.knots, key=lambda knot: knot.price if knot.at < closes.gaps[0].end else 10**18).price == 101_01000000
    assert set(closes.knots) <= set(joined.knots)
