"""Who races: entries with their names, strategies and parameters, and the field that is there to be beaten.

An entry is written ``STRATEGY``, with parameters as ``STRATEGY+key=value+key=value``, with a name of its own as ``NAME:=STRATEGY``. What a
scenario takes as a strategy is one here. Left out: where they sit (`seats`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from sim.agents.registry import find_strategy, registered
from sim.errors import InputError
from sim.scenario.overrides import value_of

FIELD = (
    "liquidator",
    "greedy",
    "gas_warrior",
    "profit_sharer",
    "default_settings",
    "inventory_bank",
    "slow_giant",
    "hedged",
    "flash_liquidator",
    "flash_taker",
    "bundle_bidder",
    "backrunner",
    "oev_bidder",
    "auction_taker",
    "patient_taker",
    "auction_bidder",
    "opportunist",
)
"""The usual field: keepers one meets, by their registered names and as they come. Who has nothing to do on a course sits it out."""
VARIANTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "plain": ("liquidator", {}),
    "sharer": ("liquidator", {"tip_policy": "share", "share_bps": "50 %"}),
    "escalator": ("liquidator", {"tip_policy": "escalating"}),
    "of_2020": ("liquidator", {"tip_policy": "fixed"}),
    "patient": ("liquidator", {"haircut_bps": "2 %"}),
    "slicer": ("liquidator", {"disposal": "sliced"}),
    "hoarder": ("liquidator", {"disposal": "held"}),
    "lavish": ("liquidator", {"multiple_bps": "500 %"}),
}
"""Variants of the liquidator: name, strategy and parameters. Each differs from ``plain`` in one respect."""
MOST_LINES = 1_000_000
"""Lines of Python that a challenger may run within one decision; counted, hence the same everywhere."""


@attrs.frozen
class Entry:
    """One who races."""

    name: str
    strategy: str
    parameters: Mapping[str, Any] = attrs.field(factory=dict)
    is_challenger: bool = False
    """It was brought along: its lines are counted, and it may be put into a process of its own."""


def entries_of(challengers: Sequence[str], field: Sequence[str] | None = None) -> tuple[Entry, ...]:
    """Return the entries of a race, challengers first, each loaded once and under a name of its own.

    ``field`` are names of `VARIANTS`, registered strategies, or what a challenger may be; all of `FIELD` unless given. Raises
    InputError for fewer than two, and StrategyError for what is no strategy.
    """
    asked = [_entry(each, True) for each in challengers] + [_entry(each, False) for each in (FIELD if field is None else field)]
    if len(asked) < 2:
        raise InputError(f"there is {len(asked)} to race; two are needed: name more with --keeper, or --field")
    for entry in asked:
        find_strategy(entry.strategy)
    return tuple(_with_own_names(asked))


def _entry(said: str, is_challenger: bool) -> Entry:
    name, is_named, meant = said.partition(":=")
    strategy, *settings = (meant if is_named else said).strip().split("+")
    if strategy in VARIANTS:
        usual, parameters = VARIANTS[strategy]
        return Entry(name.strip() if is_named else strategy, usual, {**parameters, **_settings(settings, said)}, is_challenger)
    if strategy.endswith(".py"):
        raise InputError(f"{strategy} names no class; give {strategy}:CLASS")
    known = strategy in registered() or ":" in strategy
    if not known:
        raise InputError(f'"{strategy}" is none of the variants ({", ".join(VARIANTS)}), no registered strategy, and no ./file.py:Class')
    parameters = _settings(settings, said)
    own = name.strip() if is_named else _called(strategy)
    if re.sub(r"[^A-Za-z0-9_-]", "_", own) != own or not own[:1].isalpha():
        raise InputError(f'"{own}" cannot be the name of an entry; give letters, digits, _ and -, a letter first')
    return Entry(own, strategy, parameters, is_challenger)


def _settings(settings: Iterable[str], said: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals or not key.strip():
            raise InputError(f'"{said}" has "{setting}" where a parameter should be; write STRATEGY+key=value+key=value')
        found[key.strip()] = value_of(text.strip())
    return found


def _called(strategy: str) -> str:
    """Return what an entry is called unless it is given a name: its class, or its registered name."""
    words = strategy.rpartition(":")[2] if ":" in strategy else strategy
    return re.sub(r"[^A-Za-z0-9_-]", "_", words)


def _with_own_names(entries: Iterable[Entry]) -> Iterable[Entry]:
    """Yield entries, the second of a name and those after it with a number."""
    taken: dict[str, int] = {}
    for entry in entries:
        taken[entry.name] = taken.get(entry.name, 0) + 1
        yield entry if taken[entry.name] == 1 else attrs.evolve(entry, name=f"{entry.name}-{taken[entry.name]}")
