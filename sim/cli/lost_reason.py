"""What `lost` finds: a reason in a word and in a sentence."""

import attrs

from sim.vocabulary import Refusal


@attrs.frozen
class Reason:
    """Why one race was lost."""

    word: str
    """``outbid``, ``tied``, ``behind``, ``behind_a_bundle``, ``sealed_bid_too_low``, ``bundle_failed``, ``bundle_missed_its_block``,
    ``bundle_late``, ``left_out``, ``stuck``, ``under_base_fee``, ``late``, ``no_funds``, ``declined``, ``shared`` or ``silent``; of an
    English auction ``outbid``, ``bids_refused`` or ``no_bid``."""
    told: str


def refused(reason: int) -> str:
    """Return why a machine said no, in words."""
    return Refusal(reason).name.lower().replace("_", " ") if reason else "none"
