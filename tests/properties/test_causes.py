"""Every entry has its cause, none of them in the future; nobody hears early; every liquidation leads back to a root."""

from collections import Counter

import attrs
import numpy as np
import pytest

from sim.cascade import cascade
from sim.cascade.descent import GENERATION_FLOOR
from sim.latency import Constant
from sim.records import OrderAccepted, OrderCancelled, Record
from sim.scenario.build import build
from sim.scenario.run import Result, run
from sim.scenario.spec import AgentSpec
from sim.units import MILLISECOND, Nanos
from sim.vocabulary import CancelReason
from tests.properties.spies import Spy
from tests.worlds.pocket import pocket

GATEWAY: Nanos = MILLISECOND
"""What the pocket's venue adds to every message, each way."""
POINTERS = {"HealthFell": ("post",), "Liquidated": ("fell",), "BadDebt": ("liquidated",), "PriceObserved": ("seen",)}
"""Fields that name another entry."""
ROOTS = ("RunStarted", "Minted", "OutsideMoved", "ShockStruck", "BlockSealed", "DepthSampled")
"""What has no cause: the start, the outside, shocks, and the clocks of chain and venue, which tick for nobody's sake."""


@pytest.fixture(scope="module")
def cascaded() -> Result:
    result = run(pocket(), 4)
    assert result.summary["generations"] > 2
    return result


@pytest.fixture(scope="module")
def instants(cascaded) -> np.ndarray:
    """Return the instant of each entry, by its number."""
    found = np.zeros(cascaded.entries + 1, np.int64)
    for entry in cascaded.tape.entries():
        found[entry.seq] = entry.at
    return found


def test_no_cause_lies_in_the_future(cascaded, instants):
    for entry in cascaded.tape.entries():
        named = [getattr(entry.record, field) for field in POINTERS.get(type(entry.record).__name__, ())]
        for earlier in (entry.cause, *named):
            assert earlier < entry.seq
            assert instants[earlier] <= entry.at


def test_every_liquidation_leads_back_to_a_root(cascaded):
    causes = cascaded.tape.reader.causes()
    roots: Counter[str] = Counter()
    for seq in cascaded.records("Liquidated")["seq"]:
        while causes[seq]:
            seq = causes[seq]
        roots[type(cascaded.tape.reader.entry(int(seq)).record).__name__] += 1

    assert roots.total() == cascaded.summary["liquidations"]
    assert set(roots) <= set(ROOTS)


def test_every_liquidation_descends_from_one_that_does_not_descend(cascaded):
    found = cascade(cascaded.tape, cascaded.facts)

    roots = [found.root_of(seq) for seq in found.liquidations]

    assert cascaded.summary["liquidations"] == len(roots)
    for seq in set(roots):
        assert found.liquidations[seq].generation == 1
        assert found.liquidations[seq].fall.forced < GENERATION_FLOOR


def test_parents_are_weighed_to_one(cascaded):
    found = cascade(cascaded.tape, cascaded.facts)

    for each in found.liquidations.values():
        assert sum(weight for _, weight in each.fall.parents) == (1 if each.fall.parents else 0)
        assert each.fall.parents or not each.descends


def test_generations_go_up_by_one_from_the_greatest_parent(cascaded):
    found = cascade(cascaded.tape, cascaded.facts)

    for each in found.liquidations.values():
        parents = [(found.liquidations[seq].generation, weight) for seq, weight in found.parents_of(each.seq)]
        above = each.generation - 1
        assert above == 0 or sum(weight for number, weight in parents if number >= above) >= GENERATION_FLOOR
        assert sum(weight for number, weight in parents if number > above) < GENERATION_FLOOR
        assert all(seq < each.fall.seq for seq, _ in found.parents_of(each.seq))


def test_no_order_answers_what_its_owner_cannot_have_heard(cascaded, instants):
    there_and_back = _there_and_back(cascaded)
    venue = cascaded.facts.venues[0].place
    by_seq = {entry.seq: entry for entry in cascaded.tape.entries()}
    ages = []
    for entry in cascaded.tape.entries(records=(OrderAccepted, OrderCancelled)):
        cause = by_seq.get(entry.cause)
        # A reprice is told as a cancel and, caused by it, an acceptance: the cancel is what answers.
        if cause is None or cause.place != venue or (cause.party, cause.at) == (entry.party, entry.at):
            continue
        if entry.party in there_and_back and getattr(entry.record, "reason", CancelReason.OWNER) in ANSWERS:
            ages.append(entry.at - cause.at - there_and_back[entry.party])

    assert len(ages) > 500
    assert min(ages) >= 0


ANSWERS = (CancelReason.OWNER, CancelReason.REPRICED)
"""Why an order goes when it was its owner who said so."""


def _there_and_back(result: Result) -> dict[int, Nanos]:
    """Return by account of agents with a constant latency how long news and its answer travel to and from the venue."""
    latencies = {agent.name: agent.latency.latency for agent in result.scenario.agents if isinstance(agent.latency, Constant)}
    return {
        agent.party + account: 2 * (latencies[agent.name.split("/")[0]] + GATEWAY)
        for agent in result.facts.agents
        for account in range(agent.accounts)
        if agent.name.split("/")[0] in latencies
    }


@pytest.mark.parametrize("latency", [MILLISECOND, 80 * MILLISECOND])
def test_no_desk_hears_early(latency):
    spy = AgentSpec(
        name="spy",
        strategy="tests.properties.spies:Spy",
        venues=("venue",),
        pools=("pool",),
        feeds=("ETH-USD",),
        latency=Constant(latency),
    )
    told = pocket({"run.duration": "100 s"})
    world = build(attrs.evolve(told, agents=(*told.agents, spy)), 4)
    world.kernel.run_until(world.duration)

    found = next(agent.mind for agent in world.runner.agents if isinstance(agent.mind, Spy))
    assert set(found.heard) == {_name(on.record) for on in Spy.wakes_on}
    assert set(found.seen) == {"quote", "depth", "block", "outside", "posted"}
    for name, age in {**found.heard, **found.seen}.items():
        assert age >= latency + (GATEWAY if name in ("quote", "depth", "QuoteChanged", "Traded") else 0), name
        assert age < latency + 20 * MILLISECOND, name


def _name(record: type[Record]) -> str:
    return record.__name__
