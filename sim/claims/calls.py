"""What an issuer of claims may be asked for. Amounts are in units of what is given; whoever asks is who is paid."""

from typing import NamedTuple

from sim.units import Units


class StakeCall(NamedTuple):
    """A call: give money to a staking contract for shares."""

    amount: Units


class RequestRedemptionCall(NamedTuple):
    """A call: give shares of a stake back and wait for their worth."""

    shares: Units


class ClaimRedemptionCall(NamedTuple):
    """A call: be paid what a request was about; only its owner may ask."""

    request: int


class ReportStakeCall(NamedTuple):
    """A call: tell a staking contract what its validators have; only its oracle may, once in a frame.

    It carries nothing: what validators have is the world's own knowledge, and reporters here neither err nor lie about it.
    """


class MintStableCall(NamedTuple):
    """A call: pay money to an issuer for a stable coin at par, less its fee."""

    amount: Units


class RedeemStableCall(NamedTuple):
    """A call: give a stable coin back for money at par, less the issuer's fee."""

    amount: Units
