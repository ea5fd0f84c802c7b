"""For each key of a scenario, a value that makes ``everything.toml`` another world; for keys of vaults, ``vaults.toml``;
those of other lenders and of amms are in ``family_changes``, those of claims in ``claim_changes``.

``Change(path, value, also)``: set ``path`` to ``value``, in a world in which ``also`` is set in both arms, to give the key something
to do. Keys are called as in ``sim.census.keys``.
"""

from typing import Any

from tests.worlds.atomic_changes import OF_ATOMIC
from tests.worlds.change import Change
from tests.worlds.claim_changes import CLAIM_CHANGES
from tests.worlds.family_changes import FAMILY_CHANGES
from tests.worlds.feed_changes import FEED_CHANGES
from tests.worlds.pocket_vaults import DUTCH, POOL, SYSTEM, SYSTEMS, Keys

CHANCE: dict[str, Any] = {
    "world.price.csv": None,
    "world.price.time_column": "",
    "world.price.price_column": "",
    "world.price.bars": None,
    "world.price.waypoints": [],
    "world.price.random": {
        "first": "200 USDC/ETH",
        "volatility": "300 %",
        "jumps_per_day": 3_000.0,
        "jump_mean": "-0.1 %",
        "jump_deviation": "0.2 %",
    },
}
"""A path of chance instead of a file."""
TYPED_GAS = {"chain.gas.csv": None, "chain.gas.time_column": "", "chain.gas.price_column": ""}
CONSTANT = {"venues.main.latency": {"kind": "constant", "latency": "5 ms"}}
EVEN = {"venues.main.latency": {"kind": "uniform", "low": "2 ms", "high": "5 ms"}}


def sized(**size: Any) -> dict[str, Any]:
    """Return a population with other sizes."""
    return {"pools.lender.population.size": size}


def healthy(**health: Any) -> dict[str, Any]:
    """Return a population with another health."""
    return {"pools.lender.population.health": health}


NORMAL_SIZE = sized(kind="lognormal", median="3_000 USDC", sigma=1.0, most="9_000 USDC")
NORMAL_HEALTH = healthy(kind="lognormal", median=1.2, sigma=0.5)

FEED = {
    "base": "ETH",
    "quote": "USDC",
    "sources": [{"venue": "main"}],
    "reporters": [{"count": 2}],
    "gas_funds": "1 ETH",
}
TWO_FEEDS = [{"name": "eth_usdc", **FEED}, {"name": "second", **FEED}]

STUCK = {"chain.fee_market": "first_price", "feeds.eth_usdc.gas": {"multiple_bps": "20 %", "least": "1 wei"}}
"""Reporters that bid far too little."""

ISOLATED = {"agents.looper.on_failure": "isolate", "agents.tinkerer.on_failure": "isolate"}
"""Minds that may fail."""

