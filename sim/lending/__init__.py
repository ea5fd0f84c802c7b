"""Pools: collateral in, debt out, liquidation in between. Shared parts here, a folder for each large family."""
