"""Features of what protocols share: oracle, keepers, collateral's market, makers, block space. They are taken away together or one by one.

With all five gone, protocols touch nowhere, and the outside price is all they have in common; with fewer gone, what one suffers
reaches the others by what is left. Each lacks what its scenario does not share, as it stands after those named before it.
"""

import attrs

from sim.experiment.features.feature import Feature
from sim.experiment.features.own_feeds import own_feeds, shared_feeds
from sim.experiment.features.own_keepers import own_keepers, own_makers, shared_keepers, shared_makers
from sim.experiment.features.own_markets import own_markets, shared_venues, spanning
from sim.scenario.protocols import protocols
from sim.scenario.spec import Scenario


def _one(scenario: Scenario) -> str:
    found = protocols(scenario)
    return "" if len(found) > 1 else f"it has {len(found)} protocol{'' if len(found) == 1 else 's'}, and nothing to share among several"


def _no_feed(scenario: Scenario) -> str:
    return _one(scenario) or ("" if shared_feeds(scenario) else "no feed in it is read by two protocols")


def _no_keeper(scenario: Scenario) -> str:
    return _one(scenario) or ("" if shared_keepers(scenario) else "no keeper in it serves two protocols")


def _no_market(scenario: Scenario) -> str:
    if scenario.amms and not _one(scenario):
        return f"its amm {scenario.amms[0].name} cannot be copied"
    shared = shared_venues(scenario) or spanning(scenario)
    return _one(scenario) or ("" if shared else "no venue in it is tied to two protocols, by their feeds or their keepers")


def _no_maker(scenario: Scenario) -> str:
    return _one(scenario) or ("" if shared_makers(scenario) else "no maker in it quotes on venues of two protocols with one limit")


def _no_space(scenario: Scenario) -> str:
    return _one(scenario) or ("chain.own_space is true in it already" if scenario.chain.own_space else "")


def _own_blocks(scenario: Scenario) -> Scenario:
    return attrs.evolve(scenario, chain=attrs.evolve(scenario.chain, own_space=True))


SHARED = (
    Feature(
        "shared_oracle",
        "several protocols read one feed",
        "Each protocol reads a copy of the feed, with reporters, gas money and posts of its own.",
        "What a feed looks at, when and how late, by the same dice; who reads what.",
        "More reporters pay for more posts and take more block space. As long as the market is one, copies say nearly the same: what is cut"
        " is what the feed itself carries from one market to another, or fails in for all.",
        _no_feed,
        own_feeds,
    ),
    Feature(
        "shared_keepers",
        "keepers serve several protocols with one purse",
        "A keeper of several protocols is one for each, which serves it alone.",
        "What all of them have together: funds are divided evenly, to the unit. How late each hears, by the same dice.",
        "Attention, txs that may wait and nonces are each one's own, so that together they can do more; a purse no longer helps where it is"
        " needed. Lots among those who arrive in one instant are drawn anew.",
        _no_keeper,
        own_keepers,
    ),
    Feature(
        "shared_collateral",
        "what several protocols seize is sold on one market",
        "Each protocol has a copy of the venue, with everybody who trades there for nobody: makers, crowds, those who believe in a value."
        " A feed of one protocol looks at its copy; a feed of several looks at all of theirs, evenly.",
        "The depth that each protocol's sales meet, the news, the flow of orders: copies roll the same dice.",
        "There is as much depth for each as there was for all, and as much capital. Figures of the market are those of the first copy.",
        _no_market,
        own_markets,
    ),
    Feature(
        "shared_makers",
        "makers quote on several protocols' venues with one limit",
        "A maker of several venues is one for each.",
        "What it rests on each venue, how late it hears; limits are divided evenly.",
        "What fills on one venue no longer leaves less room on another, and none pulls because another has to.",
        _no_maker,
        own_makers,
    ),
    Feature(
        "shared_blocks",
        "all txs compete for one block",
        "Each protocol's txs have blocks of their own: the same background demand, a base fee of their own, and no rival from another"
        " protocol. `chain.own_space` is true.",
        "When blocks come, their gas limit, everybody else's demand for it.",
        "Room for our own txs is as many times as large as there are protocols. What belongs to no protocol, such as a feed of several,"
        " keeps the common space; so does a keeper of several that sends to no pool.",
        _no_space,
        _own_blocks,
    ),
)
"""In the sequence in which they are taken away."""
