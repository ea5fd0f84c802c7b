"""Tapes of auctions written by hand: a house that speaks as it is told to, a delayed feed, a pool of vaults.

The vaults' money is called DAI and has six decimals, so that the venue of ``tapes`` can quote in it: ``VENUE`` trades ETH/DAI,
``OTHER_VENUE`` ETH/USD.
"""

import attrs

from sim.facts import AssetFacts, FeedFacts, VaultFacts, VenueFacts
from sim.records.auctions import (
    AuctionClosed,
    AuctionRestarted,
    AuctionStarted,
    AuctionTaken,
    BidMade,
    Exited,
    Joined,
    PriceRefreshed,
    RewardPaid,
)
from sim.records.lending import HealthFell
from sim.records.oracle import PriceObserved, PricePosted, PriceQueued
from sim.units import RAY, Party, Place, Price, Rad, Seq, Units
from tests.support.tapes import BORROWER, ETH, FACTS, FEED, KEEPER, LOT, OTHER_VENUE, POOL, TICK, USDC, VENUE, HandTape

DAI, USD, INTERNAL, MKR = USDC, 3, 4, 5
ENGINE, CAT, HOUSE, VOW, DEBT_HOUSE, DELAYED, VAULTS = 41, 42, 43, 44, 45, 46, 47
CLIPPER, DUTCH_VAULTS = 48, 49
DOLLAR: Units = 10**6
RAD_OF_DAI: Rad = 10**45

VAULT = VaultFacts(VAULTS, "eth_a", ENGINE, CAT, HOUSE, VOW, DEBT_HOUSE, DELAYED, ETH, DAI, INTERNAL, MKR, False)
DUTCH = attrs.evolve(VAULT, place=DUTCH_VAULTS, name="eth_b", house=CLIPPER, is_dutch=True)
AUCTION_FACTS = attrs.evolve(
    FACTS,
    assets=(
        AssetFacts(ETH, "ETH", 18),
        AssetFacts(DAI, "DAI", 6),
        AssetFacts(USD, "USD", 6),
        AssetFacts(INTERNAL, "vatDAI", 45),
        AssetFacts(MKR, "MKR", 18),
    ),
    venues=(VenueFacts(OTHER_VENUE, "eth_usd", ETH, USD, LOT, TICK), VenueFacts(VENUE, "eth_dai", ETH, DAI, LOT, TICK)),
    feeds=(FeedFacts(FEED, "ETH/USD", ETH, {VENUE: 10_000}), FeedFacts(DELAYED, "osm", ETH, {FEED: 10_000})),
    pools=(),
    vaults=(VAULT,),
)
TWO_HOUSES = attrs.evolve(AUCTION_FACTS, vaults=(VAULT, DUTCH))
NAMES = {ENGINE: "vat", CAT: "cat", HOUSE: "flip", VOW: "vow", DEBT_HOUSE: "flop", DELAYED: "osm", VAULTS: "eth_a", CLIPPER: "clip"}
NAMES |= {DUTCH_VAULTS: "eth_b", USD: "USD", INTERNAL: "vatDAI", MKR: "MKR", POOL: "aave", OTHER_VENUE: "eth_usd"}


def rad(dai: float) -> Rad:
    """Return so many DAI within the engine, exact to a millionth."""
    return round(dai * 10**6) * 10**39


