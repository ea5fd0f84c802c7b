"""Building issuers of claims: staking contracts with their oracles, and issuers of stable coins; and backing what they have issued.

Whoever is given shares or coins at the opening is given good ones: what stands behind them is brought into the world last of all, when
it is known how many there are. Until then a staking contract shows its opening rate, so that others can be opened at it.
"""

from collections.abc import Iterator
from decimal import Decimal

from sim.chain.till import Till
from sim.claims.stable.contract import StableIssuer
from sim.claims.stable.hours import Hours
from sim.claims.stable.opening import back_coins
from sim.claims.stable.rules import StableTerms
from sim.claims.staking.contract import Staking, StakingTerms
from sim.claims.staking.opening import back_shares
from sim.records import Minted
from sim.scenario.build_market import units_of
from sim.scenario.parts import OUTSIDE_MONEY, Parts
from sim.scenario.spec.agents import AgentSpec
from sim.scenario.spec.claims import StableIssuerSpec, StakingSpec
from sim.scenario.values import Amount
from sim.units import WAD, AssetId, Party, Units, Wad

MOST_REQUEST = 1_000
"""Whole units that one request may be worth unless the scenario says otherwise, as Lido's queue has it."""


def oracle_of(name: str) -> str:
    """Return the name of a staking contract's oracle."""
    return f"{name}/oracle"


def add_staking(parts: Parts, spec: StakingSpec) -> None:
    """Build a staking contract and put it on the chain."""
    place, start = parts.names.intern(spec.name), parts.scenario.run.start
    money, share = parts.assets[spec.money], parts.assets[spec.share]
    terms = StakingTerms(
        money=money,
        share=share,
        oracle=parts.names.intern(oracle_of(spec.name)),
        fees_to=parts.names.intern(f"{spec.name}/fees"),
        yearly=spec.yearly,
        fee=spec.fee,
        frame=spec.frame,
        exits=_units(parts, spec.exits),
        exit_delay=spec.exit_delay,
        reserve=_units(parts, spec.reserve),
        margin=spec.margin,
        most_request=_units(parts, spec.most_request) or MOST_REQUEST * money.unit,
    )
    validators = Till(parts.ledger, parts.chain.place, parts.names.intern(f"{spec.name}/validators"))
    first = start + (spec.frame if spec.first_report is None else spec.first_report)
    staking = Staking(Till(parts.ledger, parts.chain.place, place), validators, terms, start, first)
    staking.shares, staking.known = share.unit, rate_of(spec) * money.unit // WAD
    if spec.others is not None:
        _mint(parts, *units_of(parts, spec.others), parts.names.intern(f"{spec.name}/others"))
    parts.chain.register(place, staking)
    parts.issuers[place] = staking


def add_stable_issuer(parts: Parts, spec: StableIssuerSpec) -> None:
    """Build an issuer of a stable coin and put it on the chain."""
    place = parts.names.intern(spec.name)
    money, coin = parts.assets[spec.money], parts.assets[spec.coin]
    terms = StableTerms(money, coin, spec.mint_fee, spec.redeem_fee, spec.delay, _units(parts, spec.least) or 1)
    frozen = Till(parts.ledger, parts.chain.place, parts.names.intern(f"{spec.name}/frozen"))
    hours = Hours(spec.opens, spec.closes, spec.works_weekends)
    parts.issuers[place] = issuer = StableIssuer(Till(parts.ledger, parts.chain.place, place), frozen, terms, hours)
    parts.chain.register(place, issuer)


def back_claims(parts: Parts) -> None:
    """Bring what stands behind all shares and coins into the world. Called once, when everybody has his."""
    for staked in parts.scenario.staking:
        staking = parts.issuers[parts.id(staked.name)]
        at_hand, with_validators = back_shares(staking, rate_of(staked), _units(parts, staked.buffer))
        _tell(parts, staking.terms.money.id, at_hand, staking.place)
        _tell(parts, staking.terms.money.id, with_validators, staking.validators.place)
    for stable in parts.scenario.stable_issuers:
        issuer = parts.issuers[parts.id(stable.name)]
        asked = None if stable.reserves is None else _units(parts, stable.reserves)
        reserves = back_coins(issuer, asked, _outside(parts, issuer.terms.coin.id))
        _tell(parts, issuer.terms.money.id, reserves, issuer.place)
        parts.tape.append(0, parts.start, issuer.place, issuer.place, issuer.stated())


def _outside(parts: Parts, coin: AssetId) -> Units:
    """Return the coins of those who hold venues near a pinned path: endless money, which nobody owes for."""
    held = 0
    for place, exchange in parts.exchanges.items():
        party = parts.names.id(f"{OUTSIDE_MONEY}{parts.names.name(place)}")
        held += parts.ledger.balance(coin, exchange.purse(party)) if party is not None else 0
    return held


def stake_oracles(parts: Parts) -> Iterator[tuple[str, AgentSpec]]:
    """Yield the agents that report to staking contracts, each with the name its contract knows."""
    for spec in parts.scenario.staking:
        yield (
            oracle_of(spec.name),
            AgentSpec(
                name="oracle",
                strategy="stake_reporter",
                issuers=(spec.name,),
                chain_funds=(spec.gas_funds,),
                latency=spec.oracle_latency,
            ),
        )


def rate_of(spec: StakingSpec) -> Wad:
    """Return what a share is worth when the run begins; a ScenarioError has refused finer rates before."""
    return int(spec.rate.number * Decimal(WAD))


def _units(parts: Parts, amount: Amount | None) -> Units:
    return 0 if amount is None else units_of(parts, amount)[1]


def _mint(parts: Parts, asset: int, units: Units, owner: Party) -> None:
    parts.ledger.mint(asset, parts.ledger.open(owner, parts.chain.place), units)
    _tell(parts, asset, units, owner)


def _tell(parts: Parts, asset: int, units: Units, owner: Party) -> None:
    if units:
        parts.tape.append(0, parts.start, 0, owner, (Minted.kind, asset, units))
