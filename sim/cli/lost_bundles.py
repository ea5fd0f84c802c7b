"""Why a keeper's bundles were in none of a race's blocks: outbid by so much, failed for what, meant for an earlier block, or late.

Bundles go by what the builder gets per gas, updates on offer by the bid alone. What a bundle failed for is told by the tape once, when it
is let go of; of a bundle that was tried at several blocks it stands for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sim.cli.lost_reason import Reason, refused
from sim.cli.telling import Teller
from sim.experiment.arena.sent import Bundle, Tx
from sim.units import Nanos, Seq
from sim.vocabulary import Refusal


class Block(NamedTuple):
    """Where a race was."""

    opened: Seq
    """Entry that sealed the one before it."""
    sealed: Seq
    number: int
    at: Nanos
    following: Seq
    """Entry that sealed the next one; of the last, the end of time."""


def left_out(
    teller: Teller, block: Block, tried: list[Bundle], winners: list[Bundle], rivals: Mapping[int, Bundle], txs: list[Tx]
) -> Reason | None:
    """Return why bundles that waited when a block was filled are not in it; None where none waited.

    ``winners`` are those in which what there was was got, ``rivals`` all bundles of the run, and ``txs`` all txs.
    """
    failed = [each for each in tried if _is_there(each, block) and each.block != block.number]
    if not failed:
        return None
    best = max(failed, key=_bid)
    above = [each for each in rivals.values() if each.party != best.party and each.bid > best.bid and _is_there(each, block)]
    if best.reason == Refusal.OUTBID and above:
        return _outbid(teller, best, max(above, key=_bid))
    if winners:
        return _against(teller, best, max(winners, key=_bid), txs)
    return Reason("bundle_failed", f"{_named(teller, best)} did not enter the block ({_why(best)}); it cost nothing")


def missed(teller: Teller, block: Block, tried: list[Bundle], fell: Seq, blocks: int) -> Reason | None:
    """Return that bundles were let go of before a block, after the account had fallen; or that they came after it, before the next."""
    early = [each for each in tried if each.ended and not each.block and fell < each.ended <= block.opened]
    recent = [each for each in early if block.number - blocks <= each.last_block < block.number]
    if recent:
        best = recent[-1]
        told = f"{_named(teller, best)} was meant for blocks up to {best.last_block}, and this was {block.number}; it was let go of"
        return Reason("bundle_missed_its_block", f"{told} ({_why(best)})")
    late = [each for each in tried if block.sealed < each.seq < block.following and each.reason]
    if late:
        told = f"late by {teller.span(late[0].at - block.at)}: {_named(teller, late[0])} came after the block, and failed ({_why(late[0])})"
        return Reason("bundle_late", told)
    return None


def _is_there(bundle: Bundle, block: Block) -> bool:
    """It was with the builder when a block was filled."""
    return bundle.seq < block.sealed and (not bundle.ended or bundle.ended > block.opened)


def _outbid(teller: Teller, own: Bundle, other: Bundle) -> Reason:
    """Say who bid more for the right to follow an update."""
    more = "" if other.block else f", which did not enter either ({_why(other)})"
    return _too_low(teller, own, other.bid, f"for the right to follow the update {teller.name(other.party)} bid", more)


def _against(teller: Teller, own: Bundle, winner: Bundle, txs: list[Tx]) -> Reason:
    """Say of a bundle that another was ahead of it."""
    name, failed = teller.name(winner.party), f"behind it, it would have failed ({_why(own)})"
    mine, theirs = (each.bid // max(1, sum(tx.gas_limit for tx in txs if tx.bundle == each.bundle)) for each in (own, winner))
    if own.bid < winner.bid and mine <= theirs:
        return _too_low(teller, own, winner.bid, f"{name} bid", f"; {failed}")
    if own.bid == winner.bid and mine == theirs:
        return Reason("tied", f"{_named(teller, own)}: as much as {name} bid, and the lot put it behind; {failed}")
    rates = f"{teller.gwei(mine)} for each gas of its txs' limits, and {name}'s {teller.gwei(theirs)}"
    told = f"{_named(teller, own)} against {_money(teller, winner.bid)} of {name}; bundles go by what they pay per gas, and it paid {rates}"
    if mine > theirs:
        return Reason("bundle_failed", f"{told}; it failed all the same ({_why(own)})")
    return Reason("sealed_bid_too_low", f"{told}; {failed}")


def _too_low(teller: Teller, own: Bundle, price: int, by: str, more: str = "") -> Reason:
    told = f"{_named(teller, own)}: too low by {_money(teller, price - own.bid)}, {by} {_money(teller, price)}{more}"
    return Reason("sealed_bid_too_low", told)


def _named(teller: Teller, bundle: Bundle) -> str:
    return f"its bundle [{bundle.seq}] with a sealed bid of {_money(teller, bundle.bid)}"


def _money(teller: Teller, units: int) -> str:
    return teller.money(teller.facts.gas_asset, units)


def _why(bundle: Bundle) -> str:
    return refused(bundle.reason) if bundle.reason else "it entered a later block" if bundle.block else "it waits still"


def _bid(bundle: Bundle) -> int:
    return bundle.bid
