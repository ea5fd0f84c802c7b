"""Assets that are claims: staking contracts with their queue, and issuers of stable coins."""

import attrs

from sim.latency import Constant
from sim.scenario.spec.common import AssetName, Latency, Name, not_negative, part_of_one, positive
from sim.scenario.values import Amount, Rate
from sim.units import MILLISECOND, PPB_ONE, Bps, Ppb, Seconds

DAY_SECONDS: Seconds = 86_400


@attrs.frozen(kw_only=True)
class StakingSpec:
    """``[[staking]]``: a contract that gives shares of a stake for money, and money back by a queue."""

    name: Name
    """What it is called."""
    money: AssetName
    """What is staked."""
    share: AssetName
    """Its shares, an asset of their own that everybody may be given from the start; all of them are backed."""
    rate: Rate = attrs.field(validator=positive)
    """What a share is worth when the run begins."""
    yearly: Bps = attrs.field(default=300, validator=not_negative)
    """What validators earn in a year."""
    fee: Bps = attrs.field(default=1_000, validator=part_of_one)
    """The protocol's part of it, taken in shares."""
    frame: Seconds = attrs.field(default=DAY_SECONDS, validator=positive)
    """Time between two reports."""
    first_report: Seconds | None = attrs.field(default=None, validator=not_negative)
    """When the first is due; left out: a frame after the start."""
    buffer: Amount | None = attrs.field(default=None, validator=not_negative)
    """Money at hand when the run begins; the rest is with validators. Left out: none."""
    reserve: Amount | None = attrs.field(default=None, validator=not_negative)
    """Money that reports leave at hand though nobody waits for it; left out: none."""
    exits: Amount = attrs.field(validator=not_negative)
    """Most that validators give back between two reports; 0: redemptions are paid out of new stakes alone."""
    exit_delay: Seconds = attrs.field(default=4 * DAY_SECONDS, validator=not_negative)
    """From the report that asks validators for money to the money; it is taken in at the next report."""
    margin: Seconds = attrs.field(default=7_680, validator=not_negative)
    """A request younger than that at a report waits for the next."""
    most_request: Amount | None = attrs.field(default=None, validator=positive)
    """Worth of the largest request; left out: 1,000 whole."""
    others: Amount | None = attrs.field(default=None, validator=not_negative)
    """Shares of holders who never act."""
    oracle_latency: Latency = attrs.field(factory=lambda: Constant(200 * MILLISECOND))
    """How late its oracle hears and acts."""
    gas_funds: Amount = attrs.field(validator=positive)
    """What its oracle has for gas."""


@attrs.frozen(kw_only=True)
class StableIssuerSpec:
    """``[[stable_issuers]]``: who issues a stable coin and redeems it at par."""

    name: Name
    """What it is called."""
    money: AssetName
    """What backs the coin."""
    coin: AssetName
    """What it issues."""
    reserves: Amount | None = attrs.field(default=None, validator=not_negative)
    """Money it has when the run begins; left out: par of all coins there are."""
    mint_fee: Ppb = attrs.field(default=0, validator=[not_negative, attrs.validators.lt(PPB_ONE)])
    """Taken off the money when it mints."""
    redeem_fee: Ppb = attrs.field(default=0, validator=[not_negative, attrs.validators.lt(PPB_ONE)])
    """Taken off the money when it redeems."""
    delay: Seconds = attrs.field(default=0, validator=not_negative)
    """From a redemption to its money; 0: at once."""
    least: Amount | None = attrs.field(default=None, validator=positive)
    """Fewest coins that it mints or redeems at once; left out: one unit."""
    opens: Seconds = attrs.field(default=0, validator=not_negative)
    """From when it works, after midnight UTC."""
    closes: Seconds = attrs.field(default=DAY_SECONDS, validator=positive)
    """Until when, after midnight UTC."""
    works_weekends: bool = True
    """It works on Saturdays and Sundays too."""
