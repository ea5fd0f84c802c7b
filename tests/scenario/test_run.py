"""How a run ends that is stopped from Python, and what every report of one repeats."""

import pytest

from sim import InputError, Run, load, run
from sim.scenario.build import build
from sim.scenario.load import changed
from sim.units import Nanos
from tests.support.scenarios import pocket
from tests.worlds.pocket import POCKET


def stop(now: Nanos, duration: Nanos, entries: int) -> None:
    raise KeyboardInterrupt


def test_ctrl_c_in_python_leaves_a_folder_marked_interrupted(tmp_path):
    folder = tmp_path / "stopped"

    with pytest.raises(KeyboardInterrupt):
        run(load(POCKET), out=folder, on_progress=stop)

    found = Run(folder)
    assert (found.status, len(found.records("RunStarted")["seq"])) == ("interrupted", 1)


@pytest.mark.parametrize("is_free", [False, True])
def test_an_anachronism_is_repeated_whatever_a_twin_switches(tmp_path, is_free):
    world = build(changed(pocket(tmp_path), {"switches.free_gas": is_free}))

    (said,) = [note for note in world.facts.notes if note.startswith("anachronism")]
    assert said.startswith("anachronism: aave_v3.7 was first deployed in 2026-01, and the era is ethereum-2020-03 (")


def test_a_result_and_a_run_say_themselves_in_one_line(tmp_path):
    result = run(load(POCKET), seed=3, set={"run.duration": "1 s"}, out=tmp_path / "kept")

    told = f"seed 3, complete, {result.entries:,} entries, digest {result.digest[:12]}"
    assert repr(result) == f"Result({result.scenario.name}, {told})"
    assert repr(Run(tmp_path / "kept")) == f"Run({str(tmp_path / 'kept')!r}: {result.scenario.name}, {told})"


def test_a_scenario_may_be_given_by_its_path(tmp_path):
    short = {"run.duration": "1 s"}

    assert run(str(POCKET), set=short).digest == run(POCKET, set=short).digest == run(load(POCKET), set=short).digest


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"scenario": 7}, "7 is no scenario; give what load returns, or the name or path of one"),
        ({"tape": "som"}, "tape is 'som'; give one of full, trades, none"),
        ({"seed": -1}, "seed is -1; give a whole number from 0 to"),
        ({"seed": 2**63}, f"seed is {2**63}; give a whole number from 0 to"),
        ({"seed": "a"}, "seed is 'a'; give a whole number from 0 to"),
    ],
)
def test_what_cannot_be_run_is_refused_from_python_too(given, said):
    with pytest.raises(InputError, match=said):
        run(**{"scenario": POCKET, **given})
