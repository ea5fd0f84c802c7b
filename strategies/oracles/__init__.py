"""Minds that tell a feed what the market is worth."""
