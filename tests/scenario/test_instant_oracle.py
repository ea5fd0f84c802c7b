"""An oracle without delay: every block begins with posts that are what the sources say at that instant."""

from sim.scenario.load import load
from sim.scenario.run import run
from tests.support.shared import REPOSITORY
from tests.worlds.pocket import pocket

INSTANT = {"switches.instant_oracles": True, "run.duration": "100 s"}
VAULTS = REPOSITORY / "tests" / "worlds" / "vaults.toml"


def at_blocks(result, name, field, where=None):
    """Return a field's value as it stood just before each block was sealed."""
    records, sealed = result.records(name), result.records("BlockSealed")
    rows = [
        (at, value) for at, place, value in zip(records["at_ns"], records["place"], records[field], strict=True) if where in (None, place)
    ]
    return [next((value for at, value in reversed(rows) if at <= when), None) for when in sealed["at_ns"]]


def test_what_is_posted_is_the_mid_of_every_block():
    result = run(pocket(INSTANT), check=True)

    bids, asks = at_blocks(result, "QuoteChanged", "bid"), at_blocks(result, "QuoteChanged", "ask")
    posted = at_blocks(result, "PricePosted", "price")
    assert posted == [(bid + ask) * 10**8 // 200 for bid, ask in zip(bids, asks, strict=True)]
    assert result.summary["posts"] > 20


def test_nobody_reports_and_nobody_pays_for_posts():
    instant, late = run(pocket(INSTANT)), run(pocket({"run.duration": "100 s"}))

    assert (
        [agent.role for agent in instant.facts.agents].count("reporter")
        == 0
        < [agent.role for agent in late.facts.agents].count("reporter")
    )
    assert len(instant.records("AnswerGiven")["seq"]) == 0


def test_margin_calls_name_their_post_and_sales_are_parents_still():
    summary = run(pocket({**INSTANT, "run.duration": "4 min"})).summary

    assert summary["liquidations"] > 0 and summary["generations"] > 1


def test_delayed_feeds_and_pools_of_vaults_follow_at_once():
    result = run(load(VAULTS, {"switches.instant_oracles": True}), check=True)

    feeds = {result.facts.feeds[0].place: None} | {each.feed: None for each in result.facts.vaults}
    last = [at_blocks(result, "PricePosted", "price", place)[-1] for place in feeds]
    read = [at_blocks(result, "PriceRefreshed", "price", each.place)[-1] for each in result.facts.vaults]
    assert len({*last, *read}) == 1


def test_an_outage_has_nobody_to_silence():
    shock = {"kind": "reporter_outage", "at": "10 s", "duration": "60 s", "feed": "ETH-USD", "reporters": 3}

    assert run(pocket({**INSTANT, "world.shocks": [shock]})).summary["posts"] > 20
