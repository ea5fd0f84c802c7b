"""Compound v2: one market an asset, shares that grow with interest, liquidations that revert rather than shrink."""
