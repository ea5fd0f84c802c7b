"""``downtick story``: a run in sentences, for whoever wants to see what happened before asking for figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from heapq import merge
from itertools import groupby
from pathlib import Path
from typing import Any

import attrs
import click
import numpy as np

from sim.cascade import Cascade, Sale, cascade
from sim.cli.feed_sentences import derived_as
from sim.cli.story_auctions import BY_PARTY, AuctionLines, kinship, outcome
from sim.cli.telling import Teller, word
from sim.errors import InputError, ScenarioError
from sim.records.agents import Declined, OutsideMoved, ShockStruck
from sim.records.auctions import AuctionStarted, DebtAuctionStarted, PriceRefreshed
from sim.records.chain import BlockSealed, TxReverted
from sim.records.comet import Absorbed, CollateralBought
from sim.records.lending import BadDebt, HealthFell, Liquidated
from sim.records.liquity import Redeemed, TroveLiquidated
from sim.records.llamma import BandsLiquidated
from sim.records.market import CustodySuspended, QuoteChanged
from sim.records.oracle import PricePosted, PriceQueued
from sim.scenario.values import instant
from sim.storage import Entry, Run
from sim.storage.columns import Array
from sim.units import DAY, SECOND, Nanos, Party, Place, Seconds, Seq
from sim.vocabulary import Refusal

EXAMPLE = "\b\nExample:\n  downtick story runs/demo\n  downtick story runs/demo --from 10:30 --to 10:45"
_OF_VAULTS = (PriceQueued, PriceRefreshed, *BY_PARTY, DebtAuctionStarted)
_OF_LENDERS = (HealthFell, Liquidated, Absorbed, CollateralBought, TroveLiquidated, BandsLiquidated, Redeemed, BadDebt)
_TOLD = (OutsideMoved, ShockStruck, PricePosted, *_OF_LENDERS, TxReverted, Declined, CustodySuspended, *_OF_VAULTS)
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?")
_OUTSIDE_STEP = 0.01
"""The price outside is told when it has moved by so much."""
_BUSY = (Refusal.ALREADY_PENDING, Refusal.STUCK_NONCE)
_MARGIN_CALLS_BY_NAME = 3
"""More margin calls than these in one block are told as a number."""


@click.command(short_help="Tell a run in sentences.", epilog=EXAMPLE)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--from", "start", metavar="WHEN", help='Begin at a time of day ("10:30", UTC) or a span ("5 min") after the start.')
@click.option("--to", "end", metavar="WHEN", help="End there.")
def command(run: Path, start: str | None, end: str | None) -> None:
    """Tell the run in folder RUN in sentences: who did what, why, and how late.

    Numbers in brackets are entries: `downtick why RUN ENTRY` goes on from there.
    """
    with Run(run) as opened:
        for line in Story.of(opened).lines(start, end):
            click.echo(line)


@attrs.define
class Story:
    """A run that was kept, ready to be told."""

    run: Run
    teller: Teller
    cascade: Cascade
    auctions: AuctionLines = attrs.field(init=False)
    _outside: float = 0.0
    """As last told."""
    _blocks: Array = attrs.field(init=False)
    _post_seqs: dict[Place, Array] = attrs.field(init=False)
    _mids: dict[Place, tuple[Array, Array, Array]] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Look up when blocks were sealed and prices posted."""
        self.auctions = AuctionLines(self.teller, self.cascade)
        self._blocks = self.run.records(BlockSealed)["seq"]
        posts = self.run.records(PricePosted)
        self._post_seqs = {feed.place: posts["seq"][posts["place"] == feed.place] for feed in self.teller.facts.feeds}

    @classmethod
    def of(cls, run: Run) -> Story:
        """Return the story of a run. InputError if its tape was not kept in full."""
        teller = Teller.of(run)
        return cls(run, teller, cascade(run, teller.facts))

    def lines(self, start: str | None = None, end: str | None = None) -> Iterator[str]:
        """Yield the sentences between two moments, in sequence."""
        first = 0 if start is None else moment(start, self.teller.facts.epoch, "--from")
        last = DAY * 10_000 if end is None else moment(end, self.teller.facts.epoch, "--to")
        self._require_within(first, last)
        yield f"{self.run.manifest.scenario}, seed {self.run.manifest.seed}: {self.run.standing}"
        yield from (f"note: {note}" for note in self.run.manifest.notes)
        for seq, at, line in self._told():
            if first <= at <= last:
                yield f"[{seq}] {self.teller.clock(at)} {line}"
        yield from self._ending()

    def _require_within(self, first: Nanos, last: Nanos) -> None:
        """Refuse a stretch with nothing of the run in it."""
        end = self.run.entry(self.run.tape.last_seq).at if self.run.tape.last_seq else 0
        if first > min(last, end):
            clock = self.teller.clock
            raise InputError(
                f"nothing between {clock(first)} and {clock(min(last, max(first, end)))}; the run is {clock(0)} to {clock(end)}"
            )

    def _told(self) -> Iterator[tuple[Seq, Nanos, str]]:
        """Yield everything worth a sentence; sales come where they were sent."""
        sales = ((sale.seq, sale.at, self._sale(sale)) for sale in self.cascade.sales.values())
        return merge(self._by_instant(), sales)

    def _by_instant(self) -> Iterator[tuple[Seq, Nanos, str]]:
        """Yield what one block brought together: posts of a feed, margin calls, and reverts of a keeper as one sentence each."""
        for at, group in groupby(self.run.entries(records=_TOLD), key=_at):
            alike: dict[object, list[Entry]] = {}
            for entry in group:
                alike.setdefault(_kinship(entry), []).append(entry)
            lines = [(entries[0].seq, at, self._line(entries)) for entries in alike.values()]
            yield from sorted((seq, at, line) for seq, at, line in lines if line is not None)

    def _line(self, entries: list[Entry]) -> str | None:
        entry: Entry = entries[-1]
        record: Any = entry.record
        if isinstance(record, OutsideMoved):
            return self._outside_line(entry)
        if isinstance(record, PricePosted):
            return self._posts_of(entries)
        if isinstance(record, Declined):
            return self._left_alone(entries)
        if isinstance(record, HealthFell):
            return self._margin_calls(entries)
        if isinstance(record, TxReverted):
            return self._reverts(entries) if self._is_keeper(entry.party) else None
        if isinstance(record, Liquidated | Absorbed) or (isinstance(record, AuctionStarted) and len(entries) == 1):
            return self._liquidation(entry)
        if isinstance(record, BY_PARTY):
            return self.auctions.line(entries)
        if isinstance(record, PriceRefreshed):
            return self._refreshed(entry)
        if isinstance(record, CustodySuspended):
            return f"{self.teller.name(entry.place)} {'stops' if record.is_suspended else 'takes up again'} deposits and withdrawals"
        return self.teller.sentence(entry)

    def _outside_line(self, entry: Entry) -> str | None:
        price = float(entry.record.price)  # type: ignore[attr-defined] # An OutsideMoved.
        if self._outside and abs(price / self._outside - 1) < _OUTSIDE_STEP:
            return None
        change = f" ({self.teller.change(self._outside, price)})" if self._outside else ""
        self._outside = price
        return f"the price outside is {self.teller.price(int(price))}{change}"

    def _posts_of(self, entries: list[Entry]) -> str:
        """Say the posts of a block and how long the market had been there."""
        first: Any = entries[0].record
        last: Any = entries[-1].record
        change = f" ({self.teller.change(first.previous, last.price)})" if first.previous else ""
        steps = f" in {len(entries)} steps" if len(entries) > 1 else ""
        kind = derived_as(self.teller, entries[0].place)
        if kind is not None:
            return f"feed {self.teller.name(entries[0].place)} ({kind}) is read as {self.teller.price(last.price)}{change}{steps}"
        since, after = self._there_since(entries[0]), "the market was there"
        if first.previous and not first.selected:
            since, after = first.observed_at, "its source posted it"  # A delayed feed.
        late = f", {self.teller.span(entries[0].at - since)} after {after}" if since is not None else ""
        return f"feed {self.teller.name(entries[0].place)} posts {self.teller.price(last.price)}{change}{steps}{late}"

    def _refreshed(self, entry: Entry) -> str | None:
        """Return what a pool of vaults reads, and how late; nothing where it reads what was posted in the same block."""
        post = entry.record.post  # type: ignore[attr-defined] # A PriceRefreshed.
        late = entry.at - self.run.entry(post).at if post else 0
        return f"{self.teller.sentence(entry)}, {self.teller.span(late)} after it was posted" if late else None

    def _reverts(self, entries: list[Entry]) -> str:
        record: Any = entries[-1].record
        if len(entries) == 1:
            return self.teller.sentence(entries[0])
        gas = sum(entry.record.gas_used * entry.record.gas_price for entry in entries)  # type: ignore[attr-defined] # TxReverted.
        lost = self.teller.money(self.teller.facts.gas_asset, gas)
        return f"{len(entries)} txs of {self.teller.name(entries[0].party)} revert ({word(record.reason)}); {lost} of gas gone"

    def _left_alone(self, entries: list[Entry]) -> str | None:
        """Return what a keeper leaves, and why; nothing where it is at it already or its line is held up, which its txs tell."""
        record: Any = entries[-1].record
        if record.reason in _BUSY:
            return None
        if len(entries) == 1:
            return self.teller.sentence(entries[0])
        return f"{self.teller.name(entries[0].party)} leaves {len(entries)} accounts alone: {word(record.reason)}"

    def _there_since(self, entry: Entry) -> Nanos | None:
        """Return when a venue of the feed first quoted a mid as far as the post, since the post before it; None if none did."""
        record: Any = entry.record
        feed = next((each for each in self.teller.facts.feeds if each.place == entry.place), None)
        venue = next((each for each in self.teller.facts.venues if feed and each.place in feed.sources), None)
        if venue is None or not record.previous:
            return None
        seqs, instants, mids = self._mids_of(venue.place)
        earlier = self._post_seqs[entry.place][self._post_seqs[entry.place] < entry.seq]
        first, last = np.searchsorted(seqs, [earlier[-1] if len(earlier) else 0, entry.seq])
        half_ticks = record.price * 2 * self.teller.unit(venue.quote) // (venue.tick * 10**8)
        there = mids[first:last] <= half_ticks if record.price < record.previous else mids[first:last] >= half_ticks
        return int(instants[first:last][there][0]) if there.any() else None

    def _mids_of(self, venue: Place) -> tuple[Array, Array, Array]:
        """Return entries, instants and half ticks of a venue's mids."""
        if venue not in self._mids:
            columns = self.run.records(QuoteChanged)
            both = (columns["place"] == venue) & (columns["bid"] > 0) & (columns["ask"] > 0)
            self._mids[venue] = (columns["seq"][both], columns["at_ns"][both], (columns["bid"] + columns["ask"])[both])
        return self._mids[venue]

    def _margin_calls(self, entries: list[Entry]) -> str:
        calls = list({entry.party: entry for entry in entries}.values())
        if len(calls) <= _MARGIN_CALLS_BY_NAME:
            return "; ".join(self.teller.sentence(call) for call in calls)
        debt = self.teller.base_currency(sum(call.record.debt for call in calls))  # type: ignore[attr-defined] # HealthFell.
        return f"{len(calls)} margin calls at once, first {self.teller.name(calls[0].party)}; together they owe {debt}"

    def _liquidation(self, entry: Entry) -> str:
        """Say a liquidation, how late it came and what it descends from."""
        descent = self.cascade.liquidations[entry.seq]
        waited = ""
        if descent.fall.seq:
            first, last = np.searchsorted(self._blocks, [descent.fall.seq, entry.seq])
            blocks = f"{last - first} {'block' if last - first == 1 else 'blocks'}"
            waited = f", {self.teller.span(entry.at - descent.fall.at)} ({blocks}) after its margin call"
        return f"{self.teller.sentence(entry)}{waited}; {self._descent(entry.seq)}"

    def _descent(self, seq: Seq) -> str:
        descent = self.cascade.liquidations[seq]
        parents = self.cascade.parents_of(seq)
        if not parents:
            why = self.teller.origin(descent.fall.parents[0][0]) if descent.fall.parents else "interest or the borrower's own doing"
            return f"a root, because of {why}"
        heaviest, weight = parents[0]
        more = f" and {len(parents) - 1} more" if len(parents) > 1 else ""
        all_of_them = f" ({self.teller.share(descent.fall.forced)} in all)" if more else ""
        return f"generation {descent.generation}, {self.teller.share(weight)} from {self.teller.liquidation(heaviest)}{more}{all_of_them}"

    def _sale(self, sale: Sale) -> str:
        venue = self.teller.venue(sale.venue)
        assert venue is not None
        verb = "sells" if sale.side else "buys"
        amount, average = self.teller.money(venue.base, sale.lots * venue.lot), self.teller.average(venue, sale.notional, sale.lots)
        before, after = self.teller.mid(venue, sale.before), self.teller.mid(venue, sale.after)
        moved = f"the mid stays at {before}"
        if sale.before != sale.after:
            moved = f"the mid goes from {before} to {after} ({self.teller.change(sale.before, sale.after)})"
        return f"{self.teller.name(sale.party)} {verb} {amount} on {venue.name} at {average} on average: {moved}"

    def _ending(self) -> Iterator[str]:
        table = self.cascade.by_generation()
        if not table:
            yield "nobody was liquidated"
        what, repaid = ("auctions and liquidations", "") if self.teller.auctions else ("liquidations", " repaid")
        for number, (count, debt) in enumerate(table, start=1):
            yield f"generation {number}: {count} {what}, {self.teller.base_currency(debt)} of debt{repaid}"
        if self.teller.auctions and (told := outcome(self.run, self.teller)):
            yield told

    def _is_keeper(self, party: Party) -> bool:
        keepers = [each for each in self.teller.facts.agents if each.role == "keeper"]
        return any(each.party <= party < each.party + max(1, each.accounts) for each in keepers)


