"""Features that keys of the scenario take away: sales, liquidations, latency, gas, purses, makers who leave.

Each sets a key that an author could set by hand; none changes who is there, so every stream of draws has its owner.
"""

from typing import Any

import attrs

from sim.agents.registry import find_strategy
from sim.experiment.features.feature import Feature
from sim.experiment.features.look import accepts, is_at_once, keepers, lends
from sim.scenario.spec import LiquidityWithdrawal, Scenario

STAYS = "stays"
"""The parameter by which a strategy that makes markets is told to stay, whatever the volatility."""


PLACES_STOPS = "places_stops"
"""Class attribute of strategies that leave stop orders with their venues."""


def switched(scenario: Scenario, **switches: Any) -> Scenario:
    """Return a scenario with switches set."""
    return attrs.evolve(scenario, switches=attrs.evolve(scenario.switches, **switches))


# What a scenario lacks.


def _no_sales(scenario: Scenario) -> str:
    if not lends(scenario):
        return "nobody lends in it, so nothing is seized"
    if not keepers(scenario):
        return "no keeper is in it, so nothing that is seized is sold"
    if scenario.switches.forced_sales != "book":
        return f'switches.forced_sales is "{scenario.switches.forced_sales}" in it already'
    return ""


def _no_liquidation(scenario: Scenario) -> str:
    if not lends(scenario):
        return "nobody lends in it"
    return "" if scenario.switches.liquidations else "switches.liquidations is false in it already"


def _no_latency(scenario: Scenario) -> str:
    if scenario.switches.no_latency:
        return "switches.no_latency is true in it already"
    models = [venue.latency for venue in scenario.venues] + [node.latency for feed in scenario.feeds for node in feed.reporters]
    models += [model for agent in scenario.agents for model in (agent.latency, *agent.latency_to.values())]
    return "every message in it takes a nanosecond" if all(map(is_at_once, models)) else ""


def _no_congestion(scenario: Scenario) -> str:
    return "switches.free_gas is true in it already" if scenario.switches.free_gas else ""


def _no_limits(scenario: Scenario) -> str:
    if not keepers(scenario):
        return "no keeper is in it"
    return "switches.endless_purses is true in it already" if scenario.switches.endless_purses else ""


def _no_oracle_delay(scenario: Scenario) -> str:
    if not scenario.reported():
        return "no feed is in it"
    if scenario.switches.frozen_price_offset is not None:
        return "its feeds are frozen"
    return "switches.instant_oracles is true in it already" if scenario.switches.instant_oracles else ""


def _no_withdrawal(scenario: Scenario) -> str:
    leaving = [agent for agent in scenario.agents if accepts(agent, STAYS) and not agent.parameters.get(STAYS, False)]
    shocks = [shock for shock in scenario.world.shocks if isinstance(shock, LiquidityWithdrawal)]
    return "" if leaving or shocks else "no maker in it leaves, and no shock withdraws liquidity"


def _no_stops(scenario: Scenario) -> str:
    if not scenario.switches.stops:
        return "switches.stops is false in it already"
    placed = any(getattr(find_strategy(agent.strategy), PLACES_STOPS, False) for agent in scenario.agents)
    return "" if placed else "this scenario has none: nobody in it leaves stop orders"


def _no_halts(scenario: Scenario) -> str:
    return "" if any(venue.halt for venue in scenario.venues) else "this scenario has none: no venue in it halts"


# What takes it away.


def _unstopped(scenario: Scenario) -> Scenario:
    return switched(scenario, stops=False)


def _unhalted(scenario: Scenario) -> Scenario:
    return attrs.evolve(scenario, venues=tuple(attrs.evolve(venue, halt=None) for venue in scenario.venues))


def _outside(scenario: Scenario) -> Scenario:
    return switched(scenario, forced_sales="outside_at_mid")


def _parked(scenario: Scenario) -> Scenario:
    return switched(scenario, forced_sales="parked")


def _untouched(scenario: Scenario) -> Scenario:
    return switched(scenario, liquidations=False)


def _instant(scenario: Scenario) -> Scenario:
    return switched(scenario, instant_oracles=True)


def _at_once(scenario: Scenario) -> Scenario:
    return switched(scenario, no_latency=True)


def _free(scenario: Scenario) -> Scenario:
    return switched(scenario, free_gas=True)


def _endless(scenario: Scenario) -> Scenario:
    return switched(scenario, endless_purses=True)


