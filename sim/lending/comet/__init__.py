"""Compound v3, Comet: one asset lent against many, unhealthy accounts taken over whole, their collateral sold at a storefront."""
