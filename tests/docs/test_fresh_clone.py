"""A stranger's first ten minutes: clone, set up, write a keeper, examine it, race it."""

import sys
from pathlib import Path

import pytest

from tests.docs.fresh_clone import README, SETUP, TUTORIAL, clone, lacking, steps_of, taken, whole
from tests.support.shared import REPOSITORY


def test_the_pages_lead_from_a_clone_to_an_arena():
    commands = [step.command for step in steps_of((REPOSITORY / TUTORIAL).read_text(encoding="utf-8"))]

    wanted = ["downtick keeper new", "downtick keeper exam", "downtick arena --keeper"]
    places = [next(place for place, command in enumerate(commands) if command.startswith(start)) for start in wanted]
    assert places == sorted(places)
    assert SETUP in (REPOSITORY / README).read_text(encoding="utf-8")


def test_a_clone_writes_a_keeper_that_it_can_list(tmp_path):
    there, room = clone(tmp_path), tmp_path / "room"
    room.mkdir()
    first, second, *_ = (step for step in steps_of((there / TUTORIAL).read_text(encoding="utf-8")) if step.text is None)

    made, told = taken([first, second], room, Path(sys.executable).parent, there)

    assert (room / "my_keeper.py").is_file() and made.printed.startswith("wrote my_keeper.py")
    assert told.printed.startswith("./my_keeper.py:MyKeeper  Liquidates")


@pytest.mark.laws
def test_from_a_fresh_clone_a_keeper_is_in_an_arena_within_ten_minutes(tmp_path):
    steps = whole(tmp_path)

    assert lacking(steps, tmp_path / "room") == []
