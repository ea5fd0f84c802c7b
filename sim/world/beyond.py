"""What holds where a file says nothing: the rule for the instants of a run that lie outside of a file.

``hold`` keeps the first and the last value, ``waypoints`` uses values typed in the scenario, ``error`` refuses the run. A file
that has no instant in common with the run is always refused: it is the wrong day, whatever the rule.
"""

from typing import Literal, NamedTuple

from sim.errors import InputError
from sim.units import SECOND, Nanos, Seconds
from sim.world.instants import iso, span

Beyond = Literal["hold", "waypoints", "error"]


class Cover(NamedTuple):
    """From where to where a file speaks, and of what run."""

    name: str
    first: Nanos
    until: Nanos
    duration: Nanos
    epoch: Seconds

    @property
    def lacks_start(self) -> bool:
        """The run begins before the file does."""
        return self.first > 0

    @property
    def lacks_end(self) -> bool:
        """The file ends before the run does."""
        return self.until < self.duration

    def check(self, beyond: Beyond) -> None:
        """Refuse a file that the rule does not let stand for the run."""
        zero = self.epoch * SECOND
        file = f"{self.name} covers {iso(zero + self.first)} to {iso(zero + self.until)}"
        run = f"the run {iso(zero)} to {iso(zero + self.duration)}"
        if self.first > self.duration or self.until < 0:
            raise InputError(f"{file} and {run}: they have no instant in common; set the run's start and duration to the file's")
        if beyond == "error" and (self.lacks_start or self.lacks_end):
            raise InputError(f'{file} and {run}; shorten the run, or set outside to "hold" or "waypoints"')

    def notes(self, beyond: Beyond) -> tuple[str, ...]:
        """Return, in words, where the rule is used."""
        lacks = [("before", self.first, self.lacks_start), ("after", self.duration - self.until, self.lacks_end)]
        return tuple(f"{self.name} says nothing of {span(length)} {side} it ({beyond})" for side, length, does in lacks if does)
