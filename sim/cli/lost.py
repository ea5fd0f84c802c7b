"""``downtick why RUN --lost KEEPER``: every race a keeper lost, and by what.

A race is what could be had in one place at one block: liquidations in a pool, takes in a house of Dutch auctions, purchases from a
storefront; and each English auction is one. It is lost where others got something there. Why is read off the tape, the nearest reason
first: its own tx in the same block came behind (tip too low by so much, or the lot); its bundle did not enter (sealed bid too low by so
much, or what it failed for); a tx that waited was left out (its cap under the base fee, behind a nonce of its own, bid too low); its
bundle was meant for an earlier block; a tx or a bundle came after the block and before the next (late by so much; what came later was
for what that one showed); it had said that it would not (no funds since when; no profit, with the gap between oracle and market); or it
said and did nothing. Left out: accounts of reverted txs and what composites are meant for, which the tape does not name, so that txs of
a race are told together; ``downtick arena replay`` knows them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np

from sim.cascade.stretch import require_full
from sim.cli import lost_auctions, lost_bundles
from sim.cli.lost_bundles import Block
from sim.cli.lost_reason import Reason, refused
from sim.cli.telling import Teller
from sim.errors import InputError
from sim.experiment.arena.sent import Bundle, Tx, bundles, composites, txs
from sim.records import BlockSealed, Declined, Liquidated, PricePosted, QuoteChanged
from sim.records.auctions import AuctionTaken
from sim.records.comet import CollateralBought
from sim.storage import Run
from sim.units import INT64_MAX, Place, Seq
from sim.vocabulary import Refusal

LATE_BLOCKS = 3
"""A bundle whose last block was so many before a race was meant for it."""
PLENTY = 12
"""Races told one by one unless all are asked for."""
RACED = (Liquidated, AuctionTaken, CollateralBought)
"""What is had by whoever is first in a block."""
_FUNDS = (Refusal.NO_FUNDS,)
Row = dict[str, Any]


@attrs.define
class Lost:
    """A run's races from one keeper's point of view."""

    run: Run
    teller: Teller
    keeper: str
    parties: range = range(0)
    txs: list[Tx] = attrs.field(factory=list)
    """Of everybody, by number of entry."""
    bundles: dict[int, Bundle] = attrs.field(factory=dict)
    composites: frozenset[int] = frozenset()
    """Numbers of calls made of calls."""
    blocks: dict[str, Any] = attrs.field(factory=dict)

    @classmethod
    def of(cls, run: Run, keeper: str) -> Lost:
        """Return a keeper's view of a run. Raises InputError for a keeper it does not have, or a tape not kept in full."""
        require_full(run)
        teller = Teller.of(run)
        known = {agent.name: agent for agent in teller.facts.agents if agent.role == "keeper"}
        if keeper not in known:
            raise InputError(f'"{keeper}" is no keeper of {run.folder}; it has {", ".join(known) or "none"}')
        agent = known[keeper]
        found = cls(run, teller, keeper, range(agent.party, agent.party + max(1, agent.accounts)))
        found.blocks, found.txs = run.records(BlockSealed), list(txs(run))
        found.bundles, found.composites = bundles(run), composites(teller.facts)
        return found

    def lines(self, is_whole: bool = False) -> Iterator[str]:
        """Yield what was won and lost, by reason, and then race by race."""
        races = list(self._races())
        lost = [(self._heading(race), self._reason(race), len(race["others"])) for race in races if race["others"]]
        won, prizes = sum(len(race["own"]) for race in races), sum(len(race["own"]) + len(race["others"]) for race in races)
        what = "liquidations" if all(race["of"] is Liquidated for race in races) else "liquidations, takes and purchases"
        english = list(lost_auctions.auctions(self.run, self.teller, self.parties, self.txs))
        if races or not english:
            yield f"{self.keeper} won {won} of {prizes} {what}; {len(lost)} races were lost in part or whole"
        if english:
            own = sum(each.is_won for each in english)
            yield f"{self.keeper} won {own} of {len(english)} English auctions"
            lost += [(each.heading(self.teller), each.reason(self.teller), 1) for each in english if not each.is_won]
        counts: dict[str, int] = {}
        for _, reason, others in lost:
            counts[reason.word] = counts.get(reason.word, 0) + others
        by_others = f"{what if not english else 'of them'} by others"
        for word, count in sorted(counts.items(), key=lambda each: -each[1]):
            yield f"  {count} {by_others}: {word.replace('_', ' ')}"
        for heading, reason, _ in lost if is_whole else lost[:PLENTY]:
            yield heading
            yield f"  {reason.told}"
        if len(lost) > PLENTY and not is_whole:
            yield f"and {len(lost) - PLENTY} more races; --all tells them too"

    def _races(self) -> Iterator[Row]:
        """Yield what was to be had, by place and block: what the keeper got, and what others did."""
        found: dict[tuple[int, int], Row] = {}
        for record in RACED:
            rows = self.run.records(record)
            sealed = np.searchsorted(self.blocks["seq"], rows["seq"])
            none = np.zeros(len(rows["seq"]), np.int64)
            accounts, falls = rows.get("account", none), rows.get("fell", none)
            for index in range(len(rows["seq"])):
                key = (int(rows["place"][index]), int(sealed[index]))
                race = found.setdefault(key, {"of": record, "pool": key[0], "block": key[1], "own": [], "others": []})
                party = int(rows["party"][index])
                prize = (int(rows["seq"][index]), party, int(accounts[index]), int(rows["cause"][index]), int(falls[index]))
                race["own" if party in self.parties else "others"].append(prize)
        yield from sorted(found.values(), key=_first)

    def _heading(self, race: Row) -> str:
        block = race["block"]
        takers: dict[str, int] = {}
        for _, party, *_rest in race["others"]:
            takers[self.teller.name(party)] = takers.get(self.teller.name(party), 0) + 1
        told = ", ".join(f"{name} {count}" for name, count in sorted(takers.items(), key=lambda each: -each[1]))
        own = f"; {self.keeper} {len(race['own'])}" if race["own"] else ""
        seq, first = self._sealed(block), race["others"][0][0]
        return f"[{first}] {self.teller.clock(seq[1])} block {seq[2]}, {self.teller.name(race['pool'])}: {told}{own}"

    def _sealed(self, block: int) -> tuple[int, int, int, int]:
        """Return entry, instant, number and base fee of a block; of one that was never sealed, the last there was."""
        index = min(block, len(self.blocks["seq"]) - 1)
        names = ("seq", "at_ns", "number", "base_fee")
        return tuple(int(self.blocks[name][index]) for name in names)  # type: ignore[return-value] # Four names, four numbers.

    def _following(self, block: int) -> Seq:
        """Return the entry that sealed the next block: what was sent after it was for what that block showed."""
        return int(self.blocks["seq"][block + 1]) if block + 1 < len(self.blocks["seq"]) else INT64_MAX

    def _reason(self, race: Row) -> Reason:
        """Return why a race was lost, the nearest reason first."""
        sealed, at, number, base_fee = self._sealed(race["block"])
        opened = self._sealed(race["block"] - 1)[0] if race["block"] else 0
        of_party = [tx for tx in self.txs if tx.party in self.parties and self._is_meant(tx, race["pool"])]
        mine = [tx for tx in of_party if not tx.bundle]
        causes = {prize[3] for prize in race["others"]}
        winners = [tx for tx in self.txs if tx.ended in causes]
        behind = [tx for tx in mine if opened < tx.ended < sealed and tx.block and (tx.reason or tx.failed)]
        if behind:
            return self._behind(behind, winners)
        block = Block(opened, sealed, number, at, self._following(race["block"]))
        tried = [self.bundles[each] for each in dict.fromkeys(tx.bundle for tx in of_party if tx.bundle)]
        in_bundles = [self.bundles[tx.bundle] for tx in winners if tx.bundle]
        reason = lost_bundles.left_out(self.teller, block, tried, in_bundles, self.bundles, self.txs)
        if reason is not None:
            return reason
        thrown_out = [tx for tx in mine if opened < tx.ended < sealed and tx.reason and not tx.block]
        if thrown_out:
            return self._thrown_out(thrown_out, winners, base_fee)
        waiting = [tx for tx in mine if tx.seq < sealed and not 0 < tx.ended < sealed]
        if waiting:
            return self._left_out(waiting, winners, sealed, base_fee)
        late = [tx for tx in mine if sealed < tx.seq < block.following and tx.reason]
        if late:
            late_by, how = self.teller.span(late[0].at - at), "reverted" if late[0].block else "was let go of"
            return Reason("late", f"late by {late_by}: its tx [{late[0].seq}] came after the block, and {how} ({refused(late[0].reason)})")
        fell = min((prize[4] for prize in race["others"] if prize[4]), default=0)
        missed = lost_bundles.missed(self.teller, block, tried, fell, LATE_BLOCKS)
        return missed or self._said(race, sealed) or self._shared(race) or self._silent(race, sealed)

    def _is_meant(self, tx: Tx, place: Place) -> bool:
        """It went there, or is made of calls, one of which may have."""
        return tx.contract == place or tx.call in self.composites

    def _shared(self, race: Row) -> Reason | None:
        """Say that it took part of what there was, and nothing of it failed."""
        if not race["own"]:
            return None
        first, count = race["own"][0][0], len(race["own"])
        return Reason("shared", f"it took {count} there itself, the first [{first}]; of the others it had sent nothing and said nothing")

    def _behind(self, behind: list[Tx], winners: list[Tx]) -> Reason:
        """Say of txs that reverted in the block itself what was ahead of them."""
        best = max(behind, key=lambda tx: tx.price)
        ahead = [tx for tx in winners if tx.position < best.position]
        price = self.teller.gwei(best.price)
        head = f"{len(behind)} of its txs in the block {_how(best)}, the best [{best.ended}] at {price}"
        if not ahead:
            return Reason("behind", f"{head}; nobody of the block was ahead of it: the account was gone before, or not to be had")
        low = min(ahead, key=lambda tx: tx.price)
        short, name = low.price - best.price, self.teller.name(low.party)
        place = f"position {best.position}, {name} at {low.position}"
        if low.bundle:
            bid = self.teller.money(self.teller.facts.gas_asset, self.bundles[low.bundle].bid)
            return Reason(
                "behind_a_bundle", f"{head}: {name} came in a bundle with a sealed bid of {bid}, ahead of all public txs ({place})"
            )
        if short > 0:
            return Reason("outbid", f"{head}: too low by {self.teller.gwei(short)} against {name} ({place})")
        if short == 0:
            return Reason("tied", f"{head}: as much as {name} bid, and the lot put it behind ({place})")
        return Reason("behind", f"{head}: it bid {self.teller.gwei(-short)} more than {name} and stood behind all the same ({place})")

    def _thrown_out(self, dropped: list[Tx], winners: list[Tx], base_fee: int) -> Reason:
        """Say of txs that went to the builder alone, and would have failed in the block, what was ahead of them."""
        first = min(dropped, key=lambda tx: (tx.nonce, tx.seq))
        bid = min(first.max_fee, base_fee + first.tip)
        more = f", and {len(dropped) - 1} more with it" if len(dropped) > 1 else ""
        failed = f"would have failed ({refused(first.reason)})"
        head = f"its tx [{first.seq}] at {self.teller.gwei(bid)} {failed} and was let go of, free of charge{more}"
        if not winners:
            return Reason("behind", head)
        best = max(winners, key=lambda tx: (bool(tx.bundle), tx.price))
        name = self.teller.name(best.party)
        if best.bundle:
            money = self.teller.money(self.teller.facts.gas_asset, self.bundles[best.bundle].bid)
            return Reason("behind_a_bundle", f"{head}: {name} came in a bundle with a sealed bid of {money}, ahead of all single txs")
        if best.price > bid:
            return Reason("outbid", f"{head}: too low by {self.teller.gwei(best.price - bid)} against {name}")
        word, why = ("tied", "as much as") if best.price == bid else ("behind", "no less than")
        return Reason(word, f"{head}: it bid {why} {name} did, and stood behind")

    def _left_out(self, waiting: list[Tx], winners: list[Tx], sealed: Seq, base_fee: int) -> Reason:
        """Say of txs that waited while the block closed why they were not in it."""
        first = min(waiting, key=lambda tx: (tx.nonce, tx.seq))
        line = [
            tx for tx in self.txs if tx.party == first.party and tx.seq < sealed and not 0 < tx.ended < sealed and tx.nonce < first.nonce
        ]
        if line:
            head = min(line, key=lambda tx: tx.nonce)
            since = self.teller.clock(head.at)
            return Reason(
                "stuck",
                f"stuck behind its nonce {head.nonce}: tx [{head.seq}] had waited since {since} at {self.teller.gwei(head.max_fee)}",
            )
        if first.max_fee < base_fee:
            short = self.teller.gwei(base_fee - first.max_fee)
            return Reason("under_base_fee", f"its tx [{first.seq}] waited: it pays {short} less than the base fee")
        bid = min(first.max_fee, base_fee + first.tip)
        low = min((tx.price for tx in winners), default=0)
        held = len(waiting) - 1
        more = f", and {held} more of its txs wait behind it" if held else ""
        if low > bid:
            return Reason(
                "left_out", f"its tx [{first.seq}] waited: it bid {self.teller.gwei(low - bid)} less than the lowest winner{more}"
            )
        return Reason(
            "left_out",
            f"its tx [{first.seq}] waited at {self.teller.gwei(bid)}{more}: it came too late for the block, or the block was full",
        )

    def _said(self, race: Row, sealed: Seq) -> Reason | None:
        """Say what the keeper itself had said of the accounts of the race."""
        rows = self.run.records(Declined)
        accounts = [prize[2] for prize in race["others"]]
        mask = (
            np.isin(rows["party"], self.parties)
            & np.isin(rows["account"], accounts)
            & (rows["seq"] < sealed)
            & np.isin(rows["pool"], self._pools(race["pool"]))
        )
        said = np.flatnonzero(mask)
        if not len(said):
            return None
        last = int(said[-1])
        reason, seq = Refusal(int(rows["reason"][last])), int(rows["seq"][last])
        word = refused(reason)
        if reason in _FUNDS:
            since = self._out_of_funds_since(rows, seq)
            return Reason("no_funds", f"out of funds since {since}: [{seq}] it left the account ({word})")
        gap = self._oracle_gap(race, seq) if reason is Refusal.NO_PROFIT else ""
        return Reason("declined", f"[{seq}] it left the account at {self.teller.clock(int(rows['at_ns'][last]))} ({word}){gap}")

    def _pools(self, place: Place) -> list[Place]:
        """Return what a keeper calls the place of a race when it says why it leaves something: a house's pools, or the pool itself."""
        return [place, *(vault.place for vault in self.teller.facts.vaults if vault.house == place)]

    def _out_of_funds_since(self, rows: Any, until: Seq) -> str:
        """Return when it first had no funds, with no other reason given since."""
        own = np.isin(rows["party"], self.parties) & (rows["seq"] <= until)
        since = int(rows["at_ns"][own][-1])
        for at, reason in zip(rows["at_ns"][own][::-1].tolist(), rows["reason"][own][::-1].tolist(), strict=True):
            if Refusal(reason) not in _FUNDS:
                break
            since = at
        return self.teller.clock(since)

    def _oracle_gap(self, race: Row, seq: Seq) -> str:
        """Say how far the posted price was from the market then; nothing where either is unknown."""
        posts = self.run.records(PricePosted)
        feeds = next((list(pool.feeds.values()) for pool in self.teller.facts.pools if pool.place == race["pool"]), [])
        before = np.flatnonzero(np.isin(posts["place"], feeds) & (posts["seq"] < seq))
        quotes = self.run.records(QuoteChanged)
        venue = self.teller.facts.venues[0] if self.teller.facts.venues else None
        now = np.flatnonzero((quotes["seq"] < seq) & (quotes["bid"] > 0) & (quotes["ask"] > 0))
        if venue is None or not len(before) or not len(now):
            return ""
        posted = int(posts["price"][int(before[-1])]) / 10**8
        mid = (int(quotes["bid"][int(now[-1])]) + int(quotes["ask"][int(now[-1])])) * venue.tick / (2 * self.teller.unit(venue.quote))
        side = "below" if mid < posted else "above"
        return (
            f"; the market stood {abs(mid / posted - 1):.2%} {side} the posted {posted:,.2f}, and so much of the bonus was gone or gained"
        )

    def _silent(self, race: Row, sealed: Seq) -> Reason:
        """Say that nothing was heard of it, and how long there was to act."""
        fell = [prize[4] for prize in race["others"] if prize[4]]
        at = self._sealed(race["block"])[1]
        span = self.teller.span(at - self.run.entry(min(fell)).at) if fell else ""
        left = f"; the first of these accounts had been unhealthy for {span}" if span else ""
        return Reason("silent", f"it sent nothing and said nothing{left}")


def _first(race: Row) -> Seq:
    return int(min((*race["own"], *race["others"]))[0])


def _how(tx: Tx) -> str:
    """Say how a tx did not do what it was meant to."""
    if tx.reason:
        return f"reverted ({refused(tx.reason)})"
    return f"went through without {len(tx.failed)} of its calls ({refused(tx.failed[0])})"
