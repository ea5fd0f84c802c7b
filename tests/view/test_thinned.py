"""A thinned number shows every extreme there was, and never has more rows than it may."""

from itertools import accumulate

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.view.thinned import Thinned

changes = st.lists(st.tuples(st.integers(0, 10**9), st.integers(-50, 50)), min_size=1, max_size=60)


def fed(thinned: Thinned, instants: list[int], values: list[int], cut: int) -> Thinned:
    for start in range(0, len(instants), cut):
        stop = start + cut
        thinned.take(np.array(instants[start:stop], np.int64), np.array(values[start:stop], float))
    return thinned


@given(changes, st.integers(1, 60))
def test_however_it_is_cut_it_says_the_same_and_loses_no_extreme(steps, cut):
    instants, values = list(accumulate(step for step, _ in steps)), [value for _, value in steps]

    rows = fed(Thinned(most=8), instants, values, cut).rows()

    assert rows == fed(Thinned(most=8), instants, values, 60).rows()
    assert len(rows) <= 8
    assert (min(low for _, low, _, _ in rows), max(high for _, _, high, _ in rows)) == (min(values), max(values))
    assert rows[-1][0] == instants[-1]
    assert rows[-1][3] == values[-1]


def test_two_changes_in_one_stretch_are_one_row():
    rows = fed(Thinned(width=10), [1, 9, 12], [5, 2, 4], 3).rows()

    assert rows == [(9, 2, 5, 2), (12, 4, 4, 4)]
