"""For each parameter of a built-in strategy, a value that makes another world of its agent's; as in ``tests.worlds.changes``."""

from typing import Any

from sim.census.keys import PARAMETERS
from tests.worlds.change import Change
from tests.worlds.changes import ALONE
from tests.worlds.claim_changes import CLAIM_PARAMETER_CHANGES
from tests.worlds.family_parameters import FAMILY_PARAMETER_CHANGES
from tests.worlds.feed_changes import VALUES_AMONG_FEEDS
from tests.worlds.field_changes import FIELD_PARAMETER_CHANGES
from tests.worlds.gap_changes import GAP_PARAMETER_CHANGES
from tests.worlds.house_changes import HOUSE_ALSO, HOUSE_VALUES
from tests.worlds.outlet_changes import OUTLET_PARAMETER_CHANGES
from tests.worlds.pocket_vaults import SYSTEMS

AGENTS = {
    "crowd": "crowd",
    "defender": "defender",
    "liquidator": "keeper",
    "looper": "looper",
    "maker_house": "maker",
    "market_maker": "maker",
    "momentum": "momentum",
    "outside_arbitrageur": "arbitrageur",
    "pin": "arbitrageur",
    "still_ladder": "ladder",
    "stop_holder": "holder",
    "value_trader": "value",
    "whale": "whale",
}
"""Who has which strategy in ``everything.toml``."""
AROUND_VAULTS = {
    "auction_bidder": "bidder",
    "auction_taker": "taker",
    "barker": "barker",
    "debt_bidder": "debt_bidder",
    "debt_steward": "steward",
    "opportunist": "opportunist",
    "poker": "poker",
    "redoer": "redoer",
}
"""Who has which in ``vaults.toml``."""
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
    **HOUSE_VALUES,
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
    "market_maker.stays": True,
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
    "stop_holder.size": "2_000 USDC",
    "stop_holder.stops": 3,
    "stop_holder.nearest_bps": "20 bps",
    "stop_holder.farthest_bps": "1 %",
    "stop_holder.lifetime": "0 s",
    "stop_holder.look_interval": "5 s",
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
VALUES_AROUND_VAULTS: dict[str, Any] = {
    "auction_bidder.margin_bps": "10 %",
    "auction_bidder.rebid_bps": "0 %",
    "auction_bidder.ahead_bps": "50 %",
    "auction_bidder.min_profit": "300 DAI",
    "auction_bidder.attention": 1,
    "auction_bidder.replaces": False,
    "auction_bidder.patience_blocks": 1,
    "auction_bidder.estimate_age": "30 s",
    "auction_bidder.multiple_bps": "200 %",
    "auction_bidder.max_gas_price": "20 gwei",
    "auction_bidder.most_pending": 1,
    "auction_bidder.gas_expected": "200 M gas",
    "auction_bidder.reserve": "500 DAI",
    "auction_bidder.gas_reserve": "3 ETH",
    "auction_bidder.recycles": False,
    "auction_bidder.disposal": "sliced",
    "auction_bidder.slices": 2,
    "auction_bidder.slice_interval": "5 s",
    "auction_bidder.worst_bps": "1 bps",
    "auction_bidder.refill_batch": "3_000 DAI",
    "auction_taker.margin_bps": "10 %",
    "auction_taker.min_profit": "300 DAI",
    "auction_taker.stock": "500 DAI",
    "auction_taker.block_interval": "12 s",
    "auction_taker.attention": 1,
    "auction_taker.replaces": False,
    "auction_taker.patience_blocks": 1,
    "auction_taker.estimate_age": "30 s",
    "auction_taker.multiple_bps": "200 %",
    "auction_taker.max_gas_price": "20 gwei",
    "auction_taker.most_pending": 1,
    "auction_taker.gas_limit": "410 k gas",
    "auction_taker.gas_expected": "200 M gas",
    "auction_taker.revert_gas": "200 M gas",
    "auction_taker.loss_prior_bps": "90 %",
    "auction_taker.loss_prior_weight": 10000,
    "auction_taker.gas_reserve": "3 ETH",
    "auction_taker.recycles": False,
    "auction_taker.disposal": "sliced",
    "auction_taker.slices": 2,
    "auction_taker.slice_interval": "5 s",
    "auction_taker.worst_bps": "1 bps",
    "auction_taker.refill_batch": "3_000 DAI",
    "barker.motive": "reward",
    "barker.gain_bps": "0 %",
    "barker.min_profit": "100 DAI",
    "barker.attention": 1,
    "barker.retry_blocks": 1,
    "barker.replaces": False,
    "barker.patience_blocks": 1,
    "barker.estimate_age": "30 s",
    "barker.multiple_bps": "200 %",
    "barker.max_gas_price": "20 gwei",
    "barker.most_pending": 1,
    "barker.loss_prior_bps": "90 %",
    "barker.loss_prior_weight": 10000,
    "debt_bidder.governance_price": "220 DAI",
    "debt_bidder.replaces": False,
    "debt_bidder.patience_blocks": 1,
    "debt_bidder.estimate_age": "30 s",
    "debt_bidder.multiple_bps": "200 %",
    "debt_bidder.max_gas_price": "20 gwei",
    "debt_bidder.most_pending": 1,
    "debt_steward.heal_least": "1 DAI",
    "debt_steward.attention": 1,
    "debt_steward.starts": False,
    "debt_steward.replaces": False,
    "debt_steward.patience_blocks": 1,
    "debt_steward.estimate_age": "30 s",
    "debt_steward.multiple_bps": "200 %",
    "debt_steward.max_gas_price": "20 gwei",
    "debt_steward.most_pending": 1,
    "debt_steward.retry_interval": "60 s",
    "opportunist.attention": 2,
    "opportunist.multiple_bps": "200 %",
    "opportunist.max_gas_price": "20 gwei",
    "opportunist.patience_blocks": 1,
    "opportunist.most_pending": 1,
    "opportunist.stake": "2 DAI",
    "opportunist.gas_reserve": "3 ETH",
    "opportunist.recycles": True,
    "opportunist.retry_interval": "5 s",
    "opportunist.worst_bps": "1 bps",
    "opportunist.refill_batch": "3_000 DAI",
    "poker.wait": "5 s",
    "poker.accrues": False,
    "poker.replaces": False,
    "poker.patience_blocks": 1,
    "poker.estimate_age": "30 s",
    "poker.multiple_bps": "200 %",
    "poker.max_gas_price": "20 gwei",
    "poker.most_pending": 1,
    "redoer.for_free": True,
    "redoer.rearms": False,
    "redoer.min_profit": "15 DAI",
    "redoer.replaces": False,
    "redoer.patience_blocks": 1,
    "redoer.estimate_age": "30 s",
    "redoer.multiple_bps": "200 %",
    "redoer.max_gas_price": "20 gwei",
    "redoer.most_pending": 1,
    "redoer.gas_limit": "260 k gas",
    "redoer.gas_expected": "200 M gas",
}
ALSO: dict[str, dict[str, Any]] = {
    **HOUSE_ALSO,
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
    "market_maker.stays": ROUGH,
    "pin.band": PINNED,
    "pin.size": PINNED,
    "pin.look_interval": PINNED,
    "value_trader.recycle_sigma_bps": {"recycle_time": "10 s"},
    "value_trader.wander_time": {"wander_bps": "50 bps"},
    "value_trader.bare_bps": {"agents.maker.parameters.pause": "1 h", "agents.maker.parameters.volatility_pull_bps": "12 bps"},
}
"""What both arms have, so that a parameter has something to do: other parameters, or keys by their path."""


