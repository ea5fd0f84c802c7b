"""For each parameter of a house of makers, a value that makes another world; what both arms have besides. As in ``parameter_changes``."""

from typing import Any

HOUSE = {
    "agents.maker.strategy": "maker_house",
    "agents.maker.venues": ["main", "side"],
    "agents.maker.parameters": {"usd_at_1": "40_000 USDC", "usd_at_2": "70_000 USDC", "usd_at_5": "120_000 USDC"},
}
"""A house of makers in the place of a maker."""
HOUSE_LEAVING = {**HOUSE, "volatility_pull_bps": "20 bps"}
"""The same, leaving the market before the run is over."""
HOUSE_VALUES: dict[str, Any] = {
    "maker_house.spread_bps": "8 bps",
    "maker_house.usd_at_1": "41_000 USDC",
    "maker_house.usd_at_2": "71_000 USDC",
    "maker_house.usd_at_5": "121_000 USDC",
    "maker_house.inventory_limit": "1_000 USDC",
    "maker_house.look_interval": "2 s",
    "maker_house.risk_aversion_ppm": 50000,
    "maker_house.learning_bps": "10 %",
    "maker_house.volatility_widen_bps": "5 bps",
    "maker_house.volatility_pull_bps": "12 bps",
    "maker_house.pause": "5 s",
    "maker_house.stays": True,
}
HOUSE_ALSO: dict[str, dict[str, Any]] = {
    "maker_house.spread_bps": HOUSE,
    "maker_house.usd_at_1": HOUSE,
    "maker_house.usd_at_2": HOUSE,
    "maker_house.usd_at_5": HOUSE,
    "maker_house.inventory_limit": HOUSE,
    "maker_house.look_interval": HOUSE,
    "maker_house.risk_aversion_ppm": HOUSE,
    "maker_house.learning_bps": HOUSE,
    "maker_house.volatility_widen_bps": HOUSE,
    "maker_house.volatility_pull_bps": HOUSE,
    "maker_house.pause": HOUSE_LEAVING,
    "maker_house.stays": HOUSE_LEAVING,
}
