"""Named streams of draws, each independent of every other.

A stream is named by owner *and purpose* (``keeper/3/latency``). Its generators are keyed by a hash of seed, name and
distribution, never by the sequence of creation: adding, removing or reordering agents changes nobody else's draws. Draws come
from blocks (24 ns against 339 ns one by one); block size does not change the sequence.
"""

import hashlib
import math
from typing import Any

import attrs
import numpy as np

from sim.fixed import floor_to_int

FIRST_BLOCK = 16
LAST_BLOCK = 1024


@attrs.define
class _Block:
    """One distribution's draws, taken from the end of a reversed block."""

    generator: Any
    draw: str
    size: int = FIRST_BLOCK
    left: list[float] = attrs.field(factory=list)

    def next(self) -> float:
        """Return the next draw."""
        left = self.left
        if not left:
            left = self.left = getattr(self.generator, self.draw)(self.size).tolist()
            left.reverse()
            self.size = min(self.size * 2, LAST_BLOCK)
        return left.pop()


@attrs.define
class Stream:
    """One named sequence of draws. Cost per draw: about 0.1 microseconds."""

    seed: int
    name: str
    _uniforms: _Block | None = None
    _normals: _Block | None = None
    _exponentials: _Block | None = None

    def uniform(self) -> float:
        """Return a draw from [0, 1)."""
        if self._uniforms is None:
            self._uniforms = self._block("random")
        return self._uniforms.next()

    def normal(self) -> float:
        """Return a standard normal draw."""
        if self._normals is None:
            self._normals = self._block("standard_normal")
        return self._normals.next()

    def exponential(self) -> float:
        """Return an exponential draw with mean one."""
        if self._exponentials is None:
            self._exponentials = self._block("standard_exponential")
        return self._exponentials.next()

    def lognormal(self, median: float, sigma: float) -> float:
        """Return a lognormal draw with this median and this deviation of its logarithm."""
        return median * math.exp(sigma * self.normal())

    def integer(self, below: int) -> int:
        """Return an integer from 0 to below - 1; bias below 2^-40 for below up to 2^12."""
        return floor_to_int(self.uniform() * below)

    def _block(self, draw: str) -> _Block:
        words = np.frombuffer(hashlib.sha256(f"{self.name}:{draw}".encode()).digest()[:16], dtype="<u4")
        key = np.random.SeedSequence(entropy=self.seed, spawn_key=tuple(int(word) for word in words))
        return _Block(np.random.Generator(np.random.PCG64(key)), draw)


@attrs.define
class Streams:
    """All streams of a run, by name; asking twice gives the same stream."""

    seed: int
    _streams: dict[str, Stream] = attrs.field(factory=dict)

    def __getitem__(self, name: str) -> Stream:
        """Return the stream of this name."""
        stream = self._streams.get(name)
        if stream is None:
            stream = self._streams[name] = Stream(self.seed, name)
        return stream


def key_of(seed: int, *names: str | int) -> int:
    """Return a 64-bit key for names under a seed: the root of a lottery, equal in every process."""
    text = "/".join(str(name) for name in (seed, *names))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
