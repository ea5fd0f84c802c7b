"""What every shipped scenario owes: it loads, says what it stands on, and is another run with another seed.

That it runs, the same way twice, is held in ``test_cascades_add_up``, where the same runs are looked through.
"""

import pytest

from sim import build, load, shipped
from sim.records import Record
from sim.scenario.load import text_of
from sim.scenario.spec import Scenario
from sim.storage.memory import MemoryTape
from sim.units import SECOND, Nanos

NAMES = sorted(shipped())
SOON = {"three_positions": 60 * SECOND}
"""When chance has had a say; elsewhere within ten seconds."""


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_happens_in_it(name):
    scenario = load(name)

    assert scenario.run.title
    assert len(scenario.run.summary.split()) > 10


@pytest.mark.parametrize("name", NAMES)
def test_it_is_fitted_to_something_or_says_that_it_is_not(name):
    headers = "".join(shipped()[each].read_text(encoding="utf-8") for each in (name, *(each.scenario for each in load(name).lineage)))
    scenarios = [load(each) for each in (name, *(each.scenario for each in load(name).lineage))]

    told = [bool(each.calibration or each.held_out or (each.study and each.study.calibrated)) for each in scenarios]
    assert any(told) or "round numbers" in headers


@pytest.mark.parametrize("name", NAMES)
def test_another_seed_is_another_run(name):
    scenario, until = load(name), SOON.get(name, 10 * SECOND)

    assert said(scenario, 1, until) != said(scenario, 2, until)


def said(scenario: Scenario, seed: int, until: Nanos) -> list[tuple[Nanos, Record]]:
    """Return what is said up to an instant, after the first entry, which names the seed."""
    tape = MemoryTape()
    world = build(scenario, seed, tape)
    world.kernel.run_until(until)
    world.tape.flush()
    return [(entry.at, entry.record) for entry in tape.entries(2)]


@pytest.mark.parametrize("name", NAMES)
def test_an_anachronism_is_repeated_and_no_other_is_there(name):
    scenario = load(name)
    said = [note for note in build(scenario).facts.notes if note.startswith("anachronism: ")]

    assert bool(said) == bool(scenario.run.anachronism)
    assert all(scenario.run.anachronism in note for note in said)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_run_folder_keeps_of_it_is_the_same_scenario(name, tmp_path):
    written = tmp_path / f"{name}.json"
    written.write_text(text_of(load(name)), encoding="utf-8")

    assert load(written) == load(name)
