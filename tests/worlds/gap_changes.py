"""For each parameter of whoever borrows against a price that is no more, a value that makes ``gap.toml`` another world."""

from sim.census.keys import PARAMETERS
from tests.worlds.change import Change

VALUES = {
    "gap_borrower.least_gain_bps": "30 %",
    "gap_borrower.share_bps": "50 %",
    "gap_borrower.worst_bps": "5 bps",
    "gap_borrower.least": "5_000 USDC",
    "gap_borrower.look_interval": "3 s",
    "gap_borrower.retry_after": "20 s",
    "gap_borrower.gas_reserve": "1 ETH",
}
GAP_PARAMETER_CHANGES = {
    f"{PARAMETERS}.{key}": Change(f"agents.attacker.parameters.{key.partition('.')[2]}", value, world="gap.toml")
    for key, value in VALUES.items()
}
