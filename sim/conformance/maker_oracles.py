"""Maker's delayed feed, median and spot price, held to outside cases through the contracts: each step is a call that they answer.

A case without a function is a sequence of steps on one delayed feed; between them its source shows what the case says. Prices of the
cases are wads of any size: the feeds carry them as they are, and none is put on a tape.
"""

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from sim.assets import Asset
from sim.chain.contract import BlockHead, Buffer, CallContext, Contract, answer
from sim.commands import PokeCall, PostPriceCall, RefreshPriceCall
from sim.conformance.cases import NotCovered, Reverted
from sim.errors import Revert
from sim.journal import Journal
from sim.ledger import Ledger
from sim.lending.vault.engine import INTERNAL_DECIMALS, MONEY_DECIMALS, VaultEngine
from sim.lending.vault.pool import VaultPool, VaultTerms
from sim.oracle.delayed_feed import DelayedFeed
from sim.oracle.push_feed import FeedTerms, PushFeed
from sim.oracle.round import Posting
from sim.units import NO_SEQ, UINT256_MAX, Nanos, Party, Place, Seconds, Seq, Wad
from sim.vocabulary import Refusal

Inputs = Mapping[str, Any]
Got = dict[str, Any]
SOURCE, FEED, CHAIN, ENGINE, POOL, VOW, SENDER = range(1, 8)
MONEY, INTERNAL, COLLATERAL = Asset(1, "DAI", MONEY_DECIMALS), Asset(2, "DAI/internal", INTERNAL_DECIMALS), Asset(3, "ETH", 18)


@attrs.define
class Told:
    """A source that shows what a case says."""

    value: Wad = 0
    has_value: bool = False
    place: Place = SOURCE
    posted: Seq = NO_SEQ
    posted_at: Nanos = 0

    def peek(self) -> tuple[Wad, bool]:
        """Return the price, and whether there is one."""
        return self.value, self.has_value


def call_at(contract: Contract, place: Place, call: Any, now: Seconds, journal: Journal) -> Refusal:
    """Let a contract answer a call as a tx of its own in a block of this instant; return why not, or NONE."""
    context = CallContext(BlockHead(1, now, 0, 0), 1, SENDER, SENDER, place, {place: contract}, journal, Buffer(1))
    mark, refusal = journal.begin(), Refusal.NONE
    try:
        answer(call, context)
    except Revert as revert:
        journal.rollback(mark)
        refusal = revert.reason
    journal.commit()
    return refusal


def steps_case(inputs: Inputs) -> Got:
    """Return what a delayed feed says and holds after each step."""
    source, journal = Told(), Journal()
    feed = DelayedFeed(FEED, source, int(inputs["hop"]), journal)
    return {"steps": [_after(step, feed, source) for step in inputs["steps"]]}


def _after(step: Inputs, feed: DelayedFeed, source: Told) -> Got:
    refusal = _do(step, feed, source)
    shown = {name: {"val": value, "has": has} for name, (value, has) in (("peek", feed.peek()), ("peep", feed.peep()))}
    feed._check()
    return {"result": f"revert:{refusal.name}" if refusal else "ok", **shown, "zzz": feed.clock}


def _do(step: Inputs, feed: DelayedFeed, source: Told) -> Refusal:
    if step["op"] == "poke":
        source.value, source.has_value = int(step["feed"]), bool(step["ok"])
        return call_at(feed, FEED, PokeCall(), int(step["now"]), feed.journal)
    acts: dict[str, Callable[[], None]] = {"stop": feed.stop, "start": feed.start, "void": feed.void}
    if step["op"] == "step":
        try:
            feed.change_delay(int(step["hop"]))
        except Revert as revert:
            return revert.reason
    elif step["op"] in acts:
        acts[step["op"]]()
    else:
        raise NotCovered(f"step {step['op']}")
    return Refusal.NONE


def median_case(inputs: Inputs) -> Got | Reverted:
    """Return the price a median takes from answers told a second after its last post."""
    values, quorum, age = [int(each) for each in inputs["values"]], int(inputs["bar"]), int(inputs["age_before"])
    reporters: tuple[Party, ...] = tuple(range(1, max(quorum, len(values)) + 1))
    feed = PushFeed(FEED, FeedTerms(reporters, quorum, 0, UINT256_MAX, Posting.MEDIAN), Journal())
    feed.updated_at = age
    answers = tuple((reporter, value, ()) for reporter, value in zip(reporters, values, strict=False))
    before = feed.read()
    refusal = call_at(feed, FEED, PostPriceCall(answers, told_at=tuple(age + 1 for _ in values)), age + 1, feed.journal)
    if refusal:
        return Reverted(refusal.name, feed.read() == before)
    return {"val": feed.read().price}


def spot_case(inputs: Inputs) -> Got | Reverted:
    """Return the margin price of a pool of vaults that refreshes its price."""
    ledger, source = Ledger(), Told()
    for asset in (MONEY, INTERNAL, COLLATERAL):
        ledger.add_asset(asset)
    engine = VaultEngine(ENGINE, CHAIN, ledger, MONEY.id, INTERNAL.id)
    pool = VaultPool.of(POOL, engine, VaultTerms(COLLATERAL, int(inputs["mat"]), par=int(inputs["par"])), source, VOW, 0)
    source.value, source.has_value = int(inputs["val"]), bool(inputs["has"])
    refusal = call_at(pool, POOL, RefreshPriceCall(), 1, engine.journal)
    return Reverted(refusal.name, not pool.margin_price) if refusal else {"spot": pool.margin_price}


FUNCTIONS: dict[str | None, Callable[[Inputs], Got | Reverted]] = {
    None: steps_case,
    "Median.poke": median_case,
    "Spotter.poke": spot_case,
}


def run_case(case: Mapping[str, Any], document: Mapping[str, Any]) -> Got | Reverted:
    """Return what our contracts say to one case, keyed as it is expected."""
    function = FUNCTIONS.get(case["inputs"].get("fn"))
    if function is None:
        raise NotCovered(case["inputs"]["fn"])
    return function(case["inputs"])
