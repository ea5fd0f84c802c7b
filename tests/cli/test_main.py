"""The door: help, names meant, mistakes without tracebacks."""

import json
import subprocess
import sys
from importlib.util import find_spec

import click
import pytest
from click.testing import CliRunner

import sim.cli
from sim.cli import COMMANDS, main
from sim.cli.list import AMMS, AUCTIONS, LENDERS, held_to, mechanisms
from sim.conformance.runner import ADAPTERS
from sim.errors import ScenarioError
from sim.scenario.spec import AmmSpec
from sim.scenario.spec.scenario import LENDERS as SECTIONS
from sim.scenario.words import tags_of


@pytest.fixture
def call():
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


def test_help_lists_the_commands_that_are_there_each_with_a_line(call):
    shown = call("--help")

    assert shown.exit_code == 0
    for name, line in COMMANDS.items():
        assert bool(find_spec(f"sim.cli.{name}")) == (f"  {name} " in shown.output and line in shown.output)


@pytest.mark.parametrize("name", [name for name in COMMANDS if find_spec(f"sim.cli.{name}")])
def test_every_command_has_help_with_an_example(call, name):
    shown = call(name, "--help")

    assert shown.exit_code == 0
    assert f"Example:\n    downtick {name}" in shown.output


def test_help_imports_no_command_and_none_of_the_machinery():
    loaded = "import sys, sim.cli; sim.cli.main(['--help'], standalone_mode=False); print(sorted(sys.modules), file=sys.stderr)"

    ran = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)

    assert [name for name in ("numpy", "duckdb", "cattrs", "simpy", "rich", "sim.cli.list") if f"'{name}'" in ran.stderr] == []


def test_a_command_that_is_not_there_is_told_with_the_nearest(call):
    told = call("lst")

    assert (told.exit_code, told.stderr.splitlines()[-1].removeprefix("Error: ")) == (2, '"lst" is no command; did you mean "list"?')


def test_an_unknown_option_is_told_and_exits_with_2(call):
    assert call("--no-such").exit_code == 2


@click.command()
def failing() -> None:
    raise ScenarioError("run.sed is not known here", "run.seed is missing")


@click.command()
def stopped() -> None:
    raise KeyboardInterrupt


@click.command()
def defective() -> None:
    raise ZeroDivisionError


@pytest.fixture
def offered(monkeypatch):
    """Offer the commands of this file beside the real ones."""
    ours = {"failing": failing, "stopped": stopped, "defective": defective}
    monkeypatch.setattr(sim.cli.Commands, "get_command", lambda self, ctx, name: ours[name])
    monkeypatch.setattr(sim.cli.Commands, "list_commands", lambda self, ctx: list(ours))


def test_what_an_author_can_mend_is_told_without_a_traceback_and_exits_with_2(call, offered):
    told = call("failing")

    assert (told.exit_code, told.stdout, told.stderr) == (2, "", "run.sed is not known here\nrun.seed is missing\n")


def test_ctrl_c_exits_with_130(call, offered):
    assert call("stopped").exit_code == 130


def test_a_defect_keeps_its_traceback(call, offered):
    assert isinstance(call("defective").exception, ZeroDivisionError)


def test_list_names_scenarios_mechanisms_and_strategies(call):
    shown = call("list")

    titles = [line.partition(":")[0] for line in shown.output.splitlines() if not line.startswith(" ")]
    assert (shown.exit_code, titles) == (0, ["Scenarios", "Mechanisms", "Lenders", "Amms", "Feeds", "Auctions", "Strategies"])
    assert "ethereum-2020-03" in shown.output


def test_list_says_the_same_in_json(call):
    listed = json.loads(call("list", "--json").output)

    assert list(listed) == ["scenarios", "mechanisms", "lenders", "amms", "feeds", "auctions", "strategies"]
    assert "first_cascade" in listed["scenarios"] and "liquidator" in listed["strategies"]


def test_the_mechanisms_listed_are_keys_and_their_choices():
    listed = dict(mechanisms())

    assert (listed["chain.fee_market"], listed["latency.kind"]) == ("first_price, eip1559", "constant, uniform, lognormal")


def test_every_way_to_liquidate_vaults_is_among_the_auctions_and_every_outside_case_is_one_that_can_be_run():
    named = [vector for _, vectors in AUCTIONS.values() for vector in vectors]

    assert set(mechanisms_of("vaults.liquidations")) <= set(AUCTIONS)
    assert sorted(named) == sorted(mechanism for mechanism in ADAPTERS if mechanism.startswith("maker_"))


@pytest.mark.parametrize("name", ["cat_1_0", "cat_1_1", "vow", "flopper"])
def test_what_no_outside_case_holds_says_so(name):
    assert dict(held_to(AUCTIONS))[name].endswith("own cases only")


def test_every_family_of_lenders_and_amms_is_listed_and_every_outside_case_of_them_is_one_that_can_be_run():
    named = [vector for _, vectors in (*LENDERS.values(), *AMMS.values()) for vector in vectors]
    elsewhere = ("maker_", "lob-", "eip1559", "chainlink_")

    assert list(LENDERS) == ["pools", *SECTIONS]
    assert list(AMMS) == list(tags_of(AmmSpec))
    assert sorted(named) == sorted(mechanism for mechanism in ADAPTERS if not mechanism.startswith(elsewhere))


def mechanisms_of(key):
    return dict(mechanisms())[key].split(", ")


def vectors(tmp_path, mechanism, cases):
    path = tmp_path / "paper.json"
    path.write_text(json.dumps({"mechanism": mechanism, "cases": cases}))
    return str(path)


def test_conform_says_in_json_what_passed_and_skips_what_is_not_built(call, tmp_path):
    path = vectors(tmp_path, "perpetual_motion", [{"id": "a", "function": "f", "inputs": {}, "expected": {}}])

    shown, strict = call("conform", path, "--json"), call("conform", path, "--strict")

    assert json.loads(shown.output) == {"passed": 0, "failed": 0, "skipped": 1, "failures": []}
    assert (shown.exit_code, strict.exit_code) == (0, 1)
    assert "perpetual_motion is not built yet" in strict.output


def test_conform_refuses_a_file_that_is_not_there(call):
    told = call("conform", "absent.json")

    assert (told.exit_code, "absent.json" in told.stderr) == (2, True)
