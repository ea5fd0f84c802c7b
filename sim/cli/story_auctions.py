"""Auctions in a story: what one block brought together is told as one sentence, since thousands may run at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from sim.cascade import Cascade
from sim.cli.auction_sentences import collateral, money_within
from sim.cli.telling import Teller
from sim.metrics.auction_tally import is_zero_bid
from sim.records.auctions import AuctionClosed, AuctionRestarted, AuctionStarted, AuctionTaken, BidMade
from sim.storage import Entry, Run
from sim.units import Party, Place

BY_PARTY = (AuctionStarted, BidMade, AuctionTaken, AuctionRestarted, AuctionClosed)
"""Told together where one party did several of them in a block, at one house."""
_ONE_BY_ONE = 2
"""More than these in one block are told as a number."""


@attrs.define
class AuctionLines:
    """Tells of auctions."""

    teller: Teller
    cascade: Cascade

    def line(self, entries: Sequence[Entry]) -> str:
        """Return what one party did at one house in a block, all of one kind."""
        if len(entries) <= _ONE_BY_ONE:
            return "; ".join(self.teller.sentence(entry) for entry in entries)
        first = entries[0]
        who, house, count = self.teller.name(first.party), self.teller.name(first.place), f"{len(entries)} auctions"
        if isinstance(first.record, AuctionStarted):
            generations = [self.cascade.liquidations[entry.seq].generation for entry in entries]
            which = (
                f"generation {generations[0]}"
                if min(generations) == max(generations)
                else f"generations {min(generations)} to {max(generations)}"
            )
            offered, owed = self._units(entries, "offered"), self._money(entries, "owed")
            return f"{who} starts {count} of {house}: {offered} for {owed} owed; {which}"
        if isinstance(first.record, BidMade):
            return f"{who} bids in {count} of {house}: {self._money(entries, 'bid')} in all for {self._units(entries, 'lot')}"
        if isinstance(first.record, AuctionTaken):
            return f"{who} buys from {count} of {house}: {self._units(entries, 'bought')} for {self._money(entries, 'paid')}"
        if isinstance(first.record, AuctionRestarted):
            return f"{who} has {count} of {house} begin anew"
        zero = sum(is_zero_bid(entry.record.raised, entry.record.owed) for entry in entries)  # type: ignore[attr-defined] # AuctionClosed.
        told = f", {zero} of them zero bids" if zero else ""
        sold, raised, owed = self._units(entries, "sold"), self._money(entries, "raised"), self._money(entries, "owed")
        return f"{count} of {house} are over: {sold} sold for {raised} of {owed} owed{told}, last to {who}"

    def _units(self, entries: Sequence[Entry], name: str) -> str:
        return collateral(self.teller, entries[0], sum(getattr(entry.record, name) for entry in entries))

    def _money(self, entries: Sequence[Entry], name: str) -> str:
        return money_within(self.teller, entries[0], sum(getattr(entry.record, name) for entry in entries))


def kinship(entry: Entry) -> tuple[int, Place, Party] | None:
    """Return what entries of an instant must share to be told as one; None of other records."""
    record: Any = entry.record
    return (record.kind, entry.place, entry.party) if isinstance(record, BY_PARTY) else None


def outcome(run: Run, teller: Teller) -> str | None:
    """Return what became of a run's auctions; None without any."""
    closed, houses = run.records(AuctionClosed), [vault.house for vault in teller.facts.vaults]
    started = [each for each in run.records(AuctionStarted)["place"].tolist() if each in houses]
    if not started:
        return None
    rows = [row for row in zip(*(closed[name].tolist() for name in ("place", "raised", "owed")), strict=True) if row[0] in houses]
    zero = sum(is_zero_bid(raised, owed) for _, raised, owed in rows)
    told = f"{zero} of them at a zero bid" if zero else "none of them at a zero bid"
    return f"auctions: {len(started)} started, {len(rows)} closed, {told}"
