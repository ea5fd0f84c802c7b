"""Who traded, why, and what it did to the price: metaorders, motives, hot potatoes, order flow, each with its answer on paper."""

import math

import attrs
import numpy as np
import pytest

from sim.facts import AgentFacts
from sim.metrics.analyse import analyse
from sim.metrics.quality.line import line
from sim.metrics.quality.metaorders import growth
from sim.metrics.quality.order_flow import OrderFlow, imbalances
from sim.metrics.quality.reading import Look, Quotes
from sim.records.chain import BlockSealed
from sim.storage import MemoryTape
from sim.units import SECOND
from sim.vocabulary import Motive, Side
from tests.metrics.quality.test_standing import TWO_VENUES, found
from tests.support.tapes import CHAIN, FACTS, KEEPER, MAKER, NOISE, OTHER_KEEPER, OTHER_VENUE, HandTape

WHALE = attrs.evolve(FACTS, agents=(AgentFacts(NOISE, "whale", "Whale", 1, "trader"),))


def sold_in_two(late: float = 7) -> HandTape:
    """Mid 200.00; the whale's sales at one and three seconds bring it to 198.00; at six it is back at 199.00."""
    tape = HandTape()
    for limit in (19_900, 19_700, 19_500):
        tape.bid(100, limit)
    tape.ask(100, 20_100)
    tape.wait(1)
    tape.sell(100)
    tape.wait(2)
    tape.sell(100)
    tape.wait(3)
    tape.bid(100, 19_700)
    tape.wait(late)
    tape.say(CHAIN, 0, BlockSealed(0, 0, 0, 0, 0, 0, 0, 0))
    return tape


def test_a_metaorder_moves_the_price_and_half_of_it_stays():
    told = analyse(sold_in_two().read(), WHALE, metrics=["quality"])

    row = {key: values[0] for key, values in told.tables["quality_metaorders"].items()}
    impact, left = math.log(200 / 198) * 10**4, math.log(200 / 199) * 10**4
    assert [row[key] for key in ("agent", "amount", "began_at_ns", "ended_at_ns")] == ["whale", 0.2, SECOND, 3 * SECOND]
    assert [round(impact, 2), round(left, 2), round(left / impact, 4)] == [row[key] for key in ("impact_bps", "left_bps", "left_share")]
    assert [row["peak_bps"], row["outside_bps"], row["expected_bps"]] == [round(impact, 2), None, None]
    assert [1, round(left / impact, 4)] == [told.figures["quality"]["metaorders"][0][key] for key in ("metaorders", "left_share_mean")]


def test_what_is_left_is_not_known_before_its_time():
    told = analyse(sold_in_two(late=0.5).read(), WHALE, metrics=["quality"]).tables["quality_metaorders"]

    assert [told["left_bps"], told["left_share"]] == [[None], [None]]


def test_impact_grows_with_the_root_of_size():
    rows = [("main", "whale", size, 0, 0, impact, None, None, None, None, None) for size, impact in ((1, 10), (4, 20), (9, 30), (5, -3))]

    assert [growth(rows)[key] for key in ("metaorders", "slope", "r_squared", "points")] == [4, 0.5, 1.0, 3]
    assert [growth(rows[:2])[key] for key in ("slope", "points")] == [None, 2]


def test_volume_goes_by_the_motive_of_who_came_and_of_who_rested():
    tape = HandTape(capacity=1)
    moved = tape.bid(30, 19_800)
    tape.bid(10, 19_700, NOISE, motive=Motive.VOLUNTARY)
    tape.reprice(moved, 19_900)
    tape.bid(99, 19_000)
    tape.sell(10)
    tape.sell_seized(30)

    told = analyse(tape.read(), FACTS, metrics=["quality"]).tables["quality_motives"]
    assert {key: told[key] for key in told if key != "venue"} == {
        "motive": ["voluntary", "liquidation_sale", "market_making"],
        "came": [0.01, 0.03, 0.0],
        "came_share": [0.25, 0.75, 0.0],
        "rested": [0.01, 0.0, 0.03],
        "rested_share": [0.25, 0.0, 0.75],
    }


def test_what_makers_hand_on_is_held_against_what_they_keep():
    tape = HandTape()
    tape.ask(1, 30_000, KEEPER)
    tape.bid(1_000, 19_900)
    tape.sell(30, KEEPER)
    tape.sell(20, OTHER_KEEPER)  # No maker yet.
    tape.bid(1, 100, OTHER_KEEPER)
    tape.wait(2)

    told = found(tape, "hot_potato")
    assert [told[key] for key in ("between_makers", "makers_net", "ratio", "between_makers_share")] == [0.03, 0.02, 1.5, 0.6]
    assert told["ratio_in_fall"] is None


def test_makers_who_kept_nothing_have_no_ratio():
    tape = HandTape()
    tape.ask(1, 30_000, KEEPER)
    tape.bid(1_000, 19_900)
    tape.sell(30, KEEPER)
    tape.wait(2)

    assert list(found(tape, "hot_potato").values())[1:4] == [0.03, 0.0, None]


