"""How a run ends that is stopped from Python."""

import pytest

from sim import Run, load, run
from sim.units import Nanos
from tests.worlds.pocket import POCKET


def stop(now: Nanos, duration: Nanos, entries: int) -> None:
    raise KeyboardInterrupt


def test_ctrl_c_in_python_leaves_a_folder_marked_interrupted(tmp_path):
    folder = tmp_path / "stopped"

    with pytest.raises(KeyboardInterrupt):
        run(load(POCKET), out=folder, on_progress=stop)

    found = Run(folder)
    assert (found.status, len(found.records("RunStarted")["seq"])) == ("interrupted", 1)
