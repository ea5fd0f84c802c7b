"""What a venue lets the world hear, whose business it makes it, and the switches by which a twin of a run sells elsewhere."""

import copy

import attrs
import pytest

from sim.commands import Withdraw
from sim.records import (
    Burned,
    DepthSampled,
    Minted,
    OrderAccepted,
    OrderCancelled,
    OrderRefused,
    QuoteChanged,
    Traded,
)
from sim.units import MILLISECOND, Nanos, Party
from sim.vocabulary import Motive, Refusal, TimeInForce
from tests.market.orders import ALICE, BOB, CAROL
from tests.market.venue import BUY, COMMAND, LOT, SELL, STEP, VENUE, Venue


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

    (record,) = v.place(ALICE, SELL, 5, order=8, motive=Motive.LIQUIDATION_SALE)

    assert record == OrderRefused(8, Refusal.INSUFFICIENT_FUNDS)


@pytest.mark.parametrize("switch", ["outside_at_mid", "parked"])
def test_only_sales_are_kept_from_the_book(switch):
    v = Venue(more={"forced_sales": switch})
    v.place(BOB, SELL, 3, 20_000)

    bought = v.place(ALICE, BUY, 3, order=8, motive=Motive.LIQUIDATION_SALE)
    (nothing,) = v.place(ALICE, SELL, -3, order=9, motive=Motive.LIQUIDATION_SALE)

    assert isinstance(bought[1], Traded)
    assert nothing == OrderRefused(9, Refusal.BAD_SIZE)


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
