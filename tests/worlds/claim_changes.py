"""For each key of issuers of claims, and each parameter of minds around them, a value that makes ``claims.toml`` another world."""

from typing import Any

from sim.census.keys import PARAMETERS
from tests.worlds.change import Change
from tests.worlds.pocket_vaults import Keys

WORLD = "claims.toml"


def of(path: str, value: Any, also: Keys | None = None) -> Change:
    """Return a change of the world of claims."""
    return Change(path, value, also or {}, WORLD)


SATURDAY: Keys = {"run.start": "2024-10-05T10:00:00Z"}
IN_MONEY: Keys = {"pools.against_stakes.reserves.stETH.feed": "by_other"}

OF_STAKING = {
    "staking.rate": of("staking.stake.rate", "1.01 ETH/stETH"),
    "staking.yearly": of("staking.stake.yearly", "400 %"),
    "staking.fee": of("staking.stake.fee", "20 %"),
    "staking.frame": of("staking.stake.frame", "40 s"),
    "staking.first_report": of("staking.stake.first_report", "12 s"),
    "staking.buffer": of("staking.stake.buffer", "30 ETH"),
    "staking.reserve": of("staking.stake.reserve", "15 ETH"),
    "staking.exits": of("staking.stake.exits", "1 ETH", {"staking.stake.buffer": "0 ETH"}),
    "staking.exit_delay": of("staking.stake.exit_delay", "80 s", {"staking.stake.buffer": "0 ETH"}),
    "staking.margin": of("staking.stake.margin", "16 s"),
    "staking.most_request": of("staking.stake.most_request", "30 ETH"),
    "staking.others": of("staking.stake.others", "410 stETH"),
    "staking.oracle_latency": of("staking.stake.oracle_latency.latency", "5 s"),
    "staking.gas_funds": of("staking.stake.gas_funds", "11 ETH"),
}
OF_STABLE_ISSUERS = {
    "stable_issuers.reserves": of("stable_issuers.mint.reserves", "1_000_000 USD"),
    "stable_issuers.mint_fee": of(
        "stable_issuers.mint.mint_fee", "1 %", {"amms.usd_usdc.liquidity.0.amounts": ["700_000 USD", "200_000 USDC"]}
    ),
    "stable_issuers.redeem_fee": of("stable_issuers.mint.redeem_fee", "1 %"),
    "stable_issuers.delay": of("stable_issuers.mint.delay", "0 s"),
    "stable_issuers.least": of("stable_issuers.mint.least", "30_000 USDC"),
    "stable_issuers.opens": of("stable_issuers.mint.opens", "36_030 s"),
    "stable_issuers.closes": of("stable_issuers.mint.closes", "36_060 s"),
    "stable_issuers.works_weekends": of("stable_issuers.mint.works_weekends", False, SATURDAY),
}
OF_SHOCKS = {
    "world.shocks.slashing.at": of("world.shocks.0.at", "10 s"),
    "world.shocks.slashing.issuer": of("world.shocks.0.issuer", "other_stake"),
    "world.shocks.slashing.share": of("world.shocks.0.share", "3 %"),
    "world.shocks.reserve_freeze.at": of("world.shocks.1.at", "45 s"),
    "world.shocks.reserve_freeze.duration": of("world.shocks.1.duration", "70 s"),
    "world.shocks.reserve_freeze.issuer": of("world.shocks.1.issuer", "other_mint"),
    "world.shocks.reserve_freeze.share": of("world.shocks.1.share", "20 %"),
    "world.shocks.redemption_pause.at": of("world.shocks.2.at", "125 s"),
    "world.shocks.redemption_pause.duration": of("world.shocks.2.duration", "30 s"),
    "world.shocks.redemption_pause.issuer": of("world.shocks.2.issuer", "other_mint"),
}
OF_FEEDS = {"derived_feeds.rate.issuer": of("derived_feeds.by_contract.issuer", "other_stake", IN_MONEY)}
OF_AGENTS = {"agents.issuers": of("agents.queuer.issuers", [])}
CLAIM_CHANGES: dict[str, Change] = {**OF_STAKING, **OF_STABLE_ISSUERS, **OF_SHOCKS, **OF_FEEDS, **OF_AGENTS}

