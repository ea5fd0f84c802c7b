"""A strategy's own keys: its public fields, written as strictly as the rest of a scenario.

``parameters = {haircut = "1 %", poll = "250 ms", clip = "2_000 USDC"}`` becomes an instance of the strategy's class: `Nanos`, `Bps`
and the other units of `sim.units` by their units, `Units` by the decimals of the asset the amount names. A field that means one
asset says so (``metadata={"asset": "quote"}``), and an amount of another is refused. A default in units says for how many decimals it
is written (``metadata={"asset": "quote", "decimals": 6}``): where the asset has others, it is as many wholes of it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from cattrs import StructureHandlerNotFoundError

from sim.errors import ScenarioError, StrategyError
from sim.scenario.convert import attrs_class, structure
from sim.scenario.quantity import Mistake, quoted
from sim.scenario.values import amount
from sim.scenario.words import keys_of

T = TypeVar("T")


def structure_parameters(
    cls: type[T],
    table: Mapping[str, Any],
    path: str,
    decimals: Mapping[str, int] | None = None,
    assets: Mapping[str, str] | None = None,
) -> T:
    """Return a strategy made of its parameters, which stand at a path. Raises ScenarioError with every mistake.

    ``decimals`` are those of the assets by name; ``assets`` says which asset is the ``base``, ``quote`` or ``gas`` of its agent.
    Raises StrategyError when the class cannot be written in a scenario at all.
    """
    if not attrs_class(cls):
        raise StrategyError(f"{cls.__qualname__} is not an attrs class; with attrs.define its fields become its parameters")
    try:
        lines = list(_other_assets(cls, table, path, assets or {}))
        table = {**_defaults_in_wholes(cls, decimals or {}, assets or {}), **table}
        try:
            made = structure(cls, table, path, decimals)
        except ScenarioError as mistakes:
            lines += [line for line in mistakes.mistakes if line not in lines]
    except (StructureHandlerNotFoundError, NameError) as failure:
        raise StrategyError(f"{cls.__qualname__} has a parameter whose type cannot be written in a scenario ({failure})") from None
    if lines:
        raise ScenarioError(*lines)
    return made


def _defaults_in_wholes(cls: type, decimals: Mapping[str, int], assets: Mapping[str, str]) -> dict[str, str]:
    """Return the defaults that are written for other decimals than their asset's, as amounts; those of 0 stay."""
    found = {}
    for field in keys_of(cls):
        asset, written_for = assets.get(field.metadata.get("asset", ""), ""), field.metadata.get("decimals")
        default: Any = field.default
        is_other = isinstance(written_for, int) and asset in decimals and decimals[asset] != written_for
        if is_other and isinstance(default, int) and default:
            found[field.name] = f"{in_wholes(default, field.metadata['decimals'])} {asset}"
    return found


def in_wholes(units: int, decimals: int) -> str:
    """Return units as a scenario would write them, exactly: ``3_000_000`` of 6 decimals for 3000000000000."""
    wholes, rest = divmod(units, 10**decimals)
    return f"{wholes:_}" + (f".{rest:0{decimals}d}".rstrip("0") if rest else "")


def _other_assets(cls: type, table: Mapping[str, Any], path: str, assets: Mapping[str, str]) -> Iterator[str]:
    for field in keys_of(cls):
        meant = assets.get(field.metadata.get("asset", ""))
        if meant and field.name in table:
            try:
                found = amount(table[field.name])
            except Mistake:
                continue  # It is no amount at all, which the converter tells.
            if found.asset != meant:
                yield f"{path}.{field.name} is {quoted(table[field.name])}; give it in {meant}"
