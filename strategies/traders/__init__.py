"""Minds that trade on venues: visible liquidity, latent liquidity, and the flow that meets them."""
