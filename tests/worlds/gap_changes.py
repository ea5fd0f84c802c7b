"""For each parameter of whoever borrows against a price that is no more, a value that makes ``gap.toml`` another world."""

from tests.worlds.change import Change


def of(name: str, value: str) -> Change:
    """Return a change of the attacker."""
    return Change(f"agents.attacker.parameters.{name}", value, world="gap.toml")


GAP_PARAMETER_CHANGES = {
    "agents.parameters.gap_borrower.least_gain_bps": of("least_gain_bps", "30 %"),
    "agents.parameters.gap_borrower.share_bps": of("share_bps", "50 %"),
    "agents.parameters.gap_borrower.worst_bps": of("worst_bps", "5 bps"),
    "agents.parameters.gap_borrower.least": of("least", "5_000 USDC"),
    "agents.parameters.gap_borrower.look_interval": of("look_interval", "3 s"),
    "agents.parameters.gap_borrower.retry_after": of("retry_after", "20 s"),
    "agents.parameters.gap_borrower.gas_reserve": of("gas_reserve", "1 ETH"),
}
