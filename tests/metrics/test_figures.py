"""The figures of small tapes, each with the answer on paper."""

import json
import math

import attrs
import pytest

from sim.facts import FeedFacts
from sim.metrics import HEADLINE, LiveSummary, summary
from sim.metrics.fold import percentile
from sim.metrics.impact import FLAG, Closes, ImpactMetric
from sim.metrics.keepers import KeepersMetric
from sim.records.agents import Burned, Declined
from sim.records.chain import BlockSealed, GasPaid, TxDropped, TxIncluded, TxReverted
from sim.records.lending import BadDebt, HealthRecovered
from sim.records.market import DepthSampled
from sim.storage import MemoryTape
from sim.tape import Tape
from sim.units import DAY, MINUTE, SECOND
from sim.vocabulary import Motive, Refusal, Side
from tests.support.tapes import BORROWER, CHAIN, ETH, FACTS, FEED, KEEPER, LOT, NOISE, OUTSIDE, POOL, USDC, VENUE, HandTape


def figures(tape: HandTape, facts=FACTS) -> dict:
    return summary(tape.read(), facts)


def a_market() -> HandTape:
    """Mid 200.00; behind the best bid at 199.00 others at 189.00 and 179.00."""
    tape = HandTape()
    for limit in (19_900, 18_900, 17_900):
        tape.bid(100, limit)
    tape.ask(100, 20_100)
    return tape


def block(tape: HandTape, number: int) -> None:
    tape.say(CHAIN, 0, BlockSealed(number, 0, 0, 0, 0, 0, 0, 0))


# Markets.


def test_drawdown_is_from_the_running_peak():
    tape = a_market()
    tape.cancel(4)
    tape.ask(100, 22_100)  # The mid goes to 210.00,
    tape.sell(100)  # to 205.00,
    tape.sell(100)  # to 200.00,
    tape.bid(10, 20_900)  # and to 215.00, a new peak.

    found = figures(tape)

    assert [round(10_000 * 10 / 210, 2), 750.0] == [found["drawdown_bps"], found["return_at_end_bps"]]


def test_the_mid_of_a_hollow_book_and_the_lowest_trade_are_told_apart():
    tape = a_market()
    tape.sell(200)  # Bids at 199.00 and 189.00 are gone, so that the mid goes to 190.00, 11.6 percent of it wide.

    found = figures(tape)

    assert [found[key] for key in ("drawdown_bps", "drawdown_traded_bps")] == [500.0, 550.0]
    assert round(10_000 * 22 / 190, 2) == found["spread_at_trough_bps"]


def test_where_nobody_traded_below_the_first_mid_the_traded_drawdown_is_none_or_nothing():
    untraded, above = a_market(), a_market()
    above.place(NOISE, Side.BUY, 10, 20_100)

    assert [figures(each)["drawdown_traded_bps"] for each in (untraded, above)] == [None, 0.0]


def test_distance_from_the_fundamental_counts_moves_of_either():
    tape = a_market()
    tape.outside(200 * 10**8)
    tape.outside(250 * 10**8)
    tape.outside(200 * 10**8)
    tape.sell(100)

    assert figures(tape)["drawdown_vs_fundamental_bps"] == 2_000.0


def test_without_an_outside_price_there_is_no_distance_from_it():
    assert figures(a_market())["drawdown_vs_fundamental_bps"] is None


def test_forced_volume_counts_both_ends_of_a_trade_and_is_summed_by_what_was_given():
    tape = a_market()
    tape.sell(30)
    tape.sell_seized(10)
    tape.place(KEEPER, Side.SELL, 20, 20_000, Motive.LIQUIDATION_SALE)
    tape.place(NOISE, Side.BUY, 20, 20_000)
    tape.sell(40, motive=Motive.STOP)

    found = figures(tape)

    assert [found["forced_share_of_volume"], found["collateral_sold"], found["volume"]] == [0.7, "0.03 ETH", "0.1 ETH"]