AGENTS = {
    "holder": "stake_holder",
    "peg_arbitrageur": "queuer",
    "share_taker": "patient",
    "staker_looper": "looper",
    "supplier": "supplier",
}
"""Who has which strategy in ``claims.toml``."""
LEFT_OUT: Keys = {"multiple_bps": "1 %", "chain.fee_market": "first_price"}
"""Bids too low to be taken."""
ALONE: Keys = {"agents.queuer.issuers": []}
"""Nobody gives shares back: their discount stays."""
VALUES: dict[str, Any] = {
    "holder.low_bps": "0 %",
    "holder.high_bps": "1 %",
    "holder.floor_bps": "0.1 %",
    "holder.backing": "50 %",
    "holder.wait": "10 s",
    "holder.must_sell_at": "20 s",
    "holder.reaction_time": "10 s",
    "holder.slices": 2,
    "holder.worst_bps": "0 %",
    "holder.look_interval": "12 s",
    "holder.multiple_bps": "200 %",
    "holder.patience_blocks": 1,
    "peg_arbitrageur.yearly_bps": "20_000_000 %",
    "peg_arbitrageur.unknown_wait": "0 s",
    "peg_arbitrageur.least_gain_bps": "1 %",
    "peg_arbitrageur.share_bps": "40 %",
    "peg_arbitrageur.is_believing": True,
    "peg_arbitrageur.slippage_bps": "5 %",
    "peg_arbitrageur.multiple_bps": "200 %",
    "peg_arbitrageur.patience_blocks": 1,
    "peg_arbitrageur.gas_reserve": "5 ETH",
    "share_taker.discount_bps": "30 %",
    "share_taker.min_profit": "1_000_000 USDC",
    "share_taker.multiple_bps": "200 %",
    "share_taker.max_gas_price": "1 wei",
    "share_taker.patience_blocks": 1,
    "share_taker.most_pending": 1,
    "share_taker.gas_reserve": "5 ETH",
    "share_taker.retry_interval": "4 s",
    "share_taker.worst_bps": "10 %",
    "share_taker.refill_batch": "100_000 USDC",
    "staker_looper.loops": 1,
    "staker_looper.share_bps": "50 %",
    "staker_looper.begin": "20 s",
    "staker_looper.flee_bps": "0.3 %",
    "staker_looper.floor_bps": "0.1 %",
    "staker_looper.unwind_health": "120 %",
    "staker_looper.edge_health": "102 %",
    "staker_looper.worst_bps": "0 %",
    "staker_looper.look_interval": "8 s",
    "staker_looper.multiple_bps": "200 %",
    "staker_looper.patience_blocks": 1,
    "staker_looper.gas_reserve": "1 ETH",
    "supplier.asset": "ETH",
    "supplier.begin": "20 s",
    "supplier.low": "30 %",
    "supplier.high": "25 %",
    "supplier.rumour_bps": "90 %",
    "supplier.memory": "2 s",
    "supplier.look_interval": "8 s",
    "supplier.multiple_bps": "200 %",
    "supplier.patience_blocks": 1,
    "supplier.gas_reserve": "0.9 ETH",
}
SCARCE: Keys = {
    "agents.keeper.pools": [],
    "agents.ether_supplier.chain_funds": ["0.2 ETH"],
    "pools.lent_out.reserves.ETH.liquidity": "0.1 ETH",
}
"""Hardly any ether is free, and nobody else liquidates."""
ALSO: dict[str, Keys] = {
    "holder.low_bps": ALONE,
    "holder.high_bps": ALONE,
    "holder.patience_blocks": LEFT_OUT,
    "peg_arbitrageur.patience_blocks": LEFT_OUT,
    "peg_arbitrageur.slippage_bps": {"agents.queuer.count": 2},
    "share_taker.most_pending": SCARCE,
    "share_taker.patience_blocks": LEFT_OUT,
    "share_taker.retry_interval": {"worst_bps": "0.01 %"},
    "staker_looper.patience_blocks": LEFT_OUT,
    "supplier.patience_blocks": LEFT_OUT,
}
"""What else must be so for a parameter to have something to do; of the same agent unless a whole path is given."""
ELSEWHERE: dict[str, str] = {
    "holder.backing": "coin_holder",
    "holder.worst_bps": "coin_holder",
    "staker_looper.edge_health": "quick_looper",
    "staker_looper.floor_bps": "quick_looper",
    "peg_arbitrageur.unknown_wait": "redeemer",
    "peg_arbitrageur.is_believing": "redeemer",
    "peg_arbitrageur.share_bps": "redeemer",
    "supplier.rumour_bps": "old_supplier",
    "supplier.memory": "old_supplier",
    "supplier.gas_reserve": "ether_supplier",
}
"""Parameters that another agent of that strategy has something to do with."""


def _of_mind(key: str, value: Any) -> Change:
    strategy, _, parameter = key.partition(".")
    own = f"agents.{ELSEWHERE.get(key, AGENTS[strategy])}.parameters"
    also = {other if "." in other else f"{own}.{other}": each for other, each in ALSO.get(key, {}).items()}
    return of(f"{own}.{parameter}", value, also)


CLAIM_PARAMETER_CHANGES = {f"{PARAMETERS}.{key}": _of_mind(key, value) for key, value in VALUES.items()}
