"""For each key of feeds that nobody posts to, and of faults, a value that makes ``feeds.toml`` another world; as in ``changes``."""

from typing import Any

from tests.worlds.change import Change
from tests.worlds.pocket_vaults import Keys

WORLD = "feeds.toml"


def of(path: str, value: Any, also: Keys | None = None) -> Change:
    """Return a change of the world of feeds."""
    return Change(path, value, also or {}, WORLD)


PULLED = {"name": "pulled", "base": "ETH", "quote": "USDC", "sources": [{"venue": "main"}], "reporters": [{"count": 2}]}
AMONG_MAKERS: Keys = {"pull_feeds": [PULLED]}
"""A pull feed in the world of everything, where makers keep a quote: at a pin's every step reporters wake by news alone."""
OF_FAULTS = {
    "world.shocks.feed_freeze.at": of("world.shocks.0.at", "74 s"),
    "world.shocks.feed_freeze.duration": of("world.shocks.0.duration", "30 s"),
    "world.shocks.feed_freeze.feed": of("world.shocks.0.feed", "mean_tick"),
    "world.shocks.feed_offset.at": of("world.shocks.1.at", "84 s"),
    "world.shocks.feed_offset.duration": of("world.shocks.1.duration", "25 s"),
    "world.shocks.feed_offset.feed": of("world.shocks.1.feed", "fixed"),
    "world.shocks.feed_offset.offset": of("world.shocks.1.offset", "3 %"),
    "world.shocks.feed_offset.reporters": of("world.shocks.2.reporters", 2),
    "world.shocks.reporter_stuck.at": of("world.shocks.3.at", "58 s"),
    "world.shocks.reporter_stuck.duration": of("world.shocks.3.duration", "30 s"),
    "world.shocks.reporter_stuck.feed": of("world.shocks.3.feed", "eth_usd"),
    "world.shocks.reporter_stuck.reporters": of("world.shocks.3.reporters", 2, {"world.shocks.3.feed": "pulled"}),
    "world.shocks.sequencer_outage.at": of("world.shocks.4.at", "131 s"),
    "world.shocks.sequencer_outage.duration": of("world.shocks.4.duration", "30 s"),
}
OF_PULLED = {
    "pull_feeds.sources": of("pull_feeds.pulled.sources", [{"venue": "main"}, {"venue": "side"}]),
    "pull_feeds.pass_through": of("pull_feeds.pulled.pass_through", "50 %"),
    "pull_feeds.reporters": of("pull_feeds.pulled.reporters.1.offset", "3 bps"),
    "pull_feeds.quorum": of("pull_feeds.pulled.quorum", 3),
    "pull_feeds.poll_interval": Change("pull_feeds.pulled.poll_interval", "2 s", AMONG_MAKERS),
    "pull_feeds.sign_interval": of("pull_feeds.pulled.sign_interval", "3 s"),
    "pull_feeds.draws": Change("pull_feeds.pulled.draws", "another", AMONG_MAKERS),
    "pull_feeds.confidence": of("pull_feeds.pulled.confidence", "10 bps"),
}
OF_DERIVED = {
    "derived_feeds.spot.amm": of("derived_feeds.moment.amm", "ranges"),
    "derived_feeds.twap.amm": of("derived_feeds.mean_tick.amm", "pair"),
    "derived_feeds.twap.window": of("derived_feeds.mean_tick.window", "40 s"),
    "derived_feeds.median.feeds": of("derived_feeds.middle.feeds", ["eth_usd", "moment", "mean_tick"]),
    "derived_feeds.median.quorum": of("derived_feeds.middle.quorum", 3),
    "derived_feeds.bounded.feed": of("derived_feeds.held.feed", "mean_tick"),
    "derived_feeds.bounded.anchor": of("derived_feeds.held.anchor", "spare"),
    "derived_feeds.bounded.deviation": of("derived_feeds.held.deviation", "0.5 %"),
    "derived_feeds.bounded.beyond": of("derived_feeds.held.beyond", "keep"),
    "derived_feeds.bounded.growth": of("derived_feeds.believed.growth", None),
    "derived_feeds.product.feeds": of("derived_feeds.steth_usd.feeds", ["steth_eth", "spare"]),
    "derived_feeds.hard_wired.price": of("derived_feeds.fixed.price", "2_001 USDC/ETH"),
    "derived_feeds.guarded.feed": of("derived_feeds.young.feed", "eth_usd"),
    "derived_feeds.guarded.max_age": of("derived_feeds.sure.max_age", "10 s"),
    "derived_feeds.guarded.grace": of("derived_feeds.sure.grace", "20 s"),
    "derived_feeds.guarded.max_uncertainty": of("derived_feeds.sure.max_uncertainty", "90 %"),
    "derived_feeds.guarded.takes": of("derived_feeds.sure.takes", "price"),
    "derived_feeds.guarded.fallback": of("derived_feeds.young.fallback", "moment"),
}
OF_GUARDS = {"pools.grace": of("pools.on_guards.grace", "5 s")}
FEED_CHANGES: dict[str, Change] = {**OF_FAULTS, **OF_PULLED, **OF_DERIVED, **OF_GUARDS}
VALUES_AMONG_FEEDS: dict[str, Any] = {
    "checkpointer.wait": "10 s",
    "checkpointer.multiple_bps": "110 %",
    "checkpointer.max_gas_price": "1 gwei",
    "puller.deviation_bps": "80 bps",
    "puller.longest": "8 s",
    "puller.lag": "6 s",
    "puller.multiple_bps": "110 %",
    "puller.max_gas_price": "1 gwei",
}
"""Parameters of strategies, by strategy and parameter."""