RUN = {
    "run.seed": Change("run.seed", 4),
    "run.start": Change("run.start", "2025-06-01T00:00:10Z", {"pools.lender.positions": None}),
    "run.duration": Change("run.duration", "3 min"),
}
WORLD = {
    "assets.decimals": Change("assets.STETH.decimals", 17),
    "world.price.role": Change("world.price.role", "pinned"),
    "world.price.until": Change("world.price.until", "30 s"),
    "world.price.band": Change("world.price.band", "50 bps", {"world.price.role": "pinned"}),
    "world.price.csv": Change("world.price.csv", "tests/worlds/everything/other_prices.csv"),
    "world.price.time_column": Change("world.price.time_column", "epoch", {"world.price.csv": "tests/worlds/everything/late_epoch.csv"}),
    "world.price.price_column": Change("world.price.price_column", "low"),
    "world.price.stamp_lag": Change("world.price.stamp_lag", "20 s"),
    "world.price.outside": Change("world.price.outside", "hold"),
    "world.price.step": Change("world.price.step", "3 s"),
    "world.price.bridge_volatility": Change("world.price.bridge_volatility", "5 %"),
    "world.price.waypoints.at": Change("world.price.waypoints.1.at", "235 s"),
    "world.price.waypoints.price": Change("world.price.waypoints.1.price", "181 USDC/ETH"),
    "world.price.bars.csv": Change("world.price.bars.csv", "tests/worlds/everything/other_bars.csv"),
    "world.price.bars.time_column": Change("world.price.bars.time_column", "later"),
    "world.price.bars.open_column": Change("world.price.bars.open_column", "mild_open"),
    "world.price.bars.high_column": Change("world.price.bars.high_column", "mild_high"),
    "world.price.bars.low_column": Change("world.price.bars.low_column", "mild_low"),
    "world.price.bars.close_column": Change("world.price.bars.close_column", "mild_close"),
    "world.price.random.first": Change("world.price.random.first", "201 USDC/ETH", CHANCE),
    "world.price.random.volatility": Change("world.price.random.volatility", "310 %", CHANCE),
    "world.price.random.drift": Change("world.price.random.drift", "90000 %", CHANCE),
    "world.price.random.jumps_per_day": Change("world.price.random.jumps_per_day", 20_000.0, CHANCE),
    "world.price.random.jump_mean": Change("world.price.random.jump_mean", "0.1 %", CHANCE),
    "world.price.random.jump_deviation": Change("world.price.random.jump_deviation", "0.3 %", CHANCE),
}
SHOCKS = {
    "world.shocks.metaorder.at": Change("world.shocks.0.at", "25 s"),
    "world.shocks.metaorder.duration": Change("world.shocks.0.duration", "20 s"),
    "world.shocks.metaorder.venue": Change("world.shocks.0.venue", "side"),
    "world.shocks.metaorder.side": Change("world.shocks.0.side", "buy"),
    "world.shocks.metaorder.amount": Change("world.shocks.0.amount", "50 ETH"),
    "world.shocks.metaorder.every": Change("world.shocks.0.every", "6 s"),
    "world.shocks.jump.at": Change("world.shocks.1.at", "41 s"),
    "world.shocks.jump.size": Change("world.shocks.1.size", "-1 %"),
    "world.shocks.liquidity_withdrawal.at": Change("world.shocks.2.at", "51 s"),
    "world.shocks.liquidity_withdrawal.duration": Change("world.shocks.2.duration", "50 s"),
    "world.shocks.liquidity_withdrawal.venue": Change("world.shocks.2.venue", "side"),
    "world.shocks.liquidity_withdrawal.share": Change("world.shocks.2.share", "60 %"),
    "world.shocks.reporter_outage.at": Change("world.shocks.3.at", "61 s"),
    "world.shocks.reporter_outage.duration": Change("world.shocks.3.duration", "30 s"),
    "world.shocks.reporter_outage.feed": Change("world.shocks.3.feed", "second", {"feeds": TWO_FEEDS}),
    "world.shocks.reporter_outage.reporters": Change("world.shocks.3.reporters", 2),
    "world.shocks.gas_surge.at": Change("world.shocks.4.at", "90 s"),
    "world.shocks.gas_surge.duration": Change("world.shocks.4.duration", "20 s"),
    "world.shocks.gas_surge.price": Change("world.shocks.4.price", "200 %"),
    "world.shocks.gas_surge.gas": Change("world.shocks.4.gas", "300 %"),
    "world.shocks.latency_surge.at": Change("world.shocks.5.at", "100 s"),
    "world.shocks.latency_surge.duration": Change("world.shocks.5.duration", "20 s"),
    "world.shocks.latency_surge.venue": Change("world.shocks.5.venue", "side"),
    "world.shocks.latency_surge.factor": Change("world.shocks.5.factor", 9),
    "world.shocks.custody_suspended.at": Change("world.shocks.6.at", "20 s"),
    "world.shocks.custody_suspended.duration": Change("world.shocks.6.duration", "60 s"),
    "world.shocks.custody_suspended.venue": Change("world.shocks.6.venue", "side"),
}
CHAIN = {
    "chain.era": Change("chain.era", "ethereum-2020-03"),
    "chain.own_space": Change("chain.own_space", True, {"agents.keeper.chain_funds": ["60_000 USDC", "5 ETH"]}),
    "chain.gas_asset": Change("chain.gas_asset", "STETH"),
    "chain.fee_market": Change("chain.fee_market", "first_price"),
    "chain.block_clock": Change("chain.block_clock", "exponential"),
    "chain.block_interval": Change("chain.block_interval", "7 s"),
    "chain.missed": Change("chain.missed", "30 %"),
    "chain.gas_limit": Change("chain.gas_limit", "2 M gas"),
    "chain.base_fee": Change("chain.base_fee", "9 gwei"),
    "chain.mempool_txs": Change("chain.mempool_txs", 1),
    "chain.mempool_gas": Change("chain.mempool_gas", "1 M gas"),
    "chain.mempool_per_sender": Change("chain.mempool_per_sender", 1),
    "chain.oracle_posting": Change("chain.oracle_posting", "one"),
    "chain.bundles": Change("chain.bundles", False),
    "chain.gas.csv": Change("chain.gas.csv", "tests/worlds/everything/other_gas.csv"),
    "chain.gas.time_column": Change("chain.gas.time_column", "later"),
    "chain.gas.price_column": Change("chain.gas.price_column", "dear"),
    "chain.gas.p30_column": Change("chain.gas.p30_column", "p30"),
    "chain.gas.p90_column": Change("chain.gas.p90_column", "p90"),
    "chain.gas.outside": Change("chain.gas.outside", "hold"),
    "chain.gas.points.at": Change("chain.gas.points.1.at", "190 s"),
    "chain.gas.points.p60": Change("chain.gas.points.0.p60", "4 gwei", TYPED_GAS),
    "chain.gas.points.p30": Change("chain.gas.points.0.p30", "2 gwei", TYPED_GAS),
    "chain.gas.points.p90": Change("chain.gas.points.0.p90", "9 gwei", TYPED_GAS),
    "chain.demand.load_bps": Change("chain.demand.load_bps", "110 %"),
    "chain.demand.excess_bps": Change("chain.demand.excess_bps", "20 %"),
    "chain.demand.clock_share_bps": Change("chain.demand.clock_share_bps", "90 %", {"chain.missed": "20 %"}),
    "chain.demand.plateau_bps": Change("chain.demand.plateau_bps", "90 %"),
    "chain.demand.gas_sigma": Change("chain.demand.gas_sigma", 0.4),
    "chain.demand.patience": Change("chain.demand.patience", "10 s"),
    "chain.demand.most_waiting_blocks": Change("chain.demand.most_waiting_blocks", 1),
    "chain.demand.tip_share_bps": Change("chain.demand.tip_share_bps", "20 %"),
}
VENUES = {
    "venues.tick": Change("venues.side.tick", "0.02 USDC/ETH"),
    "venues.lot": Change("venues.main.lot", "0.002 ETH"),
    "venues.maker_fee": Change("venues.main.maker_fee", "2 bps"),
    "venues.taker_fee": Change("venues.main.taker_fee", "6 bps"),
    "venues.self_trade": Change("venues.main.self_trade", "cancel_newest"),
    "venues.depth_interval": Change("venues.main.depth_interval", "1 s"),
    "venues.halt.band": Change("venues.side.halt.band", "50 %"),
    "venues.halt.span": Change("venues.side.halt.span", "2 s"),
    "venues.halt.pause": Change("venues.side.halt.pause", "20 s"),
    "venues.stop_trigger": Change("venues.main.stop_trigger", "mid"),
    "venues.draws": Change("venues.main.draws", "another"),
    "venues.load_capacity": Change("venues.main.load_capacity", 5.0),
    "venues.latency.constant.latency": Change("venues.main.latency.latency", "6 ms", CONSTANT),
    "venues.latency.uniform.low": Change("venues.main.latency.low", "1 ms", EVEN),
    "venues.latency.uniform.high": Change("venues.main.latency.high", "7 ms", EVEN),
    "venues.latency.lognormal.median": Change("venues.main.latency.median", "6 ms"),
    "venues.latency.lognormal.sigma": Change("venues.main.latency.sigma", 0.6),
    "venues.latency.lognormal.most": Change("venues.main.latency.most", "6 ms"),
    "venues.custody.confirmations": Change("venues.main.custody.confirmations", 3),
    "venues.custody.delay": Change("venues.main.custody.delay", "6 s"),
}
FEEDS = {
    "feeds.pass_through": Change("feeds.eth_usdc.pass_through", "70 %"),
    "feeds.quorum": Change("feeds.eth_usdc.quorum", 3),
    "feeds.deviation": Change("feeds.eth_usdc.deviation", "0.5 %"),
    "feeds.heartbeat": Change("feeds.eth_usdc.heartbeat", "20 s", {"feeds.eth_usdc.deviation": "30 %"}),
    "feeds.draws": Change("feeds.eth_usdc.draws", "another"),
    "feeds.poll_interval": Change("feeds.eth_usdc.poll_interval", "2 s"),
    "feeds.min_answer": Change("feeds.eth_usdc.min_answer", "195 USDC/ETH"),
    "feeds.max_answer": Change("feeds.eth_usdc.max_answer", "200 USDC/ETH"),
    "feeds.posting": Change("feeds.eth_usdc.posting", "one"),
    "feeds.gas_funds": Change("feeds.eth_usdc.gas_funds", "0.001 ETH"),
    "feeds.sources.venue": Change(
        "feeds.eth_usdc.sources.1.venue", "main", {"feeds.eth_usdc.sources": [{"venue": "main"}, {"venue": "side"}]}
    ),
    "feeds.sources.weight": Change("feeds.eth_usdc.sources.0.weight", 4),
    "feeds.reporters.count": Change("feeds.eth_usdc.reporters.0.count", 4),
    "feeds.reporters.offset": Change("feeds.eth_usdc.reporters.0.offset", "20 bps"),
    "feeds.reporters.spread": Change("feeds.eth_usdc.reporters.0.spread", "20 bps"),
    "feeds.reporters.latency": Change("feeds.eth_usdc.reporters.0.latency", {"kind": "constant", "latency": "900 ms"}),
    "feeds.gas.multiple_bps": Change("feeds.eth_usdc.gas.multiple_bps", "150 %"),
    "feeds.gas.blocks": Change("feeds.eth_usdc.gas.blocks", 1),
    "feeds.gas.bump_bps": Change("feeds.eth_usdc.gas.bump_bps", "90 %", STUCK),
    "feeds.gas.opening": Change("feeds.eth_usdc.gas.opening", "99 gwei", {"world.shocks.1.at": "1 s"}),
    "feeds.gas.least": Change("feeds.eth_usdc.gas.least", "40 gwei"),
    "feeds.gas.most": Change("feeds.eth_usdc.gas.most", "3 gwei"),
}
POOLS = {
    "pools.version": Change("pools.lender.version", "v3_0"),
    "pools.reserves.feed": Change("pools.lender.reserves.ETH.feed", "second", {"feeds": TWO_FEEDS}),
    "pools.reserves.price": Change("pools.lender.reserves.STETH.price", "190 USDC/STETH"),
    "pools.reserves.ltv": Change("pools.lender.reserves.ETH.ltv", "50 %", {"pools.lender.accounts.looper.e_mode": None}),
    "pools.reserves.threshold": Change("pools.lender.reserves.ETH.threshold", "81 %"),
    "pools.reserves.bonus": Change("pools.lender.reserves.ETH.bonus", "6 %"),
    "pools.reserves.protocol_fee": Change("pools.lender.reserves.ETH.protocol_fee", "50 %"),
    "pools.reserves.reserve_factor": Change("pools.lender.reserves.USDC.reserve_factor", "90 %"),
    "pools.reserves.supply_cap": Change("pools.lender.reserves.ETH.supply_cap", "1 ETH"),
    "pools.reserves.borrow_cap": Change("pools.lender.reserves.USDC.borrow_cap", "1 USDC"),
    "pools.reserves.is_borrowable": Change("pools.lender.reserves.USDC.is_borrowable", False),
    "pools.reserves.liquidity": Change("pools.lender.reserves.USDC.liquidity", "5_000_000 USDC"),
    "pools.reserves.rate.base": Change("pools.lender.reserves.USDC.rate.base", "2 %"),
    "pools.reserves.rate.slope": Change("pools.lender.reserves.USDC.rate.slope", "9 %"),
    "pools.reserves.rate.steep_slope": Change(
        "pools.lender.reserves.USDC.rate.steep_slope", "90 %", {"pools.lender.reserves.USDC.rate.kink": "1 %"}
    ),
    "pools.reserves.rate.kink": Change("pools.lender.reserves.USDC.rate.kink", "1 %"),
    "pools.e_modes.assets": Change("pools.lender.e_modes.wide.assets", ["ETH", "STETH"]),
    "pools.e_modes.ltv": Change("pools.lender.e_modes.wide.ltv", "50 %"),
    "pools.e_modes.threshold": Change("pools.lender.e_modes.wide.threshold", "89 %"),
    "pools.e_modes.bonus": Change("pools.lender.e_modes.wide.bonus", "4 %"),
    "pools.population.accounts": Change("pools.lender.population.accounts", 51),
    "pools.population.size.fixed.debt": Change("pools.lender.population.size.debt", "2_000 USDC", sized(kind="fixed", debt="1_000 USDC")),
    "pools.population.size.pareto.least": Change("pools.lender.population.size.least", "2_000 USDC"),
    "pools.population.size.pareto.most": Change("pools.lender.population.size.most", "2_000 USDC"),
    "pools.population.size.pareto.alpha": Change("pools.lender.population.size.alpha", 1.3),
    "pools.population.size.lognormal.median": Change("pools.lender.population.size.median", "2_000 USDC", NORMAL_SIZE),
    "pools.population.size.lognormal.sigma": Change("pools.lender.population.size.sigma", 1.1, NORMAL_SIZE),
    "pools.population.size.lognormal.most": Change("pools.lender.population.size.most", "4_000 USDC", NORMAL_SIZE),
    "pools.population.health.uniform.low": Change("pools.lender.population.health.low", 1.02),
    "pools.population.health.uniform.high": Change("pools.lender.population.health.high", 1.7),
    "pools.population.health.lognormal.median": Change("pools.lender.population.health.median", 1.3, NORMAL_HEALTH),
    "pools.population.health.lognormal.sigma": Change("pools.lender.population.health.sigma", 0.6, NORMAL_HEALTH),
    "pools.population.draws": Change("pools.lender.population.draws", "others"),
    "pools.population.mixes.weight": Change("pools.lender.population.mixes.0.weight", 1),
    "pools.population.mixes.collateral": Change("pools.lender.population.mixes.1.collateral", {"STETH": "100 %"}),
    "pools.population.mixes.debt": Change("pools.lender.population.mixes.1.debt", {"ETH": "100 %"}),
    "pools.population.mixes.e_mode": Change("pools.lender.population.mixes.0.e_mode", "wide"),
    "pools.positions.csv": Change("pools.lender.positions.csv", "tests/worlds/everything/positions_more.csv"),
    "pools.positions.keep_unhealthy": Change("pools.lender.positions.keep_unhealthy", True),
    "pools.accounts.collateral": Change("pools.lender.accounts.anna.collateral", ["201 ETH"]),
    "pools.accounts.debt": Change("pools.lender.accounts.anna.debt", ["30_000 USDC"]),
    "pools.accounts.e_mode": Change("pools.lender.accounts.anna.e_mode", "wide"),
}
AGENTS = {
    "agents.name": Change("agents.crowd.name", "throng"),
    "agents.strategy": Change(
        "agents.idler.strategy",
        "looper",
        {"agents.idler.venues": ["main"], "agents.idler.pools": ["lender"], "agents.idler.chain_funds": ["9 ETH"]},
    ),
    "agents.count": Change("agents.keeper.count", 3),
    "agents.venues": Change("agents.momentum.venues", ["side"]),
    "agents.pools": Change("agents.keeper.pools", []),
    "agents.feeds": Change("agents.listener.feeds", []),
    "agents.venue_funds": Change("agents.momentum.venue_funds", ["60_000 USDC"]),
    "agents.chain_funds": Change("agents.keeper.chain_funds", ["1_000 USDC", "5 ETH"]),
    "agents.accounts": Change("agents.crowd.accounts", 11),
    "agents.latency": Change("agents.keeper.latency", {"kind": "constant", "latency": "900 ms"}),
    "agents.latency_to": Change("agents.keeper.latency_to", {"chain": {"kind": "constant", "latency": "300 ms"}}),
    "agents.load_dependent": Change("agents.maker.load_dependent", False),
    "agents.compute_delay": Change("agents.keeper.compute_delay", "30 ms"),
    "agents.limits.queries": Change("agents.looper.limits.queries", 1, ISOLATED),
    "agents.limits.commands": Change("agents.tinkerer.limits.commands", 1, ISOLATED),
    "agents.limits.lines": Change("agents.tinkerer.limits.lines", 3, ISOLATED),
    "agents.sells": Change("agents.keeper.sells", {"lender": "side"}, {"agents.keeper.venues": ["main", "side"]}),
    "agents.draws": Change("agents.crowd.draws", "another"),
    "agents.on_failure": Change("agents.clumsy.on_failure", "stop"),
}
SWITCHES = {
    "switches.forced_sales": Change("switches.forced_sales", "outside_at_mid"),
    "switches.liquidations": Change("switches.liquidations", False),
    "switches.free_gas": Change("switches.free_gas", True),
    "switches.no_latency": Change("switches.no_latency", True),
    "switches.endless_purses": Change("switches.endless_purses", True),
    "switches.stops": Change("switches.stops", False),
    "switches.instant_oracles": Change("switches.instant_oracles", True),
    "switches.frozen_price_offset": Change("switches.frozen_price_offset", "10 %"),
}


