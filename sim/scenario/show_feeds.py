"""Feeds that nobody posts to, in words, for ``downtick show``."""

from sim.scenario.quantity import SHARE, TIME
from sim.scenario.spec import feeds as told


def pulled(feed: told.PullFeedSpec) -> str:
    """Return a pull feed in a sentence."""
    publishers = sum(reporter.count for reporter in feed.reporters)
    venues = ", ".join(source.venue for source in feed.sources)
    looks = f"{publishers} publishers look at {venues} ({SHARE.text(feed.pass_through)} of the index)"
    signs = f"sign a price every {TIME.text(feed.sign_interval)}, which whoever needs it brings"
    return f"Feed {feed.name} of {feed.base}/{feed.quote}: {looks} and {signs}."


def derived(feed: told.DerivedFeedSpec) -> str:
    """Return a derived feed in a sentence."""
    return f"Feed {feed.name} is {_made_of(feed)}."


def _made_of(feed: told.DerivedFeedSpec) -> str:
    match feed:
        case told.SpotSpec():
            return f"what {feed.amm} trades {feed.base} for {feed.quote} at, at the moment of the read"
        case told.TwapSpec():
            return f"the mean of {feed.amm} over {TIME.text(feed.window)}, {feed.base} in {feed.quote}"
        case told.MedianSpec():
            return f"the median of {', '.join(feed.feeds)}"
        case told.BoundedSpec():
            return f"{feed.feed}, {' and '.join(_bounds(feed))}"
        case told.ProductSpec():
            return f"{' times '.join(feed.feeds)}"
        case told.ClaimRateSpec():
            return f"what a share of {feed.issuer} is worth by its own rate"
        case told.HardWiredSpec():
            return f"wired to {feed.price}"
        case told.GuardedSpec():
            otherwise = f"; else {feed.fallback}" if feed.fallback else "; else it refuses"
            return f"{feed.feed}, {', '.join(_asks(feed))}{otherwise}"


def _bounds(feed: told.BoundedSpec) -> list[str]:
    found = []
    if feed.anchor is not None and feed.deviation is not None:
        beyond = "no further than" if feed.beyond == "bound" else "believed within"
        found.append(f"{beyond} {SHARE.text(feed.deviation)} of {feed.anchor}")
    return found + ([f"growing at most {SHARE.text(feed.growth)} a year"] if feed.growth is not None else [])


def _asks(feed: told.GuardedSpec) -> list[str]:
    asked = [f"no older than {TIME.text(feed.max_age)}"] if feed.max_age is not None else []
    asked += [f"{TIME.text(feed.grace)} after the chain came up again"] if feed.grace is not None else []
    asked += [f"with a confidence of at most {SHARE.text(feed.max_uncertainty)}"] if feed.max_uncertainty is not None else []
    return asked + (["less its confidence"] if feed.takes == "low" else [])
