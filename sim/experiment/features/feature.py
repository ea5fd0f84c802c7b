"""One feature: a mechanism with a name, what takes it away, and what a twin without it holds fixed.

A twin is a scenario like any other: it is written, read and run by the same code, and its seed gives the same draws, since every
stream of draws is named by its owner. Left out: which features there are (`catalogue`).
"""

from collections.abc import Callable

import attrs

from sim.scenario.spec import Scenario


@attrs.frozen
class Feature:
    """A mechanism that a twin can do without."""

    name: str
    title: str
    """What the mechanism is, in a line."""
    twin: str
    """What is otherwise in the twin."""
    held: str
    """What the twin holds fixed."""
    moves: str
    """What may move although nobody asked for it."""
    lacks: Callable[[Scenario], str]
    """Why a scenario has no such mechanism; empty where it has."""
    away: Callable[[Scenario], Scenario]
    """A scenario without the mechanism."""
