"""For each parameter of whoever borrows against a price that is no more, a value that makes ``gap.toml`` another world."""

from sim.census.keys import PARAMETERS
from tests.worlds.change import Change

VALUES = {
    "least_gain_bps": "30 %",
    "share_bps": "50 %",
    "worst_bps": "5 bps",
    "least": "5_000 USDC",
    "look_interval": "3 s",
    "retry_after": "20 s",
    "gas_reserve": "1 ETH",
}
GAP_PARAMETER_CHANGES = {
    f"{PARAMETERS}.gap_borrower.{name}": Change(f"agents.attacker.parameters.{name}", value, world="gap.toml")
    for name, value in VALUES.items()
}
