"""For each parameter of strategies among lenders of other families, a value that makes ``families.toml`` another world."""

from typing import Any

from sim.census.keys import PARAMETERS
from tests.worlds.change import Change
from tests.worlds.family_changes import of

AMONG_FAMILIES = {
    "amm_arbitrageur": "arbitrageur",
    "borrower": "steady",
    "fee_collector": "owners",
    "redeemer": "redeemer",
    "seizer": "seizer",
    "stability_depositor": "depositor",
}
"""Who has which in ``families.toml``."""
VALUES_AMONG_FAMILIES: dict[str, Any] = {
    "amm_arbitrageur.min_profit": "500 USDC",
    "amm_arbitrageur.most": "5_000 USDC",
    "amm_arbitrageur.slippage_bps": "90 %",
    "amm_arbitrageur.worst_bps": "1 bps",
    "amm_arbitrageur.gas_expected": "100 M gas",
    "amm_arbitrageur.multiple_bps": "200 %",
    "amm_arbitrageur.max_gas_price": "5 gwei",
    "amm_arbitrageur.patience_blocks": 1,
    "amm_arbitrageur.gas_reserve": "399 ETH",
    "borrower.plan": [],
    "borrower.target_health": "170 %",
    "borrower.tolerance_bps": "1 %",
    "borrower.look_interval": "3 s",
    "borrower.multiple_bps": "200 %",
    "borrower.patience_blocks": 1,
    "borrower.gas_reserve": "7 ETH",
    "fee_collector.gain_bps": "2000 %",
    "fee_collector.wait": "5 s",
    "fee_collector.multiple_bps": "200 %",
    "fee_collector.max_gas_price": "5 gwei",
    "fee_collector.patience_blocks": 1,
    "redeemer.min_profit": "5_000 LUSD",
    "redeemer.most": "3_000 LUSD",
    "redeemer.fee_room_bps": "50 %",
    "redeemer.worst_bps": "1 bps",
    "redeemer.multiple_bps": "200 %",
    "redeemer.max_gas_price": "5 gwei",
    "redeemer.patience_blocks": 1,
    "redeemer.gas_reserve": "6 ETH",
    "stability_depositor.most": "5_000 LUSD",
    "stability_depositor.min_profit": "5_000 LUSD",
    "stability_depositor.haircut_bps": "60 %",
    "stability_depositor.collect_bps": "100000 %",
    "stability_depositor.leave_ratio": "200 %",
    "stability_depositor.multiple_bps": "200 %",
    "stability_depositor.max_gas_price": "5 gwei",
    "stability_depositor.patience_blocks": 1,
    "stability_depositor.gas_reserve": "5 ETH",
    "stability_depositor.retry_interval": "30 s",
    "stability_depositor.worst_bps": "1 bps",
    "stability_depositor.refill_batch": "100_000 LUSD",
    "seizer.attention": 1,
    "seizer.retry_blocks": 1,
    "seizer.haircut_bps": "5 %",
    "seizer.min_profit": "200 USDC",
    "seizer.multiple_bps": "200 %",
    "seizer.max_gas_price": "5 gwei",
    "seizer.patience_blocks": 1,
    "seizer.most_pending": 1,
    "seizer.gas_reserve": "2.9 ETH",
    "seizer.retry_interval": "30 s",
    "seizer.worst_bps": "1 bps",
    "seizer.refill_batch": "5_000 USDC",
}
OUTBID = {"multiple_bps": "10 %", "chain.fee_market": "first_price"}
"""Bids far too little, on a chain without a base fee."""
ALSO_AMONG_FAMILIES: dict[str, dict[str, Any]] = {
    "amm_arbitrageur.slippage_bps": {"agents.arbitrageur.count": 2},
    "amm_arbitrageur.patience_blocks": OUTBID,
    "borrower.patience_blocks": OUTBID,
    "fee_collector.patience_blocks": OUTBID,
    "redeemer.fee_room_bps": {"agents.redeemer.count": 2},
    "redeemer.patience_blocks": OUTBID,
    "stability_depositor.patience_blocks": OUTBID,
    "stability_depositor.retry_interval": {"worst_bps": "1 bps"},
    "seizer.patience_blocks": {"multiple_bps": "10 %"},
    "seizer.retry_interval": {"worst_bps": "1 bps"},
}
"""What both arms have, so that a parameter has something to do."""


def _change(key: str, value: Any) -> Change:
    strategy, _, parameter = key.partition(".")
    own = f"agents.{AMONG_FAMILIES[strategy]}.parameters"
    also = {other if "." in other else f"{own}.{other}": each for other, each in ALSO_AMONG_FAMILIES.get(key, {}).items()}
    return of(f"{own}.{parameter}", value, also)


FAMILY_PARAMETER_CHANGES = {f"{PARAMETERS}.{key}": _change(key, value) for key, value in VALUES_AMONG_FAMILIES.items()}
