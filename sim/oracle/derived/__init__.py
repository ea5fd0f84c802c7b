"""Feeds that work their price out of something else on the chain, at the moment at which they are read."""
