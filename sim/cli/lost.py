"""``downtick why RUN --lost KEEPER``: every race a keeper lost, and by what.

A race is what could be liquidated in one pool at one block. It is lost where others liquidated there. Why is read off the tape, the
nearest reason first: its own tx in the same block came behind (tip too low by so much, or the lot); a tx that waited was left out (its
cap under the base fee, behind a nonce of its own, bid too low); a tx came after the block (late by so much); it had said that it would not
(no funds since when; no profit, with the gap between oracle and market); or it said and did nothing. Left out: accounts of reverted
txs, which the tape does not name, so that txs of a race are told together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np

from sim.cascade.stretch import require_full
from sim.cli.telling import Teller
from sim.errors import InputError
from sim.records import (
    BlockSealed,
    Declined,
    Liquidated,
    PricePosted,
    QuoteChanged,
    TxDropped,
    TxIncluded,
    TxPending,
    TxReplaced,
    TxReverted,
)
from sim.storage import Run
from sim.units import Place, Seq
from sim.vocabulary import Refusal

LATE_BLOCKS = 3
"""A tx that comes so many blocks after a race was still meant for it."""
PLENTY = 12
"""Races told one by one unless all are asked for."""
_FUNDS = (Refusal.NO_FUNDS,)
Row = dict[str, Any]


@attrs.frozen
class Tx:
    """One tx with its fate."""

    seq: Seq
    at: int
    tx: int
    party: int
    nonce: int
    contract: Place
    max_fee: int
    tip: int
    ended: Seq = 0
    """Entry of its inclusion, revert, drop or replacement; 0: it waits still."""
    block: int = 0
    position: int = 0
    price: int = 0
    reason: int = 0
    """Why it reverted or was dropped; 0 otherwise."""


@attrs.frozen
class Reason:
    """Why one race was lost."""

    word: str
    """``outbid``, ``tied``, ``behind``, ``left_out``, ``stuck``, ``under_base_fee``, ``late``, ``no_funds``, ``declined`` or ``silent``."""
    told: str


@attrs.define
class Lost:
    """A run's races from one keeper's point of view."""

    run: Run
    teller: Teller
    keeper: str
    parties: range = range(0)
    txs: list[Tx] = attrs.field(factory=list)
    """Of everybody, by number of entry."""
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
        found.blocks, found.txs = run.records(BlockSealed), list(_txs(run))
        return found

    def lines(self, is_whole: bool = False) -> Iterator[str]:
        """Yield what was won and lost, by reason, and then race by race."""
        races = list(self._races())
        lost = [(race, self._reason(race)) for race in races if race["others"]]
        won, prizes = sum(len(race["own"]) for race in races), sum(len(race["own"]) + len(race["others"]) for race in races)
        yield f"{self.keeper} won {won} of {prizes} liquidations; {len(lost)} races were lost in part or whole"
        counts: dict[str, int] = {}
        for race, reason in lost:
            counts[reason.word] = counts.get(reason.word, 0) + len(race["others"])
        for word, count in sorted(counts.items(), key=lambda each: -each[1]):
            yield f"  {count} liquidations by others: {word.replace('_', ' ')}"
        for race, reason in lost if is_whole else lost[:PLENTY]:
            yield self._heading(race)
            yield f"  {reason.told}"
        if len(lost) > PLENTY and not is_whole:
            yield f"and {len(lost) - PLENTY} more races; --all tells them too"

    def _races(self) -> Iterator[Row]:
        """Yield what was liquidated, by pool and block: by the keeper, and by others."""
        rows = self.run.records(Liquidated)
        sealed = np.searchsorted(self.blocks["seq"], rows["seq"])
        found: dict[tuple[int, int], Row] = {}
        for index in range(len(rows["seq"])):
            key = (int(rows["place"][index]), int(sealed[index]))
            race = found.setdefault(key, {"pool": key[0], "block": key[1], "own": [], "others": []})
            party = int(rows["party"][index])
            prize = (int(rows["seq"][index]), party, int(rows["account"][index]), int(rows["cause"][index]), int(rows["fell"][index]))
            race["own" if party in self.parties else "others"].append(prize)
        yield from found.values()

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

    def _reason(self, race: Row) -> Reason:
        """Return why a race was lost, the nearest reason first."""
        sealed, at, number, base_fee = self._sealed(race["block"])
        opened = self._sealed(race["block"] - 1)[0] if race["block"] else 0
        mine = [tx for tx in self.txs if tx.party in self.parties and tx.contract == race["pool"]]
        winners = [tx for tx in self.txs if tx.ended in {prize[3] for prize in race["others"]}]
        behind = [tx for tx in mine if opened < tx.ended < sealed and tx.reason and tx.block]
        if behind:
            return self._behind(behind, winners)
        waiting = [tx for tx in mine if tx.seq < sealed and not 0 < tx.ended < sealed]
        if waiting:
            return self._left_out(waiting, winners, sealed, base_fee)
        late = [tx for tx in mine if tx.seq > sealed and tx.reason and 0 < tx.block <= number + LATE_BLOCKS]
        if late:
            late_by = self.teller.span(late[0].at - at)
            return Reason("late", f"late by {late_by}: its tx [{late[0].seq}] came after the block, and reverted ({self._word(late[0])})")
        return self._said(race, sealed) or self._silent(race, sealed)

    def _behind(self, behind: list[Tx], winners: list[Tx]) -> Reason:
        """Say of txs that reverted in the block itself what was ahead of them."""
        best = max(behind, key=lambda tx: tx.price)
        ahead = [tx for tx in winners if tx.position < best.position]
        price = self.teller.gwei(best.price)
        head = f"{len(behind)} of its txs in the block reverted ({self._word(best)}), the best [{best.ended}] at {price}"
        if not ahead:
            return Reason("behind", f"{head}; nobody of the block was ahead of it: the account was gone before, or not to be had")
        low = min(ahead, key=lambda tx: tx.price)
        short, name = low.price - best.price, self.teller.name(low.party)
        place = f"position {best.position}, {name} at {low.position}"
        if short > 0:
            return Reason("outbid", f"{head}: too low by {self.teller.gwei(short)} against {name} ({place})")
        if short == 0:
            return Reason("tied", f"{head}: as much as {name} bid, and the lot put it behind ({place})")
        return Reason("behind", f"{head}: it bid {self.teller.gwei(-short)} more than {name} and stood behind all the same ({place})")

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
            & (rows["pool"] == race["pool"])
        )
        said = np.flatnonzero(mask)
        if not len(said):
            return None
        last = int(said[-1])
        reason, seq = Refusal(int(rows["reason"][last])), int(rows["seq"][last])
        word = reason.name.lower().replace("_", " ")
        if reason in _FUNDS:
            since = self._out_of_funds_since(rows, seq)
            return Reason("no_funds", f"out of funds since {since}: [{seq}] it left the account ({word})")
        gap = self._oracle_gap(race, seq) if reason is Refusal.NO_PROFIT else ""
        return Reason("declined", f"[{seq}] it left the account at {self.teller.clock(int(rows['at_ns'][last]))} ({word}){gap}")

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

    def _word(self, tx: Tx) -> str:
        return Refusal(tx.reason).name.lower().replace("_", " ") if tx.reason else "none"


def _txs(run: Run) -> Iterator[Tx]:
    """Yield every tx of the scenario's agents with its fate."""
    fates: dict[int, Row] = {}
    for record, keys in ((TxIncluded, ("block", "position", "gas_price")), (TxReverted, ("block", "position", "gas_price", "reason"))):
        _gather(run.records(record), keys, fates)
    _gather(run.records(TxDropped), ("reason",), fates)
    _gather(run.records(TxReplaced), (), fates)
    rows = run.records(TxPending)
    for index in range(len(rows["seq"])):
        at = {key: int(rows[key][index]) for key in ("seq", "at_ns", "tx", "party", "nonce", "place", "contract", "max_fee", "tip")}
        fate = fates.get(at["tx"], {})
        yield Tx(
            at["seq"],
            at["at_ns"],
            at["tx"],
            at["party"],
            at["nonce"],
            at["contract"],
            at["max_fee"],
            at["tip"],
            fate.get("seq", 0),
            fate.get("block", 0),
            fate.get("position", 0),
            fate.get("gas_price", 0),
            fate.get("reason", 0),
        )


def _gather(rows: Any, keys: tuple[str, ...], fates: dict[int, Row]) -> None:
    for index, tx in enumerate(rows["tx"].tolist()):
        fates[tx] = {key: int(rows[key][index]) for key in ("seq", *keys)}
