"""A look at a file of positions, as tables for people."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

AAVE = "aave"


def print_look(look: dict[str, Any]) -> None:
    """Print what ``sim.cli.positions.as_table`` made."""
    from rich.console import Console
    from rich.table import Table

    console = Console(soft_wrap=True, highlight=False)

    def table(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
        if rows:
            made = Table(*heads, box=None, pad_edge=False, title=title, title_justify="left", title_style="bold")
            for row in rows:
                made.add_row(*row)
            console.print(made)
            console.print()

    terms = f"under the terms and opening prices of {look['scenario']}, pool {look['pool']}"
    console.print(f"{look['accounts']:,} accounts at {look['snapshot']}, {terms}", markup=False)
    console.print(f"{look['debtors']:,} of them owe {short(look['debt'])}; gain {said_gain(look['gain'], look['family'])}\n", markup=False)
    table("Held and owed", ("asset", "collateral", "debt"), list(_assets(look)))
    table("Health of those who owe", ("quantile", "health"), list(look["health_quantiles"].items()))
    table(f"If {look['ladder_asset']} falls", ("by", "unhealthy debt", "accounts", "per percent"), list(_ladder(look)))
    table("Who owes most", ("account", "debt", "health"), [(each["account"], short(each["debt"]), each["health"]) for each in look["top"]])
    for line in _left_out(look):
        console.print(line, markup=False)


def said_gain(gain: float | None, family: str) -> str:
    """Return a gain in words."""
    if family == "vaults":
        return "none is reckoned of vaults: what an auction sells, and when, is up to its bidders"
    if family != AAVE:
        return f"none is reckoned of the family {family}: how much a liquidation sells follows from rules of its own"
    return "none: no agent of the scenario says what it would buy in a fall" if gain is None else f"{gain:.3f}"


def short(money: str) -> str:
    """Return an amount with its asset as people read it: to two decimals, thousands apart."""
    number, _, asset = money.partition(" ")
    return f"{Decimal(number):,.2f} {asset}"


def _assets(look: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    collateral, debt = look["collateral_by_asset"], look["debt_by_asset"]
    for asset in dict.fromkeys((*collateral, *debt)):
        yield asset, *(short(each[asset]) if asset in each else "" for each in (collateral, debt))


def _ladder(look: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for rung in look["ladder"]:
        yield f"{rung['fall_percent']} %", short(rung["debt"]), f"{rung['accounts']:,}", short(rung["debt_per_percent"])


def _left_out(look: dict[str, Any]) -> Iterator[str]:
    unhealthy = look["unhealthy_already"]
    if unhealthy["accounts"]:
        done = "counted above" if unhealthy["kept"] else "left out above; --keep-unhealthy counts them in"
        yield f"unhealthy already: {unhealthy['accounts']:,} accounts that owe {short(unhealthy['debt'])} ({done})"
    for asset, rows in look["unknown_assets"].items():
        yield f"{asset} is no asset of the pool; rows of it: {rows:,}"
    if look["accounts_with_unknown_assets"]:
        yield f"left out whole, for they hold such an asset: {look['accounts_with_unknown_assets']:,} accounts"
    worst = look["largest_disagreement"]
    if worst:
        yield f"largest disagreement with the health column: {worst['account']}, stated {worst['stated']}, computed {worst['computed']}"
