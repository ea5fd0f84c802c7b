"""A venue: what is held, what is charged, what is refused."""

import pytest

from sim.errors import ScenarioError
from sim.records import (
    OrderAccepted,
    OrderCancelled,
    OrderReduced,
    OrderRefused,
    QuoteChanged,
    Traded,
)
from sim.vocabulary import CancelReason, Motive, Refusal, SelfTrade, TimeInForce
from tests.market.orders import ALICE, BOB
from tests.market.venue import BUY, ETH, LOT, SELL, USDC, Venue


def refused(records: list[object]) -> Refusal:
    """Return why a command was turned away, which must be all that came of it."""
    (record,) = records
    assert isinstance(record, OrderRefused)
    return record.reason


# Holds.


def test_a_bid_sets_aside_its_limit_and_the_dearer_fee_and_an_ask_its_lots():
    v = Venue(maker_fee_ppm=1_000, taker_fee_ppm=3_000)

    v.place(ALICE, BUY, lots=5, limit=20_000)
    v.place(BOB, SELL, lots=5, limit=20_001)

    assert v.held(ALICE) == (0, 5 * (200_000 + 600))
    assert v.held(BOB) == (5 * LOT, 0)


def test_a_cancel_gives_back_all_and_a_reduction_a_part():
    v = Venue()
    v.place(ALICE, BUY, 5, 20_000, order=1)
    v.place(BOB, SELL, 5, 20_001, order=2)

    assert v.reduce(ALICE, 1, lots=2)[0] == OrderReduced(1, 2)
    v.reduce(BOB, 2, lots=1)
    assert (v.held(ALICE), v.held(BOB)) == ((0, 2 * 200_060), (LOT, 0))

    assert v.cancel(ALICE, 1)[0] == OrderCancelled(1, BUY, 20_000, 2, CancelReason.OWNER)
    v.cancel(BOB, 2)
    assert (v.held(ALICE), v.held(BOB)) == ((0, 0), (0, 0))


def test_what_trades_below_its_limit_leaves_nothing_held():
    v = Venue()
    v.place(ALICE, SELL, 5, 20_000)

    v.place(BOB, BUY, 5, 21_000)

    assert (v.held(ALICE), v.held(BOB)) == ((0, 0), (0, 0))


def test_the_rest_of_an_order_that_traded_is_held():
    v = Venue()
    v.place(ALICE, SELL, 2, 20_000)

    v.place(BOB, BUY, 5, 21_000)

    assert v.held(BOB) == (0, 3 * (210_000 + 63))


# Fees.


def test_a_trade_moves_money_and_both_pay_their_fee():
    v = Venue(maker_fee_ppm=100, taker_fee_ppm=300)
    v.place(ALICE, SELL, 5, 20_000, order=1)

    accepted, traded, quoted = v.place(BOB, BUY, 5, 20_000, order=2)

    assert accepted == OrderAccepted(2, BUY, 20_000, 5, Motive.VOLUNTARY)
    assert traded == Traded(20_000, 5, BUY, ALICE, 1, 2, maker_fee=100, taker_fee=300)
    assert quoted == QuoteChanged(0, 0, 0, 0)
    assert (v.has(ALICE), v.has(BOB), v.earned()) == ((-5 * LOT, 10**6 - 100), (5 * LOT, -(10**6) - 300), 400)


def test_fees_round_up_whichever_way_the_taker_trades():
    for side, other in ((BUY, SELL), (SELL, BUY)):
        v = Venue(maker_fee_ppm=1, taker_fee_ppm=1)
        v.place(ALICE, other, 1, 7)

        traded = v.place(BOB, side, 1, 7)[1]

        assert (traded.maker_fee, traded.taker_fee, v.earned()) == (1, 1, 2)


def test_a_rebate_is_paid_out_of_the_takers_fee_and_rounds_towards_nothing():
    v = Venue(maker_fee_ppm=-100, taker_fee_ppm=300)
    v.place(ALICE, BUY, 1, 20_001)

    traded = v.place(BOB, SELL, 1)[1]

    assert (traded.maker_fee, traded.taker_fee) == (-20, 61)
    assert (v.has(ALICE), v.has(BOB), v.earned()) == ((LOT, -200_010 + 20), (-LOT, 200_010 - 61), 41)


def test_a_venue_that_pays_for_trades_is_refused():
    with pytest.raises(ScenarioError, match="pay for trades"):
        Venue(maker_fee_ppm=-301, taker_fee_ppm=300)


# Refusals.


@pytest.mark.parametrize(("short", "reason"), [(0, None), (1, Refusal.INSUFFICIENT_FUNDS)])
def test_a_purchase_is_covered_to_the_unit(short, reason):
    v = Venue(maker_fee_ppm=100, taker_fee_ppm=300)
    v.leave(ALICE, quote=5 * 200_060 - short)

    records = v.place(ALICE, BUY, 5, 20_000)

    assert isinstance(records[0], OrderAccepted) if reason is None else refused(records) == reason