def _at(entry: Entry) -> Nanos:
    return entry.at


def _kinship(entry: Entry) -> object:
    """Return what entries of an instant must share to be told as one."""
    record: Any = entry.record
    if isinstance(record, PricePosted):
        return (PricePosted.kind, entry.place)
    if isinstance(record, TxReverted):
        return (TxReverted.kind, entry.party, record.reason)
    if isinstance(record, Declined):
        return (Declined.kind, entry.party, record.reason)
    if (kin := kinship(entry)) is not None:
        return kin
    return HealthFell.kind if isinstance(record, HealthFell) else (0, entry.seq)


def moment(text: str, epoch: Seconds, option: str) -> Nanos:
    """Return the instant a moment stands for: a time of day (the first such after the start), a span since it, or a date.

    InputError otherwise, with what would do.
    """
    if (clock := _CLOCK.fullmatch(text.strip())) is not None:
        hours, minutes, seconds = int(clock[1]), int(clock[2]), Fraction(clock[3] or 0)
        if hours < 24 and minutes < 60 and seconds < 60:
            since_midnight = (hours * 3600 + minutes * 60 + seconds) * SECOND
            return int((since_midnight - epoch % 86_400 * SECOND) % DAY)
    try:
        return instant(text).since(epoch)
    except ScenarioError as mistake:
        raise InputError(f'{option} {mistake}; or a time of day in UTC, such as "10:30" or "10:30:15.5"') from mistake
