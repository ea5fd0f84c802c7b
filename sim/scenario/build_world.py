"""Building what comes from outside: the price path, and the shocks."""

from decimal import Decimal
from pathlib import Path

import attrs

from sim.agents.runner import Runner
from sim.claims.stable.contract import StableIssuer
from sim.claims.staking.contract import Staking
from sim.errors import InputError
from sim.oracle.delayed_feed import DelayedFeed
from sim.oracle.derived.feed import DerivedFeed
from sim.oracle.faults import Faults
from sim.oracle.network import OracleNetwork
from sim.oracle.signing import SigningNetwork
from sim.records.layout import Row
from sim.scenario.parts import Parts
from sim.scenario.spec import shocks as told
from sim.scenario.spec.world import PriceSpec
from sim.scenario.values import Rate
from sim.units import BPS_ONE, PPB_ONE, Nanos, Party, Place, Price, Seq, Units
from sim.vocabulary import ShockKind, Side
from sim.world import shocks
from sim.world.bars import join, read_bars
from sim.world.bridge import Bridge
from sim.world.outside import OutsideWorld, Role
from sim.world.paths import JumpDiffusion, PricePath, cover_run, path_drawn, path_of_closes, path_of_waypoints
from sim.world.shocks import Handler, Shock, ShockSchedule

OUTSIDE = "outside"


def price_8(rate: Rate) -> Price:
    """Return a typed price with 8 decimals; a ScenarioError has refused finer ones before."""
    return int(rate.number * Decimal(10**8))


def add_outside(parts: Parts) -> None:
    """Build the path and the world that plays it."""
    spec, run = parts.scenario.world.price, parts.scenario.run
    path = _path(parts, spec)
    parts.notes.extend(path.notes)
    parts.sources.extend(path.sources)
    quiet = spec.bridge_volatility / (PPB_ONE / 10_000)
    bridge = Bridge(path.knots, parts.seed, OUTSIDE, run.start, spec.step, quiet)
    until = None if spec.role == "pinned" else _until(parts, spec)
    role = Role.PINNED if spec.role == "pinned" else Role.DRIVER
    parts.outside = OutsideWorld(parts.kernel, parts.tape, parts.names.intern(OUTSIDE), bridge, role, until)


def _until(parts: Parts, spec: PriceSpec) -> Nanos:
    return parts.scenario.run.duration if spec.until is None else spec.until.since(parts.scenario.run.start)


def _path(parts: Parts, spec: PriceSpec) -> PricePath:
    """Return the path of a file, of typed points, or of chance, covering the whole run."""
    run = parts.scenario.run
    points = [(point.at.since(run.start), price_8(point.price)) for point in spec.waypoints]
    if spec.random is not None:
        chance = spec.random
        law = JumpDiffusion(
            chance.volatility / PPB_ONE,
            chance.drift / PPB_ONE,
            chance.jumps_per_day,
            chance.jump_mean / PPB_ONE,
            chance.jump_deviation / PPB_ONE,
        )
        return path_drawn(law, price_8(chance.first), run.duration, spec.step, parts.streams[f"world/{OUTSIDE}/path"])
    if spec.csv is None:
        return cover_run(path_of_waypoints(points), "hold", run.duration, run.start)
    path = path_of_closes(Path(spec.csv), spec.time_column, spec.price_column, run.start, spec.stamp_lag)
    if spec.bars is not None:
        bars = spec.bars
        columns = (bars.open_column, bars.high_column, bars.low_column, bars.close_column)
        path = join(path, read_bars(Path(bars.csv), bars.time_column, columns, run.start), parts.seed, OUTSIDE, spec.step, run.start)
    beyond = "hold" if spec.outside == "waypoints" and not points else spec.outside
    return cover_run(path, beyond, run.duration, run.start, points)


def add_shocks(parts: Parts, runner: Runner) -> ShockSchedule | None:
    """Build the schedule of the scenario's shocks, with what each does; None when there are none."""
    specs = parts.scenario.world.shocks
    if not specs:
        return None
    made = tuple(_shock(parts, spec) for spec in specs)
    hands = ShockHands(parts, runner)
    parts.watchers.append(hands)
    handlers: dict[ShockKind, Handler] = {
        ShockKind.JUMP: hands.jump,
        ShockKind.METAORDER: hands.nothing,  # An agent of its own carries it out (build_agents).
        ShockKind.LIQUIDITY_WITHDRAWAL: hands.withdraw_liquidity,
        ShockKind.REPORTER_OUTAGE: hands.outage,
        ShockKind.GAS_SURGE: hands.nothing,  # The chain's demand knows its surges from the start.
        ShockKind.LATENCY_SURGE: hands.slow_down,
        ShockKind.CUSTODY_SUSPENDED: hands.suspend,
        ShockKind.SLASHING: hands.slash,
        ShockKind.RESERVE_FREEZE: hands.freeze_reserves,
        ShockKind.REDEMPTION_PAUSE: hands.pause_redemptions,
        ShockKind.FEED_FREEZE: hands.freeze,
        ShockKind.REPORTER_STUCK: hands.stick,
        ShockKind.FEED_OFFSET: hands.put_off,
        ShockKind.SEQUENCER_OUTAGE: hands.halt,
    }
    return ShockSchedule(parts.kernel, parts.tape, made, handlers)


