"""The same accounts in a whole run: a price, blocks, a feed that shows the price at every block, a pool that screens; nobody sells."""

import attrs

from sim.records import OutsideMoved
from sim.records.lending import HealthFell
from sim.scenario.build import build
from sim.scenario.convert import structure
from sim.scenario.spec import Scenario
from sim.scenario.spec.world import PriceSpec
from sim.units import HOUR, SECOND, Price
from tests.analytic.first_passage import FALLS, Case
from tests.worlds.pocket_chain import OPENING, Heard, account, scenario

RUN = Case(volatility=4.0, length=HOUR, step=12 * SECOND)
"""As far as a day at 80 %, in an hour; a step is a block."""


@attrs.frozen
class Calls:
    """What came of a run."""

    called: set[int]
    """Which of ``FALLS``."""
    lowest: Price
    """Of the outside price."""

    @property
    def expected(self) -> set[int]:
        """Which of them stand above the lowest price."""
        return {number for number, fall in enumerate(FALLS) if self.lowest < round(OPENING * (1 - fall) * 10**8)}


def undisturbed() -> Scenario:
    """Return the scenario: ten ether each, at a threshold of 80 %."""
    accounts = [account(f"fall-{number}", 10, round(10 * OPENING * 0.8 * (1 - fall))) for number, fall in enumerate(FALLS)]
    told = scenario([], accounts, switches={"instant_oracles": True}, feed={"pass_through": "0 %"})
    drawn = {"first": f"{OPENING} USDC/ETH", "volatility": f"{round(100 * RUN.volatility)} %"}
    price = {"base": "ETH", "quote": "USDC", "role": "driver", "until": "1 h", "step": "12 s", "random": drawn}
    return attrs.evolve(told, world=attrs.evolve(told.world, price=structure(PriceSpec, price)))


def run(told: Scenario, seed: int) -> Calls:
    """Return who was called. Cost: a tenth of a second."""
    world, heard = build(told, seed), Heard()
    for record in (OutsideMoved, HealthFell):
        world.tape.listen(record.kind, heard.hear)
    world.kernel.run_until(RUN.length)
    called = {world.names.name(party) for _, _, _, _, party, row in heard.rows if row[0] == HealthFell.kind}
    lowest = min(row[1] for _, _, _, _, _, row in heard.rows if row[0] == OutsideMoved.kind)
    return Calls({int(name.removeprefix("fall-")) for name in called}, lowest)
