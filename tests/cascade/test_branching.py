"""Branching estimates: on simulated processes they find the number that made them."""

import math

import numpy as np
import pytest

from sim.cascade.branching import LEAST_EVENTS, _excitation, _log_likelihood, of_counts, of_times, spread
from sim.units import SECOND


def hawkes(n: float, mu: float, decay: float, duration: float, seed: int) -> list[float]:
    """Return the instants of a process made by its clusters: immigrants, and Poisson(n) children of each at exponential ages."""
    dice = np.random.default_rng(seed)
    times = sorted(dice.uniform(0, duration, dice.poisson(mu * duration)).tolist())
    for time in times:  # Grows while it is walked over.
        times += [time + age for age in dice.exponential(1 / decay, dice.poisson(n)).tolist() if time + age < duration]
    return sorted(times)


@pytest.mark.parametrize("n", [0.2, 0.5, 0.8, 0.95])
def test_the_likelihood_finds_the_branching_ratio_of_a_simulated_process(n):
    """6,000 immigrants' worth of events each: the estimate's standard deviation is near 0.02, so 0.05 is two and a half of them."""
    duration = 12_000 * (1 - n)

    found = of_times(hawkes(n, 1.0, 2.0, duration, seed=1), duration)

    assert found is not None
    assert found.n == pytest.approx(n, abs=0.05)
    assert found.mu == pytest.approx(1.0, rel=0.2)
    if n > 0.2:  # With little excitation there is little to tell how fast it decays.
        assert found.decay == pytest.approx(2.0, rel=0.1)


@pytest.mark.parametrize("n", [0.2, 0.5, 0.8, 0.95])
def test_the_spread_of_counts_finds_it_too(n):
    duration = 24_000 * (1 - n)

    found = of_counts(hawkes(n, 1.0, 2.0, duration, seed=3), duration, window=60)

    assert found == pytest.approx(n, abs=0.1)


def test_instants_without_any_excitation_have_a_ratio_near_nothing():
    """With no decay to be found the likelihood chooses the one that flatters most: a few hundredths remain."""
    times = np.sort(np.random.default_rng(5).uniform(0, 5_000, 5_000)).tolist()

    found = of_times(times, 5_000)

    assert found is not None
    assert found.n < 0.1


def test_the_likelihood_is_that_of_the_definition():
    times, mu, n, decay, duration = [1.0, 2.0, 2.5, 7.0], 0.3, 0.4, 1.5, 10.0
    rates = [mu + sum(n * decay * math.exp(-decay * (now - before)) for before in times if before < now) for now in times]
    compensator = mu * duration + sum(n * (1 - math.exp(-decay * (duration - time))) for time in times)
    ages = _excitation(np.asarray(times), decay) * decay
    reach = sum(1 - math.exp(-decay * (duration - time)) for time in times)

    assert _log_likelihood(mu, n, ages, reach, duration) == pytest.approx(sum(map(math.log, rates)) - compensator, abs=1e-12)


def test_too_few_events_and_a_single_instant_say_nothing():
    few = [float(time) for time in range(LEAST_EVENTS - 1)]

    assert of_times(few, 100) is None
    assert of_times([1.0] * 50, 100) is None
    assert of_counts(few, 100, 5) is None
    assert of_counts([float(time) for time in range(50)], 50, 40) is None


def test_liquidations_of_one_block_are_spread_until_the_next():
    instants = [12 * SECOND] * 2 + [24 * SECOND] * 3 + [27 * SECOND] + [60 * SECOND] * 2

    # The usual time between blocks is 12 s (of 12, 3 and 33 the one in the middle); before 27 s only three were left.
    assert spread(instants) == [12.0, 18.0, 24.0, 25.0, 26.0, 27.0, 60.0, 66.0]
    assert spread([]) == []
    assert spread([SECOND] * 2) == [1.0, 1.0]
