"""Where a pool reads prices: the seam that the oracle's wiring fills."""

from typing import Protocol

from sim.units import AssetId, Price, Seconds, Seq


class PriceReader(Protocol):
    """Posted prices in the pool's base currency, 8 decimals."""

    def price(self, asset: AssetId) -> Price:
        """Return the posted price of one whole of an asset; 0 when there is none."""
        ...

    def posted(self, asset: AssetId) -> tuple[Price, Seconds, Seq]:
        """Return the posted price, when it was posted and by which entry (0: none)."""
        ...
