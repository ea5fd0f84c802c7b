"""Automated market makers: contracts that trade against reserves by an invariant."""
