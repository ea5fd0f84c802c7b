"""How depth becomes a ladder, and how a file of depth is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from strategies.traders.depth_file import parse_depth, read_depth
from strategies.traders.rungs import Rung, clip_of, rungs_of_slippage, rungs_within
from tests.worlds.pocket_market import USDC

UNIT = USDC.unit


def test_the_depth_within_each_distance_is_as_asked():
    rungs = rungs_within([(100.0, 250, 240), (200.0, 700, 710), (500.0, 1_800, 1_800)], nearest=2.0, count=8)

    assert [
        (sum(rung.bid for rung in rungs if rung.distance_bps <= bps), sum(rung.ask for rung in rungs if rung.distance_bps <= bps))
        for bps in (100, 200, 500)
    ] == [
        (250, 240),
        (700, 710),
        (1_800, 1_800),
    ]
    assert len(rungs) == 8


def test_nothing_rests_nearer_than_the_nearest():
    rungs = rungs_within([(100.0, 1_000, 1_000)], nearest=2.0, count=5)

    assert min(rung.distance_bps for rung in rungs) > 2.0


def test_as_few_rungs_as_points_is_enough():
    assert list(rungs_within([(100.0, 10, 10), (200.0, 15, 15)], nearest=10.0, count=1)) == [Rung(55.0, 10, 10), Rung(150.0, 5, 5)]


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 300)), min_size=1, max_size=6))
def test_a_book_walked_by_trades_of_several_sizes_is_found_again(levels):
    book, sizes, size, paid, distance = [], [], 0, 0, 0
    for lots, further in levels:
        distance, size = distance + further, size + lots
        paid += lots * distance
        book.append((distance, lots))
        sizes.append((size, paid / size))

    rungs = rungs_of_slippage(sizes)

    assert [lots for _, lots in book] == [rung.bid for rung in rungs] == [rung.ask for rung in rungs]
    assert [float(at) for at, _ in book] == pytest.approx([rung.distance_bps for rung in rungs], rel=1e-3)


def test_a_clip_is_what_rests_within_one_percent():
    assert clip_of((Rung(10.0, 10, 9), Rung(100.0, 20, 9), Rung(101.0, 40, 9))) == 30
    assert clip_of((Rung(101.0, 40, 9),)) == 40
    assert clip_of(()) == 1


def test_depth_within_distances_is_read(tmp_path):
    path = tmp_path / "depth.csv"
    path.write_text("distance_bps,bid_usd,ask_usd\n100,250000,240000.5\n200,700000,710000\n")

    rungs = read_depth(path, USDC, nearest_bps=2.0, count=4)

    assert (sum(rung.bid for rung in rungs[:3]), sum(rung.ask for rung in rungs[:3])) == (250_000 * UNIT, 240_000_500_000)
    assert (rungs[3].distance_bps, rungs[3].bid) == (150.0, 450_000 * UNIT)


def test_slippage_by_size_is_read():
    rungs = parse_depth("size_usd,slippage_bps\n1000,5\n3000,15\n", USDC)

    assert rungs == (Rung(5.0, 1_000 * UNIT, 1_000 * UNIT), Rung(20.0, 2_000 * UNIT, 2_000 * UNIT))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'depth line 1: the header is ""; write "distance_bps,bid_usd,ask_usd" or "size_usd,slippage_bps"'),
        ("price,size\n1,2\n", 'the header is "price,size"'),
        ("size_usd,slippage_bps\n", "depth: it has a header but no rows"),
        ("size_usd,slippage_bps\n1000\n", "depth line 2: it has 1 cells where the header has 2"),
        ("size_usd,slippage_bps\n1000,nan\n", 'depth line 2: found "nan"; write a decimal'),
        ("size_usd,slippage_bps\n-5,1\n", 'depth line 2: found "-5"; write a decimal'),
        ("size_usd,slippage_bps\n0,1\n", "depth line 2: size_usd is 0, not above the line before"),
        ("size_usd,slippage_bps\n2000,5\n1000,6\n", "depth line 3: size_usd is 1000, not above the line before"),
        ("size_usd,slippage_bps\n1000,5\n2000,4\n", "depth line 3: slippage_bps is 4; the last part"),
        ("size_usd,slippage_bps\n0.0000001,5\n", 'depth line 2: found "0.0000001"; USDC has 6 decimals, round it'),
        ("distance_bps,bid_usd,ask_usd\n1,5,5\n", "depth line 2: distance_bps is 1; give a distance beyond"),
        ("distance_bps,bid_usd,ask_usd\n100,5,5\n50,6,6\n", "depth line 3: distance_bps is 50, not beyond the line before"),
        ("distance_bps,bid_usd,ask_usd\n100,5,5\n200,4,6\n", "depth line 3: depth within a longer distance is smaller"),
    ],
)
def test_a_file_that_cannot_be_a_book_is_refused(text, message):
    with pytest.raises(InputError) as refused:
        parse_depth(text, USDC)

    assert message in str(refused.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.csv: there is no such file"):
        read_depth(tmp_path / "none.csv", USDC)
