"""The pocket world of feeds: every kind of feed has a lender on it, faults strike, and everything that was read is on the tape."""

import copy
from typing import Any

import pytest

from sim.amm.calls import SwapCall
from sim.cascade import cascade
from sim.cascade.checks import check
from sim.commands import BorrowCall, SendBundle, SendTx, SupplyCall
from sim.composites import AtomicCall
from sim.errors import ScenarioError
from sim.records import (
    AnswerGiven,
    BundleDropped,
    BundleIncluded,
    Declined,
    HealthFell,
    Liquidated,
    PriceObserved,
    PricePosted,
    ReadsRefused,
    ShockStruck,
    SignatureTaken,
    TxDropped,
    TxReverted,
)
from sim.scenario.build import build
from sim.scenario.checks import check as refuse
from sim.scenario.load import load
from sim.scenario.run import Result, run
from sim.vocabulary import Refusal
from tests.support.kept import kept
from tests.support.shared import REPOSITORY

FEEDS = REPOSITORY / "tests" / "worlds" / "feeds.toml"
FEE = 500 * 10**9
UNPOSTED = ("fixed", "steth_eth")
"""Feeds whose inputs never move."""
READ_BY = (
    "compound.old.markets.ETH.feed",
    "comet.new.collaterals.ETH.feed",
    "morpho.blue.collateral_feed",
    "euler.kit.assets.ETH.feed",
    "euler.first.assets.ETH.feed",
    "liquity.troves.feed",
    "llamma.bands.collateral_feed",
)
"""Keys of the world of families by which its lenders name a feed."""


@kept
def whole() -> Result:
    """Return the run of the pocket world, checked after every event."""
    return run(load(FEEDS), check=True)


@kept
def entries() -> tuple[Any, ...]:
    return tuple(whole().tape.entries())


def place(name: str) -> int:
    facts = whole().facts
    return {each.name: each.place for each in facts.feeds}.get(name) or {each.name: each.place for each in facts.pools}[name]


def posts(name: str) -> list[Any]:
    return [entry for entry in entries() if isinstance(entry.record, PricePosted) and entry.place == place(name)]


def test_books_balance_after_every_block():
    assert whole().reconciled_blocks == 54


@pytest.mark.parametrize("name", [feed.name for feed in load(FEEDS).derived_feeds])
def test_every_feed_tells_its_price_once_and_whenever_it_is_another(name):
    told = posts(name)

    assert [entry.record.price for entry in told[:-1]] == [entry.record.previous for entry in told[1:]]
    assert (len(told) > 1) == (name not in UNPOSTED)
    assert name == "mean_sum" or all(entry.record.price != entry.record.previous for entry in told)


def test_every_price_of_a_derived_feed_is_told_with_what_it_was_made_of():
    derived = {feed.place: feed for feed in whole().facts.feeds if feed.kind not in ("posted", "delayed", "pulled")}
    observed: dict[tuple[int, int], list[Any]] = {}
    for entry in entries():
        if entry.place in derived and isinstance(entry.record, PriceObserved):
            observed.setdefault((entry.place, entry.record.round), []).append(entry)

    for entry in entries():
        if entry.place in derived and isinstance(entry.record, PricePosted) and entry.record.round > 1:
            made_of = observed[entry.place, entry.record.round]
            assert all(each.record.source in derived[entry.place].sources and each.record.seen < entry.seq for each in made_of)
            assert entry.record.observations == len(made_of)


def test_whoever_fell_names_a_post_of_the_feed_its_lender_reads():
    read = {pool.place: set(pool.feeds.values()) for pool in whole().facts.pools}
    told = {entry.seq: entry for entry in entries() if isinstance(entry.record, PricePosted)}
    fallen = [entry for entry in entries() if isinstance(entry.record, HealthFell) and entry.record.post]

    assert fallen
    assert all(told[entry.record.post].place in read[entry.place] for entry in fallen)


def test_lenders_on_different_feeds_liquidate_at_different_times_and_one_on_a_wired_price_never():
    first: dict[str, int] = {}
    for entry in entries():
        if isinstance(entry.record, Liquidated):
            first.setdefault(next(pool.name for pool in whole().facts.pools if pool.place == entry.place), entry.at)

    assert {"many", "on_moment", "on_sure", "on_guards", "on_bounds"} <= set(first)
    assert "on_fixed" not in first
    assert len(set(first.values())) > 2


def shocks() -> set[int]:
    return {entry.seq for entry in entries() if isinstance(entry.record, ShockStruck)}


def test_faults_are_on_the_tape_and_what_they_changed_names_them():
    assert any(entry.cause in shocks() for entry in posts("held"))
    assert any(
        entry.cause in shocks() for entry in entries() if type(entry.record).__name__ == "AnswerGiven" and entry.place == place("spare")
    )


