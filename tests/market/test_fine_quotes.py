"""A venue whose quote has eighteen decimals, as DAI has: fees are told in billionths of a whole, and no fee is too large for the tape."""

from sim.assets import Asset, Instrument
from sim.commands import PlaceOrder
from sim.kernel import Kernel
from sim.ledger import Ledger
from sim.market.book import Book
from sim.market.exchange import Exchange
from sim.records import Traded
from sim.storage import MemoryTape
from sim.tape import Tape
from sim.vocabulary import Side

ETH, DAI = Asset(1, "ETH", 18), Asset(2, "DAI", 18)
ETH_DAI = Instrument(ETH, DAI, lot=10**15, tick=10**16)
VENUE, ALICE, BOB = 50, 60, 61
CAUSE = 1


def test_a_trade_of_twenty_million_has_a_fee_that_fits_and_is_paid_to_the_unit():
    ledger, tape = Ledger(), Tape(kept := MemoryTape())
    for asset in (ETH, DAI):
        ledger.add_asset(asset)
    venue = Exchange(VENUE, ETH_DAI, Kernel(), tape, ledger, Book(), 0, 3_000)
    ledger.mint(ETH.id, venue.purse(ALICE), 100_000 * ETH.unit)
    ledger.mint(DAI.id, venue.purse(BOB), 30_000_000 * DAI.unit)
    tape.append(0, 0, VENUE, 0, (90, 0, 0))

    venue.arrive((ALICE, CAUSE, PlaceOrder(VENUE, Side.SELL, 100_000_000, 20_001)))
    venue.arrive((BOB, CAUSE, PlaceOrder(VENUE, Side.BUY, 100_000_000, 20_001)))
    tape.flush()

    traded = next(entry.record for entry in kept.entries() if isinstance(entry.record, Traded))
    owed = 20_001_000 * DAI.unit * 3 // 1_000
    assert traded.taker_fee * ETH_DAI.fee_unit == owed == ledger.balance(DAI.id, ledger.open(VENUE, VENUE))
    ledger.check()


def test_fees_of_coarser_quotes_stay_in_their_smallest_unit():
    assert Instrument(ETH, Asset(3, "USDC", 6), lot=10**15, tick=10**4).fee_unit == 1