@attrs.define
class AuctionTape(HandTape):
    """A tape with auctions in the making."""

    _sales: int = 0
    _queue: tuple[Price, Seq] = (0, 0)
    _shown: Price = 0
    _numbers: dict[Seq, tuple[int, Place]] = attrs.field(factory=dict)

    # Prices that wait.

    def poke(self) -> Seq:
        """Have the delayed feed show what it queued and queue what its source shows; return its post (0: it showed nothing)."""
        self.wait(1)
        price, seen = self._queue
        posted = 0
        if price:
            self._rounds += 1
            self.say(DELAYED, KEEPER, PriceObserved(self._rounds, DELAYED, price, FEED, seen, 0, 10_000))
            posted = self.say(DELAYED, KEEPER, PricePosted(self._rounds, price, self._shown, 1, 0, max(0, self.kernel.now - 60 * 10**9)))
            self._shown = price
        self._queue = (self._posted, self._post)
        self.say(DELAYED, KEEPER, PriceQueued(*self._queue))
        return posted

    def open_delayed(self) -> Seq:
        """Open the delayed feed at its source's price, as builders do."""
        self._queue, self._shown = (self._posted, self._post), self._posted
        return self.say(DELAYED, 0, PricePosted(0, self._posted, 0, 0, 0, 0))

    def post_mid(self) -> Seq:
        self._post = super().post_mid()
        return self._post

    _post: Seq = 0

    def refresh(self, post: Seq, price: Price | None = None, pool: Place = VAULTS) -> Seq:
        """Let a pool of vaults read its feed."""
        return self.say(pool, KEEPER, PriceRefreshed(self._shown if price is None else price, 0, post), post)

    def call(self, post: Seq, account: Party = BORROWER, pool: Place = VAULTS) -> Seq:
        """Say a margin call of a vault."""
        return self.say(pool, account, HealthFell(post, self._shown if post else 0, 99 * 10**16, 100 * 10**8, 110 * 10**8), post)

    # Auctions.

    def start(
        self,
        lots: int,
        owed: float = 113,
        debt: float = 100,
        fell: Seq = 0,
        top: float = 0,
        price: Price = 200 * 10**8,
        keeper: Party = KEEPER,
        house: Place = HOUSE,
        account: Party = BORROWER,
        asset: int = ETH,
    ) -> Seq:
        """Start an auction; a Dutch one if it has a top price."""
        self._sales += 1
        row = AuctionStarted(self._sales, account, fell, asset, lots * LOT, rad(owed), rad(debt), int(top * RAY), price)
        seq = self.say(house, keeper, row, fell)
        self._numbers[seq] = (self._sales, house)
        return seq

    def offer(self, started: Seq, bid: float, lots: int, bidder: Party = KEEPER, last: tuple[Party, float] = (0, 0)) -> Seq:
        """Bid in an English auction; ``last`` is who is outbid, and the bid."""
        number, house = self._numbers.get(started, (1, DEBT_HOUSE))
        return self.say(house, bidder, BidMade(number, started, lots * LOT, rad(bid), last[0], rad(last[1]), lots * LOT, 0))

    def take(self, started: Seq, lots: int, paid: float, taker: Party = KEEPER, left: int = 0, owed_left: float = 0) -> Seq:
        number, house = self._numbers[started]
        price = round(paid * 1_000 / lots * 10**6) * RAY // 10**6
        row = AuctionTaken(number, started, BORROWER, ETH, price, lots * LOT, rad(paid), left * LOT, rad(owed_left))
        return self.say(house, taker, row)

    def restart(self, started: Seq, top: float = 0) -> Seq:
        number, house = self._numbers[started]
        return self.say(house, KEEPER, AuctionRestarted(number, started, int(top * RAY)))

    def close(
        self,
        started: Seq,
        raised: float,
        sold: int,
        winner: Party = KEEPER,
        returned: int = 0,
        owed: float = 113,
        debt: float = 100,
        asset: int = ETH,
    ) -> Seq:
        number, house = self._numbers[started]
        row = AuctionClosed(number, started, BORROWER, asset, sold * LOT, returned * LOT, rad(raised), rad(owed), rad(debt))
        return self.say(house, winner, row)

    def reward(self, started: Seq, dai: float, keeper: Party = KEEPER) -> Seq:
        number, house = self._numbers[started]
        return self.say(house, keeper, RewardPaid(number, started, rad(dai)))

    def join(self, asset: int, units: Units, party: Party = KEEPER) -> Seq:
        return self.say(ENGINE, party, Joined(asset, units))

    def exit(self, asset: int, units: Units, party: Party = KEEPER) -> Seq:
        return self.say(ENGINE, party, Exited(asset, units))
