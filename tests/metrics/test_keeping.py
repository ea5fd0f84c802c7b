"""Shares, idle money, declined opportunities, and every bonus followed to its end: each with its answer on paper."""

from fractions import Fraction

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.cascade import stretches
from sim.facts import AgentFacts, PurseFacts
from sim.metrics.analyse import analyse
from sim.metrics.keeping.shares import Shares
from sim.metrics.keeping.spending import ItemisedProfit, SpendingBooks
from sim.records.agents import Declined
from sim.records.auctions import AuctionClosed, AuctionStarted, AuctionTaken
from sim.records.chain import GasPaid, TxIncluded
from sim.records.comet import Absorbed
from sim.records.lending import Liquidated
from sim.scenario.run import run
from sim.units import GWEI, RAD, SECOND
from sim.vocabulary import Motive, Refusal, Side
from tests.metrics.test_keepers import DOLLAR, TWO_VENUES, a_market
from tests.support.tapes import (
    BORROWER,
    CHAIN,
    ETH,
    FACTS,
    KEEPER,
    LOT,
    MAKER,
    NOISE,
    OTHER_KEEPER,
    OTHER_VENUE,
    POOL,
    USDC,
    VENUE,
    HandTape,
)
from tests.worlds.pocket import pocket

RICH = attrs.evolve(FACTS, purses=(PurseFacts(KEEPER, CHAIN, USDC, 1_000 * DOLLAR), PurseFacts(KEEPER, CHAIN, ETH, 10**18)))
TWO_KEEPERS = attrs.evolve(
    FACTS,
    agents=(AgentFacts(KEEPER, "keeper/0", "Liquidator", 1, "keeper"), AgentFacts(OTHER_KEEPER, "keeper/1", "Liquidator", 1, "keeper")),
)


def accounts(tape: HandTape, facts=FACTS) -> list[ItemisedProfit]:
    """Return every account, each checked: parts of items against their cash, drifts against the inventory's."""
    books = SpendingBooks(facts)
    for stretch in stretches(tape.read()):
        books.take(stretch)
    for account in books.accounts():
        account._check(books.marks)
        account._check_items(books.marks)
    return books.accounts()


def bonuses(tape: HandTape, facts=FACTS) -> list[dict]:
    """Return the rows of the table of bonuses, parts in whole dollars, zeros left out."""
    accounts(tape, facts)
    table = analyse(tape.read(), facts, metrics=["keepers"]).tables["keepers_bonuses"]
    rows = [{column: values[row] for column, values in table.items()} for row in range(len(table["seq"]))]
    return [{key: value for key, value in row.items() if isinstance(value, float) and value} for row in rows]


def keepers(tape: HandTape, facts=FACTS):
    return analyse(tape.read(), facts, metrics=["keepers"]).figures["keepers"]


def in_a_tx(tape: HandTape, *deeds, gwei: int, burned: int, keeper: int = KEEPER) -> None:
    """Say liquidations in one tx, and its gas."""
    tx = tape.say(CHAIN, keeper, TxIncluded(1, 1, 0, 0, 1, 1, 0))
    for repaid, seized_lots in deeds:
        tape.say(POOL, keeper, Liquidated(BORROWER, USDC, ETH, 0, 10**8, 200 * 10**8, repaid, seized_lots * LOT, 0, 0), tx)
    tape.say(CHAIN, keeper, GasPaid(1, gwei * GWEI, burned * GWEI), tx)


def test_a_bonus_goes_to_gas_a_tip_slippage_a_fee_and_the_price_and_the_rest_is_kept():
    tape = a_market(taker_fee_ppm=1_000)
    in_a_tx(tape, (190 * DOLLAR, 1_000), gwei=10_000_000, burned=8_000_000)
    tape.cancel(3)
    tape.ask(1_000, 19_910)

    tape.sell_seized(1_000)

    # An ETH posted at 200 for 190. Gas 0.008 ETH, a tip of 0.002; the mid fell from 200.00 to 199.05; sold at 199.00, a thousandth a fee.
    (row,) = bonuses(tape)
    spent = {"inventory_drift": -0.95, "slippage": -0.05, "venue_fees": -0.199, "gas": -1.6, "tips": -0.4}
    assert row == {"bonus": 10.0, **spent, "kept": pytest.approx(10 + sum(spent.values()))}


def test_what_was_seized_first_is_sold_first():
    tape = a_market()
    tape.liquidate(0, seized_lots=500, repaid=90 * DOLLAR, price=200 * 10**8)
    tape.liquidate(0, seized_lots=500, repaid=95 * DOLLAR, price=200 * 10**8)

    # 750 lots go at 199 against a mid of 200; then the mid falls to 195.50, and 250 are left.
    tape.sell_seized(750)
    tape.cancel(1)

    first, second = bonuses(tape)
    assert first == {"bonus": 10.0, "slippage": -0.5, "kept": 9.5}
    assert second == {"bonus": 5.0, "slippage": -0.25, "inventory_drift": -1.125, "kept": 3.625}


