"""The page of the summary names every key that a run prints."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from sim.metrics import summary
from sim.scenario.load import load
from sim.scenario.run import run
from tests.support.auction_tapes import CLIPPER, TWO_HOUSES, AuctionTape
from tests.support.shared import REPOSITORY
from tests.support.twins import EVERYTHING

PAGE = (REPOSITORY / "docs" / "reference" / "summary.md").read_text(encoding="utf-8")
OWN_NAMES = ("keepers", "venues", "feeds", "houses", "gain_by_pool", "txs_reverted", "txs_dropped", "bundles_dropped", "declined")
"""Tables whose keys are names of the scenario's or reasons."""
LEVELS = {"keepers": 2}
"""How deep those names go, where it is not one."""


def keys(table: dict[str, Any], skip: int = 0) -> Iterator[str]:
    """Yield every key that is a word of the summary's own, however deep; symbols of assets are none."""
    for key, value in table.items():
        if not skip and not key.isupper():
            yield key
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield from keys(each, skip - 1 if skip else LEVELS.get(key, 1) if key in OWN_NAMES else 0)


def named(key: str) -> bool:
    return (
        re.search(rf"^\| `{key}` \|", PAGE, re.MULTILINE) is not None
        or f"`{key}` (" in PAGE
        or f"`{key}`:" in PAGE
        or f"`{key}` and" in PAGE
    )


@pytest.mark.parametrize(
    ("scenario", "changes"),
    [
        ("three_positions", {}),
        ("first_cascade", {}),
        ("quiet_day", {"run.duration": "2 min"}),
        (EVERYTHING, {"run.duration": "100 s", "world.price.until": "90 s"}),
    ],
    ids=["three_positions", "first_cascade", "quiet_day", "everything"],
)
def test_every_key_of_a_run_is_on_the_page(scenario, changes):
    found = run(load(scenario, changes), tape="none").summary

    assert [key for key in keys(found) if not named(key)] == []


def test_every_key_of_auctions_is_on_the_page():
    tape = AuctionTape()
    for started in (tape.start(500), tape.start(500, top=220, house=CLIPPER)):
        tape.close(started, 50, 500)

    found = summary(tape.read(), TWO_HOUSES)

    assert {"houses", "zero_bids", "stable_premium_bps_max"} <= set(found)
    assert [key for key in keys(found) if not named(key)] == []


def test_a_key_that_is_not_on_the_page_would_be_noticed():
    assert not named("forced_move_bps")
    assert list(keys({"keepers": {"k": {"USDC": {"bonus": 1}}}, "by_generation": [{"debt": 2}], "declined": {"healthy": 3}})) == [
        "keepers",
        "bonus",
        "by_generation",
        "debt",
        "declined",
    ]
