"""What a strategy answered, taken as a whole: a list of commands, none for None, and not more than it may send.

An answer that is made bit by bit (a generator) is run to its end, or to one beyond the limit, before any of it is sent: a decision
that raises half-way sends nothing.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any, get_args

from sim.commands import Command
from sim.errors import LimitReached, StrategyError
from sim.vocabulary import Refusal

COMMANDS = frozenset(get_args(Command))
"""What may be sent."""
MOST_COMMANDS = 1_000
"""Commands within one decision, unless an agent's limits say otherwise. No built-in strategy sends as many as 500."""


def answered(answer: Any, most: int = MOST_COMMANDS) -> list[Any]:
    """Return the commands of an answer. Raises StrategyError for what holds none, LimitReached for too many. Cost: a generator's."""
    if type(answer) is not list:
        answer = _listed(answer, most)
    if len(answer) > most:
        raise LimitReached(
            Refusal.TOO_MANY_COMMANDS,
            f"it answered with more than {most} commands in one decision; send fewer, or raise limits.commands of the agent",
        )
    return answer  # type: ignore[no-any-return] # It is a list now.


def no_command(found: str) -> StrategyError:
    """Say that something is no command."""
    return StrategyError(f"decide must return commands (sim.commands); it returned {found}")


def _listed(answer: Any, most: int) -> list[Any]:
    if answer is None:
        return []
    if type(answer) in COMMANDS:
        raise no_command(f"{type(answer).__name__} itself; put it into a list")
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        raise no_command(type(answer).__name__)
    return list(islice(answer, most + 1))
