"""However long the tape, memory stays what it was."""

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

STREAM = """
import resource, sys
from sim.names import Names
from sim.storage import RunFolder
from sim.tape import Tape
from tests.storage.runs import OPENING

def most_memory_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

tape = Tape(RunFolder.create(sys.argv[1], OPENING, Names()), capacity=65_536)
row = (15, 100, 5, 101, 7)
append = tape.append
for length in range(3):
    for at in range(500_000):
        append(at, 0, 1, 2, row)
    print(most_memory_mb())
"""


def test_a_stream_of_three_times_as_many_entries_needs_no_more_memory(tmp_path):
    told = subprocess.run([sys.executable, "-c", STREAM, tmp_path / "run"], cwd=REPOSITORY, capture_output=True, text=True, check=True)

    first, second, third = map(float, told.stdout.split())

    assert third - first < 16, (first, second, third)
