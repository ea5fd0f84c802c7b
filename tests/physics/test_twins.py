"""What a mechanism does: runs with it against the same seeds without it, twenty pairs, 95 % bootstrap intervals."""

import attrs
import numpy as np
import pytest

from sim.records import Burned, Minted, Traded
from sim.scenario.run import Result, run
from sim.scenario.spec import Scenario
from sim.vocabulary import Motive
from tests.physics.arms import changed_by
from tests.physics.claims import POCKET_CLAIMS
from tests.worlds.pocket import pocket


@pytest.mark.parametrize("claim", POCKET_CLAIMS, ids=lambda claim: f"{claim.says}"[:60])
def test_what_a_mechanism_does(study, claim):
    difference = study.difference(claim.key, claim.base, claim.treated)

    assert difference.is_positive if claim.is_more else difference.is_negative, difference


def test_with_an_outside_buyer_nothing_forced_reaches_the_book(study):
    assert [0.0] * len(study.seeds) == study.column("outside", "forced_share_of_volume")


def test_the_outside_buyer_pays_what_the_book_would_have_paid_when_it_would_have():
    booked, outside = (_first_sale(run(changed_by("pocket", arm), 1)) for arm in ("base", "outside"))

    assert booked[:3] == outside[:3]
    # The book's fee is rounded up trade by trade, the outside buyer's once.
    assert 0 <= outside[3] - booked[3] < booked[4]


def _first_sale(result: Result) -> tuple[int, int, int, int, int]:
    """Return when the first forced sale reached the venue, its lots, base units given, quote units got (fee off), and trades."""
    orders = result.records("OrderAccepted")
    row = int(np.flatnonzero(orders["motive"] == Motive.LIQUIDATION_SALE)[0])
    at, order, party = int(orders["at_ns"][row]), int(orders["order"][row]), int(orders["party"][row])
    gave = got = trades = 0
    for entry in result.tape.entries(first=int(orders["seq"][row]), records=(Traded, Burned, Minted)):
        match entry.record:
            case Traded() as trade if trade.taker_order == order:
                gave, trades = gave + trade.lots * 10**15, trades + 1
                got += trade.price * trade.lots * 10 - trade.taker_fee
            case Burned() as burned if (entry.at, entry.party) == (at, party):
                gave += burned.amount
            case Minted() as minted if (entry.at, entry.party) == (at, party):
                got += minted.amount
    return at, int(orders["lots"][row]), gave, got, trades


def test_without_debt_the_venue_lives_as_if_there_were_no_pool():
    told = pocket()
    debtless = attrs.evolve(told, pools=tuple(attrs.evolve(pool, population=None) for pool in told.pools))
    poolless = attrs.evolve(told, pools=(), agents=tuple(attrs.evolve(agent, pools=()) for agent in told.agents))

    entries = _told_by_the_venue(debtless)

    assert len(entries) > 1_000
    assert entries == _told_by_the_venue(poolless)


def _told_by_the_venue(scenario: Scenario) -> list[tuple[object, ...]]:
    """Return time, kind and body of every entry of the venue, with parties by name: a world with fewer parts numbers them otherwise."""
    result = run(scenario, 1)
    names = {agent.party + account: (agent.name, account) for agent in result.facts.agents for account in range(agent.accounts)}

    def named(name: str, value: int) -> object:
        if name == "maker":
            return names[value]
        return (names[value >> 32], value & 0xFFFFFFFF) if name.endswith("order") and value >> 32 else value

    return [
        (entry.at, entry.record.kind, names.get(entry.party), *(named(key, value) for key, value in attrs.asdict(entry.record).items()))
        for entry in result.tape.entries()
        if entry.place == result.facts.venues[0].place
    ]
