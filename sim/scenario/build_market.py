"""Building what trades: assets, venues with their books, custody, and the token contract between them and the chain."""

import attrs

from sim.agents.connections import Terms
from sim.assets import Asset, Instrument
from sim.commands import SendTx
from sim.custody.custody import Custody
from sim.custody.token import Token
from sim.latency import Constant, LatencyModel, LoadDependent, Surge, Surged, Through
from sim.market.book import Book
from sim.market.exchange import Exchange
from sim.market.halts import CircuitBreaker
from sim.market.session import Session
from sim.scenario.parts import Parts
from sim.scenario.spec.market import VenueSpec
from sim.scenario.values import Amount
from sim.streams import key_of
from sim.units import SECOND, AssetId, Nanos, Party, Place, Seq

INSTANT = Constant(1)
HOT_WALLET_LATENCY: Nanos = SECOND
"""From a venue's wallet software to the mempool."""
HOT_WALLET_GAS = 10_000
"""Whole units of the gas asset a venue's wallet has for its own txs: never the bottleneck."""


@attrs.define(eq=False, repr=False)
class Door:
    """A way to the chain that is not an agent's: a venue's wallet. It meets agents at the node like anyone, by lot."""

    parts: Parts

    def submit(self, message: tuple[Party, Seq, SendTx]) -> None:
        """Deliver a tx after the wallet's latency."""
        parts = self.parts
        key = key_of(parts.seed, parts.names.name(message[0]), "wallet")
        parts.kernel.arrive_at(parts.kernel.now + HOT_WALLET_LATENCY, key, parts.chain.arrive, message)


def add_assets(parts: Parts) -> None:
    """Make every asset of the scenario known to the ledger."""
    for symbol, spec in parts.scenario.assets.items():
        asset = Asset(parts.names.intern(symbol), symbol, spec.decimals)
        parts.ledger.add_asset(asset)
        parts.assets[symbol] = asset


def add_venue(parts: Parts, spec: VenueSpec) -> None:
    """Build a venue: book, exchange, and the surge that shocks may set."""
    place = parts.names.intern(spec.name)
    base, quote = parts.assets[spec.base], parts.assets[spec.quote]
    instrument = Instrument(base, quote, spec.lot.units(base.decimals), spec.tick.units(quote.decimals))
    exchange = Exchange(
        place,
        instrument,
        parts.kernel,
        parts.tape,
        parts.ledger,
        Book(spec.self_trade),
        spec.maker_fee,
        spec.taker_fee,
        spec.depth_interval,
        counts_load=spec.load_capacity is not None,
        forced_sales=parts.scenario.switches.forced_sales,
    )
    breaker = CircuitBreaker(spec.halt.band, spec.halt.span, spec.halt.pause) if spec.halt is not None else None
    session = parts.sessions[place] = Session(exchange, breaker, spec.stop_trigger, parts.scenario.switches.stops)
    session.open()
    parts.exchanges[place] = exchange
    parts.venue_specs[place] = spec
    parts.surges[place] = Surge()
    parts.dice[place] = spec.draws


def add_custody(parts: Parts) -> None:
    """Put the token contract on the chain and open every venue's custody."""
    token = Token(parts.names.intern("token"), parts.chain.place, parts.ledger)
    parts.chain.register(token.place, token)
    door = Door(parts)
    for place, exchange in parts.exchanges.items():
        spec = parts.venue_specs[place].custody
        custody = Custody(
            exchange,
            parts.chain.place,
            token.place,
            parts.kernel,
            parts.tape,
            parts.ledger,
            parts.chain.blocks,
            door.submit,
            spec.confirmations,
            spec.delay,
        )
        custody.open()
        parts.custodies[place] = custody
        wallet = parts.ledger.open(place, parts.chain.place)
        gas = parts.chain.gas_asset
        parts.mint(gas, wallet, HOT_WALLET_GAS * parts.ledger.assets[gas].unit, place)


def terms_of(parts: Parts, place: Place) -> Terms:
    """Return what trading on a venue costs, for desks."""
    exchange, spec = parts.exchanges[place], parts.venue_specs[place]
    return Terms(exchange.instrument, exchange.maker_fee_ppm, exchange.taker_fee_ppm, spec.custody.confirmations)


def way_to(parts: Parts, place: Place, own: LatencyModel, is_load_dependent: bool) -> LatencyModel:
    """Return how long messages take between an agent and a place, gateway, load and surges included."""
    if parts.scenario.switches.no_latency:
        return INSTANT
    spec = parts.venue_specs.get(place)
    if spec is None:
        return own
    gateway: LatencyModel = spec.latency
    if spec.load_capacity is not None and is_load_dependent:
        gateway = LoadDependent(gateway, parts.exchanges[place].load, spec.load_capacity)
    surge = parts.surges[place]
    return Through(own, Surged(gateway, surge) if surge.most > 1 else gateway)


def units_of(parts: Parts, amount: Amount) -> tuple[AssetId, int]:
    """Return an amount as asset and units."""
    asset = parts.assets[amount.asset]
    return asset.id, amount.units(asset.decimals)
