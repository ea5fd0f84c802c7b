"""For each parameter of a built-in strategy, a value that makes ``everything.toml`` another world; as in ``tests.worlds.changes``."""

from typing import Any

from sim.census.keys import PARAMETERS
from tests.worlds.changes import Change

AGENTS = {
    "crowd": "crowd",
    "defender": "defender",
    "liquidator": "keeper",
    "looper": "looper",
    "market_maker": "maker",
    "momentum": "momentum",
    "outside_arbitrageur": "arbitrageur",
    "pin": "arbitrageur",
    "still_ladder": "ladder",
    "value_trader": "value",
    "whale": "whale",
}
"""Who has which strategy."""
STUCK = {"tip_policy": "escalating", "multiple_bps": "10 %", "chain.fee_market": "first_price"}
"""Bids far too little, on a chain without a base fee."""
SLICED = {"disposal": "sliced"}
SINKING = {
    "unwind_health": "125 %",
    "pools.lender.accounts.looper.debt": ["3_000 USDC"],
    "agents.looper.chain_funds": ["0.15 ETH"],
}
"""Opens with a health of 1.2 and nothing to repay with but its collateral."""
ROUGH = {"calm_volatility_bps": "260 bps", "volatility_pull_bps": "250 bps"}
"""Opens away from the market and comes back when it is calmer."""
PINNED = {"agents.arbitrageur.strategy": "pin", "agents.arbitrageur.parameters": {"size": 1_000}}
"""A pin with the funds of an arbitrageur."""
VALUES: dict[str, Any] = {
    "crowd.members": 9,
    "crowd.arrivals_per_minute": 61,
    "crowd.size": "310 USDC",
    "crowd.size_sigma_bps": "130 %",
    "crowd.market_bps": "60 %",
    "crowd.buy_bps": "60 %",
    "crowd.limit_distance_bps": "20 bps",
    "crowd.most_slippage_bps": "1 bps",
    "crowd.lifetime": "10 s",
    "defender.trigger_health": "108 %",
    "defender.target_health": "120 %",
    "defender.reaction_time": "20 s",
    "defender.look_interval": "11 s",
    "defender.multiple_bps": "200 %",
    "defender.patience_blocks": 1,
    "defender.gas_reserve": "0.4 ETH",
    "liquidator.tip_policy": "fixed",
    "liquidator.fixed_price": "30 gwei",
    "liquidator.multiple_bps": "200 %",
    "liquidator.share_bps": "10 %",
    "liquidator.patience_blocks": 1,
    "liquidator.most_pending": 1,
    "liquidator.attention": 1,
    "liquidator.retry_blocks": 1,
    "liquidator.gas_limit": "510 k gas",
    "liquidator.gas_expected": "10 M gas",
    "liquidator.revert_gas": "90 M gas",
    "liquidator.haircut_bps": "4 %",
    "liquidator.min_profit": "80 USDC",
    "liquidator.loss_prior_bps": "100 %",
    "liquidator.loss_prior_weight": 10000,
    "liquidator.gas_reserve": "90 ETH",
    "liquidator.disposal": "held",
    "liquidator.slices": 2,
    "liquidator.slice_interval": "5 s",
    "liquidator.worst_bps": "1 bps",
    "liquidator.refill_batch": "50_000 USDC",
    "looper.loops": 1,
    "looper.share_bps": "50 %",
    "looper.begin": "10 s",
    "looper.look_interval": "6 s",
    "looper.least": "2_000 USDC",
    "looper.worst_bps": "1 bps",
    "looper.unwind_health": "200 %",
    "looper.target_health": "150 %",
    "looper.edge_health": "118 %",
    "looper.multiple_bps": "200 %",
    "looper.gas_reserve": "1 ETH",
    "market_maker.spread_bps": "8 bps",
    "market_maker.usd_at_1": "41_000 USDC",
    "market_maker.usd_at_2": "71_000 USDC",
    "market_maker.usd_at_5": "121_000 USDC",
    "market_maker.levels": 6,
    "market_maker.ladder": [{"distance_bps": 20.0, "bid": "9_000 USDC", "ask": "8_000 USDC"}],
    "market_maker.depth_csv": "tests/worlds/everything/depth.csv",
    "market_maker.inventory_limit": "1_000 USDC",
    "market_maker.refill_time": "5 s",
    "market_maker.requote_bps": "20 bps",
    "market_maker.look_interval": "2 s",
    "market_maker.risk_aversion_ppm": 50000,
    "market_maker.horizon": "10 min",
    "market_maker.learning_bps": "10 %",
    "market_maker.follow_bps": "10 %",
    "market_maker.news_bps": "10 %",
    "market_maker.anchor_bps": "50 %",
    "market_maker.calm_volatility_bps": "40 bps",
    "market_maker.volatility_widen_bps": "5 bps",
    "market_maker.volatility_pull_bps": "12 bps",
    "market_maker.pause": "5 s",
    "momentum.lookback": "30 s",
    "momentum.threshold_bps": "80 bps",
    "momentum.size": "1_000 USDC",
    "momentum.limit": "1_000 USDC",
    "momentum.cooldown": "5 s",
    "momentum.hold": "15 s",
    "momentum.look_interval": "6 s",
    "outside_arbitrageur.within_bps": "40 bps",
    "outside_arbitrageur.capital": "3_000 USDC",
    "outside_arbitrageur.rest": "500 USDC",
    "outside_arbitrageur.most_per_look": "1_000 USDC",
    "outside_arbitrageur.look_interval": "3 s",
    "pin.band": "20 bps",
    "pin.size": 2_000,
    "pin.look_interval": "3 s",
    "still_ladder.best_bid": 19980,
    "still_ladder.best_ask": 20020,
    "still_ladder.step": 30,
    "still_ladder.lots": 3000,
    "still_ladder.levels": 9,
    "value_trader.demand_per_percent": "30_000 USDC",
    "value_trader.steepness_bps": "100 %",
    "value_trader.capital": "1_000 USDC",
    "value_trader.recycle_time": "10 s",
    "value_trader.recycle_sigma_bps": "10 %",
    "value_trader.threshold_bps": "30 bps",
    "value_trader.noise_bps": "50 bps",
    "value_trader.wander_bps": "50 bps",
    "value_trader.wander_time": "1 min",
    "value_trader.belief_time": "10 s",
    "value_trader.patience": "40 s",
    "value_trader.look_interval": "5 s",
    "value_trader.bare_bps": "5 %",
    "whale.side": "buy",
    "whale.total": 40000,
    "whale.begin": "20 s",
    "whale.duration": "30 s",
    "whale.participation_bps": "20 %",
    "whale.slice_interval": "5 s",
}
"""By strategy and parameter: what it is set to."""
ALSO: dict[str, dict[str, Any]] = {
    "defender.patience_blocks": {"multiple_bps": "1 %", "chain.fee_market": "first_price"},
    "defender.gas_reserve": {"agents.defender.chain_funds": ["0.5 ETH"]},
    "liquidator.fixed_price": {"tip_policy": "fixed"},
    "liquidator.share_bps": {"tip_policy": "share"},
    "liquidator.patience_blocks": STUCK,
    "liquidator.attention": {"agents.keeper.count": 1},
    "liquidator.retry_blocks": {"agents.keeper.count": 6},
    "liquidator.revert_gas": {"chain.bundles": False, "loss_prior_bps": "90 %"},
    "liquidator.loss_prior_weight": {"loss_prior_bps": "90 %", "min_profit": "20 USDC"},
    "liquidator.slices": SLICED,
    "liquidator.slice_interval": SLICED,
    "looper.target_health": SINKING,
    "looper.edge_health": SINKING,
    "looper.gas_reserve": {"agents.looper.chain_funds": ["2 ETH"]},
    "market_maker.pause": ROUGH,
    "pin.band": PINNED,
    "pin.size": PINNED,
    "pin.look_interval": PINNED,
    "value_trader.recycle_sigma_bps": {"recycle_time": "10 s"},
    "value_trader.wander_time": {"wander_bps": "50 bps"},
    "value_trader.bare_bps": {"agents.maker.parameters.pause": "1 h", "agents.maker.parameters.volatility_pull_bps": "12 bps"},
}
"""What both arms have, so that a parameter has something to do: other parameters, or keys by their path."""


def _change(key: str, value: Any) -> Change:
    strategy, _, parameter = key.partition(".")
    own = f"agents.{AGENTS[strategy]}.parameters"
    also = {other if "." in other else f"{own}.{other}": each for other, each in ALSO.get(key, {}).items()}
    return Change(f"{own}.{parameter}", value, also)


PARAMETER_CHANGES = {f"{PARAMETERS}.{key}": _change(key, value) for key, value in VALUES.items()}
