"""What composites, bundles and auctions of updates say, as sentences; ``telling`` asks here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sim.storage import Entry

if TYPE_CHECKING:
    from sim.cli.telling import Teller


def _lent(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    lent, fee = teller.money(record.asset, record.amount), teller.money(record.asset, record.fee)
    return f"{teller.name(entry.place)} lends {teller.name(entry.party)} {lent} within the tx, for {fee}"


def _failed(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"step {record.step + 1} of tx {record.tx} of {teller.name(entry.party)} fails ({_word(record.reason)}) and is left out"


def _builder_paid(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    why = f"tx {record.tx}" if record.tx else "a bundle"
    return f"{teller.name(entry.party)} pays the builder {teller.money(teller.facts.gas_asset, record.amount)} for {why}"


def _sent(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    txs, bid = _count(record.txs), teller.money(teller.facts.gas_asset, record.bid)
    return f"{teller.name(entry.party)} shows the builder bundle {record.bundle}: {txs}, a bid of {bid}, until block {record.last_block}"


def _enclosed(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"tx {record.tx} of {teller.name(entry.party)} (to {teller.name(record.contract)}) is part of bundle {record.bundle}"


def _included(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    bid = teller.money(teller.facts.gas_asset, record.bid)
    return f"bundle {record.bundle} of {teller.name(entry.party)} enters block {record.block}: {_count(record.txs)}, a bid of {bid}"


def _dropped(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"bundle {record.bundle} of {teller.name(entry.party)} enters no block ({_word(record.reason)}); it cost nothing"


def _offered(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"the right to follow tx {record.tx}, an update of {teller.name(record.feed)}, is on offer until block {record.free_from - 1}"


def _auctioned(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    gas = teller.facts.gas_asset
    bids = "the only bid" if record.bids == 1 else f"of {record.bids} bids; the next was {teller.money(gas, record.runner_up)}"
    who, bid, part = teller.name(entry.party), teller.money(gas, record.bid), teller.money(gas, record.recaptured)
    return f"{who} wins the right to follow the update of {teller.name(record.feed)} for {bid} ({bids}); {part} of it is recaptured"


def _count(txs: int) -> str:
    return f"{txs} {'tx' if txs == 1 else 'txs'}"


def _word(reason: Any) -> str:
    return str(reason.name).lower().replace("_", " ")


SENTENCES: dict[str, Callable[[Teller, Entry], str]] = {
    "FlashLoaned": _lent,
    "CallFailed": _failed,
    "BuilderPaid": _builder_paid,
    "BundleSent": _sent,
    "TxEnclosed": _enclosed,
    "BundleIncluded": _included,
    "BundleDropped": _dropped,
    "UpdateOffered": _offered,
    "UpdateAuctioned": _auctioned,
}