def test_a_frozen_feed_says_nothing_until_it_thaws():
    assert not [entry for entry in posts("moment") if 70 * 10**9 <= entry.at < 82 * 10**9]


def told(record: type[Any], name: str, start: int, end: int) -> list[Any]:
    """Return what was said of one kind at a feed between two instants, in seconds."""
    span = range(start * 10**9, end * 10**9)
    return [entry for entry in entries() if isinstance(entry.record, record) and entry.place == place(name) and entry.at in span]


def test_a_feed_that_takes_no_posts_reverts_its_reporters_until_it_does_again():
    refused = [entry.at for entry in entries() if isinstance(entry.record, TxReverted) and entry.record.reason == Refusal.FEED_FROZEN]

    assert len(refused) >= 2 and all(20 * 10**9 <= at < 35 * 10**9 for at in refused)
    assert not told(PricePosted, "spare", 20, 35)
    assert told(PricePosted, "spare", 35, 45)


def test_a_reporter_that_is_stuck_says_the_same_whatever_the_market_does():
    assert len({entry.record.answer for entry in told(AnswerGiven, "spare", 53, 110)}) == 1
    assert not told(PricePosted, "spare", 53, 110)
    assert told(PricePosted, "spare", 110, 120)


def test_one_reporter_of_three_that_is_off_by_a_fifth_moves_no_post():
    answers, posted = told(AnswerGiven, "eth_usd", 40, 70), told(PricePosted, "eth_usd", 44, 70)
    off = {entry.party for entry in answers if entry.cause in shocks()}
    wrong = max(entry.record.answer for entry in answers if entry.cause in shocks())

    assert (len(off), len(posted) >= 3) == (1, True)
    assert all(entry.record.price > wrong for entry in posted)
    assert all(entry.record.selected not in off for entry in posted)


def test_a_publisher_that_is_silent_is_one_less_in_what_is_brought():
    spans = ((176, 196), (204, 211), (220, 236))

    assert [{entry.record.observations for entry in told(PricePosted, "pulled", *span)} for span in spans] == [{3}, {2}, {3}]


def test_a_guard_refuses_after_an_outage_when_it_is_unsure_and_when_it_is_late():
    reasons = {entry.record.reason for entry in entries() if isinstance(entry.record, ReadsRefused) and entry.place == place("sure")}

    assert {Refusal.SEQUENCER_DOWN, Refusal.TOO_UNCERTAIN, Refusal.STALE_PRICE} == reasons


def test_a_sentinel_keeps_keepers_out_until_its_grace_is_over():
    declined = [entry.at for entry in entries() if isinstance(entry.record, Declined) and entry.record.reason == Refusal.SEQUENCER_DOWN]
    liquidated = [entry.at for entry in entries() if isinstance(entry.record, Liquidated) and entry.place == place("on_guards")]

    assert declined and max(declined) < min(liquidated)


def test_who_sees_that_a_guard_refuses_sends_nothing_that_must_revert():
    guarded = {Refusal.SEQUENCER_DOWN, Refusal.TOO_UNCERTAIN, Refusal.STALE_PRICE}
    failed = [entry.record.reason for entry in entries() if isinstance(entry.record, TxDropped | TxReverted)]

    assert failed and not guarded & set(failed)


def test_the_chain_makes_no_block_while_its_sequencer_is_down():
    blocks = [entry.at for entry in entries() if type(entry.record).__name__ == "BlockSealed"]

    assert not [at for at in blocks if 135 * 10**9 <= at < 155 * 10**9]


def test_brought_prices_are_no_older_than_what_was_signed():
    taken = [entry for entry in entries() if isinstance(entry.record, SignatureTaken)]
    signed = {entry.seq: entry.record for entry in entries() if type(entry.record).__name__ == "PriceSigned"}

    assert len(taken) > 10
    assert all(signed[entry.record.signed].confidence == entry.record.confidence for entry in taken)


def test_every_share_of_every_post_sums_to_its_move():
    found = cascade(whole().tape, whole().facts)

    assert check(found, whole().tape) == []


def test_a_lender_of_any_family_stands_on_a_derived_feed():
    mean = {"kind": "twap", "name": "mean", "amm": "ranges", "base": "ETH", "quote": "USDC", "window": "20 s"}
    derived = [mean, {"kind": "guarded", "name": "young", "feed": "mean", "max_age": "60 s"}]

    done = run(load(FEEDS.with_name("families.toml"), {"derived_feeds": derived, **dict.fromkeys(READ_BY, "young")}))

    fallen = {entry.place for entry in done.tape.entries() if isinstance(entry.record, HealthFell) and entry.record.post}
    assert {pool.place for pool in done.facts.pools} == fallen


