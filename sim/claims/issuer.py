"""What every issuer of claims has in common: the seam through which a world shows it and checks it."""

from typing import Any, ClassVar, Protocol

from sim.chain.contract import CallContext
from sim.units import AssetId, Gas, Place, Seconds, Units


class IssuerView(Protocol):
    """An issuer at a block, whatever it issues."""

    @property
    def money(self) -> AssetId:
        """What it takes and pays."""
        ...

    @property
    def claim(self) -> AssetId:
        """What it issues."""
        ...

    @property
    def money_unit(self) -> Units:
        """Units in a whole of its money."""
        ...

    @property
    def claim_unit(self) -> Units:
        """Units in a whole of its claim."""
        ...

    def owed_for(self, units: Units) -> Units:
        """Return the money that it owes for units of its claim, whenever it may pay."""
        ...

    def issued_for(self, amount: Units) -> Units:
        """Return the units of its claim that money brings."""
        ...

    def expected_wait(self, amount: Units) -> Seconds | None:
        """Return how long whoever gives claims worth so much back waits for his money; None where nobody can tell."""
        ...


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

    def view(self, timestamp: Seconds) -> IssuerView:
        """Return what desks see at a block."""
        ...

    def _check(self) -> None:
        """Assert every invariant. Cost: its requests."""
        ...