LEFT_OUT = {"multiple_bps": "10 %"}
"""Bids far too little."""
OWN = {"motive": "own_bids"}
DEAR = {"motive": "own_bids", "gain_bps": "20 %", "min_profit": "50 DAI", "multiple_bps": "1000 %"}
"""Weighs gas that is dear."""
ALSO_AROUND_VAULTS: dict[str, dict[str, Any]] = {
    "auction_bidder.rebid_bps": ALONE,
    "auction_bidder.replaces": LEFT_OUT,
    "auction_bidder.patience_blocks": LEFT_OUT,
    "auction_bidder.slices": SLICED,
    "auction_bidder.slice_interval": SLICED,
    "auction_taker.replaces": LEFT_OUT,
    "auction_taker.patience_blocks": LEFT_OUT,
    "auction_taker.slices": SLICED,
    "auction_taker.slice_interval": SLICED,
    "barker.gain_bps": OWN,
    "barker.min_profit": OWN,
    "barker.retry_blocks": SYSTEMS["cat_1_2"],
    "barker.loss_prior_bps": DEAR,
    "barker.loss_prior_weight": {**DEAR, "loss_prior_bps": "90 %"},
    "barker.replaces": LEFT_OUT,
    "barker.patience_blocks": LEFT_OUT,
    "debt_bidder.replaces": LEFT_OUT,
    "debt_bidder.patience_blocks": LEFT_OUT,
    "debt_steward.heal_least": {"starts": False},
    "debt_steward.attention": LEFT_OUT,
    "debt_steward.replaces": LEFT_OUT,
    "debt_steward.patience_blocks": LEFT_OUT,
    "opportunist.patience_blocks": LEFT_OUT,
    "opportunist.gas_reserve": {"recycles": True},
    "opportunist.retry_interval": {"recycles": True, "worst_bps": "0.5 %"},
    "opportunist.worst_bps": {"recycles": True},
    "opportunist.refill_batch": {"recycles": True},
    "poker.replaces": LEFT_OUT,
    "poker.patience_blocks": LEFT_OUT,
    "redoer.for_free": {"min_profit": "200 DAI"},
    "redoer.replaces": LEFT_OUT,
    "redoer.patience_blocks": LEFT_OUT,
}
"""The same around vaults."""


