"""Rules of flash lenders and of updates on offer: one amount an asset, beneficiaries that are no contract, builders that take bundles."""

from collections.abc import Iterator

from sim.scenario.spec import Scenario
from sim.scenario.walk import Found

RESERVED = ("chain", "outside")
FEEDS = ("feeds", "delayed_feeds", "pull_feeds", "derived_feeds")
CONTRACTS = ("venues", *FEEDS, "amms", "flash_lenders", "staking", "stable_issuers", "pools", "vaults")


def atomic(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield flash lenders and auctions of updates whose keys do not fit."""
    for lender in scenario.flash_lenders:
        assets = [amount.asset for amount in lender.liquidity]
        for asset in dict.fromkeys(each for each in assets if assets.count(each) > 1):
            yield f"flash_lenders.{lender.name}.liquidity names {asset} twice; give one amount of it"
    places = [*RESERVED, *scenario.assets, *(each.name for _, each in scenario.lenders())]
    places += [item.name for section in CONTRACTS for item in getattr(scenario, section)]
    places += [pool.name for system in scenario.vaults for pool in system.pools]
    for feed in scenario.feeds:
        if feed.oev is None:
            continue
        path = f"feeds.{feed.name}.oev"
        if feed.oev.beneficiary in places:
            yield f'{path}.beneficiary is "{feed.oev.beneficiary}", a contract with a purse of its own; give another name, or an agent\'s'
        if not scenario.chain.preset().bundles:
            yield f"{path} auctions bundles, and the chain's builders take none; set chain.bundles = true or give a later chain.era"
