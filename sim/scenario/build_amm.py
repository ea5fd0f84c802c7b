"""Building automated market makers, and what is in them when the run begins.

An amm ``pool`` issues shares as an asset of its own, ``pool/shares``, with 18 decimals; ranges of concentrated liquidity are no asset.
"""

from fractions import Fraction
from math import isqrt

from sim.amm.amm import Amm
from sim.amm.concentrated.contract import ConcentratedAmm
from sim.amm.concentrated.log_ticks import LEAST_SQRT_PRICE, MOST_SQRT_PRICE, MOST_TICK, sqrt_price_at, tick_at
from sim.amm.concentrated.opening import open_amounts
from sim.amm.constant_product import opening as of_product
from sim.amm.constant_product.contract import ConstantProductAmm
from sim.amm.stableswap import opening as of_stableswap
from sim.amm.stableswap.contract import StableSwapAmm
from sim.amm.stableswap.pricing import MOST_ASSETS, StableTerms
from sim.amm.stableswap.rules import FEE_ONE
from sim.assets import Asset
from sim.chain.till import Till
from sim.errors import ScenarioError
from sim.records import Minted
from sim.scenario.build_market import units_of
from sim.scenario.parts import Parts
from sim.scenario.spec import amm as told
from sim.scenario.values import Amount, Rate
from sim.units import BPS_ONE, NOBODY, PPB_ONE, AssetId, Party, Units

SHARE_DECIMALS = 18
Q192 = 2**192


def add_amm(parts: Parts, spec: told.AmmSpec) -> None:
    """Build an amm with everything that is in it when the run begins, and put it on the chain."""
    match spec:
        case told.ConstantProductSpec():
            amm: Amm = _constant_product(parts, spec)
        case told.ConcentratedSpec():
            amm = _concentrated(parts, spec)
        case told.StableSwapSpec():
            amm = _stableswap(parts, spec)
    for asset in amm.assets:
        held = parts.ledger.balance(asset.id, parts.ledger.open(amm.place, parts.chain.place))
        if held:
            parts.tape.append(0, parts.start, amm.place, amm.place, (Minted.kind, asset.id, held))
    parts.chain.register(amm.place, amm)
    parts.amms[amm.place] = amm


def _constant_product(parts: Parts, spec: told.ConstantProductSpec) -> ConstantProductAmm:
    amm = ConstantProductAmm(_till(parts, spec.name), _pair(parts, spec), _share(parts, spec.name), _party(parts, spec.protocol))
    for each in spec.liquidity:
        first, second = _amounts(parts, spec, each.amounts)
        owner = _owner(parts, spec.name, each.owner)
        of_product.open_liquidity(amm, owner, (first, second), parts.scenario.run.start)
    _tell_shares(parts, spec, amm.share, spec.liquidity)
    return amm


def _concentrated(parts: Parts, spec: told.ConcentratedSpec) -> ConcentratedAmm:
    pair, start = _pair(parts, spec), parts.scenario.run.start
    opening = sqrt_price_of(spec, "price", spec.price, pair)
    amm = ConcentratedAmm.opened(_till(parts, spec.name), pair, spec.fee, spec.spacing, opening, start)
    amm.fee_to, amm.protocol_parts = _party(parts, spec.protocol), (spec.protocol_part, spec.protocol_part)
    amm.book.observations.widen(spec.observations)
    for each in spec.liquidity:
        first, second = _amounts(parts, spec, each.amounts)
        lower, upper = range_of(spec, each, pair)
        open_amounts(amm, _owner(parts, spec.name, each.owner), lower, upper, (first, second), start)
    return amm


