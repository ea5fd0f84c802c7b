"""Downtick: a discrete-event simulator of liquidation cascades on one clock, in exact integers."""
