"""Copies of what several share: their names, their dice, sections with other names in them, amounts divided."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, get_args

import attrs

from sim.scenario.convert import attrs_class
from sim.scenario.spec import Scenario
from sim.scenario.values import Amount
from sim.scenario.walk import mark_of, required
from sim.scenario.words import keys_of


def renamed(value: Any, mark: str, names: Mapping[str, str], kind: Any = None) -> Any:
    """Return a section in which names of one kind are other names."""
    if mark_of(kind) == mark:
        return names.get(value, value)
    if attrs_class(type(value)):
        types = {field.name: required(field.type) for field in keys_of(type(value))}
        return attrs.evolve(value, **{key: renamed(getattr(value, key), mark, names, of) for key, of in types.items()})
    if isinstance(value, tuple):
        inner = (get_args(kind) or (None,))[0]
        return tuple(renamed(item, mark, names, inner) for item in value)
    if isinstance(value, Mapping):
        of_key, inner = get_args(kind) or (None, None)
        return {renamed(key, mark, names, of_key): renamed(item, mark, names, inner) for key, item in value.items()}
    return value


def copied(name: str, whose: str) -> str:
    """Return what a protocol's copy of something is called."""
    return f"{name}-{whose}"


def copy_of(spec: Any, name: str) -> Any:
    """Return a section under another name, with the dice of the one it copies."""
    own = {"draws": spec.draws or spec.name} if hasattr(spec, "draws") else {}
    return attrs.evolve(spec, name=name, **own)


def parted(scenario: Scenario, amounts: tuple[Amount, ...], parts: int) -> list[tuple[Amount, ...]]:
    """Return amounts divided among so many, to the unit; what does not divide goes to the first."""
    shares: list[list[Amount]] = [[] for _ in range(parts)]
    for amount in amounts:
        decimals = scenario.assets[amount.asset].decimals
        each, rest = divmod(amount.units(decimals), parts)
        for place, share in enumerate(shares):
            share.append(attrs.evolve(amount, number=Decimal(each + (rest if place == 0 else 0)).scaleb(-decimals)))
    return [tuple(share) for share in shares]
