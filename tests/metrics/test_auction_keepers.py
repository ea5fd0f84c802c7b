"""Keepers of auctions: their books add up to the unit, bids are no cost until they win, and everything is in the vaults' money."""

from fractions import Fraction

import attrs
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.metrics.keepers import KeepersMetric
from sim.records.chain import GasPaid, TxIncluded, TxPending, TxReverted
from sim.units import GWEI
from sim.vocabulary import Motive, Refusal, Side
from tests.metrics.test_keepers import measured
from tests.support.auction_tapes import AUCTION_FACTS, CLIPPER, DAI, DEBT_HOUSE, DOLLAR, HOUSE, MKR, TWO_HOUSES, AuctionTape
from tests.support.tapes import CHAIN, ETH, KEEPER, LOT, MAKER, NOISE, OTHER_KEEPER, OTHER_VENUE, TOKEN, VENUE


def a_market(**terms) -> AuctionTape:
    """An ETH is worth 200 DAI: bids of an ETH at 199.00 and 190.00, an ask at 201.00; 100 USD elsewhere."""
    tape = AuctionTape(**terms)
    tape.bid(1_000, 19_900)
    tape.bid(1_000, 19_000)
    tape.ask(1_000, 20_100)
    tape.bid(1_000, 9_900, venue=OTHER_VENUE)
    tape.ask(1_000, 10_100, venue=OTHER_VENUE)
    return tape


def books(tape: AuctionTape, facts=TWO_HOUSES) -> KeepersMetric:
    return measured(tape, facts)


def parts_of(tape: AuctionTape) -> dict[str, int]:
    """Return the keeper's parts in units of DAI, zeros left out."""
    metric = books(tape)
    profit = metric.profits["keeper", DAI]
    return {part: units for part, units in profit.in_units(metric.marks).items() if units}


def told_of(tape: AuctionTape) -> dict:
    table: dict = books(tape).figures()["keepers"]["keeper"]["DAI"]
    return table


def send_tx(tape: AuctionTape, contract: int, gwei: int, is_reverted: bool = False, party: int = KEEPER) -> None:
    tape.say(CHAIN, party, TxPending(1, 0, contract, 1, GWEI, GWEI, 100_000))
    outcome = (
        tape.say(CHAIN, party, TxReverted(1, 1, 0, 0, 0, 0, Refusal.BID_TOO_LOW, 0))
        if is_reverted
        else tape.say(CHAIN, party, TxIncluded(1, 1, 0, 0, 0, 0, 0))
    )
    tape.say(CHAIN, party, GasPaid(1, gwei * GWEI, 0), outcome)


def test_a_lot_won_is_worth_what_the_feed_says_less_the_bid_and_the_oracle_gap():
    tape = a_market()

    tape.close(tape.start(1_000, price=210 * 10**8), 150, 1_000)

    # 210 posted, 150 paid, 200 at the mid.
    assert parts_of(tape) == {"bonus": 60 * DOLLAR, "oracle_gap": -10 * DOLLAR}


def test_the_posted_price_is_the_delayed_feeds_last():
    tape = a_market()
    tape.post_mid()
    tape.open_delayed()
    started = tape.start(1_000, price=210 * 10**8)
    tape._queue, tape._shown = (180 * 10**8, 1), 200 * 10**8
    tape.poke()

    tape.close(started, 150, 1_000)

    assert parts_of(tape) == {"bonus": 30 * DOLLAR, "oracle_gap": 20 * DOLLAR}


