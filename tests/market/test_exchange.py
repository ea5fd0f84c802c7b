"""A venue: what is held, what is charged, what is refused, and what is said about it."""

import copy

import attrs
import pytest

from sim.commands import Withdraw
from sim.errors import ScenarioError
from sim.records import (
    Burned,
    DepthSampled,
    Minted,
    OrderAccepted,
    OrderCancelled,
    OrderReduced,
    OrderRefused,
    QuoteChanged,
    Traded,
)
from sim.units import MILLISECOND, Nanos, Party
from sim.vocabulary import CancelReason, Motive, Refusal, SelfTrade, TimeInForce
from tests.market.orders import ALICE, BOB, CAROL
from tests.market.venue import BUY, COMMAND, LOT, SELL, STEP, VENUE, Venue


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


# What the world hears.


def test_a_command_changes_the_quote_once_however_far_it_sweeps():
    v = Venue()
    for limit in (20_000, 20_001, 20_002):
        v.place(ALICE, SELL, 1, limit)

    records = v.place(BOB, BUY, 3, 20_005)

    assert [type(record) for record in records] == [OrderAccepted, Traded, Traded, Traded, QuoteChanged]


def test_what_happens_behind_the_best_price_changes_no_quote():
    v = Venue()
    v.place(ALICE, BUY, 1, 20_000)

    assert [type(record) for record in v.place(ALICE, BUY, 1, 19_999)] == [OrderAccepted]


def test_lots_at_the_best_price_are_part_of_the_quote():
    v = Venue()
    v.place(ALICE, BUY, 1, 20_000)

    assert v.place(BOB, BUY, 2, 20_000)[1] == QuoteChanged(20_000, 3, 0, 0)


def test_everything_a_command_brings_about_names_the_acceptance_it_began_with():
    v = Venue()
    v.place(ALICE, SELL, 1, 20_000)
    v.place(BOB, BUY, 3, 20_000, tif=TimeInForce.IOC)

    accepted, *rest = v.told[2:]

    assert (accepted[2], accepted[3], accepted[4]) == (COMMAND, VENUE, BOB)
    assert [(cause, type(record)) for _, _, cause, _, _, record in rest] == [
        (accepted[0], Traded),
        (accepted[0], OrderCancelled),
        (accepted[0], QuoteChanged),
    ]


def test_a_quote_in_view_is_the_one_on_the_tape():
    v = Venue()
    v.place(ALICE, BUY, 1, 20_000)

    seq, at, *_, record = v.told[-1]

    assert v.exchange.quotes.last == (seq, at, *record.row()[1:])


def test_depth_is_published_at_its_interval_when_the_book_was_touched():
    v = Venue()
    for lots, limit in ((1, 19_999), (2, 19_850), (4, 19_700), (8, 19_100), (16, 15_000)):
        v.place(ALICE, BUY, lots, limit)
    v.place(BOB, SELL, 5, 20_001)
    told = len(v.told)

    v.kernel.run_until(350 * MILLISECOND)

    ((_, at, cause, _, _, sampled),) = v.told[told:]
    assert (at, cause) == (100 * MILLISECOND, 0)
    assert sampled == DepthSampled(3, 7, 15, 5, 5, 5)
    assert v.exchange.depths.last is not None
    assert v.exchange.depths.last.bids[:2] == ((19_999, 1), (19_850, 2))


def test_the_very_edge_of_a_percent_counts_as_within():
    v = Venue()
    for away in (100, 101, 200, 201, 500, 501):
        v.place(ALICE, BUY, 1, 10_000 - away)
        v.place(ALICE, SELL, 1, 10_000 + away)

    v.kernel.run_until(100 * MILLISECOND)

    assert v.told[-1][-1] == DepthSampled(1, 3, 5, 1, 3, 5)


@attrs.define(eq=False)
class Onlooker:
    """Counts how often it was told of whom."""

    seen: list[tuple[Party, Nanos]] = attrs.field(factory=list)

    def __call__(self, party: Party, at: Nanos) -> None:
        self.seen.append((party, at))


def test_whose_balances_are_watched_is_told_as_maker_and_as_taker():
    v, onlooker = Venue(), Onlooker()
    v.exchange.watched[ALICE] = onlooker
    v.place(ALICE, SELL, 1, 20_000)

    v.place(BOB, BUY, 1, 20_000)
    v.place(CAROL, BUY, 1, 20_000)
    v.place(ALICE, BUY, 0, 1)

    assert onlooker.seen == [(ALICE, 0)] * 2


def test_the_message_rate_is_kept_where_somebody_depends_on_it():
    counted, ignored = Venue(more={"counts_load": True}), Venue()
    for v in (counted, ignored):
        v.place(ALICE, BUY, 1, 20_000)
        v.cancel(ALICE, 1)

    assert (counted.exchange.load.now(0), ignored.exchange.load.now(0)) == (2.0, 0.0)


@attrs.define(eq=False)
class Cashier:
    """Answers withdrawals."""

    asked: list[object] = attrs.field(factory=list)

    def withdraw(self, party: Party, cause: int, command: Withdraw) -> None:
        self.asked.append((party, cause, command.amount))


def test_another_part_may_answer_a_kind_of_command():
    v, cashier = Venue(), Cashier()
    v.exchange.serve(Withdraw, cashier.withdraw)

    assert v.send(ALICE, Withdraw(VENUE, 1, 5)) == []
    assert cashier.asked == [(ALICE, COMMAND, 5)]


# Twins' switches.


def test_seized_units_can_be_sold_to_the_outside_for_what_the_book_would_have_paid():
    v = Venue(maker_fee_ppm=0, taker_fee_ppm=300, more={"forced_sales": "outside_at_mid"})
    v.place(BOB, BUY, 3, 20_000)

    records = v.place(ALICE, SELL, 5, order=8, motive=Motive.LIQUIDATION_SALE)

    assert [type(record) for record in records] == [OrderAccepted, Burned, Minted, OrderCancelled]
    assert v.has(ALICE) == (-3 * LOT, 600_000 - 180)
    assert v.exchange.book.quote() == (20_000, 3, 0, 0)
    v.ledger.check()


def test_seized_units_can_be_parked():
    v = Venue(more={"forced_sales": "parked"})
    v.place(BOB, BUY, 3, 20_000)

    v.place(ALICE, SELL, 5, motive=Motive.LIQUIDATION_SALE)

    assert (v.has(ALICE), v.held(ALICE), v.exchange.book.quote()) == ((0, 0), (0, 0), (20_000, 3, 0, 0))


def test_a_forced_sale_needs_its_units_too():
    v = Venue(more={"forced_sales": "outside_at_mid"})
    v.leave(ALICE, base=5 * LOT - 1)

    assert refused(v.place(ALICE, SELL, 5, motive=Motive.LIQUIDATION_SALE)) == Refusal.INSUFFICIENT_FUNDS


def test_voluntary_sales_meet_the_book_whatever_becomes_of_forced_ones():
    v = Venue(more={"forced_sales": "parked"})
    v.place(BOB, BUY, 3, 20_000)

    assert isinstance(v.place(ALICE, SELL, 3)[1], Traded)


def test_a_fork_trades_by_itself():
    v = Venue()
    v.place(ALICE, SELL, 5, 20_000)

    fork = copy.deepcopy(v)
    fork.place(BOB, BUY, 5, 20_000)

    assert (v.has(BOB), fork.has(BOB)[0], v.held(ALICE)[0]) == ((0, 0), 5 * LOT, 5 * LOT)
    assert STEP == 10