def test_several_assets_sold_are_told_by_symbol():
    tape = a_market()
    tape.sell_seized(10)
    tape.place(KEEPER, Side.BUY, 10, 20_100, Motive.LIQUIDATION_SALE)

    assert figures(tape)["collateral_sold"] == {"ETH": "0.01 ETH", "USDC": "2.01 USDC"}


def test_units_sold_outside_are_sold_but_no_volume():
    tape = a_market()
    tape.wait(1)
    tape.say(VENUE, KEEPER, Burned(ETH, 5 * LOT))

    found = figures(tape)

    assert [found["collateral_sold"], found["volume"]] == ["0.005 ETH", "0 ETH"]


def test_depth_is_the_least_after_the_first_minute_over_the_most_in_it():
    tape = a_market()
    for seconds, lots in ((1, 10), (30, 100), (60, 40), (30, 12)):
        tape.wait(seconds)
        tape.say(VENUE, 0, DepthSampled(lots, 0, 0, lots, 0, 0))

    assert figures(tape)["depth_worst_share"] == 0.12


# Feeds.


def test_the_oracle_gap_is_the_widest_with_its_sign():
    tape = a_market()
    tape.post_mid()
    tape.sell(100)

    # Posted 200.00, the mid fell to 195.00.
    assert round(10_000 * 5 / 195, 2) == figures(tape)["oracle_gap_worst_bps"]


def test_a_post_below_the_market_is_a_negative_gap():
    tape = a_market()
    tape.post(190 * 10**8)

    assert figures(tape)["oracle_gap_worst_bps"] == -500.0


def test_a_feed_of_the_outside_price_is_held_against_the_venue_of_its_asset():
    tape = a_market()
    tape.post(190 * 10**8)
    facts = attrs.evolve(FACTS, feeds=(FeedFacts(FEED, "ETH/USD", ETH, {OUTSIDE: 10_000}),))

    assert figures(tape, facts)["oracle_gap_worst_bps"] == -500.0


# Pools and chain.


def test_clocks_run_from_the_margin_call_to_its_first_liquidation():
    tape = a_market()
    post = tape.post_mid()
    falls = [tape.fall(post, account=BORROWER + 100 * number) for number in range(4)]
    block(tape, 1)
    for number, seconds in enumerate((2, 10, 30)):
        tape.wait(seconds)
        tape.liquidate(falls[number], 1, repaid=10**6, account=BORROWER + 100 * number)
        block(tape, 2)
    tape.liquidate(falls[0], 1, repaid=10**6)

    found = figures(tape)

    assert [found[f"unhealthy_to_liquidated_{which}"] for which in ("ns_p50", "ns_p95", "blocks_p50")] == [12 * SECOND, 42 * SECOND, 2]
    assert [found[key] for key in ("liquidations", "debt_repaid", "collateral_seized", "margin_calls", "never_liquidated")] == [
        4,
        "4 USDC",
        "0.004 ETH",
        4,
        1,
    ]


def test_an_account_called_again_is_one_account_and_one_that_was_ever_liquidated_is_not_among_the_never():
    tape = a_market()
    for account in (31, 31, 32, 32, 32):
        fell = tape.fall(0, account=account)
    tape.liquidate(fell, 1, account=32)
    tape.fall(0, account=32)

    found = figures(tape)

    assert [found[key] for key in ("margin_calls", "accounts_called", "never_liquidated", "liquidations")] == [6, 2, 1, 1]


def test_who_recovers_or_is_written_off_is_not_unhealthy_at_the_end():
    tape = a_market()
    for account in (31, 32, 33):
        tape.fall(0, account=account)
    tape.say(POOL, 31, HealthRecovered(10**18))
    tape.say(POOL, 32, BadDebt(USDC, 0, 7 * 10**6))

    found = figures(tape)

    assert [found["unhealthy_at_end"], found["never_liquidated"], found["bad_debt"]] == [1, 3, "7 USDC"]


