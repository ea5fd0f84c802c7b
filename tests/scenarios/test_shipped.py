"""What every shipped scenario owes: it loads, says what it stands on, runs, and runs the same way twice."""

import pytest

from sim import build, load, run, shipped
from sim.scenario.load import text_of
from sim.units import SECOND

NAMES = sorted(shipped())
SHORT = {
    "quiet_day": "20 min",
    "flash_crash": "210 s",
    **{name: "150 s" for name in NAMES if name.startswith("shared_oracle")},
}
"""How much of a run is made here; of the others two minutes."""


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
def test_it_runs_the_same_way_twice(name):
    first, second = (run(load(name), set={"run.duration": SHORT.get(name, "2 min")}, tape="none") for _ in range(2))

    assert first.status == "complete"
    assert first.entries > 100
    assert (first.digest, first.entries) == (second.digest, second.entries)


@pytest.mark.parametrize("name", NAMES)
def test_another_seed_is_another_run(name):
    worlds = [build(load(name), seed) for seed in (1, 2)]
    for world in worlds:
        world.kernel.run_until(10 * SECOND)

    assert worlds[0].tape.digest() != worlds[1].tape.digest()


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
