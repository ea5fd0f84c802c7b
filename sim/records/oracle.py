"""What feeds say. Place: the feed. Party: the reporter or transmitter."""

from __future__ import annotations

from sim.records.declare import Record, record
from sim.units import Nanos, Party, Place, Price, Seconds, Seq
from sim.vocabulary import Audience, Refusal


@record(40, Audience.OBSERVER)
class PriceObserved(Record):
    """One reporter's view of one source that went into the post that follows. One row per reporter and source."""

    round: int
    reporter: Party
    answer: Price
    """The reporter's whole answer, offset included, not this source's part of it."""
    source: Place
    seen: Seq
    """The source's entry that was in view (a quote, or a move of the outside price); 0 if none yet."""
    seen_at: Nanos
    """When that entry was made."""
    weight_bps: int
    """The source's weight in the reporter's answer."""


@record(41)
class PricePosted(Record):
    """The feed took a new price; contracts read this one from now on."""

    round: int
    price: Price
    previous: Price
    """0 before the first round."""
    observations: int
    """How many reporters' answers it is the upper median of."""
    selected: Party
    """The reporter whose answer was the median."""
    observed_at: Nanos
    """Instant of the selected reporter's view."""


@record(42, Audience.OBSERVER)
class PostDeclined(Record):
    """The reporters agreed on a price that the feed's bounds forbid: they do not post and the feed freezes."""

    price: Price
    reason: Refusal


@record(43, Audience.OBSERVER)
class AnswerGiven(Record):
    """A reporter told its peers its answer off the chain. Place: the feed."""

    answer: Price


@record(44)
class PriceQueued(Record):
    """A delayed feed took the next price up; it will be readable after the delay. Place: the delayed feed."""

    price: Price
    post: Seq
    """The source feed's ``PricePosted``."""


@record(45)
class ReadsRefused(Record):
    """From now on whoever reads the feed is refused; its last price stays in view. Place: the feed."""

    reason: Refusal


@record(46)
class ReadsResumed(Record):
    """The feed can be read again."""


@record(47)
class PriceSigned(Record):
    """The publishers of a pull feed signed a price off the chain, which anybody may bring to it. Place: the feed."""

    number: int
    """What a call names it by."""
    price: Price
    confidence: Price
    published_at: Seconds


@record(48)
class SignatureTaken(Record):
    """The price just posted to a pull feed, as it was signed."""

    signed: Seq
    """Its ``PriceSigned``."""
    confidence: Price
    published_at: Seconds