def test_two_liquidations_in_a_tx_share_its_gas_and_what_is_of_no_liquidation_stays_with_the_keeper():
    tape = a_market()
    in_a_tx(tape, (90 * DOLLAR, 500), (90 * DOLLAR, 500), gwei=10_000_000, burned=0)
    in_a_tx(tape, gwei=5_000_000, burned=0)

    one, other = bonuses(tape)
    assert one == other == {"bonus": 10.0, "gas": -1.0, "kept": 9.0}
    spending = analyse(tape.read(), FACTS, metrics=["keepers"]).tables["keepers_spending"]
    assert [spending["gas"], spending["kept"]] == [[-3.0], [17.0]]


def test_a_sale_of_what_it_never_seized_is_nobodys():
    tape = a_market()
    tape.sell_seized(500)
    tape.liquidate(0, seized_lots=500, repaid=90 * DOLLAR, price=200 * 10**8)

    # What it seized afterwards closes what it was short: the liquidation hands it over at the mid of then.
    assert bonuses(tape) == [{"bonus": 10.0, "kept": 10.0}]


def test_debt_that_is_given_away_is_open_until_it_is_bought_back():
    tape = a_market()
    tape.say(POOL, KEEPER, Liquidated(BORROWER, ETH, USDC, 0, 200 * 10**8, 10**8, 10**18, 210 * DOLLAR, 0, 0))
    tape.place(KEEPER, Side.BUY, 1_000, 20_100, Motive.LIQUIDATION_SALE)

    assert bonuses(tape) == [{"bonus": 10.0, "slippage": -1.0, "kept": 9.0}]


def test_figures_of_all_bonuses_sum_to_what_was_kept_and_are_shares_of_the_bonus():
    tape = a_market()
    tape.liquidate(0, seized_lots=1_000, repaid=180 * DOLLAR, price=200 * 10**8)
    tape.sell_seized(1_000)

    (told,) = keepers(tape)["bonus"]
    assert [told[key] for key in ("asset", "bonus", "slippage", "kept")] == ["USDC", "20 USDC", "-1 USDC", "19 USDC"]
    assert [told["of_bonus"][key] for key in ("slippage", "gas", "kept")] == [-0.05, 0.0, 0.95]


def test_shares_and_concentration_by_count_and_by_debt():
    tape = a_market()
    for _ in range(3):
        tape.liquidate(0, 10, 10 * DOLLAR, KEEPER, price=200 * 10**8)
    tape.liquidate(0, 10, 70 * DOLLAR, OTHER_KEEPER, price=200 * 10**8)

    told = analyse(tape.read(), TWO_KEEPERS, metrics=["keepers"])

    # Three quarters and a quarter by count; 30 and 70 of a hundred by debt.
    figures = told.figures["keepers"]
    assert [figures[key] for key in ("wins", "winners", "hhi_by_count", "top_share_by_count")] == [4, 2, 0.625, 0.75]
    assert [figures[key] for key in ("hhi_by_debt", "top_share_by_debt")] == [0.58, 0.7]
    assert told.tables["keepers_shares"] == {
        "keeper": ["keeper/0", "keeper/1"],
        "wins": [3, 1],
        "debt": [30.0, 70.0],
        "share_by_count": [0.75, 0.25],
        "share_by_debt": [0.3, 0.7],
    }


def test_an_absorption_a_dutch_purchase_and_an_english_one_are_wins_and_a_sale_of_governance_units_is_none():
    tape = HandTape()
    tape.say(POOL, KEEPER, Absorbed(BORROWER, USDC, 0, 10**8, 7 * DOLLAR, 7 * DOLLAR, 0, 0, 0))
    dutch = tape.say(POOL, NOISE, AuctionStarted(1, BORROWER, 0, ETH, LOT, 9 * RAD, 8 * RAD, 10**27, 10**8))
    english = tape.say(POOL, NOISE, AuctionStarted(2, BORROWER, 0, ETH, LOT, 9 * RAD, 8 * RAD, 0, 10**8))
    tape.say(POOL, KEEPER, AuctionTaken(1, dutch, BORROWER, ETH, 10**27, LOT, 5 * RAD, 0, 0))
    tape.say(POOL, KEEPER, AuctionClosed(1, dutch, BORROWER, ETH, LOT, 0, 5 * RAD, 9 * RAD, 8 * RAD))
    tape.say(POOL, MAKER, AuctionClosed(2, english, BORROWER, ETH, LOT, 0, 6 * RAD, 9 * RAD, 8 * RAD))
    tape.say(POOL, MAKER, AuctionClosed(3, 0, BORROWER, ETH, LOT, 0, 4 * RAD, 4 * RAD, 4 * RAD))
    shares = Shares(FACTS)

    for stretch in stretches(tape.read()):
        shares.take(stretch)

    assert (shares.wins, shares.debt) == ({"keeper": 2, "maker": 1}, {"keeper": 12 * 10**8, "maker": 6 * 10**8})


