"""What feeds say, as sentences; ``telling`` asks here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sim.storage import Entry
from sim.units import Place

if TYPE_CHECKING:
    from sim.cli.telling import Teller

POSTED = ("posted", "pulled", "delayed")
"""Kinds of feeds that show what somebody brought them."""


def derived_as(teller: Teller, feed: Place) -> str | None:
    """Return how a derived feed is worked out; None of any other."""
    kind = next((each.kind for each in teller.facts.feeds if each.place == feed), "posted")
    return None if kind in POSTED else kind.replace("_", " ")


def posted(teller: Teller, entry: Entry) -> str:
    """Return what a feed shows from now on, and who saw it so."""
    record: Any = entry.record
    kind = derived_as(teller, entry.place)
    change = f" ({teller.change(record.previous, record.price)})" if record.previous else ""
    told = f"{teller.price(record.price)}{change}"
    if kind is None:
        return f"feed {teller.name(entry.place)} posts {told}{_seen(teller, record)}"
    return f"feed {teller.name(entry.place)} ({kind}) is read as {told}"


def _seen(teller: Teller, record: Any) -> str:
    if record.selected:
        return f", as {teller.name(record.selected)} saw it at {teller.clock(record.observed_at)}"
    # Only a delayed feed posts what nobody was selected for.
    return f", as its source posted it at {teller.clock(record.observed_at)}" if record.previous else ""


def _refused(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"feed {teller.name(entry.place)} cannot be read from now on ({record.reason.name.lower().replace('_', ' ')})"


def _resumed(teller: Teller, entry: Entry) -> str:
    return f"feed {teller.name(entry.place)} can be read again"


def _signed(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    sure = f"give or take {teller.price(record.confidence)}"
    return f"the publishers of {teller.name(entry.place)} sign {teller.price(record.price)}, {sure} (number {record.number})"


def _taken(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    when = datetime.fromtimestamp(record.published_at, UTC)
    return f"{teller.name(entry.party)} brought {teller.name(entry.place)} the price signed at {when:%H:%M:%S}"


SENTENCES: dict[str, Callable[[Teller, Entry], str]] = {
    "PricePosted": posted,
    "ReadsRefused": _refused,
    "ReadsResumed": _resumed,
    "PriceSigned": _signed,
    "SignatureTaken": _taken,
}
"""By record."""