def test_a_fork_goes_on_as_its_world_does():
    world = build(load(FEEDS))
    world.kernel.run_until(80 * 10**9)
    fork = copy.deepcopy(world)

    for each in (world, fork):
        each.kernel.run_until(120 * 10**9)

    assert world.tape.digest() == fork.tape.digest()


def test_a_rehearsed_bundle_finds_what_a_feed_would_have_come_to_believe_between_its_txs():
    """The first tx moves the spot price by less than a hundredth, which is believed from then on; the second borrows by the one before."""
    world = build(load(FEEDS, {"chain.bundles": True, "derived_feeds.held.beyond": "keep"}))
    chain, me, ether, dollars = world.chain, world.names.intern("somebody"), world.assets["ETH"], world.assets["USDC"]
    world.ledger.mint(ether, world.ledger.open(me, chain.place), 100 * 10**18)
    world.kernel.run_until(2 * 10**9)
    pair, pool = (world.names.id(name) or 0 for name in ("pair", "on_bounds"))

    def bundle(borrowed: int) -> SendBundle:
        steps = ((pair, SwapCall(ether, 50 * 10**18, 0)), (pool, SupplyCall(ether, 10**19)), (pool, BorrowCall(dollars, borrowed * 10**6)))
        calls = (pair, SwapCall(ether, 2 * 10**18, 0), 300_000), (me, AtomicCall(steps), 2_000_000)
        return SendBundle(chain.place, tuple(SendTx(to, call, FEE, FEE, gas) for to, call, gas in calls), 10**18, 1)

    said: list[tuple[int, ...]] = []
    for kind in (BundleIncluded.kind, BundleDropped.kind):
        world.tape.listen(kind, lambda *entry: said.append(entry[-1][:2]))
    chain.arrive((me, 0, bundle(14_950)))
    chain.arrive((me, 0, bundle(14_850)))
    world.kernel.run_until(5 * 10**9)

    assert said == [(BundleIncluded.kind, 2), (BundleDropped.kind, 1)]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"derived_feeds.moment.amm": "stable"}, 'derived_feeds.moment.amm is "stable", which is no amm here'),
        ({"derived_feeds.moment.base": "STETH"}, "derived_feeds.moment.base is STETH, which pair does not trade; give one of ETH, USDC"),
        ({"derived_feeds.mean_tick.amm": "staked"}, "derived_feeds.mean_tick.amm is staked, which sums no prices up"),
        ({"derived_feeds.mean_tick.window": "1500 ms"}, "derived_feeds.mean_tick.window is no whole number of seconds"),
        ({"derived_feeds.held.feed": "young"}, "derived_feeds.held.feed is young, which is not listed before it; list held after young"),
        ({"derived_feeds.held.feed": "late"}, "derived_feeds.held.feed is late, a delayed feed of a derived one; delay held instead"),
        ({"derived_feeds.held.anchor": None}, "derived_feeds.held needs anchor and deviation together"),
        (
            {"derived_feeds.held.anchor": "steth_eth"},
            "derived_feeds.held.anchor is steth_eth, which prices STETH/ETH, and moment prices ETH/USDC",
        ),
        ({"derived_feeds.steth_usd.feeds": ["eth_usd", "steth_eth"]}, "after eth_usd give a feed of USDC"),
        ({"derived_feeds.middle.quorum": 4}, "derived_feeds.middle.quorum is 4, and there are 3 feeds; give at most 3"),
        ({"derived_feeds.young.takes": "low"}, "derived_feeds.young.takes does nothing: spare tells no confidence; give a pull feed"),
        ({"derived_feeds.young.max_age": None}, "derived_feeds.young guards nothing"),
        ({"derived_feeds.young.fallback": "spare"}, "derived_feeds.young.fallback is spare, the feed itself; give another"),
        ({"pull_feeds.pulled.quorum": 4}, "pull_feeds.pulled.quorum is 4, and there are 3 reporters; give at most 3"),
        ({"world.shocks.1.reporters": 1}, "world.shocks.1.reporters is 1, and held has none; give one of eth_usd, spare, pulled"),
        ({"world.shocks.3.reporters": 2}, "world.shocks.3.reporters is 2, and spare has 1; give at most 1"),
        ({"world.shocks.1.feed": "late"}, "world.shocks.1.feed is late, which is delayed; strike what it takes its price from"),
        ({"world.shocks.1.offset": "-100 %"}, "world.shocks.1.offset leaves no price; give more than -100 %"),
        ({"pools.on_bounds.grace": "5 s"}, 'pools.on_bounds.grace is of v3.0 to v3.6; leave it out, or give version = "v3_0"'),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_remedy(keys, told):
    with pytest.raises(ScenarioError) as refused:
        refuse(load(FEEDS, keys))

    assert told in str(refused.value)
