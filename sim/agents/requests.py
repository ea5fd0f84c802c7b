"""What a keeper written as a generator may wait for: news, or the passing of time. Made by its desk, read by its adapter."""

from typing import NamedTuple

from sim.records import Record
from sim.units import Nanos


class Sleep(NamedTuple):
    """Wait for a span; the answer is None."""

    span: Nanos


class Await(NamedTuple):
    """Wait for the next news of one of these kinds; the answer is the news, or None once a span has passed without any."""

    records: tuple[type[Record], ...]
    within: Nanos | None
    """None: for ever."""


Request = Sleep | Await
