"""What the sections of a scenario share: how they are declared, what their fields may hold, which names they may use.

A section is an attrs class whose fields are its keys. A field's type says its unit; its validator says its range and is asked
both by the loader, which knows the path, and by the class itself, for authors who write Python.
"""

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias, get_args

import attrs

from sim.latency import Constant, Lognormal, Uniform
from sim.scenario.quantity import KINDS, Mistake
from sim.scenario.values import Amount, Rate
from sim.units import BPS_ONE

Name: TypeAlias = Annotated[str, "Name"]
"""What something is called: letters, digits, _ and -, a letter first."""
AssetName: TypeAlias = Annotated[str, "asset"]
"""The name of an asset of the scenario."""
VenueName: TypeAlias = Annotated[str, "venue"]
"""The name of a venue of the scenario."""
FeedName: TypeAlias = Annotated[str, "feed"]
"""The name of a feed of the scenario."""
PoolName: TypeAlias = Annotated[str, "pool"]
"""The name of a pool of the scenario."""
AmmName: TypeAlias = Annotated[str, "amm"]
"""The name of an amm of the scenario."""
IssuerName: TypeAlias = Annotated[str, "issuer"]
"""The name of a staking contract or of a stable coin's issuer of the scenario."""
FilePath: TypeAlias = Annotated[str, "FilePath"]
"""The path of a file: beside the scenario file when written there, from the working folder when set on the command line."""
Epoch: TypeAlias = Annotated[int, "Epoch"]
"""A date as whole Unix seconds."""
Latency: TypeAlias = Constant | Uniform | Lognormal
"""How long a message travels: ``kind`` and its keys, as in `sim.latency`."""

Validator = Callable[[Any, "attrs.Attribute[Any]", Any], None]


def positive(_: Any, field: "attrs.Attribute[Any]", value: Any) -> None:
    """Refuse what is not above zero."""
    if value is not None and _number(value) <= 0:
        raise Mistake(f"'{field.name}' is {_text(field, value)}; give more than 0")


def not_negative(_: Any, field: "attrs.Attribute[Any]", value: Any) -> None:
    """Refuse what is below zero."""
    if value is not None and _number(value) < 0:
        raise Mistake(f"'{field.name}' is {_text(field, value)}; give 0 or more")


def part_of_one(_: Any, field: "attrs.Attribute[Any]", value: Any) -> None:
    """Refuse a share in bps that is below 0 % or above 100 %."""
    if value is not None and not 0 <= value <= BPS_ONE:
        raise Mistake(f"'{field.name}' is {_text(field, value)}; give 0 % to 100 %")


def not_empty(_: Any, field: "attrs.Attribute[Any]", value: Any) -> None:
    """Refuse an empty list, table or text."""
    if not value:
        raise Mistake(f"'{field.name}' is empty; give at least one")


def _number(value: Any) -> Any:
    return value.number if isinstance(value, Amount | Rate) else value


def _text(field: "attrs.Attribute[Any]", value: Any) -> str:
    for kind in (field.type, *get_args(field.type)):
        mark = get_args(kind)[1] if len(get_args(kind)) > 1 else None
        if isinstance(mark, str) and mark in KINDS:
            return KINDS[mark].text(value)
    return str(value)