def test_money_is_idle_until_it_is_tied_up_in_collateral():
    tape = a_market()
    tape.wait(10)
    tape.liquidate(0, seized_lots=1_000, repaid=200 * DOLLAR, price=200 * 10**8)
    tape.wait(10)
    tape.sell_seized(1_000)
    tape.wait(20)
    tape.say(CHAIN, NOISE, Declined(BORROWER, POOL, Refusal.NO_PROFIT, 0))

    told = analyse(tape.read(), RICH, metrics=["keepers"])

    # Of a thousand 200 were tied up for ten seconds of forty; one was lost in the sale: (1,000 + 800) * 10 + 999 * 20 of 2,000 more.
    idle = (1_000 * 10 + 800 * 10 + 999 * 20) / (1_000 * 20 + 999 * 20)
    assert told.figures["keepers"]["idle"] == [
        {"keeper": "keeper", "opening": "1000 USDC", "tied_up_max": "200 USDC", "idle_share": round(idle, 6)}
    ]
    assert told.tables["keepers_capital"] == {
        "keeper": ["keeper"] * 2,
        "asset": ["USDC"] * 2,
        "at_ns": [10 * SECOND, 20 * SECOND],
        "idle": [800.0, 999.0],
        "in_collateral": [200.0, 0.0],
        "in_bids": [0.0, 0.0],
    }


def test_the_share_declined_for_want_of_funds_is_of_all_that_was_seen():
    tape = a_market()
    for reason in (Refusal.NO_FUNDS, Refusal.NO_FUNDS, Refusal.NO_PROFIT):
        tape.say(POOL, KEEPER, Declined(BORROWER, POOL, reason, 0))
    tape.liquidate(0, 10, 10 * DOLLAR, price=200 * 10**8)

    figures = keepers(tape)
    assert figures["declined"] == {"no_funds": 2, "no_profit": 1}
    assert figures["declined_for_funds_share"] == 0.5


def test_of_nothing_there_are_no_shares():
    figures = keepers(HandTape(), attrs.evolve(FACTS, agents=()))

    assert [figures[key] for key in ("wins", "hhi_by_count", "top_share_by_debt", "declined_for_funds_share")] == [0, None, None, None]
    assert figures["idle"] == figures["bonus"] == []


def test_in_a_run_what_was_kept_is_the_keepers_profit_of_the_summary():
    result = run(pocket(), 4)

    figures, tables = result.metrics.keepers.figures, result.metrics.keepers.tables
    (account,) = figures["bonus"]
    assert account["kept"] == result.summary["keeper_profit"]
    assert figures["wins"] == result.summary["liquidations"] == sum(tables["shares"]["wins"]) == len(tables["bonuses"]["seq"]) > 3
    assert [each["opening"] for each in figures["idle"]] != [] and all(0 < each["idle_share"] <= 1 for each in figures["idle"])
    for one in accounts_of(result):
        assert len(one.items) > 0


def accounts_of(result) -> list[ItemisedProfit]:
    """Return the accounts of a run, each checked."""
    books = SpendingBooks(result.facts)
    for stretch in stretches(result.tape):
        books.take(stretch)
    for account in books.accounts():
        account._check_items(books.marks)
    return books.accounts()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_parts_of_every_bonus_sum_to_what_it_brought_and_all_of_them_to_the_keepers_whole(seed):
    dice = np.random.default_rng(seed)
    tape = a_market(maker_fee_ppm=100, taker_fee_ppm=337)
    tape.bid(3, 19_800, venue=OTHER_VENUE)
    tape.ask(3, 19_900, venue=OTHER_VENUE)
    for _ in range(25):
        deed = dice.choice(["liquidate", "tx", "sell", "buy", "make", "quote"])
        lots, price = int(dice.integers(1, 40)), int(dice.integers(19_500, 20_200))
        if deed == "liquidate":
            tape.liquidate(0, lots, int(dice.integers(1, 10**10)), price=int(dice.integers(10**10, 3 * 10**10)))
        elif deed == "tx":
            deeds = [(int(dice.integers(1, 10**9)), lots) for _ in range(int(dice.integers(0, 3)))]
            in_a_tx(tape, *deeds, gwei=int(dice.integers(1, 10**9)), burned=int(dice.integers(0, 2)))
        elif deed in ("sell", "buy"):
            venue = VENUE if dice.integers(0, 2) else OTHER_VENUE
            tape.place(KEEPER, Side.SELL if deed == "sell" else Side.BUY, lots, None, Motive.LIQUIDATION_SALE, venue=venue)
        else:
            tape.place(KEEPER if deed == "make" else MAKER, Side(int(dice.integers(0, 2))), lots, price, Motive.MARKET_MAKING)

    for account in accounts(tape, TWO_VENUES):
        assert sum((item.parts["bonus"] for item in account.items), Fraction(0)) == account.bonus
        assert sum((item.parts["oracle_gap"] for item in account.items), Fraction(0)) == account.oracle_gap


def test_a_lot_booked_wrongly_would_be_noticed():
    tape = a_market()
    tape.liquidate(0, seized_lots=1_000, repaid=200 * DOLLAR, price=200 * 10**8)
    books = SpendingBooks(FACTS)
    for stretch in stretches(tape.read()):
        books.take(stretch)
    (account,) = books.accounts()
    account.items[0].add("slippage", 1)

    with pytest.raises(AssertionError):
        account._check_items(books.marks)
