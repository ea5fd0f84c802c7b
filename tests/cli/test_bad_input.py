"""What a user can get wrong at the command line: a message with path, finding and remedy, exit code 2, and no traceback."""

import json
import re
from shutil import copytree

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.storage import Run
from tests.support.scenarios import written

PRICES = "time,close\n2020-03-12T09:54:00Z,195.20\n2020-03-12T10:04:00Z,161.88\n"


@pytest.fixture
def call():
    return lambda *arguments: CliRunner().invoke(main, [str(each) for each in arguments])


def told(result) -> str:
    """Return the message of a command that the user's mistake ended."""
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.stderr
    return str(result.stderr)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("seed = 7", "sed = 7", 'run.sed is not known here; did you mean "seed"?', id="unknown key"),
        pytest.param('"10 min"', '"10 USDC"', 'run.duration is "10 USDC"; give a time in s, ms, us, ns, min, h or d', id="wrong unit"),
        pytest.param('lot = "0.001 ETH"\n', "", "venues.main.lot is missing; give an amount such as", id="missing key"),
        pytest.param('"1_500 USDC"', '"1.0000001 USDC"', "USDC has 6 decimals, leave out the digits beyond", id="inexact number"),
        pytest.param('"10 ETH"', '"-10 ETH"', 'is "-10 ETH"; give an amount that is not below zero', id="negative size"),
        pytest.param("depth within 1 %", "depth witin 1 %", 'did you mean "depth within 1 % at the start"?', id="unknown observable"),
    ],
)
@pytest.mark.parametrize("command", ["run", "show", "calibrate"])
def test_a_scenario_with_a_mistake_is_refused_by_every_command(call, tmp_path, command, old, new, expected):
    path = written(tmp_path, {old: new})

    assert expected in told(call(command, path))


def test_a_feed_that_its_own_bounds_exclude_is_refused(call, tmp_path):
    path = written(tmp_path, {'pass_through = "40 %"': 'min_answer = "200 USDC/ETH"\nmax_answer = "300 USDC/ETH"'})

    assert "feeds.eth_usdc opens at 195.2 USDC/ETH, and min_answer and max_answer allow 200 to 300; widen them" in told(call("run", path))


def test_all_mistakes_are_told_at_once(call, tmp_path):
    path = written(tmp_path, {"seed = 7": "sed = 7", "count = 2": "count = 0"})

    assert len(told(call("run", path)).splitlines()) == 2


@pytest.mark.parametrize("command", ["run", "show", "calibrate"])
def test_an_unknown_scenario_is_told_with_the_nearest(call, command):
    assert '"first_cascad" is no scenario; did you mean "first_cascade"?' in told(call(command, "first_cascad"))


@pytest.mark.parametrize("command", ["run", "show"])
def test_a_scenario_file_is_found_for_whoever_leaves_out_its_ending(call, command, tmp_path):
    (tmp_path / "my_market.toml").write_text("")

    said = told(call(command, tmp_path / "my_market"))

    assert said.endswith(f'my_market" is no scenario; did you mean {tmp_path / "my_market.toml"}?\n')


def test_a_key_that_leads_nowhere_is_told(call, tmp_path):
    path = written(tmp_path)

    assert "venues has no man; did you mean" in told(call("run", path, "--set", 'venues.man.tick="1 USDC/ETH"'))
    assert '"seed" has no key and value' in told(call("run", path, "--set", "seed"))


