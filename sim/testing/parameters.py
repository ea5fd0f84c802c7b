"""Whether a strategy's parameters, written as a scenario would say them, read back the same."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, get_args

from sim.errors import DowntickError
from sim.scenario.convert import unstructure
from sim.scenario.parameters import structure_parameters
from sim.scenario.values import Amount
from sim.scenario.words import keys_of
from sim.testing.stage import ETH, USDC

DECIMALS = {ETH.symbol: ETH.decimals, USDC.symbol: USDC.decimals}
WORDS = {"base": ETH.symbol, "quote": USDC.symbol, "gas": ETH.symbol}


def made_of(cls: type[Any], table: Mapping[str, Any]) -> Any:
    """Return a strategy made of parameters as a scenario writes them, with the stage's assets. Raises ScenarioError."""
    return structure_parameters(cls, table, "parameters", DECIMALS, WORDS)


def mistold_parameters(made: Any) -> Iterator[str]:
    """Yield what its parameters, written out, read back otherwise."""
    try:
        again = made_of(type(made), _written(made))
    except DowntickError as failure:
        yield f"its parameters do not read back: {failure}"
        return
    for field in keys_of(type(made)):
        if getattr(made, field.name) != getattr(again, field.name):
            yield f"{field.name} reads back as {getattr(again, field.name)!r}, not {getattr(made, field.name)!r}"


def _written(made: Any) -> dict[str, Any]:
    """Return parameters as a scenario would say them: amounts in the asset they mean, in the quote asset unless they say which."""
    tree: dict[str, Any] = dict(unstructure(made))
    for field in keys_of(type(made)):
        if "Units" in get_args(field.type)[1:] and field.name in tree:
            symbol = WORDS.get(field.metadata.get("asset", ""), USDC.symbol)
            tree[field.name] = str(Amount(_whole(tree[field.name], DECIMALS[symbol]), symbol))
    return tree


def _whole(units: int, decimals: int) -> Decimal:
    """Return units as an exact decimal number of wholes."""
    return Decimal(units).scaleb(-decimals)
