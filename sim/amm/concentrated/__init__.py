"""Concentrated liquidity: each provider's range of prices has a depth of its own (Uniswap v3)."""
