"""Times as files write them, as whole nanoseconds since 1970: ISO 8601, or epoch seconds, milliseconds, micro- or nanoseconds.

Promised: exact, or refused. A time without a zone is UTC. An epoch number's unit is told by its digits: up to 11 are seconds, up
to 14 milliseconds, up to 17 microseconds, more are nanoseconds (so before 1973 milliseconds are not understood, and no market is).
"""

import re
from datetime import UTC, datetime

from sim.units import DAY, MICROSECOND, MILLISECOND, NANOSECOND, SECOND, Nanos, Seconds

UnixNanos = int
"""Nanoseconds since 1970-01-01T00:00:00Z."""

_EPOCH = re.compile(r"(\d{1,19})(?:\.(\d{1,9})0*)?")
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?)(?:\.(\d{1,9})0*)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_START = datetime(1970, 1, 1, tzinfo=UTC)


def parse_instant(text: str) -> UnixNanos:
    """Return a written time. Raises ValueError, saying what would do, when it is none or finer than a nanosecond."""
    text = text.strip()
    if found := _EPOCH.fullmatch(text):
        return _epoch(found[1], found[2] or "")
    if found := _ISO.fullmatch(text):
        return _iso(found[1], found[2] or "", found[3] or "Z")
    raise ValueError("write it as 2020-03-12T10:30:00 (UTC) or as epoch seconds or milliseconds")


def iso(instant: UnixNanos) -> str:
    """Return a time as ``2020-03-12T10:30:00Z``, with its fraction where there is one."""
    seconds, fraction = divmod(instant, SECOND)
    moment = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{moment}{'.' + f'{fraction:09d}'.rstrip('0') if fraction else ''}Z"


def since(epoch: Seconds, instant: UnixNanos) -> Nanos:
    """Return a time as an instant of a run whose zero is at ``epoch``; negative before it."""
    return instant - epoch * SECOND


def span(nanos: Nanos) -> str:
    """Return a span in words: ``11 h 30 min``."""
    hours, rest = divmod(nanos, 3600 * SECOND)
    minutes, rest = divmod(rest, 60 * SECOND)
    seconds, part = divmod(rest, SECOND)
    fraction = f".{part:09d}".rstrip("0") if part else ""
    parts = [(hours, f"{hours} h"), (minutes, f"{minutes} min"), (seconds or part, f"{seconds}{fraction} s")]
    return " ".join(words for value, words in parts if value) or "0 s"


def _epoch(whole: str, fraction: str) -> UnixNanos:
    digits = len(whole)
    unit = SECOND if digits <= 11 else MILLISECOND if digits <= 14 else MICROSECOND if digits <= 17 else NANOSECOND
    part, finer = divmod(int(f"{fraction:0<9}") * unit, SECOND)
    if finer:
        raise ValueError("it is finer than a nanosecond; round it")
    return int(whole) * unit + part


def _iso(moment: str, fraction: str, zone: str) -> UnixNanos:
    try:
        read = datetime.fromisoformat(moment + zone if len(moment) > 10 else f"{moment}T00:00:00{zone}")
    except ValueError:
        raise ValueError("there is no such date or time; write it as 2020-03-12T10:30:00 (UTC)") from None
    since_start = read - _START
    return since_start.days * DAY + since_start.seconds * SECOND + int(f"{fraction:0<9}")