def with_prices(tmp_path, content, column="close"):
    """Return a scenario file that reads its prices from a file of this content."""
    (tmp_path / "prices.csv").write_text(content)
    file = f'csv = "prices.csv"\ntime_column = "time"\nprice_column = "{column}"\nrole'
    return written(tmp_path, {"role": file})


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("", "prices.csv: the file is empty; it needs a header line and rows", id="empty file"),
        pytest.param("time,close\n", "prices.csv: it has a header but no rows; give it at least one", id="no rows"),
        pytest.param(
            "time,close\n2020-03-12T10:04:00Z,2\n2020-03-12T09:54:00Z,1\n",
            "prices.csv line 3: the time 2020-03-12T09:54:00Z lies before 2020-03-12T10:04:00Z of line 2; sort the file",
            id="unsorted times",
        ),
        pytest.param(
            "time,close\n2020-03-12T09:54:00Z,1\n2020-03-12T09:54:00Z,2\n",
            "prices.csv line 3: the time 2020-03-12T09:54:00Z is already that of line 2; keep one of them",
            id="duplicate times",
        ),
        pytest.param(PRICES.replace("161.88", "nan"), 'prices.csv line 3: close is "nan"; write a positive decimal', id="NaN price"),
        pytest.param(PRICES.replace("161.88", "0"), "a price is above zero", id="price of zero"),
        pytest.param(PRICES.replace("161.88", "-1"), "write a positive decimal", id="price below zero"),
        pytest.param(PRICES.replace("161.88", ""), "close is empty; fill it or remove the line", id="price missing"),
        pytest.param(PRICES.replace("close", "clos"), 'there is no column "close"; did you mean "clos"?', id="unknown column"),
        pytest.param(PRICES.replace("2020", "2021"), "they have no instant in common", id="another day"),
    ],
)
def test_a_file_of_prices_that_cannot_be_used_is_told_with_its_line(call, tmp_path, content, expected):
    assert expected in told(call("run", with_prices(tmp_path, content)))


def test_a_file_of_prices_that_is_not_there_is_told(call, tmp_path):
    path = with_prices(tmp_path, PRICES)
    (tmp_path / "prices.csv").unlink()

    assert "prices.csv: there is no such file; check the path" in told(call("run", path))


def test_a_good_file_of_prices_runs(call, tmp_path):
    assert call("run", with_prices(tmp_path, PRICES), "--quiet").exit_code == 0


def test_a_folder_that_cannot_be_written_is_told(call, tmp_path):
    (tmp_path / "file").write_text("in the way")

    said = told(call("run", written(tmp_path), "--out", tmp_path / "file" / "run"))

    assert "file/run cannot be written: " in said
    assert said.endswith(f"; {tmp_path / 'file'} is a file, give a folder that is none\n")


