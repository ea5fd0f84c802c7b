"""For each key of flash loans and of updates on offer, a value that makes ``atomic.toml`` another world; as in ``changes``."""

from typing import Any

from tests.worlds.change import Change

WORLD = "atomic.toml"


def of(path: str, value: Any) -> Change:
    """Return a change of the world of composites."""
    return Change(path, value, {}, WORLD)


OF_ATOMIC = {
    "flash_lenders.liquidity": of("flash_lenders.bank.liquidity", ["400 ETH", "1_000_000 USDC"]),
    "flash_lenders.fee": of("flash_lenders.bank.fee", "0.02 %"),
    "pools.flash_premium": of("pools.pool.flash_premium", "0.08 %"),
    "vaults.flash_mint": of("vaults.maker.flash_mint", "4_000_000 DAI"),
    "feeds.oev.share": of("feeds.eth_usd.oev.share", "50 %"),
    "feeds.oev.window": of("feeds.eth_usd.oev.window", 3),
}
"""By key, as ``all_keys`` names it."""
