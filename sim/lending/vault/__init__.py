"""Vaults: debt in a system's own money against locked collateral, as Maker keeps its books."""
