"""Strategies in processes of their own: the same tape as here, whatever they are written in; and what goes wrong there stays there."""

import copy
import json
import re
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

from sim.agents.far.desk import FarDesk
from sim.agents.far.mind import FarMind, _answer
from sim.agents.far.process import starter
from sim.agents.far.wire import decode, encode
from sim.agents.strategy import On
from sim.errors import StrategyError, Unresponsive
from sim.latency import Constant
from sim.records import QuoteChanged, StrategyFailed
from sim.scenario.build import build
from sim.scenario.load import load
from sim.scenario.run import Result, play, run
from sim.scenario.spec import Scenario
from sim.scenario.spec.agents import AgentSpec, LimitsSpec
from sim.units import SECOND, UINT256_MAX, Nanos
from sim.vocabulary import Refusal
from tests.agents.far_keepers import LATENCY
from tests.agents.words import Room
from tests.support.shared import REPOSITORY
from tests.worlds.pocket import POCKET

HERE = Path(__file__).parent
KEYS = {"run.duration": "100 s", "agents.keeper.count": 1, "agents.keeper.parameters": {}}
FAR = {"agents.keeper.isolate": "process"}
PLAIN = f"program: {sys.executable} {HERE / 'plain_keeper.py'}"


def played(strategy: str, **more: Any) -> Result:
    return run(POCKET, set={**KEYS, "agents.keeper.strategy": strategy, **more})


@pytest.mark.parametrize("form", ["Called", "Yielding"])
def test_a_process_of_its_own_leaves_the_same_tape(form):
    strategy = f"tests.agents.two_forms:{form}"

    here, there = played(strategy), played(strategy, **FAR)

    assert here.digest == there.digest
    assert (here.facts, here.summary) == (there.facts, there.summary)


def test_a_program_that_knows_nothing_of_the_simulator_leaves_the_same_tape():
    here = played("tests.agents.sniper:Sniper", **{"agents.keeper.parameters": {"tip": "3 gwei"}})
    there = played(PLAIN, **{"agents.keeper.parameters": {"tip": "3000000000"}})

    assert here.summary["liquidations"] > 0
    assert here.digest == there.digest


@attrs.define(eq=False)
class Mirrored:
    """A strategy whose every word to and from its desk goes through the line protocol, in this process."""

    inner: Any
    _desk: Any = None

    @property
    def wakes_on(self) -> tuple[On, ...]:
        wishes: tuple[On, ...] = self.inner.wakes_on
        return wishes

    def decide(self, news: Any, desk: Any) -> list[Any]:
        if self._desk is None:
            told = {"me": str(desk.me), "name": desk.name, "accounts": str(desk.accounts), "connections": encode(desk.connections)}
            self._desk = FarDesk(through(told), lambda message: through(_answer(through(message), desk)))
        self._desk.now = desk.now
        said = self.inner.decide(news, self._desk) or ()
        return [decode(each) for each in through([encode(each) for each in said])]


def until(duration: Nanos, scenario: Scenario) -> Scenario:
    """Return a scenario that ends sooner: what would come later does not."""
    return attrs.evolve(scenario, run=attrs.evolve(scenario.run, duration=duration))


def through(message: Any) -> Any:
    return json.loads(json.dumps(message))