def _stableswap(parts: Parts, spec: told.StableSwapSpec) -> StableSwapAmm:
    if not 2 <= len(spec.assets) <= MOST_ASSETS:
        raise ScenarioError(f"amms.{spec.name}.assets names {len(spec.assets)}; give two to {MOST_ASSETS}")
    assets = tuple(parts.assets[name] for name in spec.assets)
    fee, part = spec.fee * (FEE_ONE // PPB_ONE), spec.protocol_part * (FEE_ONE // BPS_ONE)
    terms, share = StableTerms(assets, spec.amplification, fee, part), _share(parts, spec.name)
    amm = StableSwapAmm(_till(parts, spec.name), terms, share, (0,) * len(assets), _party(parts, spec.protocol))
    for each in spec.liquidity:
        amounts = _amounts(parts, spec, each.amounts)
        of_stableswap.open_liquidity(amm, _owner(parts, spec.name, each.owner), amounts)
    _tell_shares(parts, spec, share, spec.liquidity)
    return amm


def sqrt_price_of(spec: told.ConcentratedSpec, key: str, rate: Rate, pair: tuple[Asset, Asset]) -> int:
    """Return a price as a sqrt price (Q64.96, of the first asset in units of the second), rounded down. Raises ScenarioError."""
    first, second = pair
    per_unit = Fraction(rate.number) * second.unit / first.unit
    if (rate.base, rate.quote) == (second.symbol, first.symbol):
        per_unit = second.unit / (Fraction(rate.number) * first.unit)
    elif (rate.base, rate.quote) != (first.symbol, second.symbol):
        raise ScenarioError(f'amms.{spec.name}.{key} is "{rate}"; give it in {second.symbol}/{first.symbol}')
    found = isqrt(per_unit.numerator * Q192 // per_unit.denominator)
    if not LEAST_SQRT_PRICE <= found < MOST_SQRT_PRICE:
        raise ScenarioError(f'amms.{spec.name}.{key} is "{rate}", beyond what an amm can count; give a price nearer to one')
    return found


def range_of(spec: told.ConcentratedSpec, told_range: told.RangeSpec, pair: tuple[Asset, Asset]) -> tuple[int, int]:
    """Return the log ticks of a range of prices, taken outwards to the spacing. Raises ScenarioError where it is empty."""
    last = MOST_TICK // spec.spacing * spec.spacing
    ends = [
        None if rate is None else sqrt_price_of(spec, key, rate, pair) for key, rate in (("low", told_range.low), ("high", told_range.high))
    ]
    is_turned = any(rate is not None and rate.base == pair[1].symbol for rate in (told_range.low, told_range.high))
    low, high = reversed(ends) if is_turned else ends
    lower = -last if low is None else max(-last, tick_at(low) // spec.spacing * spec.spacing)
    upper = last if high is None else min(last, -(-_tick_above(high) // spec.spacing) * spec.spacing)
    if lower >= upper:
        raise ScenarioError(f'amms.{spec.name}: the range from "{told_range.low}" to "{told_range.high}" is empty; give high above low')
    return lower, upper


def _tick_above(sqrt_price: int) -> int:
    """Return the smallest log tick whose sqrt price is not below a given one."""
    tick = tick_at(sqrt_price)
    return tick if sqrt_price_at(tick) == sqrt_price else tick + 1


def _till(parts: Parts, name: str) -> Till:
    return Till(parts.ledger, parts.chain.place, parts.names.intern(name))


def _pair(parts: Parts, spec: told.ConstantProductSpec | told.ConcentratedSpec) -> tuple[Asset, Asset]:
    if len(spec.assets) != 2 or spec.assets[0] == spec.assets[1]:
        raise ScenarioError(f"amms.{spec.name}.assets is {', '.join(spec.assets)}; give two different ones")
    return parts.assets[spec.assets[0]], parts.assets[spec.assets[1]]


def _share(parts: Parts, name: str) -> AssetId:
    symbol = f"{name}/shares"
    asset = Asset(parts.names.intern(symbol), symbol, SHARE_DECIMALS)
    parts.ledger.add_asset(asset)
    parts.assets[symbol] = asset
    return asset.id


def _party(parts: Parts, name: str | None) -> Party:
    return parts.names.intern(name) if name else NOBODY


def _owner(parts: Parts, amm: str, name: str | None) -> Party:
    return parts.names.intern(name or f"{amm}/providers")


def _amounts(parts: Parts, spec: told.AmmSpec, amounts: tuple[Amount, ...]) -> tuple[Units, ...]:
    """Return amounts by asset in the amm's sequence; an asset that is not named is none. Raises ScenarioError for another's."""
    named = {amount.asset: amount for amount in amounts}
    strange = [asset for asset in named if asset not in spec.assets]
    if strange or len(named) != len(amounts):
        raise ScenarioError(f"amms.{spec.name}.liquidity: give at most one amount of each of {', '.join(spec.assets)}")
    return tuple(units_of(parts, named[asset])[1] if asset in named else 0 for asset in spec.assets)


def _tell_shares(parts: Parts, spec: told.AmmSpec, share: AssetId, liquidity: tuple[told.ProvisionSpec, ...]) -> None:
    """Say whose shares there are when the run begins, and which nobody may ever give back."""
    owners = dict.fromkeys([NOBODY, *(_owner(parts, spec.name, each.owner) for each in liquidity), _party(parts, spec.protocol)])
    for owner in owners:
        shares = parts.ledger.balance(share, parts.ledger.open(owner, parts.chain.place))
        if shares:
            parts.tape.append(0, parts.start, parts.id(spec.name), owner, (Minted.kind, share, shares))
