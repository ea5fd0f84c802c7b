"""Reports to staking contracts what their validators have, as soon as each may be reported.

One tx a report, raised when it is stuck. Between two reports the contract does not know what its validators earned, lost or gave back, and
its queue stands still. Source: the daily report of Lido's oracle committee [lidofinance/lido-oracle]. Left out: the committee, whose
members must agree, and reports that are late because they do not.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.claims.calls import ReportStakeCall
from sim.claims.staking.views import StakingView
from sim.commands import Command
from sim.records import BlockSealed
from sim.units import GWEI, MINUTE, Gas
from sim.vocabulary import Motive
from strategies.keepers.bank import Bank
from strategies.keepers.errands import WAKES_ON, Errands, unix_now
from strategies.keepers.estimate import Estimate

REPORT_GAS: Gas = 3_000_000
"""Gas limit: a report of some three hundred requests."""


def _errands() -> Errands:
    return Errands(Bank(Estimate(0, 15_000, 2_000 * GWEI), True, 2, 4, 0), MINUTE)


@attrs.define
class StakeReporter:
    """The oracle of its issuers."""

    wakes_on: ClassVar[tuple[On, ...]] = WAKES_ON
    _errands: Errands = attrs.field(factory=_errands, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Report what is due at every block; book everything else as it is heard."""
        if not news.is_a(BlockSealed):
            self._errands.hear(news, desk)
            return []
        if not desk.block().number:
            return []
        self._errands.look(desk)
        commands = self._errands.keep_moving(desk, lambda sent, _: True)
        for issuer in desk.connections.issuers:
            view = desk.issuer(issuer)
            if isinstance(view, StakingView) and unix_now(desk.block(), desk.now) >= view.next_report:
                commands += self._errands.run(desk, issuer, ReportStakeCall(), REPORT_GAS, view.next_report, Motive.REPORT, is_paced=True)
        return commands
