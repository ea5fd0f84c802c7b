"""Why English auctions were lost: outbid by so much, bids that were refused or that waited, or left alone for a reason that was told.

Which sale a tx that waits is for the tape does not name, so those to the house are told together. Left out: auctions in which nobody bid.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from sim.cli.lost_reason import Reason, refused
from sim.cli.telling import Teller
from sim.experiment.arena.sent import Row, Tx, rows_of
from sim.facts import VaultFacts
from sim.records import Declined
from sim.records.auctions import AuctionClosed, BidMade
from sim.storage import Run
from sim.units import RAD, AssetId, Place


@attrs.frozen
class English:
    """One auction that somebody won."""

    vault: VaultFacts
    closed: Row
    own_bids: tuple[Row, ...]
    last_bid: Row
    """The winner's."""
    refused: tuple[Tx, ...]
    """The keeper's txs to the house that reverted while it lasted."""
    waiting: tuple[Tx, ...]
    """Those that waited when it ended."""
    said: Row | None
    """Why the keeper left it alone, the last that it told while it lasted."""
    is_won: bool

    def heading(self, teller: Teller) -> str:
        """Say which auction it was and who won it."""
        got = teller.money(self._lot_asset, self.closed["sold"])
        winner, raised = teller.name(self.closed["party"]), self._money(teller, self.closed["raised"])
        when, where = teller.clock(self.closed["at_ns"]), teller.name(self.closed["place"])
        return f"[{self.closed['seq']}] {when} auction [{self.closed['started']}] of {where}: {winner} gets {got} for {raised}"

    def reason(self, teller: Teller) -> Reason:
        """Return why it was lost, from bids and reverts."""
        if not self.own_bids:
            return self._no_bid(teller)
        best = self.own_bids[-1]
        bid = f"its last bid [{best['seq']}] of {self._money(teller, best['bid'])} for {teller.money(self._lot_asset, best['lot'])}"
        if best["bid"] < self.last_bid["bid"]:
            return Reason("outbid", f"{bid} was too low by {self._money(teller, self.last_bid['bid'] - best['bid'])}")
        less = teller.money(self._lot_asset, best["lot"] - self.last_bid["lot"])
        return Reason("outbid", f"{bid} raised as much, but the winner asked for {less} less of the lot")

    def _no_bid(self, teller: Teller) -> Reason:
        """Return why it had no bid taken."""
        if self.refused:
            last = self.refused[-1]
            told = f"it had no bid taken; {len(self.refused)} of its txs to the house reverted meanwhile, the last [{last.ended}]"
            return Reason("bids_refused", f"{told} ({refused(last.reason)})")
        if self.waiting:
            first = self.waiting[0]
            told = f"it had no bid taken; {len(self.waiting)} of its txs to the house waited when it ended, the first [{first.seq}]"
            return Reason("left_out", f"{told} since {teller.clock(first.at)} at {teller.gwei(first.max_fee)}")
        if self.said:
            return Reason("declined", f"[{self.said['seq']}] it left it alone ({refused(self.said['reason'])})")
        return Reason("no_bid", "it made no bid in it, and said nothing")

    @property
    def _lot_asset(self) -> AssetId:
        return self.vault.collateral if self.closed["place"] == self.vault.house else self.vault.governance

    def _money(self, teller: Teller, amount: int) -> str:
        return teller.money(self.vault.money, amount * teller.unit(self.vault.money) // RAD)


def auctions(run: Run, teller: Teller, parties: range, txs: list[Tx]) -> Iterator[English]:
    """Yield the English auctions that somebody won, debt auctions included, in the sequence of their ends; ``txs`` are those of all."""
    houses: dict[Place, VaultFacts] = {}
    for vault in teller.facts.vaults:
        houses |= {vault.debt_house: vault} | ({} if vault.is_dutch else {vault.house: vault})
    if not houses:
        return
    bids: dict[tuple[int, int], list[Row]] = {}
    for bid in rows_of(run, BidMade, ("seq", "place", "party", "started", "lot", "bid")):
        bids.setdefault((bid["place"], bid["started"]), []).append(bid)
    said = [row for row in rows_of(run, Declined, ("seq", "party", "account", "pool", "reason")) if row["party"] in parties]
    for closed in rows_of(run, AuctionClosed, ("seq", "at_ns", "place", "party", "started", "account", "sold", "raised")):
        made, place = bids.get((closed["place"], closed["started"]), []), closed["place"]
        if place in houses and made:
            lasted, own = range(closed["started"], closed["seq"]), tuple(bid for bid in made if bid["party"] in parties)
            sent = [tx for tx in txs if tx.party in parties and tx.contract == place and tx.seq < closed["seq"]]
            reverted = tuple(tx for tx in sent if tx.ended in lasted and tx.block and tx.reason)
            waiting = tuple(tx for tx in sent if not 0 < tx.ended < closed["seq"])
            about = [
                row for row in said if (row["account"], row["pool"]) == (closed["account"], houses[place].place) and row["seq"] in lasted
            ]
            is_won = closed["party"] in parties
            yield English(houses[place], closed, own, made[-1], reverted, waiting, about[-1] if about else None, is_won)
