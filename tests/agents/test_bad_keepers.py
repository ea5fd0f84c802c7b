"""Keepers that should fail the exam do, each for its own reason; and every claim of the exam is broken by one of them."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from sim.agents.registry import find_strategy
from sim.cli import main
from sim.cli.keeper_exam import print_report
from sim.errors import StrategyError
from sim.testing import check_strategy
from sim.testing.claims import CLAIMS
from sim.testing.exam import sit
from strategies.keepers.liquidator import Liquidator
from tests.agents import bad_keepers

BROKEN: dict[str, tuple[str, ...]] = {
    "addresser:Addresser": ("addresses",),
    "asker:Asker": ("queries",),
    "babbler:Babbler": ("commands",),
    "caller:Caller": ("network",),
    "climber:Climber": ("peeks",),
    "clock_reader:ClockReader": ("clock",),
    "closed:Closed": ("copies",),
    "collector:Collector": ("peeks",),
    "converter:Converter": ("parameters",),
    "dice_roller:DiceRoller": ("determinism", "copies", "dice"),
    "divider:Divider": ("halted_venue",),
    "endless:Endless": ("lines",),
    "file_reader:FileReader": ("files",),
    "flooder:Flooder": ("too_many_commands",),
    "forgetful:Forgetful": ("determinism", "copies"),
    "hidden_clock:HiddenClock": ("clock",),
    "hoarder:Hoarder": ("memory",),
    "hot_head:HotHead": ("flood",),
    "impatient:Impatient": ("silence",),
    "impostor:Impostor": ("reach",),
    "literal:Literal": ("determinism",),
    "orderly:Orderly": ("block_order",),
    "patcher:Patcher": ("patches",),
    "peeker:Peeker": ("peeks",),
    "penniless:Penniless": ("empty_balances",),
    "proud:Proud": ("reverts",),
    "quitter:Quitter": ("ordinary",),
    "sloppy:Sloppy": ("commands",),
    "spawner:Spawner": ("processes",),
    "threader:Threader": ("processes",),
    "trespasser:Trespasser": ("reach",),
    "trusting:Trusting": ("frozen_oracle",),
    "vandal:Vandal": ("mutation",),
}
"""By file and class: the claims that do not hold, in the exam's sequence."""
FROM_OUTSIDE: dict[str, tuple[str, ...]] = {
    "leaver:Leaver": ("survival",),
    "set_walker:SetWalker": ("hash_order",),
    "sleeper:Sleeper": ("survival",),
}
"""What can only be seen from another process."""
WHERE = bad_keepers.__name__


def examined(*words: str) -> tuple[int, Any]:
    """Return the exit code and the report of ``downtick keeper exam``."""
    ended = CliRunner().invoke(main, ["keeper", "exam", *words, "--json"])
    return ended.exit_code, json.loads(ended.stdout) if ended.exit_code < 2 else ended.stderr


@pytest.mark.parametrize("named", BROKEN)
def test_a_bad_keeper_fails_for_its_own_reason(named):
    report = sit(find_strategy(f"{WHERE}.{named}"))

    assert tuple(dict.fromkeys(each.claim for each in report.findings)) == BROKEN[named]


@pytest.mark.parametrize("named", FROM_OUTSIDE)
def test_some_reasons_are_seen_from_outside_its_process(named):
    code, report = examined(f"{WHERE}.{named}", "--patience", "2" if "leep" in named else "60")

    assert (code, tuple(each["claim"] for each in report["findings"])) == (1, FROM_OUTSIDE[named])


def test_an_exam_that_could_not_be_finished_is_not_passed_by_asking_for_less():
    code, report = examined(f"{WHERE}.leaver:Leaver", "--only", "flood")

    assert (code, report["passed"], [each["claim"] for each in report["findings"]]) == (1, False, ["survival"])


def test_every_claim_is_broken_by_somebody():
    broken = {claim for claims in (*BROKEN.values(), *FROM_OUTSIDE.values()) for claim in claims}

    assert [claim for claim in CLAIMS if claim not in broken] == ["shape"]


def test_what_is_no_strategy_at_all_is_told():
    with pytest.raises(StrategyError, match="dict is no strategy"):
        check_strategy(dict)


def test_a_finding_says_what_was_tried_what_was_found_and_where():
    (found,) = sit(find_strategy(f"{WHERE}.divider:Divider")).findings

    assert found.tried.startswith("lived while the venue is halted, seed 1, woken by BlockSealed")
    assert found.found.startswith("it raises ZeroDivisionError while the venue is halted")
    assert found.where.endswith("bad_keepers/divider.py:22")
    assert "ZeroDivisionError" in found.trace


def test_a_report_is_the_same_each_time():
    first, second = sit(Liquidator), sit(Liquidator)

    assert first == second
    assert first.has_passed


def test_a_patch_is_undone():
    find = find_strategy(f"{WHERE}.patcher:Patcher")

    assert [sit(find).findings[0].found for _ in range(2)] == ["sim.agents.desk.Desk.sale is another one now"] * 2


def test_files_may_be_allowed():
    find = find_strategy(f"{WHERE}.file_reader:FileReader")

    assert sit(find, may_read_files=True).has_passed


def test_a_good_keeper_passes_from_outside_with_its_cost():
    code, report = examined("liquidator", "--set", "tip_policy=share")

    assert (code, report["passed"], report["findings"]) == (0, True, [])
    assert report["cost"]["decisions"] > 500
    assert report["cost"]["most_lines"] > report["cost"]["most_queries"] > 0


def test_the_report_in_words_says_how_to_see_a_failure(capsys):
    named = f"{WHERE}.divider:Divider"
    report = sit(find_strategy(named))

    print_report(report, named)
    said = capsys.readouterr().out
    print_report(report, named, with_traces=True)
    traced = capsys.readouterr().out

    assert f"see     downtick keeper exam {named} --only halted_venue" in said
    assert said.endswith("28 of 29 claims hold, 1 not: failed\n")
    assert "Traceback" not in said
    assert "Traceback" in traced


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("whale",), "parameters.side is missing"),
        (("./nowhere.py:Keeper",), "nowhere.py is not there"),
        (("program: ./keeper",), "is a program; the exam watches Python at work"),
    ],
)
def test_what_cannot_be_examined_is_the_users_mistake(words, said):
    code, told = examined(*words)

    assert code == 2
    assert said in told
