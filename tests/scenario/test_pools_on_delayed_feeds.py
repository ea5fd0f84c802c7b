"""A pool of the Aave family may read a delayed feed: it judges health late, and not at all while nobody pokes."""

import tomllib
from typing import Any

from sim import load, run
from tests.worlds.pocket import POCKET

LATE: dict[str, Any] = {
    "delayed_feeds": [{"name": "late", "source": "ETH-USD", "delay": "10 s"}],
    "pools.pool.reserves.ETH.feed": "late",
}
POKER = {"name": "poker", "strategy": "poker", "feeds": ["late"], "chain_funds": ["20 ETH"]}


def first_fall(keys: dict[str, Any]) -> int | None:
    """Return when the first account fell; None when none did."""
    falls = run(load(POCKET, keys)).records("HealthFell")["at_ns"]
    return int(falls[0]) if len(falls) else None


def poked() -> dict[str, Any]:
    """Return the keys of a world in which somebody pokes the late feed."""
    agents = tomllib.loads(POCKET.read_text(encoding="utf-8"))["agents"]
    return {**LATE, "agents": [*agents, POKER]}


def test_a_delayed_feed_that_nobody_pokes_makes_nobody_fall():
    assert first_fall({}) is not None
    assert first_fall(LATE) is None


def test_who_is_judged_at_a_late_price_falls_later():
    at_once, late = first_fall({}), first_fall(poked())

    assert at_once is not None and late is not None
    assert late >= at_once + 10 * 10**9