def test_what_is_bought_is_sold_with_slippage_and_drift_like_anything_else():
    tape = a_market()
    tape.close(tape.start(1_000), 150, 1_000)
    tape.cancel(3)
    tape.ask(1_000, 19_910)

    tape.sell_seized(1_000)

    # The mid went from 200.00 to 199.05 before the sale at 199.00.
    assert parts_of(tape) == {"bonus": 50 * DOLLAR, "slippage": -5 * DOLLAR // 100, "inventory_drift": -95 * DOLLAR // 100}


def test_a_bid_that_stands_or_was_outbid_costs_nothing():
    tape = a_market()
    started = tape.start(1_000, keeper=NOISE)
    tape.offer(started, 100, 1_000)
    tape.offer(started, 120, 1_000, bidder=NOISE, last=(KEEPER, 100))
    tape.offer(started, 130, 1_000, last=(NOISE, 120))

    assert [told_of(tape)[key] for key in ("bids", "money_locked_max", "purchases", "profit")] == [2, "130 DAI", 0, "0 DAI"]


def test_takes_are_purchases_and_the_end_of_a_dutch_auction_is_none():
    tape = a_market()
    started = tape.start(1_000, top=220, house=CLIPPER)
    tape.take(started, 500, 90, left=500, owed_left=23)
    tape.take(started, 500, 80)
    tape.close(started, 170, 1_000)

    told = told_of(tape)

    assert [told[key] for key in ("purchases", "collateral_bought", "bonus", "profit")] == [2, "1 ETH", "30 DAI", "30 DAI"]


def test_rewards_are_income():
    tape = a_market()
    started = tape.start(1_000, top=220, house=CLIPPER)
    tape.reward(started, 3.5)

    told = told_of(tape)

    assert [told[key] for key in ("auctions_started", "rewards", "profit")] == [1, "3.5 DAI", "3.5 DAI"]
    assert parts_of(tape) == {"rewards": 3_500_000}


def test_joins_and_exits_are_told_and_are_no_profit():
    tape = a_market()
    tape.join(DAI, 100 * DOLLAR)
    tape.join(DAI, 50 * DOLLAR)
    tape.exit(ETH, 2 * 10**18)

    told = told_of(tape)

    assert [told[key] for key in ("joined", "exited", "profit")] == ["150 DAI", "2 ETH", "0 DAI"]


def test_gas_of_a_keeper_of_vaults_is_in_their_money_even_of_txs_that_revert():
    tape = a_market()
    send_tx(tape, HOUSE, 5_000_000, is_reverted=True)
    send_tx(tape, TOKEN, 1_000_000)

    assert parts_of(tape) == {"reverted_gas": -1 * DOLLAR, "gas": -2 * DOLLAR // 10}


def test_another_keepers_gas_is_in_the_first_venues_quote():
    tape = a_market()
    send_tx(tape, TOKEN, 1_000_000)

    metric = books(tape)

    assert [(name, parts) for (name, quote), parts in metric.profits.items() if quote == DAI] == []
    assert metric.figures()["keepers"]["keeper"]["USD"]["gas"] == "-0.1 USD"
    assert "rewards" not in metric.figures()["keepers"]["keeper"]["USD"]


def test_governance_units_are_booked_at_cost_and_are_no_purchase_of_collateral():
    tape = a_market()
    tape._numbers[999] = (1, DEBT_HOUSE)
    tape.offer(999, 50, 1_000)
    tape.close(999, 50, 1_000, asset=MKR)

    told = told_of(tape)

    assert [told[key] for key in ("bonus", "profit", "purchases", "collateral_bought")] == ["0 DAI", "0 DAI", 0, "0 ETH"]
    assert [told[key] for key in ("debt_auctions_won", "bids", "money_locked_max")] == [1, 1, "50 DAI"]


def test_a_keeper_of_both_kinds_of_auctions_has_its_collateral_as_one_amount():
    tape = a_market()
    tape._numbers[999] = (1, DEBT_HOUSE)
    tape.offer(999, 50, 1_000)
    tape.close(999, 50, 1_000, asset=MKR)
    tape.close(tape.start(1_000), 150, 1_000)

    told = told_of(tape)

    assert [told[key] for key in ("purchases", "collateral_bought", "debt_auctions_won")] == [1, "1 ETH", 1]


def test_all_accounts_of_a_keeper_are_one():
    tape = a_market()
    first, second = tape.start(500), tape.start(500)
    tape.offer(first, 60, 500)
    tape.offer(second, 40, 500, bidder=OTHER_KEEPER)
    tape.close(first, 60, 500)
    tape.close(second, 40, 500, winner=OTHER_KEEPER)

    told = told_of(tape)

    assert [told[key] for key in ("money_locked_max", "purchases", "bonus")] == ["100 DAI", 2, "100 DAI"]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_parts_sum_to_what_the_keeper_has_in_the_end(seed):
    dice = np.random.default_rng(seed)
    tape = a_market(maker_fee_ppm=100, taker_fee_ppm=337)
    cash, open_sales = Fraction(0), [tape.start(int(dice.integers(1, 40))) for _ in range(3)]
    for _ in range(25):
        deed = dice.choice(["win", "take", "reward", "bid", "sell", "buy", "gas", "quote"])
        lots, price, dai = int(dice.integers(1, 40)), int(dice.integers(19_500, 20_200)), int(dice.integers(0, 10**7)) / 10**6
        if deed == "win":
            sale = tape.start(lots, price=int(dice.integers(10**10, 3 * 10**10)))
            tape.close(sale, dai, lots)
            cash -= round(dai * DOLLAR)
            tape_eth(tape, lots)
        elif deed == "take":
            tape.take(tape.start(lots, top=220, house=CLIPPER), lots, dai)
            cash -= round(dai * DOLLAR)
            tape_eth(tape, lots)
        elif deed == "reward":
            tape.reward(open_sales[0], dai)
            cash += round(dai * DOLLAR)
        elif deed == "bid":
            tape.offer(open_sales[int(dice.integers(0, 3))], dai, lots)
        elif deed == "gas":
            send_tx(tape, HOUSE, int(dice.integers(1, 10**6)), bool(dice.integers(0, 2)))
        elif deed in ("sell", "buy"):
            tape.place(KEEPER, Side.SELL if deed == "sell" else Side.BUY, lots, None, Motive.LIQUIDATION_SALE)
        else:
            tape.place(MAKER, Side(int(dice.integers(0, 2))), lots, price, Motive.MARKET_MAKING)
    exchange = tape.venues[VENUE]
    purse, ledger = exchange.purse(KEEPER), exchange.ledger
    cash += ledger.balance(DAI, purse) - 10**18
    eth = ledger.balance(ETH, purse) - 10**24

    metric = books(tape)
    profit = metric.profits.get(("keeper", DAI))
    if profit is None:
        return
    parts = profit.parts(metric.marks)
    gas = parts["gas"] + parts["tips"] + parts["reverted_gas"]
    mid = Fraction((metric.marks._marks[VENUE].bid + metric.marks._marks[VENUE].ask) * 10**4, 2)

    assert cash + eth * mid / 10**18 + gas == sum(parts.values())
    assert 0 <= sum(parts.values()) - sum(profit.in_units(metric.marks).values()) < 1


def tape_eth(tape: AuctionTape, lots: int) -> None:
    """Give the keeper what it bought, where its trades are counted."""
    exchange = tape.venues[VENUE]
    exchange.ledger.mint(ETH, exchange.purse(KEEPER), lots * LOT)


def test_a_world_without_vaults_tells_nothing_of_auctions():
    tape = a_market()
    tape.liquidate(0, seized_lots=1_000, repaid=180 * DOLLAR, price=200 * 10**8)

    (table,) = measured(tape, attrs.evolve(AUCTION_FACTS, vaults=())).figures()["keepers"]["keeper"].values()

    assert [key for key in ("rewards", "bids", "auctions_started") if key in table] == []