def _shock(parts: Parts, spec: told.ShockSpec) -> Shock:
    at = spec.at.since(parts.scenario.run.start)
    match spec:
        case told.Jump():
            return shocks.Jump(at, spec.size)
        case told.Metaorder():
            place = parts.id(spec.venue)
            instrument = parts.exchanges[place].instrument
            lots = instrument.lots_down(spec.amount.units(instrument.base.decimals))
            if lots <= 0:
                raise InputError(f"world.shocks: a metaorder of {spec.amount} is less than one lot of {spec.venue}; give more")
            return shocks.Metaorder(at, spec.duration, place, Side.BUY if spec.side == "buy" else Side.SELL, lots)
        case told.LiquidityWithdrawal():
            return shocks.LiquidityWithdrawal(at, spec.duration, parts.id(spec.venue), spec.share)
        case told.ReporterOutage():
            feed = parts.id(spec.feed)
            return shocks.ReporterOutage(at, spec.duration, feed, _reporters(parts, feed)[: spec.reporters])
        case told.FeedFreeze():
            return shocks.FeedFreeze(at, spec.duration, parts.id(spec.feed))
        case told.ReporterStuck():
            feed = parts.id(spec.feed)
            return shocks.ReporterStuck(at, spec.duration, feed, _reporters(parts, feed)[: spec.reporters])
        case told.FeedOffset():
            feed = parts.id(spec.feed)
            return shocks.FeedOffset(at, spec.duration, feed, spec.offset, _reporters(parts, feed)[: spec.reporters])
        case told.SequencerOutage():
            return shocks.SequencerOutage(at, spec.duration)
        case told.GasSurge():
            return shocks.GasSurge(at, spec.duration, spec.price, spec.gas)
        case told.LatencySurge():
            place = parts.id(spec.venue)
            return shocks.LatencySurge(at, spec.duration, place, spec.factor)
        case told.CustodySuspended():
            return shocks.CustodySuspended(at, spec.duration, parts.id(spec.venue))
        case told.Slashing():
            return shocks.Slashing(at, parts.id(spec.issuer), spec.share)
        case told.ReserveFreeze():
            return shocks.ReserveFreeze(at, spec.duration or shocks.AT_ONCE, parts.id(spec.issuer), spec.share)
        case told.RedemptionPause():
            return shocks.RedemptionPause(at, spec.duration, parts.id(spec.issuer))


def _reporters(parts: Parts, feed: Place) -> tuple[Party, ...]:
    """Return a feed's reporters, or a pull feed's publishers; nobody of a feed that has none."""
    if feed in parts.feeds:
        return parts.feeds[feed].terms.reporters
    return parts.pull_feeds[feed].publishers if feed in parts.pull_feeds else ()


