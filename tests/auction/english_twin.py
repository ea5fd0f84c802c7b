"""English auctions written the obvious way: dicts, whole sums, no journal; the twin that Cat and house are held against.

Written from the published contracts and not from our rule books. A call that is refused raises ``No`` with the word of the refusal and
changes nothing, because it works on a copy.
"""

import copy
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

NOBODY, VOW = 0, 105


class No(Exception):
    """A refusal."""


def require(condition: bool, word: str) -> None:
    if not condition:
        raise No(word)


@dataclass
class Auction:
    lot: int
    tab: int
    end: int
    usr: int
    bid: int = 0
    guy: int = NOBODY
    tic: int = 0


@dataclass
class EnglishTwin:
    version: str
    now: int
    rate: int
    """In ray, as prices are."""
    chop: Fraction
    lump: int
    dunk: int
    box: int
    dust: int
    beg: Fraction
    ttl: int
    tau: int
    spot: int = 0
    ink: dict[int, int] = field(default_factory=dict)
    art: dict[int, int] = field(default_factory=dict)
    dai: dict[int, int] = field(default_factory=dict)
    gem: dict[int, int] = field(default_factory=dict)
    sin: int = 0
    litter: int = 0
    bids: dict[int, Auction] = field(default_factory=dict)
    ids: int = 0

    def attempt(self, name: str, *arguments: int) -> str:
        """Carry a call out on a copy; keep the copy if nothing refused. Return the refusal, or ``done``."""
        trial = copy.deepcopy(self)
        try:
            getattr(trial, name)(*arguments)
        except No as no:
            return str(no)
        self.__dict__.update(trial.__dict__)
        return "done"

    def bite(self, _sender: int, usr: int) -> None:
        ink, art = self.ink.get(usr, 0), self.art.get(usr, 0)
        require(self.spot > 0 and ink * self.spot < art * self.rate, "HEALTHY")
        dink, dart = (self.cut_by_debt if self.version == "1.2" else self.cut_by_lot)(ink, art)
        tab = floor(dart * self.rate * self.chop)
        self.ink[usr], self.art[usr] = ink - dink, art - dart
        self.sin += dart * self.rate
        if self.version == "1.2":
            self.litter += tab
        self.ids += 1
        self.bids[self.ids] = Auction(dink, tab, self.now + self.tau, usr)

    def cut_by_lot(self, ink: int, art: int) -> tuple[int, int]:
        require(ink > 0, "ARITHMETIC")
        dink = min(ink, self.lump)
        return dink, min(art, floor(Fraction(dink * art, ink)))

    def cut_by_debt(self, ink: int, art: int) -> tuple[int, int]:
        room = self.box - self.litter
        require(room > 0 and room >= self.dust, "LIMIT_HIT")
        wad = 10**18
        dart = min(art, floor(Fraction(floor(Fraction(min(self.dunk, room) * wad, self.rate)), int(self.chop * wad))))
        dink = min(ink, floor(Fraction(ink * dart, art)))
        require(dart > 0 and dink > 0, "NULL_AUCTION")
        return dink, dart

    def pay(self, source: int, to: int, rad: int) -> None:
        require(self.dai.get(source, 0) >= rad, "INSUFFICIENT_BALANCE")
        self.dai[source] = self.dai.get(source, 0) - rad
        self.dai[to] = self.dai.get(to, 0) + rad

    def refund(self, sender: int, auction: Auction) -> None:
        if self.version == "1.0" or sender != auction.guy:
            self.pay(sender, auction.guy, auction.bid)

    def auction(self, number: int) -> Auction:
        require(number in self.bids, "UNKNOWN_SALE")
        return self.bids[number]

    def running(self, number: int) -> Auction:
        auction = self.auction(number)
        require((auction.tic == 0 or auction.tic > self.now) and auction.end > self.now, "AUCTION_OVER")
        return auction

    def tend(self, sender: int, number: int, lot: int, bid: int) -> None:
        auction = self.running(number)
        require(auction.bid < auction.tab, "WRONG_PHASE")
        require(lot == auction.lot, "OTHER_LOT")
        require(bid <= auction.tab, "BID_TOO_HIGH")
        require(bid > auction.bid, "BID_TOO_LOW")
        require(bid >= self.beg * auction.bid or bid == auction.tab, "BID_TOO_LOW")
        self.refund(sender, auction)
        self.pay(sender, VOW, bid - auction.bid)
        auction.guy, auction.bid, auction.tic = sender, bid, self.now + self.ttl

    def dent(self, sender: int, number: int, lot: int, bid: int) -> None:
        auction = self.running(number)
        require(auction.bid == auction.tab, "WRONG_PHASE")
        require(bid == auction.bid, "OTHER_LOT")
        require(lot < auction.lot and self.beg * lot <= auction.lot, "BID_TOO_LOW")
        self.refund(sender, auction)
        self.gem[auction.usr] = self.gem.get(auction.usr, 0) + auction.lot - lot
        auction.guy, auction.lot, auction.tic = sender, lot, self.now + self.ttl

    def deal(self, _sender: int, number: int) -> None:
        auction = self.auction(number)
        require(auction.tic != 0 and (auction.tic < self.now or auction.end < self.now), "NOT_OVER")
        self.gem[auction.guy] = self.gem.get(auction.guy, 0) + auction.lot
        if self.version == "1.2":
            self.litter -= auction.tab
        del self.bids[number]

    def tick(self, _sender: int, number: int) -> None:
        auction = self.auction(number)
        require(auction.end < self.now and auction.tic == 0, "NOT_OVER")
        auction.end = self.now + self.tau
