"""What nothing uses, and why it is there all the same. A line that has become untrue fails a test."""

_HALTS = "a halt here leaves resting orders where they are; for venues that clear their books"
_EXPIRY = "for orders and txs with a last instant; none has one yet"
_REPORTERS = "a reporter is made from its feed's section, which sets what may be set"

EXPLAINED: dict[str, str] = {
    "CancelReason.HALT": _HALTS,
    "CancelReason.EXPIRED": _EXPIRY,
    "Refusal.SUSPENDED": "custody lets transfers wait while it is suspended, and refuses none",
    "CancelReason.NO_FUNDS": "an order's funds are held when it is taken, so none is cancelled for want of them",
    "Motive.CLOSE_OUT": "for margin venues, which close positions out themselves; there is none yet",
    "Motive.SHOCK": "the slices of a metaorder are their owner's own orders, and voluntary",
    "agents.parameters.reporter.poll_interval": _REPORTERS,
    "agents.parameters.reporter.tell_bps": _REPORTERS,
    "agents.parameters.reporter.repeat_after": _REPORTERS,
    "agents.parameters.reporter.offset_bps": _REPORTERS,
}
