"""Building many accounts at once: drawn from distributions, or read from a file of positions."""

from sim.lending.aave.pool import Pool
from sim.scenario.parts import Parts
from sim.scenario.spec.lending import PoolSpec


def add_population(parts: Parts, spec: PoolSpec, pool: Pool, modes: dict[str, int]) -> None:
    """Open the accounts of a population."""
    raise AssertionError


def add_positions(parts: Parts, spec: PoolSpec, pool: Pool) -> None:
    """Open the accounts of a file."""
    raise AssertionError
