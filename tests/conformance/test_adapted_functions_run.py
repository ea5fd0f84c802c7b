"""What outside cases vouch for is what scenarios run: each function of vaults and auctions that adapters execute runs in a world too.

Adapters and worlds are traced: whoever enters a function of ``PARTS`` is written down by its file and name. A function that only
adapters reach would be conformant and useless; each that is left is named, with why.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import sim
from sim.conformance.runner import conform
from sim.scenario.build import build
from sim.scenario.spec import Scenario
from tests.support.shared import shared_paths
from tests.worlds.pocket_vaults import DUTCH, POOL, SYSTEMS, meddled

HOUSE = Path(sim.__file__).parent
PARTS = ("auction/", "lending/vault/", "oracle/delayed_feed.py")
CASES = "vectors/maker_*.json"
LONG_ENOUGH = {"run.duration": "112 s"}
CURVES = ({"kind": "linear", "span": "60 s"}, {"kind": "exponential", "half_life": "30 s"})
GOVERNANCE = "an act of governance, which no scenario has: terms stand for a whole run"
ONLY_ADAPTED = {
    "oracle/delayed_feed.py DelayedFeed.change_delay": GOVERNANCE,
    "oracle/delayed_feed.py DelayedFeed.peep": "no contract asks for the next price; desks are shown it as it is queued",
    "oracle/delayed_feed.py DelayedFeed.start": GOVERNANCE,
    "oracle/delayed_feed.py DelayedFeed.stop": GOVERNANCE,
    "oracle/delayed_feed.py DelayedFeed.void": GOVERNANCE,
}
"""Functions that adapters reach and no scenario does, and why."""


def entered_by(act: Callable[[], Any]) -> set[str]:
    """Return the functions of ``PARTS`` that an act enters, as file and name."""
    found: dict[int, Any] = {}  # By address: to hash code takes longer than many a function does.

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            found[id(frame.f_code)] = frame.f_code

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return {name for name in map(name_of, found.values()) if name}


def name_of(code: Any) -> str:
    """Return a function's file within the house and its name; nothing for what is no function of ``PARTS``."""
    path = Path(code.co_filename)
    if not path.is_relative_to(HOUSE) or "<" in code.co_name:
        return ""
    file = path.relative_to(HOUSE).as_posix()
    return f"{file} {code.co_qualname}" if file.startswith(PARTS) else ""


def worlds() -> list[Scenario]:
    """Return the pocket of vaults under each system, and under the dog with each curve."""
    dutch = [meddled("dog", {**LONG_ENOUGH, f"{POOL}.dutch": {**DUTCH, "curve": curve}}) for curve in CURVES]
    return [*(meddled(system, LONG_ENOUGH) for system in SYSTEMS), *dutch]


def play(scenarios: list[Scenario]) -> None:
    for scenario in scenarios:
        world = build(scenario)
        world.kernel.run_until(world.duration)
        world.check()


@pytest.fixture(scope="module")
def adapted() -> set[str]:
    return entered_by(lambda: conform(shared_paths(CASES)))


@pytest.fixture(scope="module")
def run() -> set[str]:
    return entered_by(lambda: play(worlds()))


def test_every_adapted_function_runs_in_some_scenario(adapted, run):
    idle = sorted(adapted - run)

    assert idle == sorted(ONLY_ADAPTED), f"{len(idle)} of {len(adapted)} functions run for outside cases alone"


def test_outside_cases_reach_each_machine(adapted):
    machines = {name.partition(" ")[2].partition(".")[0] for name in adapted}

    assert {"Cat", "Flipper", "Dog", "Clipper", "DelayedFeed", "VaultPool", "VaultEngine", "Linear", "Stairstep", "Exponential"} <= machines
    assert len(adapted) > 80


def test_a_function_is_known_by_its_file_and_name():
    from sim.auction.flipper_rules import is_open

    assert entered_by(lambda: is_open(0, 1, 0)) == {"auction/flipper_rules.py is_open"}
