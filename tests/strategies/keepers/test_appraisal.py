"""What a lot is worth to a bidder and what it bids for it, beside a naive search."""

from hypothesis import given
from hypothesis import strategies as st

from sim.assets import Asset, Instrument
from sim.auction.english_views import EnglishSaleView, EnglishView
from sim.auction.flipper_rules import is_lot_less_enough, is_raise_enough
from sim.commands import BidCall, BidDownCall
from sim.units import RAD, WAD
from sim.views import Depth
from strategies.keepers.appraisal import Appraiser
from strategies.keepers.profit import Stall

ETH, DAI = Asset(1, "ETH", 18), Asset(2, "DAI", 18)
ETH_DAI = Instrument(ETH, DAI, lot=10**15, tick=10**16)
ETHER = 10**18
FIVE_PERCENT = WAD * 105 // 100


def appraiser(bids: list[tuple[int, int]], margin_bps: int = 500, fee_ppm: int = 1_000) -> Appraiser:
    """Return who values lots by bids of (ticks, lots); a tick is a hundredth of a DAI, a lot a thousandth of an ETH."""
    depth = Depth(1, 0, tuple(bids), ())
    return Appraiser(Stall(ETH_DAI, ETH.id, 2 * (bids[0][0] if bids else 0), depth, fee_ppm, 0), margin_bps)


def sale(lot: int, owed: int, bid: int = 0, bidder: int = 0) -> EnglishSaleView:
    """Return a sale of so many thousandths of an ETH, owed and bid in whole DAI."""
    return EnglishSaleView(1, 1, 9, lot * 10**15, owed * RAD, owed * RAD, lot * 10**15, 10_000, bid * RAD, bidder, 600 if bid else 0)


def house(*sales: EnglishSaleView) -> EnglishView:
    return EnglishView(0, sales, FIVE_PERCENT, 600, "1.0")


def test_a_lot_is_worth_what_the_book_pays_less_the_fee():
    """10 ETH: 4 at 100 and 6 at 90 are 940, less a tenth of a percent."""
    assert appraiser([(10_000, 4_000), (9_000, 50_000)]).fetches(10 * ETHER) == 939_060 * 10**15


def test_what_the_book_does_not_take_fetches_nothing():
    thin = appraiser([(10_000, 4_000)])

    assert thin.fetches(10 * ETHER) == thin.fetches(4 * ETHER) == 399_600 * 10**15
    assert (thin.is_absorbed(4 * ETHER), thin.is_absorbed(10 * ETHER)) == (True, False)


def test_its_price_is_the_worth_less_the_margin():
    price = appraiser([(10_000, 50_000)], fee_ppm=0).price(house(), sale(10_000, owed=5_000))

    assert price is not None
    assert price.call == BidCall(1, 10 * ETHER, 950 * RAD)
    assert (price.cost, price.gain, price.worth) == (950 * RAD, 50 * DAI.unit, 1_000 * DAI.unit)


def test_it_never_bids_more_than_is_owed():
    price = appraiser([(10_000, 50_000)], fee_ppm=0).price(house(), sale(10_000, owed=600))

    assert price is not None
    assert (price.call.bid, price.gain) == (600 * RAD, 400 * DAI.unit)


def test_a_bid_that_it_could_not_better_by_the_increment_is_left():
    """Its price is 950; 905 asks for 950.25, 904 for 949.2."""
    found = appraiser([(10_000, 50_000)], fee_ppm=0)

    assert found.price(house(), sale(10_000, 5_000, bid=905, bidder=7)) is None
    assert found.price(house(), sale(10_000, 5_000, bid=904, bidder=7)) is not None


def test_what_covers_needs_no_increment():
    """949 stands and 950 are owed: one more is enough."""
    price = appraiser([(10_000, 50_000)], fee_ppm=0).price(house(), sale(10_000, 950, bid=949, bidder=7))

    assert price is not None and price.call.bid == 950 * RAD


def test_an_empty_book_buys_nothing():
    assert appraiser([]).price(house(), sale(10_000, owed=5_000)) is None


def test_of_a_covered_sale_it_takes_the_smallest_lot_that_pays():
    """600 and the margin are 631.58; at 100 a piece that are 6.316 ETH."""
    price = appraiser([(10_000, 50_000)], fee_ppm=0).price(house(), sale(10_000, 600, bid=600, bidder=7))

    assert price is not None
    assert price.call == BidDownCall(1, 6_316 * 10**15, 600 * RAD)
    assert price.gain == 31_600 * 10**15


def test_a_covered_sale_is_left_where_its_lot_would_be_hardly_less():
    found = appraiser([(10_000, 50_000)], fee_ppm=0)

    assert found.price(house(), sale(6_631, 600, bid=600, bidder=7)) is None
    assert found.price(house(), sale(6_632, 600, bid=600, bidder=7)) is not None


BOOKS = st.lists(st.tuples(st.integers(1, 3_000), st.integers(1, 4_000)), min_size=1, max_size=6).map(
    lambda levels: sorted(dict(levels).items(), reverse=True)
)


@given(BOOKS, st.integers(1, 6_000), st.integers(1, 200), st.integers(0, 3_000), st.integers(0, 50_000))
def test_the_smallest_lot_is_that_of_a_naive_search(bids, lots, owed, margin, fee):
    """Lots one by one from nothing: the first that fetches what is owed and the margin, if the house would take it."""
    found, offered = appraiser(bids, margin, fee), sale(lots, owed, bid=owed, bidder=7)
    price = found.price(house(), offered)

    wanted = -(-owed * DAI.unit * 10_000 // (10_000 - margin))
    least = next((count for count in range(lots + 1) if found.fetches(count * 10**15) >= wanted), None)
    takes = least is not None and is_lot_less_enough(offered.lot, FIVE_PERCENT, least * 10**15)
    assert (price.call.lot if price else None) == (least * 10**15 if takes and least is not None else None)


@given(BOOKS, st.integers(1, 6_000), st.integers(1, 500), st.integers(0, 500), st.integers(0, 3_000))
def test_a_bid_is_one_the_house_takes_and_never_above_its_price(bids, lots, owed, bid, margin):
    found, offered = appraiser(bids, margin), sale(lots, owed, bid=min(bid, owed - 1), bidder=7)
    price = found.price(house(), offered)
    most = min(owed * RAD, found.fetches(offered.lot) * (10_000 - margin) // 10_000 * 10**27)

    assert (price is not None) == (most > 0 and is_raise_enough(offered.bid, offered.owed, FIVE_PERCENT, most))
    if price is not None:
        assert (price.call.bid, price.cost) == (most, most)
        assert price.gain == found.gain(price.call) >= 0