@pytest.mark.parametrize("world", ["everything", "vaults", "families", "feeds", "claims"])
def test_whatever_a_desk_shows_survives_the_journey(world, monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    scenario = until(100 * SECOND, load(f"tests/worlds/{world}.toml"))  # What is shown at all has been shown after 88.

    def mirror(made: Any) -> None:
        for agent in made.runner.agents:
            if agent.desk.connections.pools or agent.desk.connections.feeds or agent.desk.connections.amms:
                agent.strategy = Mirrored(agent.strategy)

    assert run(scenario, on_world=mirror).digest == run(scenario).digest


def test_a_fork_goes_on_alike():
    scenario = load(POCKET, {**KEYS, **FAR, "agents.keeper.strategy": "tests.agents.two_forms:Called"})
    world = build(scenario)
    world.kernel.run_until(50 * SECOND)

    fork = copy.deepcopy(world)
    ends = [(play(each), each.tape.digest()) for each in (world, fork)]
    for each in (world, fork):
        each.runner.close()

    assert ends == [(True, played("tests.agents.two_forms:Called").digest)] * 2


FAULTS = {
    "Raising": Refusal.NONE,
    "Hanging": Refusal.TOO_MANY_LINES,
    "Flooding": Refusal.TOO_MANY_COMMANDS,
    "Crashing": Refusal.PROCESS_ENDED,
    "Asking": Refusal.TOO_MANY_QUERIES,
}


@pytest.fixture(scope="module")
def others() -> Result:
    """A run in which a second keeper does nothing, and never fails."""
    return beside("Faulty")


def beside(form: str, duration: str = "60 s", **more: Any) -> Result:
    """Run the pocket world with one more keeper, in a process of its own, that may fail."""
    stranger = AgentSpec(
        name="stranger",
        strategy=f"tests.agents.far_keepers:{form}",
        pools=("pool",),
        venues=("venue",),
        latency=Constant(LATENCY),
        on_failure="isolate",
        **{"isolate": "process", "limits": LimitsSpec(lines=100_000), **more},
    )
    scenario = load(POCKET, {"run.duration": duration})
    return run(attrs.evolve(scenario, agents=(*scenario.agents, stranger)))


@pytest.mark.parametrize("form", FAULTS)
def test_what_goes_wrong_there_neither_stops_nor_bends_the_race(form, others):
    result = beside(form)

    failed = [each.record for each in result.tape.entries() if isinstance(each.record, StrategyFailed)]
    assert [each.reason for each in failed] == [FAULTS[form]]
    assert races(result) == races(others)


def races(result: Result) -> list[Any]:
    """Return what everybody did: everything but the failure, without numbers that count entries."""
    found = [each for each in result.tape.entries() if not isinstance(each.record, StrategyFailed)]
    return [(each.at, each.place, each.party, type(each.record).__name__) for each in found]


@pytest.mark.parametrize("isolate", ["none", "process"])
def test_a_sneaky_keeper_gets_nothing_earlier_than_its_latency(isolate):
    result = beside("Sneaky", "20 s", isolate=isolate, parameters={"is_apart": isolate == "process"}, limits=LimitsSpec())

    notes = result.records("Declined")
    found = {place: notes["expected"][notes["pool"] == place].tolist() for place in (0, 1)}
    assert len(found[0]) > 25
    assert sum(found[0]) == 0
    assert min(found[1]) > 0


def seated(program: str, patience: int = 60) -> Room:
    """Return a room in which a program sits, told of quotes."""
    room = Room()
    mind = FarMind.begin(starter((sys.executable, "-c", program), patience), {}, "the program")
    room.subscribe(room.seat(mind, is_isolated=True), On(QuoteChanged))
    room.publish(500, at=5)
    return room


READY = 'import sys, time\nprint(\'{"ready": {"wakes_on": [["QuoteChanged", false, "0"]]}}\', flush=True)\nsys.stdin.readline()\n'


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("sys.exit(3)", "its process ended with code 3"),
        ("print('hello', flush=True)\nsys.stdin.readline()", "it said 'hello', and a line is a JSON object"),
        ("print('[]', flush=True)\nsys.stdin.readline()", r"it said '\[\]', and a line is a JSON object"),
        ("print('{}', flush=True)\nsys.stdin.readline()", "say ask, commands or failed"),
        ('print(\'{"commands": [{"is": "os.system", "command": "1"}]}\', flush=True)\nsys.stdin.readline()', '"os.system" is no command'),
        ('print(\'{"commands": [{"is": "WakeMe", "after": 5}]}\', flush=True)\nsys.stdin.readline()', "integers travel as strings"),
        ('print(\'{"commands": [{"is": "WakeMe", "before": "5"}]}\', flush=True)\nsys.stdin.readline()', "WakeMe cannot be made of before"),
    ],
)
def test_a_program_that_speaks_otherwise_has_failed(then, said):
    room = seated(READY + then)

    room.run(100)
    room.runner.close()

    assert len(room.runner.failures) == 1
    assert re.search(said, room.runner.failures[0])


def test_a_program_that_says_nothing_is_given_up_and_nobody_says_it_has_failed():
    room = seated(READY + "time.sleep(60)", patience=1)

    with pytest.raises(Unresponsive, match="it has said nothing for 1 s, woken at the start; the run is given up"):
        room.run(100)
    room.runner.close()

    assert (room.tape.entries, room.runner.failures) == (0, [])


def test_a_fork_of_a_program_that_depends_on_chance_is_told():
    room = seated(READY + 'import os\nfor line in sys.stdin:\n    print(\'{"commands": [], "chance": %d}\' % os.getpid(), flush=True)')
    room.run(20)

    fork = copy.deepcopy(room)
    fork.publish(501, at=50)
    fork.run(100)
    for each in (room, fork):
        each.runner.close()

    assert "said otherwise when a fork told it everything again" in fork.runner.failures[0]


@pytest.mark.parametrize(
    ("strategy", "said"),
    [
        ("tests.agents.sniper:Snipper", "has no class Snipper; did you mean Sniper?"),
        ("program: ./nowhere", "cannot be started in a process of its own: .*nowhere"),
        ("program:", "names no program"),
        (f"program: {sys.executable} -c pass", "cannot be started in a process of its own: its process ended with code 0"),
        (f"program: {sys.executable} -c 'print(1)'", "cannot be started in a process of its own: it said '1'"),
    ],
)
def test_what_cannot_be_started_is_the_users_mistake(strategy, said):
    with pytest.raises(StrategyError, match=said):
        played(strategy, **FAR)


def test_parameters_are_read_there_as_here():
    with pytest.raises(StrategyError, match=r"agents.\d.parameters.tip is \"much\""):
        played("tests.agents.sniper:Sniper", **{"agents.keeper.parameters": {"tip": "much"}, **FAR})


@pytest.mark.parametrize(
    "thing",
    [0, -(2**255), UINT256_MAX, True, None, "12", 0.1, (1, (2,)), [1, "a"], {(1, 2): [3]}, Refusal.NO_FUNDS, QuoteChanged(1, 2, 3, 4)],
)
def test_what_travels_arrives_as_it_was(thing):
    arrived = decode(through(encode(thing)), is_trusted=True)

    assert (type(arrived), arrived) == (type(thing), thing)


@pytest.mark.parametrize(
    "said", [5, 1.5, "five", "", "١", "1" * 200, {"is": "sim.kernel.Kernel"}, {"is": "os.stat_result"}, {"word": "Refusal.X"}]
)
def test_what_cannot_be_read_is_refused(said):
    with pytest.raises(StrategyError):
        decode(said)


def test_a_maker_whom_a_shock_withdraws_is_withdrawn_in_its_own_process_too(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    here, there = (until(70 * SECOND, load("tests/worlds/everything.toml", keys)) for keys in ({}, {"agents.maker.isolate": "process"}))

    assert run(there).digest == run(here).digest
