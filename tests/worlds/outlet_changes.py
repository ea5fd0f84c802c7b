"""Keepers with inventory beside amms, one after the other in the worlds of those without, and where each sells as a second value."""

from typing import Any

from sim.census.keys import PARAMETERS
from tests.worlds.change import Change

USUAL = ["25_000 USDC", "3 ETH"]
SEATS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "liquidator": ("field.toml", "behind", {"venues": ["main"], "pools": ["pool"], "amms": ["pair", "ranges"], "chain_funds": USUAL}),
    "seizer": (
        "field.toml",
        "flash",
        {"venues": ["main"], "pools": ["old", "new", "blue"], "amms": ["pair", "ranges"], "chain_funds": USUAL},
    ),
    "stability_depositor": (
        "absorbed.toml",
        "depositor",
        {"venues": ["eth_lusd"], "pools": ["troves"], "amms": ["compensations"], "chain_funds": ["20_000 LUSD", "3 ETH"]},
    ),
    "auction_taker": (
        "flash_takes.toml",
        "taker",
        {"venues": ["eth_dai"], "pools": ["eth_a"], "amms": ["pair", "ranges"], "chain_funds": ["20_000 DAI", "3 ETH"]},
    ),
}
"""By strategy: the world, whose seat it takes there, and with what."""


def seated(strategy: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the keys that put a keeper into its seat."""
    _, name, keys = SEATS[strategy]
    where = f"agents.{name}"
    kept = {"block_interval": "4 s"} if strategy == "auction_taker" else {}
    return {f"{where}.strategy": strategy, f"{where}.parameters": {**kept, **(parameters or {})}} | {
        f"{where}.{key}": value for key, value in keys.items()
    }


OUTLETS = ("liquidator.sells_at", "seizer.sells_at", "stability_depositor.sells_at", "auction_taker.sells_at")


def _of(strategy: str) -> Change:
    world, name, _ = SEATS[strategy]
    return Change(f"agents.{name}.parameters.sells_at", "amm", seated(strategy), world)


OUTLET_PARAMETER_CHANGES = {f"{PARAMETERS}.{key}": _of(key.partition(".")[0]) for key in OUTLETS}
