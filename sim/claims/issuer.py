"""What every issuer of claims has in common: the seam through which a world shows it and checks it."""

from typing import Any, ClassVar, Protocol

from sim.chain.contract import CallContext
from sim.units import Gas, Place, Seconds


class Issuer(Protocol):
    """A contract that gives units of a claim for money, and money for them."""

    calls: ClassVar[tuple[type[Any], ...]]

    @property
    def place(self) -> Place:
        """Where it speaks from."""
        ...

    @property
    def is_reconciled(self) -> bool:
        """Its purse covers what it has promised and what it says it has."""
        ...

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return the gas it used; raises ``Revert``."""
        ...

    def view(self, timestamp: Seconds) -> Any:
        """Return what desks see at a block."""
        ...

    def _check(self) -> None:
        """Assert every invariant. Cost: its requests."""
        ...
