"""Killed at any moment, a run leaves a folder that opens, says that it did not finish, and tells its whole parts."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from sim.storage import Run
from tests.storage.runs import entries

REPOSITORY = Path(__file__).resolve().parents[2]

# Writes a run into each of many folders, in a process of its own that kills itself at its first, second, third... touch of a file.
KILLED = """
import os, signal, sys
from sim.names import Names
from sim.storage import RunFolder, parquet
from sim.tape import Tape
from tests.storage.runs import OPENING, tell

TOUCHES = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree")

def die_at(touch):
    touches = 0
    def hear(event, arguments):
        nonlocal touches
        if event in TOUCHES:
            touches += 1
            if touches == touch:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hear)

def run(path):
    folder = RunFolder.create(path, OPENING, Names())
    tape = Tape(folder, capacity=10)
    tell(tape, 25)
    tape.flush()
    folder.finish("complete", tape.digest(), tape.entries, {})

parquet.connect()
for touch in range(1, 1000):
    child = os.fork()
    if not child:
        die_at(touch)
        run(f"{sys.argv[1]}/{touch}")
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
print(touch)
"""

ENDLESS = """
import sys
from sim.names import Names
from sim.storage import RunFolder
from sim.tape import Tape
from tests.storage.runs import OPENING, tell

tape = Tape(RunFolder.create(sys.argv[1], OPENING, Names()), capacity=100)
while True:
    tell(tape, 100)
    print(tape.entries, flush=True)
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A folder of folders, and how many touches of a file a whole run makes."""
    folder = tmp_path_factory.mktemp("killed")
    told = subprocess.run([sys.executable, "-c", KILLED, folder], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return folder, int(told.stdout)


def whole_parts(path):
    """What can be read of a folder, after checking that it is what was written and that it says what it is."""
    with Run(path) as run:
        read = list(run.entries())
        assert read == entries(len(read))
        assert run.is_whole or (run.status == "running" and run.digest is None)
        assert run.is_whole or run.standing.startswith("did not finish")
        assert run.damaged() == []
        assert len(run.parts) == len(list(path.glob("tape/*")))
        return len(run.parts)


def test_killed_at_any_touch_of_a_file_the_whole_parts_are_read(killed):
    folder, touches = killed
    left = [folder / str(touch) for touch in range(1, touches + 1)]

    parts = [whole_parts(path) for path in left if path.exists()]

    assert parts == sorted(parts)
    assert list(dict.fromkeys(parts)) == [0, 1, 2, 3]
    assert touches > 40


def test_a_folder_is_there_only_with_its_manifest(killed):
    folder, touches = killed
    made = [touch for touch in range(1, touches + 1) if (folder / str(touch)).exists()]

    assert made == list(range(made[0], touches + 1))
    assert 1 < made[0] < touches // 2


def test_the_one_line_that_opens_a_record_type_opens_it_in_any_folder_that_was_killed(killed):
    folder, touches = killed

    for touch in range(1, touches + 1):
        parts = list((folder / str(touch)).glob("tape/*"))
        if parts:
            trades = duckdb.execute(f"select count(*) from '{folder}/{touch}/tape/*/Traded.parquet'").fetchall()

            assert trades == [([2, 4, 5][len(parts) - 1],)]


def test_killed_from_outside_a_run_says_that_it_did_not_finish(tmp_path):
    writer = subprocess.Popen([sys.executable, "-c", ENDLESS, tmp_path / "run"], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    while int(writer.stdout.readline()) < 1_000:
        pass

    writer.kill()
    writer.wait()
    writer.stdout.close()

    assert whole_parts(tmp_path / "run") >= 9