def test_the_chain_is_counted_by_reason():
    tape = a_market()
    tape.say(CHAIN, KEEPER, TxIncluded(1, 1, 0, 0, 1, 1, 0))
    tape.say(CHAIN, KEEPER, GasPaid(1, 3 * 10**15, 0))
    for _ in range(2):
        tape.say(CHAIN, KEEPER, TxReverted(2, 1, 0, 0, 1, 1, Refusal.HEALTHY, 0))
    tape.say(CHAIN, NOISE, GasPaid(2, 10**15, 0))
    tape.say(CHAIN, KEEPER, TxDropped(3, 0, Refusal.MEMPOOL_FULL))
    tape.say(0, KEEPER, Declined(BORROWER, POOL, Refusal.NO_PROFIT, -3))

    found = figures(tape)

    assert [found["gas_paid"], found["txs_included"]] == ["0.004 ETH", 1]
    assert [found[key] for key in ("txs_reverted", "txs_dropped", "declined")] == [{"healthy": 2}, {"mempool_full": 1}, {"no_profit": 1}]


# Impact.


def a_day_of(tape: HandTape, minutes: int) -> None:
    """Let the price outside swing by one percent a minute while five ETH trade."""
    for minute in range(minutes):
        tape.wait(60)
        tape.outside((200 + 2 * (minute % 2)) * 10**8)
        tape.bid(500, 19_950, party=NOISE, motive=Motive.VOLUNTARY)
        tape.sell(500, party=NOISE)


def test_the_square_root_law_is_worked_out_as_on_paper():
    tape = a_market()
    a_day_of(tape, 30)
    tape.sell_seized(100)

    found = figures(tape)["forced_sale_impact"]
    returns = [math.log(202 / 200) * (-1) ** minute for minute in range(29)]
    sigma = math.sqrt(sum(each**2 for each in returns) / 29 * 1440)
    volume = 15_000 / 30 * 1440

    # The mid went from 200.00 (one percent below 202) to 195.00.
    assert round(10_000 * sigma * math.sqrt(100 / volume), 2) == found["square_root_expected_bps"]
    assert round(10_000 * 5 / 202, 2) == found["measured_bps"]
    assert found["note"] == "forced sales moved the price 5.6 times what the square-root law expects of their size"


def test_an_effect_within_three_times_the_law_is_told_without_a_word():
    tape = a_market()
    a_day_of(tape, 30)
    tape.sell_seized(50)

    found = figures(tape)["forced_sale_impact"]

    assert found["measured_bps"] == 0.0 and found["square_root_expected_bps"] > 0
    assert "note" not in found


def test_the_word_is_said_above_the_flag():
    metric = ImpactMetric(FACTS, lots=2, forced=1, ended=DAY, deepest=FLAG - 0.01)
    metric.outside = Closes({minute: math.exp(minute % 2 / math.sqrt(1440)) for minute in range(10)})

    below = metric.figures()["forced_sale_impact"]
    metric.deepest = FLAG + 0.01
    above = metric.figures()["forced_sale_impact"]

    # Sigma is one and Q/V is one, so that the law expects exactly one.
    assert [below["ratio"], above["ratio"]] == [FLAG - 0.01, FLAG + 0.01]
    assert ["note" in below, "note" in above] == [False, True]


def test_without_volatility_nothing_is_expected_of_a_size():
    tape = a_market()
    tape.sell(10)
    tape.sell_seized(100)

    found = figures(tape)["forced_sale_impact"]

    assert [found["square_root_expected_bps"], found["ratio"]] == [None, None]


def test_without_forced_sales_there_is_no_impact_to_speak_of():
    assert figures(a_market())["forced_sale_impact"] is None


