"""crvUSD's bands held to outside cases, through the amm that scenarios run.

Every case makes a market with its base price and amplification, whose oracle says what the case says, and asks for a band's edges, or
fills a band and asks for its price and curve. Cases are real numbers; the contract's are whole, in wad.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import attrs

from sim.assets import Asset
from sim.chain.till import Till
from sim.conformance.cases import NotCovered
from sim.ledger import Ledger
from sim.lending.llamma import rules
from sim.lending.llamma.amm import BandAmm
from sim.lending.llamma.oracle import MovingAverage
from sim.lending.llamma.terms import LlammaTerms
from sim.units import WAD, AssetId, Place, Price, Seconds, Seq, Wad

Inputs = Mapping[str, Any]
Got = dict[str, Any]

MONEY, GEM = Asset(1, "MONEY", 18), Asset(2, "GEM", 18)
AMM: Place = 10
CHAIN: Place = 11
OPENED: Seconds = 1_704_067_200


@attrs.define(eq=False, repr=False)
class SetOracle(MovingAverage):
    """An oracle that says what a case says, at any instant."""

    said: Wad = 0

    def price(self, timestamp: Seconds) -> Wad:
        """Return the case's price."""
        return self.said


@attrs.frozen
class NoPrices:
    """Cases know no posted prices."""

    def price(self, asset: AssetId) -> Price:
        """Return nothing."""
        return 0

    def posted(self, asset: AssetId) -> tuple[Price, Seconds, Seq]:
        """Return nothing."""
        return 0, 0, 0


def build(inputs: Inputs) -> BandAmm:
    """Return a market's empty bands, at a case's price."""
    ledger = Ledger()
    for asset in (MONEY, GEM):
        ledger.add_asset(asset)
    terms = LlammaTerms(GEM, MONEY, _wad(inputs["base_price"]), int(inputs["A"]), fee=rules.LEAST_FEE)
    oracle = SetOracle(NoPrices(), GEM.id, MONEY.id, 0, ledger.journal, said=_wad(inputs["p_oracle"]))
    return BandAmm.of(Till(ledger, CHAIN, AMM), terms, oracle, OPENED)


def band_case(inputs: Inputs) -> Got:
    """Return a band's edges: for the oracle's price, and for the amm's at this price of the oracle."""
    amm, n = build(inputs), int(inputs["n"])
    price = amm.limited(OPENED).price
    upper, lower = (amm.edge(each, OPENED) for each in (n, n + 1))
    return {
        "p_oracle_up": upper / WAD,
        "p_oracle_down": lower / WAD,
        "p_current_down": rules.lowest_in_band(price, upper) / WAD,
        "p_current_up": rules.lowest_in_band(price, lower) / WAD,
    }


def price_case(inputs: Inputs) -> Got:
    """Return a band's price and curve, with these amounts in it."""
    amm, n = build(inputs), int(inputs["n"])
    x, y = _wad(inputs["x"]), _wad(inputs["y"])
    bands = amm.bands
    for amounts, amount in ((bands.x, x), (bands.y, y)):
        bands.put(amounts, n, amount)
    bands.set("active", n)
    grid = amm.view(OPENED).grid
    curve = grid.curve(x, y, grid.edge(n))
    return {"y0": curve.y0 / WAD, "p": grid.price / WAD, "invariant": curve.invariant / WAD**2}


CASES: dict[str, Callable[[Inputs], Got]] = {"llamma_band": band_case, "llamma_get_p": price_case}


def run_case(case: Mapping[str, Any], document: Mapping[str, Any]) -> Got:
    """Return what our bands say to one case, keyed as it is expected."""
    function = CASES.get(case["inputs"]["fn"])
    if function is None:
        raise NotCovered(case["inputs"]["fn"])
    return function(case["inputs"])


def _wad(number: Any) -> Wad:
    """Return a case's number in wad; a real one as it is written."""
    return int(Decimal(str(number)) * WAD)
