"""For each parameter of keepers without inventory and of attackers, a value that makes another world; as in ``parameter_changes``."""

from typing import Any

from sim.census.keys import PARAMETERS
from tests.worlds.change import Change

WORLD, TAKES, BROUGHT = "field.toml", "flash_takes.toml", "brought.toml"
ROBBED, PUMPED, SQUEEZED = "robbed.toml", "pumped.toml", "squeezed.toml"
AGENTS = {"flash_liquidator": "flash", "backrunner": "behind", "bringer": "keeper", "flash_taker": "taker"}
"""Who has which in ``field.toml``, or in a world of its own."""
ELSEWHERE = {"spot_manipulator": ROBBED, "pumper": PUMPED, "squeezer": SQUEEZED, "flash_taker": TAKES, "bringer": BROUGHT}
"""The worlds of the others; attackers are called ``attacker`` there."""
VALUES: dict[str, Any] = {
    "flash_liquidator.route": "bundle",
    "flash_liquidator.share_bps": "30 %",
    "flash_liquidator.attention": 1,
    "flash_liquidator.retry_blocks": 1,
    "flash_liquidator.min_profit": "0.05 ETH",
    "flash_liquidator.multiple_bps": "200 %",
    "flash_liquidator.max_gas_price": "2 gwei",
    "flash_liquidator.patience_blocks": 1,
    "flash_liquidator.swap_pieces": 4,
    "flash_taker.block_interval": "20 s",
    "backrunner.only_offers": True,
    "bringer.margin": "50 s",
    "pumper.min_profit": "5_000_000 USDC",
    "pumper.effort_bps": "50000 %",
    "pumper.wall": "50_000 USDC",
    "pumper.look_interval": "1 s",
    "pumper.patience": "20 min",
    "pumper.waits": "40 s",
    "squeezer.min_profit": "5_000_000 USDC",
    "squeezer.effort_bps": "50000 %",
    "squeezer.bought_back_bps": "1 %",
    "squeezer.look_interval": "1 s",
    "squeezer.patience": "1 s",
    "spot_manipulator.min_profit": "5_000_000 USDC",
    "spot_manipulator.margin_bps": "10 %",
    "spot_manipulator.multiple_bps": "200 %",
    "spot_manipulator.max_gas_price": "1 gwei",
}
OUTBID = {"multiple_bps": "10 %", "chain.fee_market": "first_price"}
"""Bids far too little, on a chain without a base fee."""
ALSO: dict[str, dict[str, Any]] = {
    "flash_liquidator.patience_blocks": OUTBID,
    "pumper.patience": {"pools.lender.reserves.FARM.feed": "mean"},
}


def _of(key: str, value: Any) -> Change:
    strategy, parameter = key.split(".")
    where = f"agents.{AGENTS.get(strategy, 'attacker')}.parameters"
    with_it = {path if "." in path else f"{where}.{path}": each for path, each in ALSO.get(key, {}).items()}
    return Change(f"{where}.{parameter}", value, with_it, ELSEWHERE.get(strategy, WORLD))


FIELD_PARAMETER_CHANGES = {f"{PARAMETERS}.{key}": _of(key, value) for key, value in VALUES.items()}