@pytest.mark.parametrize(("short", "reason"), [(0, None), (1, Refusal.INSUFFICIENT_FUNDS)])
def test_a_sale_is_covered_to_the_unit(short, reason):
    v = Venue()
    v.leave(ALICE, base=5 * LOT - short)

    records = v.place(ALICE, SELL, 5)

    assert isinstance(records[0], OrderAccepted) if reason is None else refused(records) == reason


def test_what_one_order_holds_another_cannot_spend():
    v = Venue()
    v.leave(ALICE, base=5 * LOT)
    v.place(ALICE, SELL, 3, 20_000)

    assert refused(v.place(ALICE, SELL, 3, 20_000)) == Refusal.INSUFFICIENT_FUNDS


def test_a_market_purchase_without_the_funds_to_walk_the_book_is_refused():
    v = Venue(maker_fee_ppm=0, taker_fee_ppm=0)
    v.place(ALICE, SELL, 1, 20_000)
    v.place(ALICE, SELL, 1, 30_000)
    v.leave(BOB, quote=500_001)

    assert refused(v.place(BOB, BUY, 2)) == Refusal.INSUFFICIENT_FUNDS
    assert [type(record) for record in v.place(BOB, BUY, 1)] == [OrderAccepted, Traded, QuoteChanged]


def test_a_market_purchase_in_an_empty_book_costs_nothing_and_is_dropped():
    v = Venue()
    v.leave(BOB, quote=0)

    assert v.place(BOB, BUY, 2, order=9)[1] == OrderCancelled(9, BUY, 0, 2, CancelReason.REST_DROPPED)


def test_a_market_purchase_that_pushes_its_own_orders_aside_is_covered_for_what_lies_behind_them():
    v = Venue(maker_fee_ppm=0, taker_fee_ppm=0, self_trade=SelfTrade.CANCEL_OLDEST)
    v.place(BOB, SELL, 5, 100)
    v.place(ALICE, SELL, 5, 50_000)
    v.leave(BOB, quote=5 * 500_000 + 4)

    assert refused(v.place(BOB, BUY, 5)) == Refusal.INSUFFICIENT_FUNDS
    v.ledger.check()


@pytest.mark.parametrize(
    ("lots", "limit", "reason"),
    [(0, 5, Refusal.BAD_SIZE), (-5, 5, Refusal.BAD_SIZE), (1, 0, Refusal.BAD_PRICE), (1, -5, Refusal.BAD_PRICE)],
)
@pytest.mark.parametrize("side", [BUY, SELL])
def test_senseless_orders_are_refused_and_cost_nothing(side, lots, limit, reason):
    v = Venue()

    assert refused(v.place(ALICE, side, lots, limit)) == reason
    assert (v.held(ALICE), v.has(ALICE)) == ((0, 0), (0, 0))


def test_an_order_number_in_use_is_refused_whosever_it_is():
    v = Venue()
    v.place(ALICE, BUY, 1, 20_000, order=7)

    assert refused(v.place(ALICE, BUY, 1, 20_000, order=7)) == Refusal.DUPLICATE_ORDER
    assert refused(v.place(BOB, SELL, 1, 30_000, order=7)) == Refusal.DUPLICATE_ORDER


def test_an_order_number_may_be_used_again_once_its_order_is_gone():
    v = Venue()
    v.place(ALICE, BUY, 1, 20_000, order=7)
    v.cancel(ALICE, 7)

    assert isinstance(v.place(ALICE, BUY, 1, 20_000, order=7)[0], OrderAccepted)


def test_the_venue_numbers_nobodys_order_by_a_number_in_use():
    v = Venue()
    for order in (1, 2, 4):
        v.place(ALICE, BUY, 1, 20_000, order=order)

    numbers = [v.place(ALICE, BUY, 1, 20_000)[0].order for _ in range(2)]

    assert numbers == [3, 5]


@pytest.mark.parametrize("act", [lambda v, p, o: v.cancel(p, o), lambda v, p, o: v.reduce(p, o, 1), lambda v, p, o: v.reprice(p, o, 5)])
def test_only_its_owner_touches_an_order_that_is_there(act):
    v = Venue()
    v.place(ALICE, BUY, 5, 20_000, order=1)

    assert refused(act(v, BOB, 1)) == Refusal.NOT_OWNER
    assert refused(act(v, ALICE, 2)) == Refusal.UNKNOWN_ORDER


def test_a_reduction_makes_smaller_or_is_refused():
    v = Venue()
    v.place(ALICE, BUY, 5, 20_000, order=1)

    assert [refused(v.reduce(ALICE, 1, lots)) for lots in (5, 0)] == [Refusal.BAD_SIZE] * 2


def test_a_stranger_without_a_purse_has_no_funds():
    v = Venue()

    assert refused(v.place(99, BUY, 1, 20_000)) == Refusal.INSUFFICIENT_FUNDS


# Other orders.


def test_what_an_immediate_order_cannot_trade_is_dropped_and_said():
    v = Venue()
    v.place(ALICE, SELL, 2, 20_000)

    dropped = v.place(BOB, BUY, 5, 20_000, order=3, tif=TimeInForce.IOC)[2]

    assert dropped == OrderCancelled(3, BUY, 20_000, 3, CancelReason.REST_DROPPED)
    assert v.held(BOB) == (0, 0)


