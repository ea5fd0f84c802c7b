"""What a strategy must be, told with file, line and remedy; finding and loading it is ``sim.plugins``'.

A class: attrs; ``wakes_on``, a tuple of ``On``; ``decide(self, news, desk)``, or ``run(self, desk)`` with a yield. Left out: whether it
is any good (``downtick keeper exam``).
"""

import inspect
from collections.abc import Iterator
from typing import Any

import attrs

from sim.agents.generator import is_generator_form
from sim.agents.strategy import SEES, On
from sim.plugins import bad_signature, line_of


def lacks(found: type[Any]) -> Iterator[str]:
    """Yield what a class lacks to be a strategy, each with its remedy."""
    if not attrs.has(found):
        yield "it is not an attrs class; put @attrs.define above it, and its fields become its parameters"
    wakes = getattr(found, "wakes_on", None)
    if wakes is None:
        yield "it has no wakes_on; add wakes_on = (On(BlockSealed),) with the records that wake it, without a type such as tuple[...]"
    elif not isinstance(wakes, tuple) or not all(isinstance(each, On) for each in wakes):
        odd = next((each for each in wakes if not isinstance(each, On)), wakes) if isinstance(wakes, tuple | list) else wakes
        yield f"its wakes_on is a tuple of On, and here has {_told(odd)}; write (On(BlockSealed), On(Traded, own=True)), one with a comma"
    yield from _bad_mind(found)
    seen = getattr(found, "sees", ())
    if not isinstance(seen, tuple) or any(word not in SEES for word in seen):
        yield f"its sees is {seen!r}; it is a tuple of some of {', '.join(SEES)}"


def _bad_mind(found: type[Any]) -> Iterator[str]:
    mind = getattr(found, "decide", None)
    if callable(mind):
        yield from bad_signature(mind, ("news", "desk"), "decide")
    elif not callable(getattr(found, "run", None)):
        yield "it has neither decide(self, news, desk) nor run(self, desk)"
    elif is_generator_form(found):
        yield from bad_signature(found.run, ("desk",), "run")
        if not inspect.isgeneratorfunction(found.run):
            yield f"its run (line {line_of(found.run)}) has no yield; yield commands, desk.news(...) and desk.sleep(...)"


def _told(thing: object) -> str:
    return f"{type(thing).__name__} {thing!r}"[:60]
