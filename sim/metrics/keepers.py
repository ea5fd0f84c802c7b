"""What each keeper earned, and from what: a profit and loss that adds up to the unit.

In quote units of the venue on which a keeper's collateral trades, as if it had been marked throughout at that venue's mid (a side
that is empty at its last price):

* bonus: what was seized less what was repaid, both at the posted prices of the liquidation; of an auction, what was bought at the
  price that the vaults' feed posted last, less what was paid for it;
* oracle gap: the same at the mid of that instant, less the bonus;
* slippage: what trades fetched, against the mid just before each order;
* inventory drift: what the mid did to seized units (and to debt assets given away) until they were sold, or until the end;
* venue fees; gas; tips, where part of the gas is burned and the rest is therefore a tip; gas of txs that reverted;
* of a Comet the collateral bought is what was seized, and what was paid for it what was repaid; an absorption alone earns nothing;
* of a crvUSD loan a liquidator repays only what its bands did not, and gets the money that they held beyond the debt;
* of a Liquity system a liquidator repays nothing, and gets the trove's reserve of money besides a part of the collateral; a redemption
  is a bonus of what it brings at the posted price, less the money; a deposit's gain one of the collateral at the mid, less what the
  deposit lost, when it is paid out: what lies in the pool is not booked;
* an amm's fees collected for the protocol are a bonus of what they are worth at the mid;
* what is swapped against an amm is a sale like one into a book: what it fetched, against the mid, is slippage, the amm's fee in it;
* what a tx or the bid of a bundle pays the builder beside gas is a tip;
* rewards for starting auctions (told of keepers that deal with vaults); fees of flash loans (told of keepers that paid any).

Their sum is the keeper's cash in quote units, plus its inventory at the last mid, less gas: an identity, in rationals, not an
estimate. Gas is converted at the mid when it is paid (at the first mid if none stood yet; not at all if no venue trades it, which
is then said). Opening funds are no profit, and what the price does to them is not counted. A keeper that deals with vaults is booked in
their money, one for one with the money within the engine, from its first tx to their contracts on; one that deals with a Liquity system in
the system's money, if a venue trades the collateral for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.cascade.stretch import Row, rows_of
from sim.facts import Facts, VenueFacts
from sim.lending.liquity.rules import GAS_RESERVE
from sim.metrics.bidders import FIGURES as OF_AUCTIONS
from sim.metrics.bidders import READS as AUCTIONS
from sim.metrics.bidders import AuctionBooks, Purchase, Reward, contracts_of
from sim.metrics.fold import Figures, asset_of, money
from sim.metrics.marks import Marks
from sim.metrics.profit import BENEFICIARIES, BURNED, PARTS, Profit
from sim.records.agents import Burned, Minted
from sim.records.amm import ProtocolFeeTaken, Swapped
from sim.records.atomic import BuilderPaid, BundleIncluded, FlashLoaned
from sim.records.chain import GasPaid, TxPending, TxReverted
from sim.records.comet import Absorbed, CollateralBought
from sim.records.declare import Record
from sim.records.lending import Liquidated
from sim.records.liquity import GainPaid, Redeemed
from sim.records.llamma import BandsLiquidated
from sim.records.market import Traded
from sim.records.oracle import PricePosted
from sim.units import RAD, AssetId, Party, Place, Seq, Units
from sim.vocabulary import Side

TOLD = (*PARTS, "profit", "liquidations", *OF_AUCTIONS, "gas_without_a_price")
"""All that may be told of a keeper in a quote asset."""
_PRICE_ONE = 10**8
_PAID = (GasPaid, BuilderPaid, FlashLoaned, BundleIncluded)
_FEES = tuple(record.kind for record in _PAID)
_SEIZED = (Liquidated, BandsLiquidated, Absorbed, CollateralBought, Redeemed, GainPaid)
_OWN = (*_SEIZED, ProtocolFeeTaken, *_PAID, Swapped, Minted, Burned)
"""What is read of what keepers did themselves, beside trades."""


@attrs.define
class KeepersMetric:
    """Every agent with the role of a keeper; all accounts of one agent together."""

    facts: Facts
    profits: dict[tuple[str, AssetId], Profit] = attrs.field(factory=dict)
    """By keeper and quote asset."""
    marks: Marks = attrs.field(init=False)
    auctions: AuctionBooks = attrs.field(init=False)
    _keepers: dict[Party, str] = attrs.field(factory=dict)
    _moneys: dict[str, AssetId] = attrs.field(factory=dict)
    """Of keepers that deal with vaults."""
    _troves: frozenset[Place] = frozenset()
    """Liquity systems."""
    _monies: dict[Place, AssetId] = attrs.field(factory=dict)
    """What each of them lends."""
    _last: tuple[AssetId, AssetId, int] = (0, 0, 0)
    """Of the last liquidation: debt, collateral, posted price of the debt."""
    _base_prices: dict[Place, int] = attrs.field(factory=dict)
    """By Comet: the price of its base at its last absorption."""
    _contracts: dict[Place, AssetId] = attrs.field(factory=dict)
    """By contract around vaults: their money; by Liquity system: what its keepers are booked in."""
    _reverted: frozenset[Seq] = frozenset()
    """Txs of the stretch that reverted, and the last one before it."""
    _last_reverted: Seq = 0

    def __attrs_post_init__(self) -> None:
        """Find the keepers in the facts."""
        self.marks = Marks(self.facts)
        for agent in self.facts.agents:
            if agent.role == "keeper":
                self._keepers |= {agent.party + account: agent.name for account in range(max(1, agent.accounts))}
        self._troves = frozenset(pool.place for pool in self.facts.pools if pool.family == "liquity")
        self.auctions = AuctionBooks(self.facts, self._keepers)
        self._contracts = {place: vault.money for vault in self.facts.vaults for place in contracts_of(vault)}
        self._monies = {pool.place: next(iter(pool.fixed_prices)) for pool in self.facts.pools if pool.place in self._troves}
        for pool in self.facts.pools:
            if pool.place in self._troves:
                self._contracts[pool.place] = self._booked_in(next(iter(pool.feeds)), self._monies[pool.place])

    def take(self, stretch: Stretch) -> None:
        """Read the keepers' entries."""
        self.marks.take(stretch)
        for row in self._rows(stretch):
            if row[1] == Liquidated.kind:
                self._liquidated(row)
            elif row[1] == Absorbed.kind:
                self._absorbed(row)
            elif row[1] == CollateralBought.kind:
                self._bought(row)
            elif row[1] == BandsLiquidated.kind:
                self._bands(row)
            elif row[1] == Redeemed.kind:
                self._redeemed(row)
            elif row[1] == GainPaid.kind:
                self._gained(row)
            elif row[1] == ProtocolFeeTaken.kind:
                self._came(row[0], row[5], self._quote_for(row[7]), row[7], row[8], Fraction(0))
            elif row[1] == Traded.kind:
                self._traded(row)
            elif row[1] in _FEES:
                self._paid(row)
            elif row[1] == Swapped.kind:
                self._swapped(row)
            elif row[1] in (Minted.kind, Burned.kind):
                self._sold_outside(row)
            else:
                self._of_vaults(row)

    def figures(self) -> Figures:
        """Return the keepers' profit in all, and each keeper's in its parts."""
        in_all: dict[AssetId, Units] = {}
        table: dict[str, Figures] = {}
        for (name, quote), profit in self.profits.items():
            parts = profit.in_units(self.marks)
            in_all[quote] = in_all.get(quote, 0) + sum(parts.values())
            asset = asset_of(self.facts, quote)
            dealings = self.auctions.dealings.get(name) if self._moneys.get(name) == quote else None
            is_told = {"rewards": dealings is not None, "flash_fees": parts["flash_fees"] != 0}
            told: Figures = {part: asset.amount(units) for part, units in parts.items() if is_told.get(part, True)}
            told["profit"] = asset.amount(sum(parts.values()))
            told["liquidations"] = profit.liquidations
            told |= dealings.figures(self.facts) if dealings else {}
            if unpriced := profit.unpriced_gas(self.marks):
                told["gas_without_a_price"] = money({self.facts.gas_asset: unpriced}, self.facts)
            table.setdefault(name, {})[asset.symbol] = told
        usual = self.facts.venues[0].quote if self.facts.venues else 0
        return {"keeper_profit": money(in_all, self.facts, usual), "keepers": table}

    def profit(self, party: Party, quote: AssetId) -> Profit:
        """Return the account of a keeper in a quote asset, opened at first asking."""
        key = (self._keepers[party], quote)
        if key not in self.profits:
            self.profits[key] = Profit(quote, self.facts.gas_asset)
        return self.profits[key]

    def _rows(self, stretch: Stretch) -> Iterable[Row]:
        """Return the keepers' entries in sequence."""
        keepers = np.array(list(self._keepers), np.int64)
        found: list[Row] = []
        for record in _OWN:
            found += _rows_where(record, stretch, np.isin(stretch.columns(record)["party"], keepers))
        trades = stretch.columns(Traded)
        found += _rows_where(Traded, stretch, np.isin(trades["party"], keepers) | np.isin(trades["maker"], keepers))
        reverted = [self._last_reverted, *stretch.columns(TxReverted)["seq"].tolist()]
        self._reverted, self._last_reverted = frozenset(reverted), reverted[-1]
        found += self._rows_of_vaults(stretch, keepers)
        found.sort()
        sold = [(row[4], row[5], row[2]) for row in found if row[1] == Burned.kind]
        return [row for row in found if row[1] not in (Minted.kind, Burned.kind) or self._is_sale_outside(row, sold)]

    def _rows_of_vaults(self, stretch: Stretch, keepers: np.ndarray) -> list[Row]:
        """Return what vaults' contracts say, and the keepers' txs to them; nothing where there are no vaults."""
        if not self._contracts:
            return []
        found = list(stretch.rows(AUCTIONS))
        posts, txs = stretch.columns(PricePosted), stretch.columns(TxPending)
        found += _rows_where(PricePosted, stretch, np.isin(posts["place"], [vault.feed for vault in self.facts.vaults]))
        found += _rows_where(TxPending, stretch, np.isin(txs["party"], keepers) & np.isin(txs["contract"], list(self._contracts)))
        return found

    def _of_vaults(self, row: Row) -> None:
        if row[1] == PricePosted.kind:
            self.auctions.posted(row)
        elif row[1] == TxPending.kind:
            self._moneys.setdefault(self._keepers[row[5]], self._contracts[row[8]])
        else:
            if row[5] in self._keepers and row[4] in self._contracts:
                self.profit(row[5], self._moneys.setdefault(self._keepers[row[5]], self._contracts[row[4]]))
            for deal in self.auctions.read(row):
                self._deal(row[0], deal)

    def _deal(self, seq: Seq, deal: Purchase | Reward) -> None:
        quote = deal.vault.money
        profit, unit = self.profit(deal.party, quote), asset_of(self.facts, quote).unit
        paid = Fraction(deal.paid * unit, RAD)
        if isinstance(deal, Reward):
            profit.rewarded(paid)
            return
        worth = Fraction(deal.units * deal.posted * unit, _PRICE_ONE * asset_of(self.facts, deal.asset).unit)
        at_mid = self.marks.value(deal.asset, quote, deal.units, seq)
        # What no feed prices (governance units) is booked at cost, and what no venue trades as posted.
        posted = worth if deal.posted else paid if at_mid is None else at_mid
        profit.bought(deal.asset, deal.units, paid, posted, posted if at_mid is None else at_mid)

    def _is_sale_outside(self, row: Row, sold: list[tuple[int, int, int]]) -> bool:
        """Units leaving a venue for the outside, and what comes for them in that instant; other mints are funds, not profit."""
        return row[4] in self.marks.venues and row[2] > 0 and (row[4], row[5], row[2]) in sold

    def _liquidated(self, row: Row) -> None:
        seq, _, _, _, pool, keeper, _, debt, collateral, _, debt_price, collateral_price, repaid, seized, _, _ = row
        self._last = debt, collateral, debt_price
        is_trove = pool in self._troves
        if is_trove:
            repaid = -GAS_RESERVE
        quote = self._money_of(keeper, pool) if is_trove else self._quote_for(collateral, debt)
        self.profit(keeper, quote).liquidations += 1
        self._settled(seq, pool, keeper, quote, (debt, repaid, debt_price), (collateral, seized, collateral_price))

    def _bands(self, row: Row) -> None:
        """Correct what its ``Liquidated`` said, which comes right before: what bands gave, towards the debt and beyond it."""
        debt, collateral, price = self._last
        given = row[9] + row[11]
        self._settled(row[0], row[4], row[5], self._quote_for(collateral, debt), (debt, -given, price), (debt, 0, price))

    def _absorbed(self, row: Row) -> None:
        self._base_prices[row[4]] = row[9]
        self.profit(row[5], self._quote_for(row[7])).liquidations += 1

    def _bought(self, row: Row) -> None:
        seq, _, _, _, pool, keeper, _, asset, paid_asset, price, paid, bought, _ = row
        base_price = self._base_prices.get(pool) or self._fixed_price(pool, paid_asset)
        self._settled(seq, pool, keeper, self._quote_for(asset, paid_asset), (paid_asset, paid, base_price), (asset, bought, price))

    def _redeemed(self, row: Row) -> None:
        seq, _, _, _, system, keeper, asset, paid, drawn, fee, _ = row
        money, quote = self._monies[system], self._money_of(keeper, system)
        price = paid * _PRICE_ONE * asset_of(self.facts, asset).unit // (drawn * asset_of(self.facts, money).unit)
        self._settled(seq, system, keeper, quote, (money, paid, _PRICE_ONE), (asset, drawn - fee, price))

    def _gained(self, row: Row) -> None:
        seq, _, _, _, system, keeper, asset, gain, loss, _ = row
        quote = self._money_of(keeper, system)
        lost = Fraction(loss) if quote == self._monies[system] else Fraction(0)
        self.profit(keeper, quote).move(self._monies[system], -loss, -lost)
        self._came(seq, keeper, quote, asset, gain, lost)

    def _came(self, seq: Seq, keeper: Party, quote: AssetId, asset: AssetId, units: Units, cost: Fraction) -> None:
        """Book units that came for a cost that is booked already: at the mid, at cost where there is none."""
        profit, at_mid = self.profit(keeper, quote), self.marks.value(asset, quote, units, seq)
        worth = cost if at_mid is None else at_mid
        profit.liquidated(worth - cost, worth - cost)
        profit.move(asset, units, worth)

    def _money_of(self, keeper: Party, system: Place) -> AssetId:
        """Return what whoever deals with a Liquity system is booked in."""
        return self._moneys.setdefault(self._keepers[keeper], self._contracts[system])

    def _booked_in(self, collateral: AssetId, money: AssetId) -> AssetId:
        is_traded = any((venue.base, venue.quote) == (collateral, money) for venue in self.facts.venues)
        return money if is_traded else self._quote_for(collateral, money)

    def _settled(
        self, seq: Seq, pool: Place, keeper: Party, quote: AssetId, given: tuple[AssetId, Units, int], taken: tuple[AssetId, Units, int]
    ) -> None:
        """Book what a keeper gave and took, each with its posted price: at those and at the mids."""
        (debt, repaid, debt_price), (collateral, seized, collateral_price) = given, taken
        profit = self.profit(keeper, quote)
        quote_price = debt_price if debt == quote else collateral_price if collateral == quote else self._fixed_price(pool, quote)
        got = self._posted(collateral, seized, collateral_price, quote, quote_price)
        gave = self._posted(debt, repaid, debt_price, quote, quote_price)
        got_at_mid, gave_at_mid = self.marks.value(collateral, quote, seized, seq), self.marks.value(debt, quote, repaid, seq)
        profit.liquidated(got - gave, (got if got_at_mid is None else got_at_mid) - (gave if gave_at_mid is None else gave_at_mid))
        profit.move(collateral, seized, got if got_at_mid is None else got_at_mid)
        profit.move(debt, -repaid, -(gave if gave_at_mid is None else gave_at_mid))

    def _traded(self, row: Row) -> None:
        _, _, _, cause, place, taker, price, lots, aggressor, maker, _, _, maker_fee, taker_fee = row
        venue = self.marks.venues[place]
        units, notional = lots * venue.lot, price * lots * self.marks.step(venue)
        at_mid = self.marks.at_mid(venue, units, cause - 1)
        for party, side, fee in ((taker, aggressor, taker_fee), (maker, 1 - aggressor, maker_fee)):
            if party in self._keepers:
                sign = 1 if side == Side.SELL else -1
                self.profit(party, venue.quote).traded(venue.base, sign * units, sign * notional, sign * at_mid, fee * venue.fee_unit)

    def _sold_outside(self, row: Row) -> None:
        seq, kind, _, _, place, party, asset, amount = row
        venue = self.marks.venues[place]
        units = amount if kind == Minted.kind else -amount
        value = Fraction(units) if asset == venue.quote else self.marks.at_mid(venue, units, seq)
        profit = self.profit(party, venue.quote)
        profit.slippage += value
        profit.move(asset, units, value)

    def _gas_paid(self, row: Row) -> None:
        seq, _, _, cause, _, party, _, amount, burned = row
        profit = self._in_gas(party)
        is_reverted = cause in self._reverted
        tip = amount - burned if burned and not is_reverted else 0
        profit.paid_gas(
            "reverted_gas" if is_reverted else "gas", amount - tip, self.marks.value(self.facts.gas_asset, profit.quote, amount - tip, seq)
        )
        if tip:
            profit.paid_gas("tips", tip, self.marks.value(self.facts.gas_asset, profit.quote, tip, seq))
        if burned:
            profit.passed_on(BURNED, burned, self.marks.value(self.facts.gas_asset, profit.quote, burned, seq))

    def _in_gas(self, party: Party) -> Profit:
        """Return the account in which a keeper's gas is booked."""
        return self.profit(party, self._moneys.get(self._keepers[party]) or self._quote_for(self.facts.gas_asset))

    def _paid(self, row: Row) -> None:
        """Book what was paid for a tx: its gas, what the builder got besides, who has a part of that, what a flash loan cost."""
        if row[1] == GasPaid.kind:
            self._gas_paid(row)
        elif row[1] == BuilderPaid.kind:
            seq, party, amount = row[0], row[5], row[7]
            profit = self._in_gas(party)
            profit.paid_gas("tips", amount, self.marks.value(self.facts.gas_asset, profit.quote, amount, seq))
        elif row[1] == BundleIncluded.kind:
            seq, party, recaptured = row[0], row[5], row[12]
            if recaptured:
                profit = self._in_gas(party)
                profit.passed_on(BENEFICIARIES, recaptured, self.marks.value(self.facts.gas_asset, profit.quote, recaptured, seq))
        else:
            seq, party, asset, fee = row[0], row[5], row[6], row[8]
            profit = self.profit(party, self._moneys.get(self._keepers[party]) or self._quote_for(asset))
            profit.paid_flash_fee(asset, fee, self.marks.value(asset, profit.quote, fee, seq) or Fraction(0))

    def _swapped(self, row: Row) -> None:
        seq, _, _, _, _, party, _, asset_in, asset_out, amount_in, amount_out, _, _ = row
        profit = self.profit(party, self._moneys.get(self._keepers[party]) or self._quote_for(asset_in, asset_out))
        gave = self.marks.value(asset_in, profit.quote, amount_in, seq)
        got = self.marks.value(asset_out, profit.quote, amount_out, seq)
        # What no venue trades is worth what it was swapped for.
        worth = (gave or Fraction(0)) if got is None else got
        profit.swapped((asset_in, amount_in, worth if gave is None else gave), (asset_out, amount_out, worth))

    def _quote_for(self, *assets: AssetId) -> AssetId:
        """Return the quote of the first venue that trades one of the assets, earlier ones first."""
        venues: list[VenueFacts] = [venue for asset in assets for venue in self.facts.venues if venue.base == asset]
        return next((venue.quote for venue in (*venues, *self.facts.venues)), 0)

    def _fixed_price(self, pool: int, asset: AssetId) -> int:
        return next((each.fixed_prices.get(asset, _PRICE_ONE) for each in self.facts.pools if each.place == pool), _PRICE_ONE)

    def _posted(self, asset: AssetId, units: Units, price: int, quote: AssetId, quote_price: int) -> Fraction:
        """Return what units are worth in quote units at posted prices."""
        decimals = asset_of(self.facts, quote).decimals - asset_of(self.facts, asset).decimals
        return Fraction(units * price, quote_price) * Fraction(10) ** decimals


def _rows_where(record: type[Record], stretch: Stretch, mask: np.ndarray) -> Iterator[Row]:
    return rows_of(record, {name: values[mask] for name, values in stretch.columns(record).items()})
