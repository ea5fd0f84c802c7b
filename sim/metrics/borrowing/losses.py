"""What a liquidation cost its borrower beyond the debt: what was taken, at the mid of that moment, less the debt that went with it.

Taken is all that left the account for good: what the liquidator got, the protocol's fee, of a trove what depositors and other troves got,
of a crvUSD loan also the money its bands held, of an absorbed Comet account every collateral. Of an auction it is what was sold, each
purchase at the mid of then, and the debt is all of it, without the penalty, whatever was raised: the owner owes none of it from then on;
it is told when the auction closes. A debt that is not the venue's quote asset counts at its mid, else at its posted price in quote units
as dollars; a collateral that no venue trades at its posted price. A loss below nothing is the lender's: debt that the collateral no
longer covered.
"""

from __future__ import annotations

from fractions import Fraction

import attrs

from sim.cascade import Stretch
from sim.cascade.stretch import Row
from sim.facts import Facts, VenueFacts
from sim.metrics.fold import asset_of
from sim.metrics.marks import Marks
from sim.records.auctions import AuctionClosed, AuctionStarted, AuctionTaken
from sim.records.comet import Absorbed, CollateralAbsorbed
from sim.records.lending import Liquidated
from sim.records.liquity import TroveLiquidated
from sim.records.llamma import BandsLiquidated
from sim.units import RAD, AssetId, Nanos, Party, Place, Price, Seq, Units

READS = (Liquidated, TroveLiquidated, BandsLiquidated, Absorbed, CollateralAbsorbed, AuctionStarted, AuctionTaken, AuctionClosed)
ZERO = Fraction(0)
_PRICE_ONE = 10**8


@attrs.define
class Loss:
    """One liquidation, from the borrower's side. Values in quote units."""

    seq: Seq
    at: Nanos
    place: Place
    account: Party
    quote: AssetId
    debt: Fraction
    taken: Fraction

    @property
    def loss(self) -> Fraction:
        """What was taken beyond the debt."""
        return self.taken - self.debt


@attrs.define
class Losses:
    """Every liquidation's."""

    facts: Facts
    found: list[Loss] = attrs.field(factory=list)
    _marks: Marks = attrs.field(init=False)
    _troves: frozenset[Place] = frozenset()
    _last: Row = ()
    """The last ``Liquidated``."""
    _sales: dict[Seq, tuple[Row, Fraction]] = attrs.field(factory=dict)
    """Open auctions: how they started, and what purchases were worth."""

    def __attrs_post_init__(self) -> None:
        """Begin without marks."""
        self._marks = Marks(self.facts)
        self._troves = frozenset(pool.place for pool in self.facts.pools if pool.family == "liquity")

    def take(self, stretch: Stretch) -> None:
        """Read the next liquidations."""
        self._marks.take(stretch)
        for row in stretch.rows(READS):
            kind = row[1]
            if kind == Liquidated.kind:
                self._last = row
                if row[4] not in self._troves:
                    _, _, _, _, _, _, account, debt, held, _, debt_price, price, repaid, seized, fee, _ = row
                    self._add(row, account, (debt, repaid, debt_price), (held, seized + fee, price))
            elif kind == TroveLiquidated.kind:
                _, _, _, _, _, _, account, _, _, offset, to_pool, redistributed, to_troves, _ = row[:14]
                _, _, _, _, _, _, _, debt, held, _, debt_price, price, _, seized, *_ = self._last
                self._add(row, account, (debt, offset + redistributed, debt_price), (held, seized + to_pool + to_troves, price))
            elif kind == BandsLiquidated.kind:
                loss, debt, price = self.found[-1], self._last[7], self._last[10]
                loss.taken += self._worth(row[0], loss.quote, debt, row[9] + row[11], price)
            elif kind == Absorbed.kind:
                _, _, _, _, _, _, account, asset, _, price, debt, _, credited, *_ = row
                self._add(row, account, (asset, debt + credited, price), (asset, 0, price))
            elif kind == CollateralAbsorbed.kind:
                self._absorbed(row)
            else:
                self._auctioned(row)

    def _add(self, row: Row, account: Party, given: tuple[AssetId, Units, Price], taken: tuple[AssetId, Units, Price]) -> None:
        quote = self._quote_for(taken[0], given[0])
        worth = [self._worth(row[0], quote, *each) for each in (given, taken)]
        self.found.append(Loss(row[0], row[2], row[4], account, quote, *worth))

    def _absorbed(self, row: Row) -> None:
        """Add a collateral of an absorbed account, whose ``Absorbed`` came before it."""
        seq, asset, absorbed, price, seized = row[0], row[7], row[8], row[9], row[10]
        loss = next((each for each in reversed(self.found) if each.seq == absorbed), None)
        if loss is not None:
            loss.taken += self._worth(seq, loss.quote, asset, seized, price)

    def _auctioned(self, row: Row) -> None:
        seq, kind, at, _, place, _, *said = row
        if kind == AuctionStarted.kind:
            self._sales[seq] = row, ZERO
            return
        started = self._sales.get(said[1])
        if started is None:
            return  # Governance units.
        opened, worth = started
        account, asset, is_dutch, reference = opened[7], opened[9], opened[13] > 0, opened[14]
        quote = self._quote_for(asset)
        if kind == AuctionTaken.kind:
            self._sales[said[1]] = opened, worth + self._worth(seq, quote, asset, said[5], reference)
        else:
            del self._sales[said[1]]
            sold, debt = said[4], said[8]
            worth += ZERO if is_dutch else self._worth(seq, quote, asset, sold, reference)
            self.found.append(Loss(seq, at, place, account, quote, Fraction(debt * asset_of(self.facts, quote).unit, RAD), worth))

    def _worth(self, seq: Seq, quote: AssetId, asset: AssetId, units: Units, posted: Price) -> Fraction:
        """Return units in quote units: at the mid, else at the posted price, a quote unit being a dollar's part."""
        at_mid = self._marks.value(asset, quote, units, seq)
        if at_mid is not None:
            return at_mid
        return Fraction(units * posted * asset_of(self.facts, quote).unit, _PRICE_ONE * asset_of(self.facts, asset).unit)

    def _quote_for(self, *assets: AssetId) -> AssetId:
        """Return the quote of the first venue that trades one of the assets, earlier ones first."""
        venues: list[VenueFacts] = [venue for asset in assets for venue in self.facts.venues if venue.base == asset]
        return next((venue.quote for venue in (*venues, *self.facts.venues)), assets[-1])
