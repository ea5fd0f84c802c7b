"""Why English auctions were lost: no bid, bids that were refused, or outbid by so much. Those in which nobody bid are left out."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from sim.cli.lost_reason import Reason, refused
from sim.cli.lost_txs import Row, rows_of
from sim.cli.telling import Teller
from sim.facts import VaultFacts
from sim.records import TxPending, TxReverted
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
    refused: tuple[Row, ...]
    """The keeper's txs to the house that reverted while it lasted."""
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
            if self.refused:
                last = self.refused[-1]
                told = f"it had no bid taken; {len(self.refused)} of its txs to the house reverted meanwhile, the last [{last['seq']}]"
                return Reason("bids_refused", f"{told} ({refused(last['reason'])})")
            return Reason("no_bid", "it made no bid in it")
        best = self.own_bids[-1]
        bid = f"its last bid [{best['seq']}] of {self._money(teller, best['bid'])} for {teller.money(self._lot_asset, best['lot'])}"
        if best["bid"] < self.last_bid["bid"]:
            return Reason("outbid", f"{bid} was too low by {self._money(teller, self.last_bid['bid'] - best['bid'])}")
        less = teller.money(self._lot_asset, best["lot"] - self.last_bid["lot"])
        return Reason("outbid", f"{bid} raised as much, but the winner asked for {less} less of the lot")

    @property
    def _lot_asset(self) -> AssetId:
        return self.vault.collateral if self.closed["place"] == self.vault.house else self.vault.governance

    def _money(self, teller: Teller, amount: int) -> str:
        return teller.money(self.vault.money, amount * teller.unit(self.vault.money) // RAD)


def auctions(run: Run, teller: Teller, parties: range) -> Iterator[English]:
    """Yield the English auctions that somebody won, debt auctions included, in the sequence of their ends."""
    houses: dict[Place, VaultFacts] = {}
    for vault in teller.facts.vaults:
        houses |= {vault.debt_house: vault} | ({} if vault.is_dutch else {vault.house: vault})
    if not houses:
        return
    bids: dict[tuple[int, int], list[Row]] = {}
    for bid in rows_of(run, BidMade, ("seq", "place", "party", "started", "lot", "bid")):
        bids.setdefault((bid["place"], bid["started"]), []).append(bid)
    sent = {row["tx"]: row["contract"] for row in rows_of(run, TxPending, ("tx", "party", "contract")) if row["party"] in parties}
    failed = [row for row in rows_of(run, TxReverted, ("seq", "tx", "reason")) if row["tx"] in sent]
    for closed in rows_of(run, AuctionClosed, ("seq", "at_ns", "place", "party", "started", "sold", "raised")):
        made = bids.get((closed["place"], closed["started"]), [])
        if closed["place"] in houses and made:
            own = tuple(bid for bid in made if bid["party"] in parties)
            lasted = range(closed["started"], closed["seq"])
            reverted = tuple(row for row in failed if row["seq"] in lasted and sent[row["tx"]] == closed["place"])
            yield English(houses[closed["place"]], closed, own, made[-1], reverted, closed["party"] in parties)
