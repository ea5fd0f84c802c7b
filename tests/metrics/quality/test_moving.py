"""How prices moved: volatility calm and rough, recovery, response, who leads, each with its answer on paper."""

import math

import numpy as np
import pytest

from sim.metrics.fold import Prices
from sim.metrics.quality.impulse import Impulse
from sim.metrics.quality.lead_lag import LeadLag
from sim.metrics.quality.recovery import recovery
from sim.metrics.quality.spans import Fall, Spans, deepest_fall, spans
from sim.metrics.quality.volatility import Volatility
from sim.records.agents import ShockStruck
from sim.units import SECOND
from sim.vocabulary import ShockKind, Side
from tests.metrics.quality.test_standing import found
from tests.support.tapes import NOISE, HandTape

NONE = np.empty(0)


def swinging(*moves: float) -> np.ndarray:
    """Return prices that go up by each log move and come back."""
    return np.array([100 * math.exp(each) for move in moves for each in (0.0, move)] + [100.0])


def test_a_fall_begins_where_the_price_stood_last_and_ends_where_it_was_lowest_first():
    assert Fall(2, 4) == deepest_fall(np.array([0, 100, 100, 95, 90, 90, 99.0]))
    assert deepest_fall(np.array([0, 90, 100.0])) is None
    assert deepest_fall(NONE) is None


def test_calm_ends_with_the_shock_or_with_the_peak():
    prices = np.array([100, 101, 99, 90, 95, 97.0])

    assert Spans((0, 1), (1, 3)) == spans(prices, None)
    assert Spans((0, 1), (1, 3)) == spans(prices, 2 * SECOND)
    assert Spans((0, 4), (4, 5)) == spans(prices, 4 * SECOND + 1)
    assert spans(np.array([100, 100.0]), None) is None


def test_volatility_is_the_root_of_the_mean_square_by_the_root_day():
    calm, rough = swinging(*[0.001] * 5), 100 * np.exp(-0.003 * np.arange(1, 11))
    prices = np.concatenate([calm, rough])

    told = Volatility(prices, swinging(*[0.002] * 10), 10 * SECOND + 1).figures()
    day = math.sqrt(86_400) * 10**4
    assert [round(0.001 * day, 2), round(0.003 * day, 2), 3.0] == [told[f"{key}_1s{end}"] for key, end in BEFORE_AND_DURING]
    assert [round(0.002 * day, 2), round(math.sqrt(5), 3) / 2] == [told["outside_1s_bps"], pytest.approx(told["over_outside_1s"], abs=1e-3)]
    assert [told["mid_1min_bps"], told["during_over_before_1min"]] == [None, None]


BEFORE_AND_DURING = (("before", "_bps"), ("during", "_bps"), ("during_over_before", ""))


def test_half_of_the_way_back_takes_its_time():
    told = recovery(np.array([100, 100, 90, 92, 95, 99.0]), np.array([100, 100, 96, 96, 96, 96.0]))

    assert list(told.values())[:5] == [1_000.0, SECOND, 2 * SECOND, 2 * SECOND, 3 * SECOND]
    assert list(told.values())[5:] == [625.0, 2 * SECOND, 2 * SECOND, 3 * SECOND]


def test_what_did_not_come_back_has_no_half_life():
    told = recovery(np.array([100, 90, 91.0]), np.zeros(3))

    assert [told["half_life_ns"], told["watched_ns"], told["gap_bps"]] == [None, SECOND, None]
    assert {None} == set(recovery(np.array([100.0]), NONE).values())


def test_a_buyer_moves_the_mid_and_it_comes_back():
    tape = HandTape()
    tape.bid(100, 19_900)
    tape.ask(50, 20_100)
    tape.ask(100, 20_300)
    tape.wait(1.5)
    tape.place(NOISE, Side.BUY, 50)
    tape.wait(4)
    tape.ask(50, 20_100)
    tape.wait(8)

    told = found(tape, "impulse")
    assert [round(math.log(20_100 / 20_000) * 10**4, 2), 0.0, None] == [told[f"to_trades_{seconds}s_bps"] for seconds in (1, 10, 60)]


def test_sellers_count_with_their_sign_and_a_balance_not_at_all():
    impulse = Impulse()
    impulse._imbalance.add(np.array([1, 2 * SECOND, 2 * SECOND]), np.array([-7, 3, -3]))
    mids = np.exp(np.array([0, -0.001, -0.001]))

    assert impulse.rows(mids, NONE, None)[0] == (1, 10.0, 1, None, None)


def test_the_response_to_a_shock_begins_with_the_second_before_it():
    tape = HandTape()
    tape.bid(100, 19_900)
    first = tape.ask(50, 20_100)
    tape.wait(3)
    tape.say(0, 0, ShockStruck(ShockKind.JUMP, 0, 0))
    tape.bid(100, 20_000)
    tape.ask(100, 20_200)
    tape.cancel(first)
    tape.wait(20)

    told = found(tape, "impulse")
    assert [round(math.log(20_100 / 20_000) * 10**4, 2)] * 2 + [None] == [told[f"to_shock_{seconds}s_bps"] for seconds in (1, 10, 60)]


def drawn(late: int) -> Prices:
    """Return a price that moves each second on the second, so many nanoseconds late."""
    signs = np.random.default_rng(1).choice([-1, 1], 200)
    instants = np.arange(1, 201) * SECOND + late
    return Prices(instants, instants, np.exp(np.cumsum(signs) * 0.001))


@pytest.mark.parametrize("pieces", [1, 7, 200])
def test_the_first_leads_by_as_much_as_the_second_is_late(pieces):
    lead, lag = LeadLag("a", "b", "venues", SECOND // 10, 50), LeadLag("b", "a", "venues", SECOND // 10, 50)
    early, late = drawn(0), drawn(3 * SECOND // 10)
    for begin, end in zip(range(0, 200, 200 // pieces), [*range(200 // pieces, 200, 200 // pieces), 10**3], strict=True):
        here = [Prices(each.seqs[begin:end], each.instants[begin:end], each.values[begin:end]) for each in (early, late)]
        until = int(max(each.instants[-1] for each in here))
        lead.take(here[0], here[1], until)
        lag.take(here[1], here[0], until)

    assert [lead.figures()["first_leads_ns"], round(lead.figures()["correlation"], 2)] == [3 * SECOND // 10, 1.0]
    assert lag.figures()["first_leads_ns"] == -3 * SECOND // 10
    assert abs(lead.figures()["correlation_at_no_lag"]) < 0.1


def test_one_move_that_both_made_is_one_error_high():
    lead = LeadLag("a", "b", "venues", SECOND, 5)
    early, late = (Prices(at, at, np.array([1.0, 2.0])) for at in (np.array([1, 20 * SECOND]), np.array([1, 22 * SECOND])))
    lead.take(early, late, 60 * SECOND)

    assert list(lead.figures().values())[3:] == [2 * SECOND, 1.0, 1.0, 0.0]


def test_a_price_that_never_moved_leads_nobody():
    lead = LeadLag("a", "b", "venues", SECOND, 5)
    lead.take(drawn(0), Prices(np.array([1]), np.array([1]), np.array([5.0])), 200 * SECOND)

    assert [lead.figures()["first_leads_ns"], lead.figures()["correlation"], lead.rows()] == [None, None, []]
