"""Which rule books there are, by the name a scenario uses."""

from sim.lending.aave.rules import Rules
from sim.lending.aave.v2 import V2
from sim.lending.aave.v3_0 import V3_0
from sim.lending.aave.v3_7 import V3_7

VERSIONS: dict[str, Rules] = {"v2": V2, "v3_0": V3_0, "v3_7": V3_7}