def _staying(scenario: Scenario) -> Scenario:
    agents = tuple(
        attrs.evolve(agent, parameters={**agent.parameters, STAYS: True}) if accepts(agent, STAYS) else agent for agent in scenario.agents
    )
    shocks = tuple(shock for shock in scenario.world.shocks if not isinstance(shock, LiquidityWithdrawal))
    return attrs.evolve(scenario, agents=agents, world=attrs.evolve(scenario.world, shocks=shocks))


SWITCHED = (
    Feature(
        "selling",
        "keepers sell what they seize into the book",
        "An outside buyer takes what keepers seized and sell; no lot of it touches a book. `switches.forced_sales` is `outside_at_mid`.",
        "Liquidations, keepers, their purses, fees and timing: the buyer pays what the book would have paid at that instant, fee included,"
        " for as much as it would have taken.",
        "The twin's book is deeper when the next sale comes, so later proceeds are higher. What keepers swap in an amm moves it as before.",
        _no_sales,
        _outside,
    ),
    Feature(
        "parked",
        "what is seized leaves its keeper's hands",
        "Keepers send what they seized to the venue, where it stays: sales are taken and dropped. `switches.forced_sales` is `parked`.",
        "Liquidations as long as there are funds, fees, latency; no lot touches a book.",
        "Purses starve: nothing comes back for what was seized, so keepers liquidate less as time goes on. Part of the difference is owed"
        " to that and not to sales; `selling` leaves purses as they are.",
        _no_sales,
        _parked,
    ),
    Feature(
        "liquidation",
        "positions below a health of one may be liquidated",
        "Lenders and auction houses refuse every liquidation. `switches.liquidations` is false.",
        "Debts, collateral, margin calls, posted prices; keepers still look; those that ship see that all is refused, and send nothing.",
        "What stays unhealthy may go under water without being written off, so bad debt on the books is not lower for being unseen.",
        _no_liquidation,
        _untouched,
    ),
    Feature(
        "oracle_delay",
        "prices reach contracts late",
        "At every block, before its txs, each feed shows what its sources say at that instant; delayed feeds, and pools of vaults that"
        " have to be told, follow at once. `switches.instant_oracles` is true.",
        "Which venues a feed looks at and with which weights, the middle of its reporters' offsets, its bounds; when blocks come.",
        "There are no reporters, so they neither fail nor take block space. A price that nobody held for long is posted too: what a"
        " deviation threshold or an hour's delay would have spared somebody is not spared.",
        _no_oracle_delay,
        _instant,
    ),
    Feature(
        "latency",
        "messages take time",
        "Every message takes one nanosecond, to and from venues, chain and reporters. `switches.no_latency` is true.",
        "Blocks, custody, confirmations, the time a strategy takes to answer, and when it looks.",
        "Who comes first is decided by lot where it was decided by distance; what was drawn for latency is not drawn.",
        _no_latency,
        _at_once,
    ),
    Feature(
        "congestion",
        "block space is scarce and has a price",
        "Gas costs nothing and every tx fits into the next block. `switches.free_gas` is true.",
        "When blocks come, and everything off the chain.",
        "Keepers pay no gas, so smaller liquidations are worth their while; the sequence within a block is drawn by lot.",
        _no_congestion,
        _free,
    ),
    Feature(
        "keeper_limits",
        "keepers run out of funds",
        "Keepers have a million times their funds. `switches.endless_purses` is true.",
        "What each can look at and have pending at once, what it bids, how late it hears.",
        "Keepers that never wait for proceeds liquidate sooner, so sales come earlier and closer together.",
        _no_limits,
        _endless,
    ),
    Feature(
        "stops",
        "stop orders become orders when the price has come to their trigger",
        "Stop orders are taken and wait for ever. `switches.stops` is false.",
        "Who leaves which stops, and all other orders.",
        "Those who are stopped out no longer have to be: what they would have sold, and at which price, is theirs still.",
        _no_stops,
        _unstopped,
    ),
    Feature(
        "halts",
        "venues halt when the mid moves too far too fast",
        "No venue halts; `venues.halt` is left out.",
        "Everything else at the venue.",
        "What a halt kept from trading trades at once, so the sequence of all that follows is another.",
        _no_halts,
        _unhalted,
    ),
    Feature(
        "maker_withdrawal",
        "makers pull their quotes when it gets rough",
        "Makers stay: neither do they widen with volatility beyond their own limit, nor pull; and no shock withdraws liquidity."
        " Strategies that have the parameter `stays` are set to it.",
        "What makers rest when calm, their inventory limits, what they learn from trades, how late they hear.",
        "Makers who stay take larger inventories, and lean against them.",
        _no_withdrawal,
        _staying,
    ),
)
"""In the sequence in which they are told."""
