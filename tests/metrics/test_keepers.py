"""A keeper's profit and loss adds up to the unit, and each part is what it is called."""

from fractions import Fraction

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.cascade import stretches
from sim.facts import VenueFacts
from sim.metrics.keepers import KeepersMetric
from sim.records.agents import Burned, Minted
from sim.records.amm import Swapped
from sim.records.atomic import BuilderPaid, FlashLoaned
from sim.records.chain import GasPaid, TxIncluded, TxReverted
from sim.records.lending import Liquidated
from sim.units import GWEI
from sim.vocabulary import Motive, Refusal, Side
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

DOLLAR = 10**6
AMM, UNTRADED = 90, 91
TWO_VENUES = attrs.evolve(FACTS, venues=(*FACTS.venues, VenueFacts(OTHER_VENUE, "other", ETH, USDC, LOT, 10**4)))


def measured(tape: HandTape, facts=FACTS) -> KeepersMetric:
    metric = KeepersMetric(facts)
    for stretch in stretches(tape.read()):
        metric.take(stretch)
    for profit in metric.profits.values():
        profit._check(metric.marks)
    return metric


def parts_of(tape: HandTape) -> dict[str, int]:
    """Return the only keeper's parts in whole dollars and cents, zeros left out."""
    metric = measured(tape)
    ((_, profit),) = metric.profits.items()
    return {part: units for part, units in profit.in_units(metric.marks).items() if units}


def a_market(**terms) -> HandTape:
    """Mid 200.00: bids of an ETH (1,000 lots) at 199.00 and 190.00, an ask at 201.00."""
    tape = HandTape(**terms)
    tape.bid(1_000, 19_900)
    tape.bid(1_000, 19_000)
    tape.ask(1_000, 20_100)
    return tape


def pay_gas(tape: HandTape, gwei: int, burned: int = 0, is_reverted: bool = False, keeper: int = KEEPER) -> None:
    row = TxReverted(1, 1, 0, 0, 1, 1, Refusal.HEALTHY, 0) if is_reverted else TxIncluded(1, 1, 0, 0, 1, 1, 0)
    outcome = tape.say(CHAIN, keeper, row)
    tape.say(CHAIN, keeper, GasPaid(1, gwei * GWEI, burned * GWEI), outcome)


def test_a_liquidation_is_bonus_at_the_posted_price_and_the_oracle_gap():
    tape = a_market()

    tape.liquidate(0, seized_lots=1_000, repaid=200 * DOLLAR, price=210 * 10**8)

    # An ETH posted at 210 for 200 of debt is a bonus of ten; at the mid of 200 there is nothing in it.
    assert parts_of(tape) == {"bonus": 10 * DOLLAR, "oracle_gap": -10 * DOLLAR}


