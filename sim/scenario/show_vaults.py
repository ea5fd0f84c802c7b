"""Vault systems in words, for ``downtick show``: what they lend, on which terms, how they auction, and which feeds show a price late."""

from collections.abc import Iterator

from sim.scenario.quantity import SHARE, TIME
from sim.scenario.spec import (
    CurveSpec,
    DebtSpec,
    DelayedFeedSpec,
    DutchSpec,
    EnglishSpec,
    ExponentialCurve,
    FixedSize,
    LinearCurve,
    VaultPoolSpec,
    VaultPopulationSpec,
    VaultsSpec,
)


def delayed_feed(feed: DelayedFeedSpec) -> str:
    """Return a delayed feed in a sentence."""
    taken = f"Feed {feed.name} takes up what {feed.source} shows, and shows it itself from its next poke on"
    return f"{taken}; it may be poked once in every {TIME.text(feed.delay)}."


def system(vaults: VaultsSpec) -> Iterator[str]:
    """Yield what a system is, then each of its pools with its auctions."""
    own = f"; it has {vaults.surplus} of its own" if vaults.surplus else ""
    capacity = f", at most {vaults.capacity} in them at once" if vaults.capacity else ""
    kind = "Dutch" if vaults.liquidations == "dog" else "English"
    yield f"Vaults {vaults.name} lend {vaults.money} of their own making; {kind} auctions ({vaults.liquidations}){capacity}{own}."
    yield _debt(vaults, vaults.debt)
    for pool in vaults.pools:
        yield _pool(vaults, pool)
        yield _dutch(pool, pool.dutch or DutchSpec()) if kind == "Dutch" else _english(pool, pool.english or EnglishSpec())


def _debt(vaults: VaultsSpec, debt: DebtSpec) -> str:
    lot, offer = debt.lot or f"50000 {vaults.money}", debt.first_offer or f"250 {vaults.governance}"
    return f"Debt that {vaults.name} is left with waits {TIME.text(debt.wait)}; then {lot} of it at a time is offered for at most {offer}."


def _pool(vaults: VaultsSpec, pool: VaultPoolSpec) -> str:
    terms = [f"ratio {SHARE.text(pool.ratio)}", f"penalty {SHARE.text(pool.penalty)}", f"fee {SHARE.text(pool.stability_fee)} a year"]
    terms += [f"least debt {pool.min_debt}"] if pool.min_debt else []
    terms += [f"most debt {pool.ceiling}"] if pool.ceiling else []
    whose = [_population(pool.population)] if pool.population else []
    whose += [f"{len(pool.accounts)} typed"] if pool.accounts else []
    head = f"Pool {pool.name} of {vaults.name} takes {pool.collateral} at the price of {pool.feed}"
    return f"{head} ({', '.join(terms)}); vaults: {', '.join(whose) or 'none'}."


def _population(population: VaultPopulationSpec) -> str:
    size = population.size
    owing = f"{size.debt} each" if isinstance(size, FixedSize) else f"up to {size.most}"
    return f"{population.accounts} drawn, owing {owing}"


def _english(pool: VaultPoolSpec, terms: EnglishSpec) -> str:
    lots = f"lots of at most {pool.lot}" if pool.lot else "lots of any size"
    over = f"over {TIME.text(terms.bid_lifetime)} after a bid, or {TIME.text(terms.auction_lifetime)} after the start"
    return f"Auctions of {pool.name}: {lots}, each bid {SHARE.text(terms.increment)} better than the last, {over}."


def _dutch(pool: VaultPoolSpec, terms: DutchSpec) -> str:
    capacity = f", at most {pool.capacity} in them at once" if pool.capacity else ""
    anew = f"begun anew after {TIME.text(terms.expiry)} or below {SHARE.text(terms.floor)} of the start"
    flat = f"{terms.reward_flat} and " if terms.reward_flat else ""
    reward = f"whoever starts one gets {flat}{SHARE.text(terms.reward)} of what is owed"
    stopped = f"; stopped at level {terms.stopped}" if terms.stopped else ""
    start = f"from {SHARE.text(terms.start_factor)} of the feed's price down, {_curve(terms.curve)}"
    return f"Auctions of {pool.name}: {start}, {anew}{capacity}; {reward}{stopped}."


def _curve(curve: CurveSpec) -> str:
    if isinstance(curve, LinearCurve):
        return f"to nothing within {TIME.text(curve.span)}"
    if isinstance(curve, ExponentialCurve):
        return f"by half every {TIME.text(curve.half_life)}"
    return f"to {SHARE.text(curve.cut)} of it every {TIME.text(curve.step)}"
