"""Stableswap: reserves of assets that are meant to be worth the same (Curve)."""