@pytest.mark.parametrize(("tif", "reason"), [(TimeInForce.FOK, Refusal.CANNOT_FILL), (TimeInForce.POST_ONLY, Refusal.WOULD_AGGRESS)])
def test_what_the_time_in_force_forbids_is_refused(tif, reason):
    v = Venue()
    v.place(ALICE, SELL, 2, 20_000)

    assert refused(v.place(BOB, BUY, 5, 20_000, tif=tif)) == reason
    assert v.held(BOB) == (0, 0)


def test_a_repriced_order_holds_what_it_needs_now():
    v = Venue()
    v.place(ALICE, BUY, 5, 20_000, order=1)

    records = v.reprice(ALICE, 1, limit=10_000, lots=3)

    assert records[0] == OrderCancelled(1, BUY, 20_000, 5, CancelReason.REPRICED)
    assert records[1] == OrderAccepted(1, BUY, 10_000, 3, Motive.VOLUNTARY)
    assert v.held(ALICE) == (0, 3 * 100_030)


def test_a_repriced_order_is_as_forced_as_before_and_its_number_forgets():
    v = Venue()
    v.place(ALICE, SELL, 5, 20_000, order=1, motive=Motive.LIQUIDATION_SALE)

    moved = [v.reprice(ALICE, 1, limit)[1].motive for limit in (19_000, 18_000)]
    v.cancel(ALICE, 1)
    v.place(ALICE, SELL, 5, 20_000, order=1)

    assert moved == [Motive.LIQUIDATION_SALE] * 2
    assert v.reprice(ALICE, 1, 19_000)[1].motive == Motive.VOLUNTARY


def test_forced_orders_that_are_gone_are_not_kept_for_ever():
    v = Venue()
    for number in range(1, 1_000):
        v.place(ALICE, SELL, 1, 20_000, order=number, motive=Motive.STOP)
        v.cancel(ALICE, number)

    assert len(v.exchange._forced) < 300


@pytest.mark.parametrize("asset", [ETH, USDC])
def test_a_hold_without_an_order_is_found(asset):
    v = Venue()
    v.place(ALICE, SELL, 5, 20_000)
    v.place(BOB, BUY, 5, 19_000)
    v.exchange._check()

    v.ledger.holds[asset.id][v.exchange.purse(ALICE)] += 1

    with pytest.raises(AssertionError, match="held, and its orders need"):
        v.exchange._check()


def test_a_repriced_order_may_trade_at_once():
    v = Venue(maker_fee_ppm=0, taker_fee_ppm=0)
    v.place(BOB, SELL, 5, 21_000)
    v.place(ALICE, BUY, 8, 20_000, order=9)

    v.reprice(ALICE, 9, limit=21_000)

    assert (v.has(ALICE), v.held(ALICE)) == ((5 * LOT, -5 * 210_000), (0, 3 * 210_000))
    v.ledger.check()


@pytest.mark.parametrize("side", [BUY, SELL])
def test_a_reprice_that_cannot_be_paid_leaves_the_order_where_it_was(side):
    v = Venue(maker_fee_ppm=0, taker_fee_ppm=0)
    v.place(ALICE, side, 5, 20_000, order=1)
    v.leave(ALICE, base=LOT - 1, quote=200_000 - 1)

    assert refused(v.reprice(ALICE, 1, limit=20_000, lots=6)) == Refusal.INSUFFICIENT_FUNDS
    assert v.exchange.book.orders[1][0].lots == 5


# Oneself.


@pytest.mark.parametrize("rule", [SelfTrade.CANCEL_NEWEST, SelfTrade.CANCEL_OLDEST, SelfTrade.CANCEL_BOTH, SelfTrade.DECREMENT])
def test_what_self_trade_prevention_takes_is_given_back_and_said(rule):
    v = Venue(self_trade=rule)
    v.place(ALICE, SELL, 5, 20_000, order=1)

    records = v.place(ALICE, BUY, 3, 20_000, order=2)

    gone = {record.order: record.lots for record in records if isinstance(record, OrderCancelled)}
    resting = {order: level.queue[order] for order, (level, _) in v.exchange.book.orders.items()}
    expected = {
        SelfTrade.CANCEL_NEWEST: ({2: 3}, {1: 5}),
        SelfTrade.CANCEL_OLDEST: ({1: 5}, {2: 3}),
        SelfTrade.CANCEL_BOTH: ({1: 5, 2: 3}, {}),
        SelfTrade.DECREMENT: ({1: 3, 2: 3}, {1: 2}),
    }
    assert (gone, resting) == expected[rule]
    assert v.held(ALICE) == (resting.get(1, 0) * LOT, resting.get(2, 0) * 200_060)
    assert all(record.reason == CancelReason.SELF_TRADE for record in records if isinstance(record, OrderCancelled))


def test_without_a_rule_one_trades_with_oneself_and_pays_twice():
    v = Venue()
    v.place(ALICE, SELL, 5, 20_000)

    v.place(ALICE, BUY, 5, 20_000)

    assert (v.has(ALICE), v.held(ALICE), v.earned()) == ((0, -400), (0, 0), 400)
