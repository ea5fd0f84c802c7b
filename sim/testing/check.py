"""The exam of a strategy for tests: anybody's may sit it; ours do.

``check_strategy(MyKeeper)``, or with a function that makes one where parameters are required. ``downtick keeper exam`` sits the same
exam in a process of its own. It does not say whether the strategy is any good.
"""

from sim.errors import StrategyError
from sim.testing.exam import Make, sit


def check_strategy(make: Make, may_read_files: bool = False) -> None:
    """Examine a strategy's class, or what a function makes. Raises StrategyError with every claim that does not hold."""
    report = sit(make, may_read_files)
    if not report.has_passed:
        said = [f"{report.name}: {each.found}{f' (at {each.where})' if each.where else ''}" for each in report.findings]
        raise StrategyError("\n".join(said))
