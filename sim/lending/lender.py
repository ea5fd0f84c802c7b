"""What every lending contract has in common: the seam through which a world screens it, shows it and holds its books up.

A family (Aave, vaults, ...) is a folder of contracts with this shape. The wiring knows nothing else of them; keepers see views, which
each family makes of its own, and quotes (``Seizure``), which read alike.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Protocol

from sim.chain.contract import CallContext
from sim.lending.balance_sheet import BalanceSheet
from sim.units import NO_SEQ, AssetId, Gas, Party, Place, Price, Seconds, Seq, Units

Row = tuple[int, ...]


class Lender(Protocol):
    """A contract that lends against collateral, whoever prices it."""

    calls: ClassVar[tuple[type[Any], ...]]

    @property
    def place(self) -> Place:
        """Where it speaks from."""
        ...

    @property
    def feeds(self) -> Mapping[AssetId, Place]:
        """The feed each asset is priced by; assets with a fixed price are left out."""
        ...

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return the gas it used; raises ``Revert``."""
        ...

    def screen(self, timestamp: Seconds, post: Seq = NO_SEQ, posted_asset: AssetId = 0, price: Price = 0) -> list[tuple[Party, Row]]:
        """Return a ``HealthFell`` or ``HealthRecovered`` row for every account that changed sides. Cost: accounts near one or changed."""
        ...

    def note_fell(self, account: Party, seq: Seq) -> None:
        """Take note of the number an account's ``HealthFell`` got on the tape."""
        ...

    def view(self, timestamp: Seconds) -> Any:
        """Return what desks see at a block; its ``unhealthy`` lists accounts that can be liquidated. Cost: that of the unhealthy."""
        ...

    def position(self, party: Party, timestamp: Seconds) -> Any:
        """Return one account as it stands."""
        ...

    def balance_sheet(self) -> BalanceSheet:
        """Return what it has and promises. Cost: its totals."""
        ...

    def _check(self) -> None:
        """Assert every invariant. Cost: all accounts."""
        ...


class Seizure(NamedTuple):
    """What one liquidating call would do, by the protocol's own sums: what a keeper weighs, whatever the family."""

    call: Any
    """The call to send to the lender."""
    pays: AssetId
    """Asset the sender pays; 0 for none."""
    paid: Units
    gets: AssetId
    """Asset the sender gets; 0 for none."""
    got: Units
    gas: Gas
    """Typical."""
    besides: AssetId = 0
    """Another asset that the sender gets with it; 0 for none."""
    besides_got: Units = 0
