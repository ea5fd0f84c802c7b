"""Constant product: two reserves whose product does not shrink (Uniswap v2)."""
