"""Settings every test runs under.

Hypothesis: `house` (the default) is small, so that the whole suite stays quick; `ci` is the same size and derandomised, so that
a red build is red again; `deep` is for a night: `HYPOTHESIS_PROFILE=deep make test`.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("house", max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("house"), derandomize=True, database=None, print_blob=True)
settings.register_profile("deep", parent=settings.get_profile("house"), max_examples=2_000, stateful_step_count=100)

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") == "true" else "house"))
