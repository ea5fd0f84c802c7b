"""Do two worlds differ? Run in step, from instant to instant, until their digests part."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import attrs

from sim.errors import DowntickError
from sim.scenario.build import build
from sim.scenario.load import scenario_of, tree_of
from sim.scenario.world import World
from sim.units import SECOND, Nanos
from tests.support.shared import REPOSITORY
from tests.worlds.change import Change

WORLDS = REPOSITORY / "tests" / "worlds"
EVERYTHING = WORLDS / "everything.toml"
LOOKS: tuple[Nanos, ...] = tuple(second * SECOND for second in (*range(0, 60, 2), *range(60, 241, 4)))
"""A look is cheap, and a twin lives no longer than to the first at which it is another."""


@attrs.define
class Walk:
    """A world that is looked at from time to time; digests are kept, so that one base serves many twins."""

    world: World = attrs.field(repr=False)
    digests: list[str] = attrs.field(factory=list)

    def digest(self, look: int) -> str:
        """Return the digest at a look; how a run ended where a strategy ended it."""
        while len(self.digests) <= look:
            self.digests.append(self._next(LOOKS[len(self.digests)]))
        return self.digests[look]

    def _next(self, until: Nanos) -> str:
        if self.digests and self.digests[-1].startswith("ended"):
            return self.digests[-1]
        try:
            self.world.kernel.run_until(min(until, self.world.duration))
        except DowntickError as failure:
            return f"ended: {type(failure).__name__}"
        return self.world.tape.digest()


@cache
def tree(path: Path) -> dict[str, Any]:
    """Return a scenario file's tree, read once."""
    return tree_of(path)


def walk(path: Path, overrides: Mapping[str, Any]) -> Walk:
    """Return a scenario's world at its beginning."""
    return Walk(build(scenario_of(tree(path), overrides)))


def parting(base: Walk, twin: Walk) -> Nanos | None:
    """Return the first look at which two worlds differ; None when they never do."""
    return next((at for look, at in enumerate(LOOKS) if base.digest(look) != twin.digest(look)), None)


def differs(change: Change, bases: dict[str, Walk]) -> bool:
    """Say whether a change makes another world; ``bases`` are kept from one question to the next."""
    path, base = WORLDS / change.world, f"{change.world} {change.also}"
    if base not in bases:
        bases[base] = walk(path, change.also)
    return parting(bases[base], walk(path, {**change.also, **change.with_it, change.path: change.value})) is not None