@attrs.define(eq=False, repr=False)
class ShockHands:
    """What each kind of shock does to the world."""

    parts: Parts
    runner: Runner
    frozen: dict[Place, Units] = attrs.field(factory=dict)
    """By issuer: money that a freeze keeps from it."""

    def jump(self, shock: Shock, is_over: bool, seq: Seq) -> None:
        """Move the outside price."""
        assert isinstance(shock, shocks.Jump)
        self.parts.outside.jump(shock.move_bps, seq)

    def withdraw_liquidity(self, shock: Shock, is_over: bool, seq: Seq) -> None:
        """Have the venue's makers show a share less of their size: an order from outside, to every mind that knows such orders."""
        assert isinstance(shock, shocks.LiquidityWithdrawal)
        for agent in self.runner.agents:
            if shock.venue in agent.desk.connections.venues and hasattr(agent.mind, "presence_bps"):
                agent.mind.presence_bps = BPS_ONE if is_over else BPS_ONE - shock.share_bps

    def outage(self, shock: Shock, is_over: bool, seq: Seq) -> None:
        """Silence reporters, or let them speak again."""
        assert isinstance(shock, shocks.ReporterOutage)
        network = self._network(shock.feed)
        for reporter in shock.reporters if network is not None else ():  # Frozen or instant feeds have nobody to silence.
            assert network is not None
            (network.restore if is_over else network.silence)(reporter)

    def freeze(self, shock: Shock, is_over: bool, seq: Seq) -> None:
        """Let a feed show always the same, or what it should again."""
        assert isinstance(shock, shocks.FeedFreeze)
        feed = self.parts.feed_at(shock.feed)
        if isinstance(feed, DerivedFeed):
            feed.thaw() if is_over else feed.freeze(self.parts.chain.timestamp)
            self.parts.derivations.faults[shock.feed] = seq
        elif isinstance(feed, DelayedFeed):
            feed.start() if is_over else feed.stop()
        else:
            feed.is_frozen = not is_over

    def stick(self, shock: Shock, is_over: bool, seq: Seq) -> None:
        """Have reporters repeat what they said last, or say what they see again."""
        assert isinstance(shock, shocks.ReporterStuck)
        faults = self._faults(shock.feed)
        for reporter in shock.reporters:
            faults.unstick(reporter) if is_over else faults.stick(reporter, seq)

    def put_off(self, shock: Shock, is_over: bool, seq: Seq) -> None:
        """Have reporters, or a derived feed, be off by a share, or be right again."""
        assert isinstance(shock, shocks.FeedOffset)
        feed = self.parts.feed_at(shock.feed)
        if isinstance(feed, DerivedFeed):
            feed.offset_bps = 0 if is_over else shock.offset_bps
            self.parts.derivations.faults[shock.feed] = seq
            return
        faults = self._faults(shock.feed)
        for reporter in shock.reporters:
            faults.put_right(reporter) if is_over else faults.put_off(reporter, shock.offset_bps, seq)

    def halt(self, shock: Shock, is_over: bool, seq: Seq) -> None:
        """Bring the chain down, or up again."""
        assert isinstance(shock, shocks.SequencerOutage)
        self.parts.chain.restart() if is_over else self.parts.chain.halt()

    def _faults(self, feed: Place) -> Faults:
        network = self._network(feed)
        return Faults() if network is None else network.faults

    def _network(self, feed: Place) -> OracleNetwork | SigningNetwork | None:
        """Return where a feed's reporters meet; None where feeds are frozen, or follow of themselves."""
        return self.parts.networks.get(feed) or self.parts.signers.get(feed)

    def slow_down(self, shock: Shock, is_over: bool, seq: Seq) -> None:
        """Stretch the gateway's latency, or let go."""
        assert isinstance(shock, shocks.LatencySurge)
        self.parts.surges[shock.venue].factor = 1 if is_over else shock.factor

    def suspend(self, shock: Shock, is_over: bool, seq: Seq) -> None:
        """Close the venue's custody, or open it again."""
        assert isinstance(shock, shocks.CustodySuspended)
        self.parts.custodies[shock.venue].suspend(not is_over, seq)

    def slash(self, shock: Shock, is_over: bool, seq: Seq) -> None:
        """Take from the validators of a staking contract."""
        assert isinstance(shock, shocks.Slashing)
        staking: Staking = self.parts.issuers[shock.issuer]
        self._say(seq, staking.place, staking.validators.place, staking.slash(shock.share_bps))

    def freeze_reserves(self, shock: Shock, is_over: bool, seq: Seq) -> None:
        """Keep money from an issuer, or give it back; it says so at once."""
        assert isinstance(shock, shocks.ReserveFreeze)
        issuer: StableIssuer = self.parts.issuers[shock.issuer]
        if is_over:
            issuer.thaw(self.frozen.pop(shock.issuer))
        else:
            self.frozen[shock.issuer] = issuer.freeze(shock.share_bps)
        self._say(seq, issuer.place, issuer.place, issuer.stated())

    def pause_redemptions(self, shock: Shock, is_over: bool, seq: Seq) -> None:
        """Close an issuer, or open it again; it says so at once."""
        assert isinstance(shock, shocks.RedemptionPause)
        issuer: StableIssuer = self.parts.issuers[shock.issuer]
        issuer.is_paused = not is_over
        self._say(seq, issuer.place, issuer.place, issuer.stated())

    def _say(self, cause: Seq, place: Place, party: Party, row: Row) -> None:
        self.parts.tape.append(self.parts.kernel.now, cause, place, party, row)

    def nothing(self, shock: Shock, is_over: bool, seq: Seq) -> None:
        """The mechanism reads the scenario itself; the entry on the tape says when."""
