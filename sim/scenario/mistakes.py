"""All mistakes of a text at once: from what the converter raised to one line each, with its path and a remedy.

cattrs collects what went wrong in groups; its own `transform_error` prints them as `$.venues[0].tick`. An author knows venues by
name, so the groups are walked here and `venues.main.tick` is said, the same path that ``--set`` takes.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from cattrs import BaseValidationError, ClassValidationError, ForbiddenExtraKeysError, IterableValidationError

from sim.errors import DowntickError
from sim.scenario.words import NAME, keys_of, meant, said, said_steps

Step = str | int
_LEAST = re.compile(r"'\w+' must be >= (-?\d+): (-?\d+)")
_MOST = re.compile(r"'\w+' must be (<=?) (-?\d+): (-?\d+)")
_WITHIN = re.compile(r"'\w+' must be in range\((-?\d+), (-?\d+)\) \(got (-?\d+)\)")


def mistakes_of(raised: BaseException, tree: Any, path: str = "") -> list[str]:
    """Return a line for each mistake in what the converter raised about a tree that stands at a path."""
    return [_line(tree, path, steps, text) for steps, text in _found(raised, (), None)]


def named(tree: Any, steps: Sequence[Step]) -> str:
    """Return steps into a tree as a dotted path that calls items of lists by name where they have one."""
    words = []
    for step in steps:
        tree = _below(tree, step)
        words.append(name_of(tree, step))
    return ".".join(words)


def name_of(item: Any, index: Step) -> str:
    """Return how an item of a list is called: by its ``name``, else by its ``asset``, else (or if it is no name) by its index."""
    if isinstance(index, int) and isinstance(item, dict):
        found = item.get("name", item.get("asset"))
        return found if isinstance(found, str) and NAME.fullmatch(found) else str(index)
    return str(index)


def _below(tree: Any, step: Step) -> Any:
    try:
        return tree[step]
    except (KeyError, IndexError, TypeError):
        return None  # The path ends here: what is missing has no name of its own.


def _line(tree: Any, path: str, steps: tuple[Step, ...], text: str) -> str:
    whole = ".".join(part for part in (path, named(tree, steps)) if part)
    return f"{whole or 'the scenario'} {text}"


def _found(raised: BaseException, steps: tuple[Step, ...], kind: Any) -> Iterator[tuple[tuple[Step, ...], str]]:
    if isinstance(raised, ClassValidationError):
        with_notes, without = raised.group_exceptions()
        for below, note in with_notes:
            yield from _found(below, (*steps, note.name), note.type)
    elif isinstance(raised, IterableValidationError):
        with_index, without = raised.group_exceptions()
        for below, at in with_index:
            yield from _found(below, (*steps, at.index), at.type)
    else:
        yield from _told(raised, steps, kind)
        return
    for below in without:
        yield from _found(below, steps, kind)


def _told(raised: BaseException, steps: tuple[Step, ...], kind: Any) -> Iterator[tuple[tuple[Step, ...], str]]:
    if isinstance(raised, ForbiddenExtraKeysError):
        known = [field.name for field in keys_of(raised.cl)]
        for key in sorted(raised.extra_fields, key=str):
            yield (*steps, str(key)), f"is not known here; {meant(key, known)}"
    elif isinstance(raised, DowntickError):
        yield from ((steps, _without_name(line)) for line in str(raised).splitlines())
    elif isinstance(raised, KeyError):
        yield steps, f"is missing; give {said(kind)}"
    elif isinstance(raised, ValueError):
        yield steps, _bounded(str(raised.args[0] if raised.args else raised), kind)
    else:
        raise raised


def _bounded(text: str, kind: Any) -> str:
    """Return what a validator said of a value; bounds are told in the units that the field is written in."""
    if (within := _WITHIN.fullmatch(text)) is not None:
        least, most, found = (said_steps(kind, int(each)) for each in within.groups())
        return f"is {found}; give at least {least} and less than {most}"
    if (most_of := _MOST.fullmatch(text)) is not None:
        bound, found = (said_steps(kind, int(each)) for each in most_of.group(2, 3))
        return f"is {found}; give " + (f"at most {bound}" if most_of[1] == "<=" else f"less than {bound}")
    return _without_name(text)


def _without_name(text: str) -> str:
    """Return a validator's complaint, ``'latency' must be >= 1: 0``, without the name that the path has said, and with the remedy."""
    if (least := _LEAST.fullmatch(text)) is not None:
        return f"is {least[2]}; give " + ("more than 0" if least[1] == "1" else f"at least {least[1]}")
    return text.partition("' ")[2] if text.startswith("'") and "' " in text else text


def is_collected(raised: BaseException) -> bool:
    """What was raised is the author's doing, and `mistakes_of` can tell it."""
    return isinstance(raised, BaseValidationError | DowntickError | ForbiddenExtraKeysError | ValueError)
