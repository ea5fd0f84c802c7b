"""How long a message travels: constant, uniform, lognormal, per pair, and rising with a venue's load.

A model draws one travel time from a stream and states the longest it can ever give: histories are kept that long. A latency is
at least one nanosecond: nobody hears in the instant itself. A *steady* model does not depend on the instant, so its travel times
can be drawn a block at a time (``ahead``), at a fifth of the cost: each line of travel has a stream of its own.
"""

import math
from typing import ClassVar, Protocol

import attrs
import numpy as np

from sim.fixed import floor_to_int
from sim.streams import Stream
from sim.units import SECOND, Nanos

BLOCK = 16
"""Travel times drawn at once by models that make their own blocks."""


class LatencyModel(Protocol):
    """A travel time per message."""

    @property
    def is_steady(self) -> bool:
        """It does not depend on the instant."""
        ...

    def block(self, stream: Stream) -> list[Nanos]:
        """Return the travel times of some messages to come, last first, as ``draw`` would. Asked of steady models only."""
        ...

    def draw(self, stream: Stream, now: Nanos) -> Nanos:
        """Return this message's travel time, at least 1."""
        ...

    @property
    def longest(self) -> Nanos:
        """The longest travel time this model can give."""
        ...


def ahead(model: LatencyModel, stream: Stream, now: Nanos) -> list[Nanos]:
    """Return the travel time of this message, and of some to come where the model is steady: last first, at least one."""
    return model.block(stream) if model.is_steady else [model.draw(stream, now)]


@attrs.frozen
class Constant:
    """Always the same."""

    latency: Nanos = attrs.field(validator=attrs.validators.ge(1))
    is_steady: ClassVar[bool] = True

    def block(self, stream: Stream) -> list[Nanos]:
        """Return the constant, some times over."""
        return [self.latency] * BLOCK

    def draw(self, stream: Stream, now: Nanos) -> Nanos:
        """Return the constant; draws nothing."""
        return self.latency

    @property
    def longest(self) -> Nanos:
        """The constant."""
        return self.latency


@attrs.frozen
class Uniform:
    """Anything between two bounds, both included, alike."""

    low: Nanos = attrs.field(validator=attrs.validators.ge(1))
    high: Nanos
    is_steady: ClassVar[bool] = True

    def block(self, stream: Stream) -> list[Nanos]:
        """Return draws."""
        low, span = self.low, self.high - self.low + 1
        travels: list[Nanos] = ((np.array(stream.uniforms()) * span).astype(np.int64) + low).tolist()
        return travels

    def draw(self, stream: Stream, now: Nanos) -> Nanos:
        """Return a draw."""
        return self.low + int(stream.uniform() * (self.high - self.low + 1))  # Not negative: int() is the floor, and faster.

    @property
    def longest(self) -> Nanos:
        """The upper bound."""
        return self.high


@attrs.frozen
class Lognormal:
    """A median with a heavy right tail, cut at ``most``."""

    median: Nanos = attrs.field(validator=attrs.validators.ge(1))
    sigma: float
    most: Nanos = attrs.field(validator=attrs.validators.ge(1))
    is_steady: ClassVar[bool] = True

    def block(self, stream: Stream) -> list[Nanos]:
        """Return draws."""
        return [self._latency(draw) for draw in stream.normals()]

    def draw(self, stream: Stream, now: Nanos) -> Nanos:
        """Return a draw."""
        return self._latency(stream.normal())

    def _latency(self, draw: float) -> Nanos:
        drawn = floor_to_int(self.median * math.exp(self.sigma * draw))
        if drawn > self.most:
            return self.most
        return drawn or 1

    @property
    def longest(self) -> Nanos:
        """The cut."""
        return self.most


@attrs.define
class Load:
    """How busy a machine is: messages a second, forgotten exponentially over a second. Cost per message: one exp."""

    rate: float = 0.0
    at: Nanos = 0

    def count(self, now: Nanos) -> None:
        """Take note of one message."""
        self.rate = self.rate * math.exp((self.at - now) / SECOND) + 1.0
        self.at = now

    def now(self, now: Nanos) -> float:
        """Return messages a second as of now."""
        return self.rate * math.exp((self.at - now) / SECOND)


@attrs.define
class LoadDependent:
    """A base model stretched by the load of the machine at the other end, as gateways are in a crash.

    The factor is 1 + load / capacity, at most ``most_factor``.
    """

    base: LatencyModel
    load: Load
    capacity: float
    """Messages a second at which travel takes twice as long."""
    most_factor: int = 50
    is_steady: ClassVar[bool] = False

    def block(self, stream: Stream) -> list[Nanos]:
        """Return nothing: it depends on the instant."""
        return []

    def draw(self, stream: Stream, now: Nanos) -> Nanos:
        """Return a draw of the base, stretched."""
        factor = min(1.0 + self.load.now(now) / self.capacity, float(self.most_factor))
        return floor_to_int(self.base.draw(stream, now) * factor)

    @property
    def longest(self) -> Nanos:
        """The base's longest at the largest factor."""
        return self.base.longest * self.most_factor


@attrs.define
class Surge:
    """The factor in force at one place; a shock sets it, every model that travels there reads it."""

    factor: int = 1
    most: int = 1
    """The largest factor any shock of the scenario will set."""


@attrs.define
class Surged:
    """A model multiplied by a whole factor while a shock lasts."""

    base: LatencyModel
    surge: Surge
    is_steady: ClassVar[bool] = False

    def block(self, stream: Stream) -> list[Nanos]:
        """Return nothing: it depends on the instant."""
        return []

    def draw(self, stream: Stream, now: Nanos) -> Nanos:
        """Return a draw of the base times the factor in force."""
        return self.base.draw(stream, now) * self.surge.factor

    @property
    def longest(self) -> Nanos:
        """The base's longest at the largest factor."""
        return self.base.longest * self.surge.most


@attrs.frozen
class Through:
    """One way, then another: an agent's own line and the gateway behind it."""

    first: LatencyModel
    second: LatencyModel

    @property
    def is_steady(self) -> bool:
        """Both are."""
        return self.first.is_steady and self.second.is_steady

    def block(self, stream: Stream) -> list[Nanos]:
        """Return draws of each, added, in the sequence in which single draws would be made."""
        draws = [self.first.draw(stream, 0) + self.second.draw(stream, 0) for _ in range(BLOCK)]
        draws.reverse()
        return draws

    def draw(self, stream: Stream, now: Nanos) -> Nanos:
        """Return a draw of each, added."""
        return self.first.draw(stream, now) + self.second.draw(stream, now)

    @property
    def longest(self) -> Nanos:
        """Both longest, added."""
        return self.first.longest + self.second.longest