def of_vaults(path: str, value: Any, also: Keys | None = None) -> Change:
    """Return a change of the world of vaults."""
    return Change(path, value, also or {}, "vaults.toml")


def curved(**curve: Any) -> Keys:
    """Return the dog's system, with prices that fall along another curve."""
    return {**DOG, f"{POOL}.dutch": {**DUTCH, "curve": curve}}


CAT, DOG = SYSTEMS["cat_1_2"], SYSTEMS["dog"]
MEDIAN = {
    "base": "ETH",
    "quote": "USD",
    "sources": [{"venue": "eth_usd"}],
    "posting": "median",
    "reporters": [{"count": 3}],
    "gas_funds": "10 ETH",
}
TWO_MEDIANS = {"feeds": [{"name": "median", **MEDIAN}, {"name": "second", **MEDIAN, "deviation": "3 %"}]}
LATER = {"assets.LATER": {"decimals": 18}, f"{SYSTEM}.debt.first_offer": None}
ALONE: Keys = {
    "agents.bidder.count": 1,
    "agents.bidder.chain_funds": ["16_000 DAI", "5 ETH"],
    "agents.bidder.parameters": {"rebid_bps": "0.02 %"},
    "agents.opportunist.chain_funds": ["10 DAI"],
}
"""A bidder whom nobody outbids but itself, when prices have risen."""
VAULTS = {
    "delayed_feeds.source": of_vaults("delayed_feeds.osm.source", "second", TWO_MEDIANS),
    "delayed_feeds.delay": of_vaults("delayed_feeds.osm.delay", "20 s"),
    "vaults.governance": of_vaults(f"{SYSTEM}.governance", "LATER", LATER),
    "vaults.liquidations": of_vaults(f"{SYSTEM}.liquidations", "cat_1_1", ALONE),
    "vaults.capacity": of_vaults(f"{SYSTEM}.capacity", "6_000 DAI", CAT),
    "vaults.surplus": of_vaults(f"{SYSTEM}.surplus", "30_000 DAI"),
    "vaults.debt.wait": of_vaults(f"{SYSTEM}.debt.wait", "20 s"),
    "vaults.debt.lot": of_vaults(f"{SYSTEM}.debt.lot", "1_500 DAI"),
    "vaults.debt.first_offer": of_vaults(f"{SYSTEM}.debt.first_offer", "6 MKR"),
    "vaults.debt.increment": of_vaults(f"{SYSTEM}.debt.increment", "90 %"),
    "vaults.debt.pad": of_vaults(f"{SYSTEM}.debt.pad", "100 %"),
    "vaults.debt.bid_lifetime": of_vaults(f"{SYSTEM}.debt.bid_lifetime", "16 s"),
    "vaults.debt.auction_lifetime": of_vaults(f"{SYSTEM}.debt.auction_lifetime", "40 s"),
    "vaults.pools.feed": of_vaults(f"{POOL}.feed", "median"),
    "vaults.pools.ratio": of_vaults(f"{POOL}.ratio", "140 %"),
    "vaults.pools.penalty": of_vaults(f"{POOL}.penalty", "10 %"),
    "vaults.pools.min_debt": of_vaults(f"{POOL}.min_debt", "400 DAI"),
    "vaults.pools.ceiling": of_vaults(f"{POOL}.ceiling", "1_000 DAI"),
    "vaults.pools.stability_fee": of_vaults(f"{POOL}.stability_fee", "9 %"),
    "vaults.pools.lot": of_vaults(f"{POOL}.lot", "15 ETH"),
    "vaults.pools.capacity": of_vaults(f"{POOL}.capacity", "5_000 DAI", DOG),
    "vaults.pools.english.increment": of_vaults(f"{POOL}.english.increment", "50 %"),
    "vaults.pools.english.bid_lifetime": of_vaults(f"{POOL}.english.bid_lifetime", "20 s"),
    "vaults.pools.english.auction_lifetime": of_vaults(f"{POOL}.english.auction_lifetime", "20 s"),
    "vaults.pools.dutch.start_factor": of_vaults(f"{POOL}.dutch.start_factor", "110 %", DOG),
    "vaults.pools.dutch.expiry": of_vaults(f"{POOL}.dutch.expiry", "20 s", DOG),
    "vaults.pools.dutch.floor": of_vaults(f"{POOL}.dutch.floor", "80 %", DOG),
    "vaults.pools.dutch.reward_flat": of_vaults(f"{POOL}.dutch.reward_flat", "2 DAI", DOG),
    "vaults.pools.dutch.reward": of_vaults(f"{POOL}.dutch.reward", "2 %", DOG),
    "vaults.pools.dutch.stopped": of_vaults(f"{POOL}.dutch.stopped", 1, DOG),
    "vaults.pools.dutch.curve.linear.span": of_vaults(f"{POOL}.dutch.curve.span", "50 s", curved(kind="linear", span="70 s")),
    "vaults.pools.dutch.curve.stairstep.cut": of_vaults(f"{POOL}.dutch.curve.cut", "90 %", DOG),
    "vaults.pools.dutch.curve.stairstep.step": of_vaults(f"{POOL}.dutch.curve.step", "3 s", DOG),
    "vaults.pools.dutch.curve.exponential.half_life": of_vaults(
        f"{POOL}.dutch.curve.half_life", "20 s", curved(kind="exponential", half_life="30 s")
    ),
    "vaults.pools.population.accounts": of_vaults(f"{POOL}.population.accounts", 41),
    "vaults.pools.population.size": of_vaults(f"{POOL}.population.size.least", "350 DAI"),
    "vaults.pools.population.health": of_vaults(f"{POOL}.population.health.low", 1.03),
    "vaults.pools.population.draws": of_vaults(f"{POOL}.population.draws", "others"),
    "vaults.pools.accounts.collateral": of_vaults(f"{POOL}.accounts.anna.collateral", "51 ETH"),
    "vaults.pools.accounts.debt": of_vaults(f"{POOL}.accounts.anna.debt", "5_100 DAI"),
}
CHANGES: dict[str, Change] = {
    **RUN,
    **WORLD,
    **SHOCKS,
    **CHAIN,
    **VENUES,
    **FEEDS,
    **POOLS,
    **AGENTS,
    **SWITCHES,
    **VAULTS,
    **FAMILY_CHANGES,
    **FEED_CHANGES,
    **CLAIM_CHANGES,
    **OF_ATOMIC,
}
