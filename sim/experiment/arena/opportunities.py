"""What there was to be had in a recorded run, one by one: margin calls and auctions, when each began and ended, and what it took.

A margin call ends with its first liquidation, or when the account is healthy again; a Dutch auction with its first take, an English one
with its settlement. Left out: storefronts, gains of stability pools; the rest of an account or a sale after its first taker.
"""

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np

from sim.experiment.arena.sent import Bundle, Row, Tx, bundles, rows_of, txs
from sim.facts import Facts
from sim.records import BlockSealed, HealthFell, HealthRecovered, Liquidated
from sim.records.auctions import AuctionClosed, AuctionStarted, AuctionTaken
from sim.storage import Run
from sim.units import INT64_MAX, Nanos, Party, Place, Seq


@attrs.frozen
class Opportunity:
    """One thing to be had."""

    seq: Seq
    """Its margin call, or the start of its auction."""
    at: Nanos
    place: Place
    """The pool, or the house."""
    named: int
    """The account, or the number of the sale: what a call names."""
    account: Party
    ended: Nanos
    """When it was no more to be had; the end of time if that is not on the tape."""
    taken: Seq = 0
    """The first liquidation, take or settlement; 0: nobody's."""
    taker: Party = 0
    block: int = 0
    """That it was taken in."""
    base_fee: int = 0
    tx: Tx | None = None
    """The taker's."""
    bundle: Bundle | None = None
    """That this came in."""
    bonus: int | None = None
    """What the taker got less what it paid, at the posted prices, with 8 decimals; None where the tape does not tell."""
    price: int = 0
    """Posted price of what it got, with 8 decimals."""
    got: int = 0
    """Asset that it got."""


def opportunities(run: Run, facts: Facts) -> list[Opportunity]:
    """Return all of a run in the sequence in which they began."""
    ended_by = {tx.ended: tx for tx in txs(run) if tx.ended}
    blocks = rows_of(run, BlockSealed, ("seq", "at_ns", "number", "base_fee"))
    found = [*_margin_calls(run, facts), *_auctions(run)]
    sealed = np.array([block["seq"] for block in blocks], np.int64)
    known = bundles(run)
    return sorted((_with_block(each, cause, ended_by, known, blocks, sealed) for each, cause in found), key=_seq)


def _margin_calls(run: Run, facts: Facts) -> Iterator[tuple[Opportunity, Seq]]:
    units = {asset.id: 10**asset.decimals for asset in facts.assets}
    houses = {vault.place for vault in facts.vaults}
    first: dict[Seq, Row] = {}
    keys = (
        "seq",
        "at_ns",
        "cause",
        "party",
        "fell",
        "debt_asset",
        "collateral_asset",
        "debt_price",
        "collateral_price",
        "repaid",
        "seized",
    )
    for row in rows_of(run, Liquidated, keys):
        first.setdefault(row["fell"], row)
    healthy: dict[tuple[int, int], list[Nanos]] = {}
    for row in rows_of(run, HealthRecovered, ("at_ns", "place", "party")):
        healthy.setdefault((row["place"], row["party"]), []).append(row["at_ns"])
    for row in rows_of(run, HealthFell, ("seq", "at_ns", "place", "party")):
        if row["place"] in houses:
            continue
        told = {"seq": row["seq"], "at": row["at_ns"], "place": row["place"], "named": row["party"], "account": row["party"]}
        won = first.get(row["seq"])
        if won is None:
            ends = [at for at in healthy.get((row["place"], row["party"]), ()) if at >= row["at_ns"]]
            yield Opportunity(**told, ended=min(ends, default=INT64_MAX)), 0
            continue
        got = won["seized"] * won["collateral_price"] // units.get(won["collateral_asset"], 1)
        gave = won["repaid"] * won["debt_price"] // units.get(won["debt_asset"], 1)
        more = {"bonus": got - gave, "price": won["collateral_price"], "got": won["collateral_asset"]}
        yield Opportunity(**told, ended=won["at_ns"], taken=won["seq"], taker=won["party"], **more), won["cause"]


def _auctions(run: Run) -> Iterator[tuple[Opportunity, Seq]]:
    ends: dict[Seq, Row] = {}
    for record in (AuctionTaken, AuctionClosed):
        for row in rows_of(run, record, ("seq", "at_ns", "cause", "party", "started")):
            ends.setdefault(row["started"], row)
    for row in rows_of(run, AuctionStarted, ("seq", "at_ns", "place", "sale", "account")):
        told = {"seq": row["seq"], "at": row["at_ns"], "place": row["place"], "named": row["sale"], "account": row["account"]}
        end = ends.get(row["seq"])
        if end is None:
            yield Opportunity(**told, ended=INT64_MAX), 0
        else:
            yield Opportunity(**told, ended=end["at_ns"], taken=end["seq"], taker=end["party"]), end["cause"]


def _with_block(
    found: Opportunity, cause: Seq, ended_by: dict[Seq, Tx], known: dict[int, Bundle], blocks: list[Row], sealed: Any
) -> Opportunity:
    """Return an opportunity with the block, tx and bundle of its taker."""
    if not found.taken or not blocks:
        return found
    block, tx = blocks[min(int(np.searchsorted(sealed, found.taken)), len(blocks) - 1)], ended_by.get(cause)
    bundle = known.get(tx.bundle) if tx is not None and tx.bundle else None
    return attrs.evolve(found, block=block["number"], base_fee=block["base_fee"], tx=tx, bundle=bundle)


def _seq(found: Opportunity) -> Seq:
    return found.seq
