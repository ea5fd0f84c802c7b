"""Interest of Compound v2, for which there are no outside numbers: forty cases, each taken a second time by fractions cut by name."""

import random

import pytest

from sim.errors import Revert
from sim.lending.compound.market import Market
from sim.lending.compound.rules import Books, JumpRate, accrued, utilisation
from sim.units import WAD, YEAR_SECONDS
from tests.lending.compound.naive import NaiveMarket, rate_of_a_second
from tests.lending.compound.world import OPENED, USDC, market


def drawn(number: int) -> dict[str, int]:
    """Return one case's figures: of every size, round and crooked."""
    dice = random.Random(number)
    return {
        "cash": dice.randrange(10 ** dice.randrange(1, 26)),
        "borrows": dice.randrange(10 ** dice.randrange(1, 26)),
        "index": dice.randrange(WAD, 3 * WAD),
        "seconds": dice.choice([1, 12, 13, 3_600, 86_400, dice.randrange(1, YEAR_SECONDS)]),
        "base": dice.choice([0, WAD // 50, dice.randrange(WAD // 10)]),
        "multiplier": dice.randrange(WAD // 2),
        "jump": dice.randrange(4 * WAD),
        "kink": dice.randrange(WAD // 2, WAD + 1),
        "reserve_factor": dice.choice([0, WAD // 10, dice.randrange(WAD)]),
    }


@pytest.mark.parametrize("number", range(40))
def test_interest_is_as_by_fractions(number):
    case = drawn(number)
    reserves = min(case["cash"], case["borrows"]) // 7
    rate = JumpRate(case["kink"], case["base"], case["multiplier"], case["jump"])
    twin = NaiveMarket({**case, "opening": WAD}, 0)
    twin.cash, twin.lent, twin.kept, twin.index = case["cash"], case["borrows"], reserves, case["index"]
    used = utilisation(case["cash"], case["borrows"], reserves)
    curve = case["base"], case["multiplier"], case["jump"], case["kink"]

    books = accrued(Books(case["borrows"], reserves, case["index"]), rate.per_second(used), case["seconds"], case["reserve_factor"])
    twin.accrue(case["seconds"])

    assert (used, rate_of_a_second(used, *curve)) == (used, rate.per_second(used))
    assert (twin.lent, twin.kept, twin.index) == books


def test_a_rate_read_off_the_curve():
    """A fifth at most up to the kink at 80 %, two more per whole beyond: at 40 % half of 0.2 a year, and the base."""
    curve = JumpRate(kink=8 * WAD // 10, base=WAD // 50, multiplier=WAD // 5, jump=2 * WAD)

    assert 0 <= 12 * WAD // 100 // YEAR_SECONDS - curve.per_second(4 * WAD // 10) <= 2
    assert 0 <= 42 * WAD // 100 // YEAR_SECONDS - curve.per_second(9 * WAD // 10) <= 3


def test_use_exceeds_one_where_reserves_exceed_cash():
    assert utilisation(10, 100, 20) == 100 * WAD // 90
    assert utilisation(10, 0, 20) == 0


def test_a_market_with_nothing_left_to_lend_cannot_go_on():
    with pytest.raises(Revert, match="ARITHMETIC"):
        utilisation(10, 100, 110)


def test_an_absurd_rate_stops_a_market_which_then_shows_what_it_was():
    """Fifty times the cash a year is more than 0.0005 % a block."""
    frozen = Market(market(USDC, rate=JumpRate(WAD // 2, jump=50 * WAD)), OPENED, borrows=99 * 10**6, shares=10**12)

    with pytest.raises(Revert, match="RATE_TOO_HIGH"):
        frozen.books_at(10**6, OPENED + 1)
    assert frozen.projected(10**6, OPENED + 1) == frozen.snapshot(10**6)
