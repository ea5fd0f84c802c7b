"""Entries as sentences: what `story` and `why` say, with names, prices and money as people read them.

An entry without a sentence of its own is told by its record's name and its fields. Prices and money are shown to a cent; exact
figures are on the tape.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import attrs

from sim.cascade import Origin, OriginKind
from sim.cli.atomic_sentences import SENTENCES as ATOMIC_SENTENCES
from sim.cli.auction_sentences import SENTENCES
from sim.cli.feed_sentences import SENTENCES as FEED_SENTENCES
from sim.cli.lender_sentences import SENTENCES as LENDER_SENTENCES
from sim.commands import CALLS
from sim.errors import InputError
from sim.facts import Facts, VaultFacts, VenueFacts
from sim.names import Names
from sim.records.auctions import AuctionStarted
from sim.storage import Entry, Run
from sim.units import GWEI, SECOND, AssetId, HalfTicks, Lots, Nanos, Place, Price, Seq, Ticks, Units
from sim.vocabulary import Motive, Side

_BASE_CURRENCY = 10**8
_ANSWERS = {
    Motive.MARKET_MAKING: " (makers answering the price outside, or what they saw traded)",
    Motive.ARBITRAGE: " (arbitrageurs carrying another market's price over)",
}
"""What orders of a motive answer, where the motive by itself would seem to be the root of it all."""


@attrs.define
class Teller:
    """Puts a run's entries into words."""

    facts: Facts
    names: Names
    auctions: frozenset[Seq] = frozenset()
    """Every ``AuctionStarted``."""

    @classmethod
    def of(cls, run: Run) -> Teller:
        """Return the teller of a run folder. InputError if it does not say what its numbers mean."""
        if not run.manifest.facts:
            raise InputError(f"{run.folder} was written without its facts; run the scenario again to have it told")
        facts = Facts.from_json(run.manifest.facts)
        return cls(facts, run.names, frozenset(run.records(AuctionStarted)["seq"].tolist()) if facts.vaults else frozenset())

    # Numbers.

    def clock(self, at: Nanos) -> str:
        """Return an instant as time of day in UTC, to a tenth of a second."""
        tenths = at // (SECOND // 10)
        moment = datetime.fromtimestamp(self.facts.epoch + tenths // 10, UTC)
        return f"{moment:%H:%M:%S}.{tenths % 10}"

    def span(self, nanos: Nanos) -> str:
        """Return a span in the unit that suits it."""
        seconds = nanos / SECOND
        return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.1f} min"

    def price(self, price: Price) -> str:
        """Return a price of 8 decimals to a cent."""
        return f"{price / 10**8:,.2f}"

    def ticks(self, venue: VenueFacts, ticks: Ticks) -> str:
        """Return a venue's price to a cent."""
        return f"{ticks * venue.tick / self.unit(venue.quote):,.2f}"

    def mid(self, venue: VenueFacts, half_ticks: HalfTicks) -> str:
        """Return a venue's mid to a cent."""
        return f"{half_ticks * venue.tick / (2 * self.unit(venue.quote)):,.2f}"

    def average(self, venue: VenueFacts, notional: Units, lots: Lots) -> str:
        """Return what lots fetched on average, to a cent."""
        return f"{notional * self.unit(venue.base) / (lots * venue.lot * self.unit(venue.quote)):,.2f}"

    def money(self, asset: AssetId, units: Units) -> str:
        """Return an amount with its asset: to a cent from one on, to four digits below."""
        amount = units / self.unit(asset)
        digits = f"{amount:,.2f}" if abs(amount) >= 1 or not units else f"{amount:.4g}"
        return f"{digits} {self.symbol(asset)}"

    def base_currency(self, value: int, pool: Place = 0) -> str:
        """Return a value in a pool's base currency, which for vaults is their money; without a pool, in what all lenders have in common."""
        vaults = [each for each in self.facts.vaults if each.place == pool] or ([] if pool or self.facts.pools else self.facts.vaults)
        monies = {each.money for each in vaults}
        return f"{value / _BASE_CURRENCY:,.0f} {self.symbol(monies.pop()) if len(monies) == 1 else 'USD'}"

    def gwei(self, price: int) -> str:
        """Return a gas price of so many wei in gwei."""
        digits = f"{price / GWEI:,.3f}" if price >= GWEI or not price else f"{price / GWEI:.9f}"
        return f"{digits.rstrip('0').rstrip('.')} gwei"

    def change(self, before: float, after: float) -> str:
        """Return a relative change with its sign."""
        return f"{100 * (after / before - 1):+.2f} %" if before else "from nothing"

    def share(self, weight: Fraction) -> str:
        """Return a share in percent."""
        return f"{float(100 * weight):.0f} %" if weight >= Fraction(1, 100) else "under 1 %"

    # Names.

    def name(self, id: int) -> str:
        """Return what an interned number stands for."""
        return self.names.name(id)

    def symbol(self, asset: AssetId) -> str:
        """Return an asset's symbol."""
        return next((each.symbol for each in self.facts.assets if each.id == asset), self.name(asset))

    def venue(self, place: Place) -> VenueFacts | None:
        """Return a venue of the run; None for any other place."""
        return next((venue for venue in self.facts.venues if venue.place == place), None)

    def vault(self, place: Place) -> VaultFacts | None:
        """Return the pool of vaults that a contract belongs to (the first, if it serves several); None for any other place."""
        for each in self.facts.vaults:
            if place in (each.place, each.engine, each.liquidator, each.house, each.vow, each.debt_house):
                return each
        return None

    def liquidation(self, seq: Seq) -> str:
        """Return what a liquidation is called: an auction, where it was one."""
        return f"auction {seq}" if seq in self.auctions else f"liquidation {seq}"

    def origin(self, origin: Origin) -> str:
        """Return whose doing something was, as the end of `because of`."""
        kind, id = origin
        if kind in (OriginKind.SWAP, OriginKind.LIQUIDITY):
            return f"swaps on {self.name(id)}" if kind == OriginKind.SWAP else f"liquidity of {self.name(id)} that came or went"
        words = {
            OriginKind.LIQUIDATION: f"the sale of what {self.liquidation(id)} {'sold' if id in self.auctions else 'seized'}",
            OriginKind.HEDGE: f"a hedge ahead of a liquidation, for margin call {id}",
            OriginKind.TRIGGER: f"a stop or close-out that entry {id} triggered",
            OriginKind.OUTSIDE: "the price outside",
            OriginKind.REPORTER: "another reporter's view being the median",
            OriginKind.OFFSET: "a reporter's own offset and rounding",
            OriginKind.START: "where the price started",
            OriginKind.WITHDRAWAL: f"makers answering entry {id}",
            OriginKind.WITHDRAWAL_ELSEWHERE: f"makers answering entry {id} of another venue",
        }
        return words.get(OriginKind(kind)) or f"{word(Motive(id))} orders{_ANSWERS.get(Motive(id), '')}"

    # Entries.

    def line(self, entry: Entry) -> str:
        """Return an entry with its number, its time and its sentence."""
        return f"[{entry.seq}] {self.clock(entry.at)} {self.sentence(entry)}"

    def sentence(self, entry: Entry) -> str:
        """Return what an entry says."""
        special: Callable[[Entry], str] | None = getattr(self, f"_say_{type(entry.record).__name__}", None)
        if special:
            return special(entry)
        kind = type(entry.record).__name__
        said = SENTENCES.get(kind) or LENDER_SENTENCES.get(kind) or FEED_SENTENCES.get(kind) or ATOMIC_SENTENCES.get(kind)
        return said(self, entry) if said else self._say_plainly(entry)

    def _say_plainly(self, entry: Entry) -> str:
        record: Any = entry.record
        fields = []
        for column in record.columns:
            value = getattr(record, column.name)
            fields.append(f"{column.name} {self.name(value) if column.is_name else word(value) if column.words else value}")
        who = f" of {self.name(entry.party)}" if entry.party else ""
        where = f" at {self.name(entry.place)}" if entry.place else ""
        return f"{type(record).__name__}{who}{where}: {', '.join(fields)}"

    def _say_OrderAccepted(self, entry: Entry) -> str:
        record: Any = entry.record
        venue = self._at(entry)
        verb = "sell" if record.side == Side.SELL else "buy"
        limit = f"at {self.ticks(venue, record.limit)} or better" if record.limit else "at market"
        amount = self.money(venue.base, record.lots * venue.lot)
        return f"{self.name(entry.party)} asks {venue.name} to {verb} {amount} {limit} ({word(record.motive)})"

    def _say_Traded(self, entry: Entry) -> str:
        record: Any = entry.record
        venue = self._at(entry)
        verb = "sells" if record.aggressor == Side.SELL else "buys"
        amount, price = self.money(venue.base, record.lots * venue.lot), self.ticks(venue, record.price)
        return f"{self.name(entry.party)} {verb} {amount} at {price} on {venue.name}, against {self.name(record.maker)}"

    def _say_QuoteChanged(self, entry: Entry) -> str:
        record: Any = entry.record
        venue = self._at(entry)
        bid = self.ticks(venue, record.bid) if record.bid else "nobody"
        ask = self.ticks(venue, record.ask) if record.ask else "nobody"
        return f"{venue.name} quotes {bid} / {ask}"

    def _say_OutsideMoved(self, entry: Entry) -> str:
        record: Any = entry.record
        return f"the price outside is {self.price(record.price)}"

    def _say_HealthFell(self, entry: Entry) -> str:
        record: Any = entry.record
        why = f" at a posted price of {self.price(record.fell_price)}" if record.post else " by interest or its own doing"
        debt, collateral = self.base_currency(record.debt, entry.place), self.base_currency(record.collateral, entry.place)
        return f"margin call: {self.name(entry.party)} falls to a health of {record.health / 10**18:.4f}{why} (owes {debt} on {collateral})"

    def _say_HealthRecovered(self, entry: Entry) -> str:
        return f"{self.name(entry.party)} is healthy again, or owes nothing any more"

    def _say_Liquidated(self, entry: Entry) -> str:
        record: Any = entry.record
        repaid, seized = self.money(record.debt_asset, record.repaid), self.money(record.collateral_asset, record.seized)
        if any(pool.place == entry.place and pool.family == "liquity" for pool in self.facts.pools):
            return f"{self.name(entry.party)} liquidates {self.name(record.account)}, who owed {repaid}, and gets {seized} for it"
        return f"{self.name(entry.party)} liquidates {self.name(record.account)}: repays {repaid}, seizes {seized}{self._bonus(record)}"

    def _say_Absorbed(self, entry: Entry) -> str:
        record: Any = entry.record
        owed = self.money(record.asset, record.debt)
        return f"{self.name(entry.party)} has {self.name(entry.place)} absorb {self.name(record.account)}, who owed {owed}"

    def _say_CollateralBought(self, entry: Entry) -> str:
        record: Any = entry.record
        paid, bought = self.money(record.paid_asset, record.paid), self.money(record.asset, record.bought)
        return f"{self.name(entry.party)} buys {bought} of {self.name(entry.place)} for {paid}"

    def _say_BadDebt(self, entry: Entry) -> str:
        record: Any = entry.record
        return f"bad debt: {self.money(record.asset, record.amount)} of {self.name(entry.party)} has no collateral left behind it"

    def _say_TxPending(self, entry: Entry) -> str:
        record: Any = entry.record
        known = [*(each.__name__ for each in CALLS), *self.facts.own_calls]
        call = known[record.call - 1].removesuffix("Call") if 0 < record.call <= len(known) else "an unknown call"
        return f"{self.name(entry.party)} sends tx {record.tx} ({call} to {self.name(record.contract)}) at {record.max_fee / GWEI:.1f} gwei"

    def _say_BlockSealed(self, entry: Entry) -> str:
        record: Any = entry.record
        txs = f"{record.txs:,} {'tx' if record.txs == 1 else 'txs'}"
        gas = f"{record.gas_used:,} gas, {record.our_gas:,} of it the scenario's agents' in {txs}"
        prices = f"base fee {self.gwei(record.base_fee)}, 60th percentile of prices {self.gwei(record.gas_price_p60)}"
        return f"block {record.number} is sealed: {gas}; {prices}; {record.waiting_gas:,} gas of background still waits"

    def _say_TxReverted(self, entry: Entry) -> str:
        record: Any = entry.record
        gas = self.money(self.facts.gas_asset, record.gas_used * record.gas_price)
        return f"a tx of {self.name(entry.party)} reverts ({word(record.reason)}) after {self.span(record.waited)}; {gas} of gas gone"

    def _say_TxIncluded(self, entry: Entry) -> str:
        record: Any = entry.record
        return f"tx {record.tx} of {self.name(entry.party)} enters block {record.block} after waiting {self.span(record.waited)}"

    def _say_Declined(self, entry: Entry) -> str:
        record: Any = entry.record
        return f"{self.name(entry.party)} leaves {self.name(record.account)} alone: {word(record.reason)}"

    def _say_ShockStruck(self, entry: Entry) -> str:
        record: Any = entry.record
        return f"shock {record.number + 1} ({word(record.shock)}) {'is over' if record.is_over else 'strikes'}"

    def _say_UnitsSent(self, entry: Entry) -> str:
        record: Any = entry.record
        return f"{self.name(entry.party)} sends {self.money(record.asset, record.amount)} to {self.name(record.to)} on the chain"

    def _say_TransferCredited(self, entry: Entry) -> str:
        record: Any = entry.record
        return f"{self.name(entry.place)} credits {self.name(entry.party)} with {self.money(record.asset, record.amount)}"

    def _bonus(self, record: Any) -> str:
        got = Fraction(record.seized * record.collateral_price, self.unit(record.collateral_asset))
        gave = Fraction(record.repaid * record.debt_price, self.unit(record.debt_asset))
        bonus = f", a bonus of {float(got / gave - 1) * 100:.2f} %" if gave and got else ""
        return f" at a posted {self.price(record.collateral_price)}{bonus}"

    def _at(self, entry: Entry) -> VenueFacts:
        venue = self.venue(entry.place)
        assert venue is not None, f"entry {entry.seq} is told at {self.name(entry.place)}, which is no venue of the run"
        return venue

    def unit(self, asset: AssetId) -> Units:
        """Return the units in one whole of an asset."""
        return int(10 ** next((each.decimals for each in self.facts.assets if each.id == asset), 0))


def word(value: Any) -> str:
    """Return a member of an enumeration as a word."""
    return str(value.name).lower().replace("_", " ")