def test_volatility_needs_a_few_minutes():
    closes = Closes({minute: 200.0 + minute for minute in range(4)})

    assert [closes.daily_volatility(), Closes(dict.fromkeys(range(9), 200.0)).daily_volatility(3 * MINUTE)] == [0.0, 0.0]


# The table.


def test_the_table_begins_with_the_headline_and_goes_through_json():
    found = figures(a_market())

    assert tuple(found)[: len(HEADLINE)] == HEADLINE
    assert found == json.loads(json.dumps(found))


def test_an_empty_tape_has_a_table():
    found = summary(MemoryTape(), FACTS)

    assert [found[key] for key in ("liquidations", "debt_repaid", "collateral_sold", "generations", "drawdown_bps")] == [
        0,
        "0 USDC",
        "0 ETH",
        0,
        0.0,
    ]


def test_the_gain_before_the_run_is_repeated():
    one = attrs.evolve(FACTS, gain={"aave": 0.7})
    two = attrs.evolve(FACTS, gain={"aave": 0.7, "other": 1.2, "all": 1.5})

    assert [figures(a_market(), facts)["gain"] for facts in (FACTS, one, two)] == [None, 0.7, 1.5]
    assert figures(a_market(), two)["gain_by_pool"] == {"aave": 0.7, "other": 1.2}


def test_descent_is_told_without_and_with_makers_who_answer_forced_sales():
    tape = HandTape(capacity=16)
    for limit in (20_000, 19_990, 19_900):
        tape.bid(10, limit)
    tape.ask(100, 20_010)
    tape.post_mid()
    tape.liquidate(tape.fall(tape.post_mid()), 10, repaid=10**6)
    tape.deposit(10)
    tape.sell_seized(10)
    tape.cancel(2, cause=tape.last)
    tape.liquidate(tape.fall(tape.post_mid()), 10, repaid=10**6)

    found = figures(tape)

    # Of the fall of a dollar the sale made ten cents, the maker that answered it ninety.
    assert [found[key]["count"] for key in ("descending_share", "descending_share_with_makers")] == [0.0, 0.5]


def an_eventful_tape(capacity: int) -> HandTape:
    tape = HandTape(capacity=capacity, taker_fee_ppm=500)
    for limit in range(20_000, 19_000, -10):
        tape.bid(10, limit)
    tape.ask(500, 20_010)
    for round in range(8):
        tape.wait(40)
        tape.outside((200 - round) * 10**8)
        liquidated = tape.liquidate(tape.fall(tape.post_mid()), 12, repaid=2 * 10**6, price=tape.mid_8())
        block(tape, round)
        tape.say(CHAIN, KEEPER, GasPaid(round, 10**14, 10**13), liquidated)
        tape.deposit(12)
        tape.sell_seized(11)
        tape.sell(3)
        tape.say(VENUE, 0, DepthSampled(100 - round, 0, 0, 100, 0, 0))
    return tape


@pytest.mark.parametrize("capacity", [1, 7, 64])
def test_where_a_tape_is_cut_does_not_matter(capacity):
    assert figures(an_eventful_tape(100_000)) == figures(an_eventful_tape(capacity))


def test_a_run_that_keeps_no_tape_has_the_same_table():
    tape = an_eventful_tape(50)
    kept = MemoryTape(keep=())
    live = LiveSummary(FACTS, onward=kept)
    again = Tape(live, capacity=33)
    for entry in tape.read().entries():
        again.append(entry.at, entry.cause, entry.place, entry.party, entry.record.row())
    again.flush()

    assert figures(tape) == live.figures()
    assert list(kept.entries()) == []


def test_percentiles_are_of_the_nearest_rank():
    assert [percentile([], 50), percentile([3], 95), percentile([9, 1, 3], 50), percentile([9, 1, 3], 95)] == [None, 3, 3, 9]


def test_keepers_without_deeds_have_no_table():
    assert KeepersMetric(FACTS).figures() == {"keeper_profit": "0 USDC", "keepers": {}}