def test_a_run_is_never_written_over_unless_asked(call, tmp_path):
    path, out = written(tmp_path, {"10 min": "1 min", 'at = "2 min"': 'at = "30 s"'}), tmp_path / "run"
    assert call("run", path, "--out", out, "--quiet").exit_code == 0

    said = told(call("run", path, "--out", out))

    assert f"{out} already holds a run; add --force to replace it, or give another folder" in said
    assert call("run", path, "--out", out, "--force", "--quiet", "--seed", 8).exit_code == 0
    assert (Run(out).manifest.seed, Run(out).is_whole) == (8, True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run folder with all its files."""
    folder = tmp_path_factory.mktemp("whole")
    path = written(folder, {"10 min": "1 min", 'at = "2 min"': 'at = "30 s"'})
    assert CliRunner().invoke(main, ["run", str(path), "--out", str(folder / "run"), "--quiet"]).exit_code == 0
    return folder / "run"


@pytest.mark.parametrize("command", [("analyse",), ("cascade",), ("contagion",), ("report", "--quiet"), ("why", "9")], ids=" ".join)
@pytest.mark.parametrize("is_missing", [True, False])
def test_a_run_whose_tape_is_not_whole_is_told_with_its_file_and_a_remedy(call, whole, tmp_path, command, is_missing):
    run = copytree(whole, tmp_path / "run")
    for file in run.glob("tape/*/*.parquet"):
        if is_missing:
            file.unlink()
        else:
            file.write_bytes(file.read_bytes()[:-9])

    said = told(call(command[0], run, *command[1:]))

    found = "is missing" if is_missing else r"cannot be read: its \d+ bytes are no whole Parquet file"
    assert re.search(rf"run/tape/part-00000/\w+\.parquet {found}; copy the run folder again .*, or run its scenario again", said)


def test_a_folder_with_something_else_in_it_is_never_replaced(call, tmp_path):
    out = tmp_path / "letters"
    out.mkdir()
    (out / "letter").write_text("dear")

    said = told(call("run", written(tmp_path), "--out", out, "--force"))

    assert "exists and is not a run folder; give the name of a new folder" in said
    assert (out / "letter").read_text() == "dear"


RAISING = """
from typing import ClassVar
import attrs
from sim.agents.strategy import On
from sim.commands import WakeMe

@attrs.define
class Clumsy:
    wakes_on: ClassVar[tuple[On, ...]] = ()

    def decide(self, news, desk):
        if desk.now:
            return 1 // 0
        return [WakeMe(10**9)]
"""


def with_strategy(tmp_path, content, name="Clumsy"):
    (tmp_path / "clumsy.py").write_text(content)
    return written(tmp_path, {'"tests.support.scenarios:Idle"': f'"./clumsy.py:{name}"', 'parameters = {haircut = "1 %"}\n': ""})


def test_a_strategy_that_raises_names_itself_the_entry_and_the_line(call, tmp_path):
    path, out = with_strategy(tmp_path, RAISING), tmp_path / "run"

    said = told(call("run", path, "--out", out))

    assert "Clumsy (agent keeper/0) raised ZeroDivisionError" in said
    assert "clumsy.py:13 in decide, woken by its own timer at 1000000000 ns" in said
    assert Run(out).status == "failed"
    assert Run(out).records("StrategyFailed")["line"].tolist() == [13]


def test_a_strategy_that_raises_may_be_left_behind(call, tmp_path):
    path, out = with_strategy(tmp_path, RAISING), tmp_path / "run"

    ended = call("run", path, "--set", "agents.keeper.on_failure=isolate", "--json", "--out", out)

    assert ended.exit_code == 0
    notes = json.loads(ended.output)["notes"]
    (note,) = [each for each in notes if "keeper/0 raised ZeroDivisionError" in each]
    assert note.endswith("clumsy.py:13 at 1000000000 ns; silent since")
    assert Run(out).manifest.notes == notes == Run(out).manifest.facts["notes"]
    assert f"note: {note}" in call("story", out).output


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        pytest.param(RAISING, "Clumsi", "has no class Clumsi; did you mean Clumsy?", id="without the class"),
        pytest.param("x = 1\n", "Clumsy", "has no class Clumsy; it has none; write class NAME", id="without any class"),
        pytest.param("class Clumsy: pass\n", "Clumsy", "it is not an attrs class; put @attrs.define above it", id="no strategy"),
        pytest.param(
            "1 / 0\n",
            "Clumsy",
            "clumsy.py:1 cannot be loaded: ZeroDivisionError: division by zero",
            id="that raises when it is loaded",
        ),
        pytest.param("import no_such_module\n", "Clumsy", "No module named 'no_such_module'", id="with an import that is not there"),
    ],
)
def test_a_file_without_a_strategy_is_told_with_the_agent(call, tmp_path, content, name, expected):
    said = told(call("run", with_strategy(tmp_path, content, name)))

    assert said.startswith("agents.keeper.strategy: ")
    assert expected in said


def test_a_strategy_nobody_registered_is_told_with_the_nearest(call, tmp_path):
    path = written(tmp_path, {"tests.support.scenarios:Idle": "market_makr"})

    assert 'agents.keeper.strategy: "market_makr" is no registered strategy; did you mean market_maker?' in told(call("run", path))


def test_a_seed_below_zero_and_a_tape_of_no_kind_are_told(call, tmp_path):
    assert "-1 is not in the range x>=0" in told(call("run", written(tmp_path), "--seed", "-1"))
    assert "'half' is not one of 'full', 'trades', 'none'" in told(call("run", written(tmp_path), "--tape", "half"))
