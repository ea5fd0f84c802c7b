"""What a run's agents sent to the chain and what became of it: public txs, and bundles behind the builder's door.

A tx that is part of a bundle has no fate of its own unless the bundle entered a block. Left out: what a composite is meant for, which the
tape does not tell; so one counts as meant for every race that it could have been in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from sim.commands import CALLS
from sim.composites import COMPOSITES
from sim.facts import Facts
from sim.records import TxDropped, TxIncluded, TxPending, TxReplaced, TxReverted
from sim.records.atomic import BundleDropped, BundleIncluded, BundleSent, CallFailed, TxEnclosed
from sim.records.declare import Record
from sim.storage import Run
from sim.units import Place, Seq

Row = dict[str, Any]
_OF_A_TX = ("seq", "at_ns", "tx", "party", "nonce", "contract", "call", "max_fee", "tip", "gas_limit")
_FATE = ("block", "position", "reason")
_OF_A_BUNDLE = ("seq", "at_ns", "bundle", "party", "bid", "last_block")


@attrs.frozen
class Tx:
    """One tx with its fate."""

    seq: Seq
    at: int
    tx: int
    party: int
    nonce: int
    contract: Place
    call: int
    max_fee: int
    tip: int
    gas_limit: int
    bundle: int = 0
    """That it is part of; 0: it waited in public."""
    ended: Seq = 0
    """Entry of its inclusion, revert, drop or replacement; 0: it waits still."""
    block: int = 0
    position: int = 0
    price: int = 0
    reason: int = 0
    """Why it reverted or was dropped; 0 otherwise."""
    failed: tuple[int, ...] = ()
    """Why calls within it were undone while the rest of it went on."""


@attrs.frozen
class Bundle:
    """One bundle with its fate."""

    seq: Seq
    at: int
    bundle: int
    party: int
    bid: int
    last_block: int
    ended: Seq = 0
    """Entry of its inclusion or drop; 0: it waits still."""
    block: int = 0
    """That it entered; 0 for none."""
    gas_used: int = 0
    reason: int = 0
    """Why it was dropped."""


def txs(run: Run) -> Iterator[Tx]:
    """Yield every tx of the scenario's agents with its fate, by number of entry."""
    fates: dict[int, Row] = {}
    for record, keys in ((TxIncluded, ("block", "position", "gas_price")), (TxReverted, ("block", "position", "gas_price", "reason"))):
        _gather(run, record, "tx", keys, fates)
    _gather(run, TxDropped, "tx", ("reason",), fates)
    _gather(run, TxReplaced, "tx", (), fates)
    failed: dict[int, list[int]] = {}
    for row in rows_of(run, CallFailed, ("tx", "reason")):
        failed.setdefault(row["tx"], []).append(row["reason"])
    sent = [*rows_of(run, TxPending, _OF_A_TX), *rows_of(run, TxEnclosed, (*_OF_A_TX, "bundle"))]
    for row in sorted(sent, key=_seq):
        fate = fates.get(row["tx"], {})
        ending = {"ended": fate.get("seq", 0), "price": fate.get("gas_price", 0)} | {key: fate.get(key, 0) for key in _FATE}
        sent_as = {key: row[key] for key in (*_OF_A_TX[2:], "bundle") if key in row}
        yield Tx(row["seq"], row["at_ns"], **sent_as, **ending, failed=tuple(failed.get(row["tx"], ())))


def bundles(run: Run) -> dict[int, Bundle]:
    """Return every bundle with its fate, by its number."""
    fates: dict[int, Row] = {}
    _gather(run, BundleIncluded, "bundle", ("block", "gas_used"), fates)
    _gather(run, BundleDropped, "bundle", ("reason",), fates)
    found = {}
    for row in rows_of(run, BundleSent, _OF_A_BUNDLE):
        fate = fates.get(row["bundle"], {})
        ending = {"ended": fate.get("seq", 0)} | {key: fate.get(key, 0) for key in ("block", "gas_used", "reason")}
        found[row["bundle"]] = Bundle(row["seq"], row["at_ns"], **{key: row[key] for key in _OF_A_BUNDLE[2:]}, **ending)
    return found


def composites(facts: Facts) -> frozenset[int]:
    """Return the numbers, in ``TxPending``, of calls made of calls."""
    names = [each.__name__ for each in COMPOSITES]
    return frozenset(number for number, name in enumerate(facts.own_calls, start=len(CALLS) + 1) if name in names)


def rows_of(run: Run, record: type[Record], keys: Iterable[str]) -> list[Row]:
    """Return entries of a record as tables of some of their columns, in sequence."""
    wanted, columns = list(keys), run.records(record)
    lists: Mapping[str, list[Any]] = {key: columns[key].tolist() for key in wanted}
    return [dict(zip(wanted, map(int, values), strict=True)) for values in zip(*lists.values(), strict=True)]


def _gather(run: Run, record: type[Record], of: str, keys: tuple[str, ...], fates: dict[int, Row]) -> None:
    for row in rows_of(run, record, ("seq", of, *keys)):
        fates[row[of]] = row


def _seq(row: Row) -> int:
    return int(row["seq"])