def test_order_flow_by_hand():
    # Bid raised to 101 with 3; 2 of these gone; back to 100 with 7; the ask of 5 gone; an ask of 4 comes lower.
    rows = [(101, 3, 102, 5), (101, 1, 102, 5), (100, 7, 102, 5), (100, 7, 0, 0), (100, 7, 101, 4)]
    quotes = Quotes(np.arange(len(rows)), *(np.array(column) for column in zip(*rows, strict=True)))

    assert imbalances(quotes, (100, 5, 102, 5)).tolist() == [3, -2, -1, 5, -4]


def shifting(moves: list[int], lots: int) -> Look:
    """Return a book of even depth whose bid and ask move by a tick each, every five seconds."""
    bids = 100 + np.cumsum(moves)
    instants = np.arange(len(moves)) * 5 * SECOND + SECOND
    depth = np.full(len(moves), lots)
    quotes = Quotes(instants, bids, depth, bids + 2, depth)
    return Look(None, None, quotes, None, None, None, 0)  # type: ignore[arg-type] # Quotes alone are looked at.


def test_in_an_even_book_a_lot_moves_the_mid_by_one_over_twice_the_depth():
    flow, moves = OrderFlow(tick=10.0), [1, 1, -1, 1, -1, -1, 1, 0, 1, 1, -1, 1]
    flow.take(shifting(moves, lots=4))
    mids = np.repeat(10 * (101 + np.cumsum([0, *moves])), 5)[: 5 * len(moves) + 1].astype(float)

    # The first change has nothing before it, so its interval stands for nothing.
    told = flow.figures(np.concatenate([np.zeros(5), mids[5:]]))
    assert [1 / 8, 1.0, len(moves) - 1] == [told["slope_ticks_per_lot"], told["r_squared"], told["intervals"]]


def test_the_slope_falls_with_depth():
    flow, moves, mids = OrderFlow(tick=1.0), [1, -1] * 12, []
    for window, lots in enumerate((4, 8, 16, 32)):
        look = shifting(moves, lots)
        quotes = attrs.evolve(look.quotes, instants=look.quotes.instants + window * 120 * SECOND)
        flow.take(attrs.evolve(look, quotes=quotes))
        mids += np.repeat(101 + np.cumsum([0, *moves])[:-1], 5).tolist()
    told = flow.figures(np.array([*mids, 101.0]))

    assert pytest.approx(told["depth_exponent"], abs=0.1) == -1.0


def test_a_line_by_hand():
    found = line(np.array([0, 1, 2.0]), np.array([0, 1, 3.0]))

    assert found is not None
    assert [1.5, math.sqrt(1 / 12), 1 - 1 / 28] == pytest.approx([found.slope, found.error, found.r_squared])
    assert [line(np.array([1, 1, 1.0]), np.arange(3.0)), line(np.arange(2.0), np.arange(2.0))] == [None, None]


def crowded(capacity: int) -> MemoryTape:
    """Two venues, a few minutes, everybody at once."""
    dice, tape = np.random.default_rng(7), HandTape(capacity=capacity)
    for _ in range(240):
        venue, side, party = (int(each) for each in (dice.integers(11, 13), dice.integers(0, 2), dice.integers(MAKER, OTHER_KEEPER + 1)))
        limit = None if dice.random() < 0.3 else int(20_000 + (2 * side - 1) * 40 + dice.integers(-60, 61))
        tape.place(party, Side(side), int(dice.integers(1, 90)), limit, Motive(int(dice.choice([0, 0, 1, 7]))), venue=venue)
        tape.wait(float(dice.choice([0, 0.05, 0.4, 1.0, 3.0])))
        if dice.random() < 0.05:
            tape.outside(int(dice.integers(190, 210)) * 10**8)
            tape.post_mid()
    return tape.read()


def test_a_tape_cut_into_pieces_says_the_same():
    facts = attrs.evolve(TWO_VENUES, agents=WHALE.agents)
    whole, cut = (analyse(crowded(capacity), facts, metrics=["quality"]) for capacity in (4_096, 9))

    assert whole.figures == cut.figures
    assert whole.tables == cut.tables
    assert OTHER_VENUE in [venue.place for venue in facts.venues]
    assert len(whole.tables["quality_lead_lag"]["first"]) and len(whole.tables["quality_order_flow"]["venue"])


def test_what_was_not_measured_is_none_and_never_nothing():
    told = analyse(HandTape().read(), FACTS, metrics=["quality"]).figures["quality"]

    counts = {"metaorders": 0, "points": 0, "intervals": 0, "between_makers": 0.0, "makers_net": 0.0}
    for measure, rows in told.items():
        for row in rows:
            for key, value in row.items():
                is_name = key in ("venue", "first", "second", "kind")
                assert is_name or value == counts.get(key), (measure, key)