def test_slippage_is_against_the_mid_before_the_order_and_drift_is_what_the_mid_did_until_then():
    tape = a_market()
    tape.liquidate(0, seized_lots=1_000, repaid=190 * DOLLAR, price=200 * 10**8)
    tape.cancel(3)
    tape.ask(1_000, 19_910)

    tape.sell_seized(1_000)

    # Mid 200.00 at the liquidation, 199.05 before the sale, sold at 199.00.
    assert parts_of(tape) == {"bonus": 10 * DOLLAR, "slippage": -5 * DOLLAR // 100, "inventory_drift": -95 * DOLLAR // 100}


def test_what_is_not_sold_is_marked_at_the_last_mid():
    tape = a_market()
    tape.liquidate(0, seized_lots=500, repaid=100 * DOLLAR, price=200 * 10**8)

    tape.cancel(1)

    # The best bid goes to 190.00, the mid to 195.50: half an ETH is worth 97.75.
    assert parts_of(tape) == {"inventory_drift": -225 * DOLLAR // 100}


def test_fees_gas_tips_and_the_gas_of_reverts_are_told_apart():
    tape = a_market(taker_fee_ppm=1_000)
    pay_gas(tape, gwei=10_000_000, burned=8_000_000)
    pay_gas(tape, gwei=1_000_000)
    pay_gas(tape, gwei=5_000_000, burned=4_000_000, is_reverted=True)
    tape.liquidate(0, seized_lots=1_000, repaid=200 * DOLLAR, price=200 * 10**8)

    tape.sell_seized(1_000)
    parts = parts_of(tape)

    # At a mid of 200: 0.008 ETH burned and 0.001 where no part is burned are gas, 0.002 a tip, 0.005 went with the revert.
    assert parts == {
        "slippage": -1 * DOLLAR,
        "venue_fees": -199_000,
        "gas": -18 * DOLLAR // 10,
        "tips": -4 * DOLLAR // 10,
        "reverted_gas": -1 * DOLLAR,
    }


def test_a_swap_is_a_sale_and_what_a_builder_or_a_lender_gets_is_told_apart():
    tape = a_market()
    tape.liquidate(0, seized_lots=1_000, repaid=150 * DOLLAR, price=200 * 10**8)
    tape.say(AMM, KEEPER, Swapped(KEEPER, ETH, USDC, LOT * 1_000, 190 * DOLLAR, LOT, 190 * 10**18))
    tape.say(AMM, NOISE, Swapped(NOISE, ETH, USDC, LOT * 1_000, 190 * DOLLAR, LOT, 190 * 10**18))
    tape.say(POOL, KEEPER, FlashLoaned(USDC, 150 * DOLLAR, DOLLAR))
    tape.say(POOL, KEEPER, FlashLoaned(ETH, LOT, LOT))
    tape.say(CHAIN, KEEPER, BuilderPaid(0, 10 * LOT))

    # At a mid of 200 the ETH fetched 10 less than it was worth; a thousandth of it was a fee, and ten went to the builder.
    assert parts_of(tape) == {"bonus": 50 * DOLLAR, "slippage": -10 * DOLLAR, "tips": -2 * DOLLAR, "flash_fees": -12 * DOLLAR // 10}


def test_what_no_venue_trades_is_worth_what_it_was_swapped_for():
    tape = a_market()
    tape.say(AMM, KEEPER, Swapped(KEEPER, ETH, UNTRADED, LOT * 1_000, 5, LOT, 10**18))
    tape.say(AMM, KEEPER, Swapped(KEEPER, UNTRADED, USDC, 5, 201 * DOLLAR, 0, 10**18))

    assert parts_of(tape) == {"inventory_drift": DOLLAR}


def test_gas_paid_before_there_is_a_mid_is_priced_at_the_first():
    tape = HandTape()
    pay_gas(tape, gwei=1_000_000)
    tape.bid(1, 19_900)
    tape.ask(1, 20_100)

    assert parts_of(tape) == {"gas": -2 * DOLLAR // 10}


def test_gas_that_no_venue_trades_is_said_and_not_priced():
    tape = HandTape()
    pay_gas(tape, gwei=1_000_000)

    table = measured(tape).figures()["keepers"]["keeper"]["USDC"]

    assert (table["gas"], table["gas_without_a_price"]) == ("0 USDC", "0.001 ETH")


def test_accounts_of_one_keeper_are_one_keeper_and_nobody_else_is():
    tape = a_market()
    tape.liquidate(0, 10, DOLLAR, KEEPER, price=200 * 10**8)
    tape.liquidate(0, 10, DOLLAR, OTHER_KEEPER, price=200 * 10**8)
    tape.liquidate(0, 10, DOLLAR, NOISE, price=200 * 10**8)

    metric = measured(tape)

    assert list(metric.profits) == [("keeper", USDC)]
    assert metric.profits["keeper", USDC].liquidations == 2


def test_a_keeper_whose_resting_order_is_hit_earns_the_spread():
    tape = a_market()
    tape.place(KEEPER, Side.SELL, 1_000, 20_050, Motive.LIQUIDATION_SALE)
    tape.place(NOISE, Side.BUY, 1_000, 20_050)

    # The mid before the buyer came was 199.75; the keeper's own ask had lowered it.
    parts = parts_of(tape)
    # It is short an ETH it never seized; the mid is back at 200 without its ask.
    assert parts == {"slippage": 75 * DOLLAR // 100, "inventory_drift": -25 * DOLLAR // 100}


def test_debt_in_what_the_venue_trades_is_repaid_out_of_inventory():
    # It seizes 210 USDC for an ETH of debt, both posted at what they are worth, and buys the ETH back at 201.
    tape = a_market()
    tape.say(POOL, KEEPER, Liquidated(BORROWER, ETH, USDC, 0, 200 * 10**8, 10**8, 10**18, 210 * DOLLAR, 0, 0))

    tape.place(KEEPER, Side.BUY, 1_000, 20_100, Motive.LIQUIDATION_SALE)
    parts = parts_of(tape)

    assert parts == {"bonus": 10 * DOLLAR, "slippage": -1 * DOLLAR}


def test_a_sale_to_the_outside_fetches_what_is_minted_and_funds_are_no_profit():
    tape = a_market()
    tape.say(VENUE, KEEPER, Minted(USDC, 1_000 * DOLLAR))
    tape.wait(1)
    tape.liquidate(0, seized_lots=1_000, repaid=200 * DOLLAR, price=200 * 10**8)
    tape.say(VENUE, KEEPER, Burned(ETH, 10**18))
    tape.say(VENUE, KEEPER, Minted(USDC, 199 * DOLLAR))
    tape.wait(1)
    tape.say(VENUE, KEEPER, Minted(USDC, 1_000 * DOLLAR))

    assert parts_of(tape) == {"slippage": -1 * DOLLAR}


def test_figures_are_exact_words():
    tape = a_market()
    tape.liquidate(0, seized_lots=1_000, repaid=180_500_000, price=200 * 10**8)

    figures = measured(tape).figures()

    assert "19.5 USDC" == figures["keeper_profit"] == figures["keepers"]["keeper"]["USDC"]["profit"]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_parts_sum_to_what_the_keeper_has_in_the_end(seed):
    dice = np.random.default_rng(seed)
    tape = a_market(maker_fee_ppm=100, taker_fee_ppm=337)
    tape.bid(3, 19_800, venue=OTHER_VENUE)
    tape.ask(3, 19_900, venue=OTHER_VENUE)
    cash, eth = Fraction(0), 0
    for _ in range(25):
        deed = dice.choice(["liquidate", "sell", "buy", "gas", "make", "quote"])
        lots, price = int(dice.integers(1, 40)), int(dice.integers(19_500, 20_200))
        if deed == "liquidate":
            repaid = int(dice.integers(1, 10**10))
            tape.liquidate(0, lots, repaid, price=int(dice.integers(10**10, 3 * 10**10)))
            cash, eth = cash - repaid, eth + lots * LOT
        elif deed == "gas":
            pay_gas(tape, int(dice.integers(1, 10**9)), int(dice.integers(0, 2)), bool(dice.integers(0, 2)))
        elif deed in ("sell", "buy"):
            venue = VENUE if dice.integers(0, 2) else OTHER_VENUE
            tape.place(KEEPER, Side.SELL if deed == "sell" else Side.BUY, lots, None, Motive.LIQUIDATION_SALE, venue=venue)
        elif deed == "make":
            tape.place(KEEPER, Side(int(dice.integers(0, 2))), lots, price, Motive.MARKET_MAKING)
        else:
            tape.place(MAKER, Side(int(dice.integers(0, 2))), lots, price, Motive.MARKET_MAKING)
    for exchange in tape.venues.values():
        purse, ledger = exchange.purse(KEEPER), exchange.ledger
        cash += ledger.balance(USDC, purse) - 10**18
        eth += ledger.balance(ETH, purse) - 10**24

    metric = measured(tape, TWO_VENUES)
    profit = metric.profits.get(("keeper", USDC))
    if profit is None:
        return
    parts = profit.parts(metric.marks)
    gas = parts["gas"] + parts["tips"] + parts["reverted_gas"]
    quote = tape.venues[VENUE].quotes.last
    mid = Fraction((metric.marks._marks[VENUE].bid + metric.marks._marks[VENUE].ask) * 10**4, 2)

    assert quote is not None
    assert cash + eth * mid / 10**18 + gas == sum(parts.values())
    assert 0 <= sum(parts.values()) - sum(profit.in_units(metric.marks).values()) < 1


def test_the_identity_is_noticed_when_it_breaks():
    tape = a_market()
    tape.liquidate(0, seized_lots=1_000, repaid=200 * DOLLAR, price=200 * 10**8)
    metric = measured(tape)
    metric.profits["keeper", USDC].slippage += 1

    with pytest.raises(AssertionError):
        metric.profits["keeper", USDC]._check(metric.marks)
