"""What is won in a race, by party: liquidations, purchases from a storefront, takes, English auctions, gains of a stability pool.

Left out: what each was worth, which is in the profit; auctions that nobody bid in.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from sim.facts import Facts
from sim.records import CollateralBought, Liquidated
from sim.records.auctions import AuctionClosed, AuctionTaken
from sim.records.liquity import GainPaid
from sim.units import Party

PRIZES = (Liquidated, CollateralBought, AuctionTaken)
"""One each, whoever is first."""


def winners(records: Callable[[str], Mapping[str, Any]], facts: Facts) -> list[Party]:
    """Return who won each prize of a run: ``records`` gives columns by the name of a record."""
    found: list[Party] = [int(party) for record in PRIZES for party in records(record.__name__)["party"]]
    dutch = [vault.house for vault in facts.vaults if vault.is_dutch]
    closed, gains = records(AuctionClosed.__name__), records(GainPaid.__name__)
    is_won = (closed["party"] > 0) & (closed["sold"] > 0) & ~np.isin(closed["place"], dutch)
    found += [int(party) for party in closed["party"][np.asarray(is_won, bool)]]
    return found + [int(party) for party in gains["party"][np.asarray(gains["gain"] > 0, bool)]]
