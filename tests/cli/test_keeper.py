"""``downtick keeper``: what it lists, what it writes, and what it says of a file that is no keeper."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from sim.cli import main
from tests.support.shared import REPOSITORY


@pytest.fixture
def call():
    """Return a way to call ``downtick``."""
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


def test_every_keeper_is_listed_with_what_wakes_it_and_its_parameters(call):
    shown = call("keeper", "list").output

    line = "liquidator  Liquidates in its pools with the purse it has on the chain."
    assert f"{line}\n  needs: lenders\n  waits for: BlockSealed, own TxPending" in shown
    assert 'haircut_bps = "50 bps"' in shown and "What it takes off the sale for the time until it sells." in shown
    assert "market_maker" not in shown and "cannot be used" not in shown


def test_a_keeper_of_ones_own_is_listed_by_its_file(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call("keeper", "new", "my_keeper", "--form", "run")

    told = json.loads(call("keeper", "list", "./my_keeper.py:MyKeeper", "--json").output)["./my_keeper.py:MyKeeper"]

    assert (told["waits_for"], told["sees"], told["role"]) == (["BlockSealed"], ["own_txs"], "keeper")
    assert told["parameters"]["multiple_bps"] == {
        "name": "multiple_bps",
        "takes": 'a share such as "12 %"',
        "default": '"120 %"',
        "meaning": "What it bids for gas, as a multiple of the going price.",
    }


def test_briefly_a_keeper_is_a_line_and_all_are_of_every_role(call):
    brief, every = call("keeper", "list", "--brief").output, call("keeper", "list", "--brief", "--all").output

    assert len(brief.splitlines()) >= 9 and len(every.splitlines()) > len(brief.splitlines())
    assert "whale" in every and "whale" not in brief


@pytest.fixture(params=["decide", "run"])
def written(request, call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call("keeper", "new", "my_keeper", "--form", request.param).exit_code == 0
    return tmp_path


def test_a_new_keeper_is_in_good_style(written):
    ours = ["--config", str(REPOSITORY / "pyproject.toml"), "--config", f"src=['{REPOSITORY}']"]
    for words in (["check", *ours], ["format", "--check", *ours]):
        done = subprocess.run([sys.executable, "-m", "ruff", *words, "."], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("written", ["run"], indirect=True)
def test_a_new_keeper_passes_its_own_test(written):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."], capture_output=True, text=True, check=False
    )

    assert "2 passed" in done.stdout, done.stdout


def test_both_forms_of_a_new_keeper_leave_the_same_tape(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    digests = []
    for form in ("decide", "run"):
        call("keeper", "new", f"by_{form}", "--form", form)
        keys = ("--set", f"agents.keeper.strategy=./by_{form}.py:By{form.capitalize()}", "--set", "agents.keeper.parameters={}")
        digests.append(json.loads(call("run", "three_positions", *keys, "--json").output)["digest"])

    assert digests[0] == digests[1]


def test_what_is_there_already_is_left_alone(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test_mine.py").write_text("x = 1\n")

    told = call("keeper", "new", "mine")

    assert (told.exit_code, told.stderr) == (2, "test_mine.py is there already and was left alone; give another name, or move it away\n")
    assert not (tmp_path / "mine.py").exists()


@pytest.mark.parametrize("name", ["My_Keeper", "2nd", "a/b", "class", "test_it", "../mine"])
def test_a_name_that_no_module_can_have_is_told(call, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)

    told = call("keeper", "new", name)

    assert told.exit_code == 2 and f'"{name}" cannot be a keeper\'s name; give small letters' in told.stderr


def test_an_unknown_command_of_the_group_is_told_with_what_is_there(call):
    told = call("keeper", "lst")

    assert told.exit_code == 2 and 'did you mean "list"?' in told.stderr
