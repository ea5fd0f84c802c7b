"""What can go wrong, and whose doing it is.

``ScenarioError``, ``StrategyError``, ``MetricError`` and ``InputError`` are the user's: they become a message and exit code 2. ``Revert``
is the model's: a contract says no and the journal undoes the tx. ``BrokenInvariant`` is ours, and is never caught.
"""

from sim.vocabulary import Refusal


class DowntickError(Exception):
    """Whatever the author of a scenario, a strategy or a file can mend; shown without a traceback."""


class InputError(DowntickError):
    """A file, folder or argument that cannot be used as it is."""


class ScenarioError(DowntickError):
    """A scenario with mistakes in it: all of them at once, each with its path and a remedy."""

    def __init__(self, *mistakes: str) -> None:
        """Take one line per mistake."""
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class StrategyError(DowntickError):
    """A strategy that cannot be loaded, or that raised while deciding."""


class MetricError(DowntickError):
    """A metric that cannot be loaded or made, or that does not pass its exam."""


class LimitReached(StrategyError):
    """A strategy that asked, answered or reckoned more within one decision than it may."""

    def __init__(self, reason: Refusal, message: str) -> None:
        """Take the enumerated limit, and a sentence with the remedy."""
        super().__init__(message)
        self.reason = reason


class Unresponsive(DowntickError):
    """A strategy that neither answers nor fails. The run is given up, without a digest: how long is too long only a clock can say."""


class Revert(Exception):
    """A contract's no: nothing the tx did remains, except that its gas is paid."""

    def __init__(self, reason: Refusal) -> None:
        """Take the enumerated reason."""
        super().__init__(reason.name)
        self.reason = reason


class BrokenInvariant(AssertionError):
    """A promise of ours that does not hold. A defect: it ends the run."""
