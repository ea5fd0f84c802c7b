"""One round of forced sales in the engine is the paper's formula, where the engine is a straight line."""

import numpy as np
import pytest

from sim.contagion.fire_sales import vulnerability
from tests.contagion.linear_world import POSITIONS, holders, outcome


@pytest.mark.parametrize("percent", [2, 3, 4])
def test_one_round_in_the_engine_is_the_formula(percent, tmp_path):
    ended = outcome(percent, tmp_path)
    sheets = holders(percent)
    found = vulnerability(sheets, np.array([percent / 100]))

    assert (ended.posts, ended.posted, ended.liquidations) == (2, 100 - percent, 2 * 10 * percent)
    assert ended.liquidations < 2 * POSITIONS
    fall = (ended.posted - ended.mid) / ended.posted
    assert found.falls[0] == pytest.approx(fall, rel=1e-8)
    assert found.indirect == pytest.approx(sheets.assets * fall / sheets.equity, rel=1e-8)
