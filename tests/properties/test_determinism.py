"""One seed, one tape: in any process, however much of it is kept, whoever looks on."""

import os
import subprocess
import sys
from decimal import Decimal

import attrs
import pytest

from sim.records import OrderAccepted, OrderCancelled, TxPending
from sim.scenario.run import Result, run
from sim.scenario.spec import AgentSpec, Scenario
from sim.scenario.values import Amount
from tests.support.shared import REPOSITORY
from tests.worlds.pocket import pocket

SHORT = {"run.duration": "100 s"}
"""Long enough for the first liquidations."""
SCRIPT = """
import sys
from sim.scenario.run import run
from tests.worlds.pocket import pocket
print(run(pocket({"run.duration": "100 s"}), 4, tape=sys.argv[1]).digest)
"""


@pytest.fixture(scope="module")
def short() -> Result:
    return run(pocket(SHORT), 4)


@pytest.mark.parametrize(("hash_seed", "tape"), [("0", "full"), ("12345", "none"), ("random", "trades")])
def test_another_process_another_hash_seed_and_less_of_the_tape_give_the_same_digest(short, hash_seed, tape):
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    told = subprocess.run([sys.executable, "-c", SCRIPT, tape], cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True)

    assert short.digest == told.stdout.strip()
    assert short.summary["liquidations"] > 0


def test_another_seed_gives_another_digest(short):
    assert short.digest != run(pocket(SHORT), 5).digest


def test_a_table_does_not_depend_on_what_was_kept(short):
    assert short.summary == run(pocket(SHORT), 4, tape="none").summary


def test_an_onlooker_without_funds_leaves_the_tape_as_it_was(short):
    assert short.digest == run(_with(pocket(SHORT), SPY, at=len(pocket().agents)), 4).digest


def test_an_idle_agent_changes_nobodys_commands(short):
    rich = attrs.evolve(SPY, venue_funds=(Amount(Decimal(1_000), "ETH"),), chain_funds=(Amount(Decimal(1_000), "USDC"),))

    watched = run(_with(pocket(SHORT), rich, at=0), 4)

    assert short.digest != watched.digest
    assert _commands(short) == {name: told for name, told in _commands(watched).items() if name != "spy"}


SPY = AgentSpec(name="spy", strategy="tests.properties.spies:Spy", venues=("venue",), pools=("pool",), feeds=("ETH-USD",))


def _with(told: Scenario, agent: AgentSpec, at: int) -> Scenario:
    return attrs.evolve(told, agents=(*told.agents[:at], agent, *told.agents[at:]))


def _commands(result: Result) -> dict[object, list[tuple[int, ...]]]:
    """Return by agent (or place) when its orders, cancels and txs arrived and what they asked for, without the numbers of others."""
    names = {agent.party + account: agent.name for agent in result.facts.agents for account in range(agent.accounts)}
    told: dict[object, list[tuple[int, ...]]] = {}
    for entry in result.tape.entries(records=(OrderAccepted, OrderCancelled, TxPending)):
        body: tuple[int, ...]
        match entry.record:
            case OrderAccepted() as order:
                body = (order.order & 0xFFFFFFFF, order.side, order.limit, order.lots, order.motive)
            case OrderCancelled() as cancel:
                body = (cancel.order & 0xFFFFFFFF, cancel.side, cancel.limit, cancel.lots, cancel.reason)
            case tx:
                body = (tx.nonce, tx.call, tx.max_fee, tx.tip, tx.gas_limit)
        told.setdefault(names.get(entry.party, entry.party), []).append((entry.at, entry.record.kind, *body))
    return told