def _change(key: str, value: Any) -> Change:
    strategy, _, parameter = key.partition(".")
    own = f"agents.{AGENTS[strategy]}.parameters"
    return Change(f"{own}.{parameter}", value, _also(own, ALSO.get(key, {})))


def _around_vaults(key: str, value: Any) -> Change:
    """Return a change in the world of vaults; takers have Dutch auctions there, and so have redoers unless they rearm."""
    strategy, _, parameter = key.partition(".")
    own = f"agents.{AROUND_VAULTS[strategy]}.parameters"
    is_dutch = strategy == "auction_taker" or (strategy == "redoer" and parameter != "rearms")
    also = {**(SYSTEMS["dog"] if is_dutch else {}), **_also(own, ALSO_AROUND_VAULTS.get(key, {}))}
    return Change(f"{own}.{parameter}", value, also, "vaults.toml")


def _among_feeds(key: str, value: Any) -> Change:
    """Return a change in the world of feeds, in which agents are called as their strategies."""
    strategy, _, parameter = key.partition(".")
    return Change(f"agents.{strategy}.parameters.{parameter}", value, {}, "feeds.toml")


def _also(own: str, also: dict[str, Any]) -> dict[str, Any]:
    return {other if "." in other else f"{own}.{other}": each for other, each in also.items()}


PARAMETER_CHANGES = {
    **{f"{PARAMETERS}.{key}": _change(key, value) for key, value in VALUES.items()},
    **{f"{PARAMETERS}.{key}": _around_vaults(key, value) for key, value in VALUES_AROUND_VAULTS.items()},
    **FAMILY_PARAMETER_CHANGES,
    **{f"{PARAMETERS}.{key}": _among_feeds(key, value) for key, value in VALUES_AMONG_FEEDS.items()},
    **CLAIM_PARAMETER_CHANGES,
    **FIELD_PARAMETER_CHANGES,
    **GAP_PARAMETER_CHANGES,
    **OUTLET_PARAMETER_CHANGES,
}
