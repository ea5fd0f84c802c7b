"""A venue with money, for stories: Alice, Bob and Carol trade, and everything on the tape can be asked for.

One lot at one tick costs ten quote units. Fees are 100 and 300 ppm unless a story says otherwise.
"""

from typing import Any

import attrs

from sim.assets import Asset, Instrument
from sim.commands import CancelOrder, PlaceOrder, ReduceOrder, RepriceOrder
from sim.kernel import Kernel
from sim.ledger import Ledger
from sim.market.book import Book
from sim.market.exchange import Exchange
from sim.records import RECORDS
from sim.tape import Tape
from sim.units import Lots, Nanos, Party, Place, Seq, Ticks, Units
from sim.vocabulary import SelfTrade, Side
from tests.market.orders import ALICE, BOB, CAROL

ETH, USDC = Asset(1, "ETH", 18), Asset(2, "USDC", 6)
ETH_USDC = Instrument(ETH, USDC, lot=10**15, tick=10**4)
STEP: Units = ETH_USDC.step
LOT: Units = ETH_USDC.lot
VENUE: Place = 50
BUY, SELL = Side.BUY, Side.SELL
COMMAND: Seq = 1
"""The entry that every command of a story answers."""


@attrs.define(eq=False)
class Venue:
    """An exchange, its clock and its tape; commands arrive in the instant."""

    maker_fee_ppm: int = 100
    taker_fee_ppm: int = 300
    self_trade: SelfTrade = SelfTrade.NONE
    more: dict[str, Any] = attrs.field(factory=dict)
    eth: int = 100
    usdc: int = 100_000
    """Whole units that each of the three has."""
    kernel: Kernel = attrs.field(factory=Kernel, init=False)
    tape: Tape = attrs.field(factory=Tape, init=False)
    ledger: Ledger = attrs.field(factory=Ledger, init=False)
    exchange: Exchange = attrs.field(init=False)
    told: list[tuple[Seq, Nanos, Seq, Place, Party, Any]] = attrs.field(factory=list, init=False)
    """(seq, at, cause, place, party, record) of every entry."""

    def __attrs_post_init__(self) -> None:
        for asset in (ETH, USDC):
            self.ledger.add_asset(asset)
        fees = self.maker_fee_ppm, self.taker_fee_ppm
        self.exchange = Exchange(VENUE, ETH_USDC, self.kernel, self.tape, self.ledger, Book(self.self_trade), *fees, **self.more)
        self.tape.append(0, 0, VENUE, 0, (90, 0, 0))
        for kind in RECORDS:
            self.tape.listen(kind, self.hear)
        for party in (ALICE, BOB, CAROL):
            self.ledger.mint(ETH.id, self.exchange.purse(party), self.eth * ETH.unit)
            self.ledger.mint(USDC.id, self.exchange.purse(party), self.usdc * USDC.unit)

    def hear(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: tuple[int, ...]) -> None:
        self.told.append((seq, at, cause, place, party, RECORDS[row[0]](*row[1:])))

    def send(self, party: Party, command: Any) -> list[Any]:
        """Have a command arrive; return the records it made."""
        before = len(self.told)
        self.exchange.arrive((party, COMMAND, command))
        return [entry[-1] for entry in self.told[before:]]

    def place(self, party: Party, side: int, lots: Lots, limit: Ticks | None = None, order: int = 0, **more: Any) -> list[Any]:
        return self.send(party, PlaceOrder(VENUE, side, lots, limit, order=order, **more))

    def cancel(self, party: Party, order: int) -> list[Any]:
        return self.send(party, CancelOrder(VENUE, order))

    def reduce(self, party: Party, order: int, lots: Lots) -> list[Any]:
        return self.send(party, ReduceOrder(VENUE, order, lots))

    def reprice(self, party: Party, order: int, limit: Ticks, lots: Lots | None = None) -> list[Any]:
        return self.send(party, RepriceOrder(VENUE, order, limit, lots))

    def has(self, party: Party) -> tuple[Units, Units]:
        """Return base and quote units, held ones included, more than at the beginning."""
        base, quote = (self.ledger.balance(asset.id, self.exchange.purse(party)) for asset in (ETH, USDC))
        return base - self.eth * ETH.unit, quote - self.usdc * USDC.unit

    def held(self, party: Party) -> tuple[Units, Units]:
        """Return base and quote units held."""
        purse = self.exchange.purse(party)
        return self.ledger.holds[ETH.id][purse], self.ledger.holds[USDC.id][purse]

    def leave(self, party: Party, base: Units | None = None, quote: Units | None = None) -> None:
        """Take funds away so that exactly so much is left free."""
        purse = self.exchange.purse(party)
        for asset, units in ((ETH, base), (USDC, quote)):
            if units is not None:
                self.ledger.burn(asset.id, purse, self.ledger.free(asset.id, purse) - units)

    def earned(self) -> Units:
        """Return the quote units of fees the venue has taken."""
        return self.ledger.balance(USDC.id, self.ledger.open(VENUE, VENUE))
