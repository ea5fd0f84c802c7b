"""What reaches out of a process: audit events (PEP 578) of files, connections, processes; and refusing them for good.

Python lets no audit hook be taken out again, so what a process of its own may not do it cannot be talked into. Left out: reaching out
by C code that tells no audit event, and threads, which reach nowhere.
"""

import sys
from functools import lru_cache
from types import FrameType
from typing import Any

AUDITED: tuple[tuple[str, str], ...] = (
    ("open", "files"),
    ("os.fork", "processes"),
    ("os.exec", "processes"),
    ("os.spawn", "processes"),
    ("os.posix_spawn", "processes"),
    ("os.system", "processes"),
    ("os.kill", "processes"),
    ("pty.spawn", "processes"),
    ("subprocess.", "processes"),
    ("_thread.start", "processes"),
    ("os.", "files"),
    ("shutil.", "files"),
    ("tempfile.", "files"),
    ("glob.", "files"),
    ("sqlite3.", "files"),
    ("mmap.", "files"),
    ("socket.", "network"),
    ("urllib.", "network"),
    ("http.", "network"),
    ("ftplib.", "network"),
    ("smtplib.", "network"),
    ("ctypes.", "peeks"),
    ("time.sleep", "clock"),
)
"""Beginnings of audit events with what they are; the first that fits counts."""


@lru_cache(maxsize=1_000)
def reach_of(event: str) -> str:
    """Return what an audit event reaches for: files, processes, network, peeks (memory), clock; empty for none of them.

    Answers are remembered: Python tells an event for every look at a frame.
    """
    return next((reach for beginning, reach in AUDITED if event.startswith(beginning)), "")


def is_importing(frame: FrameType | None) -> bool:
    """Say whether something is being imported: that reads files, and is no doing of who is watched. Cost: the depth of the stack."""
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


def forbid_reaching_out() -> None:
    """Refuse files, connections and processes in this process from now on; imports may still read."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    reach = reach_of(event)
    if not reach or (reach == "files" and (is_importing(sys._getframe(1)) or _is_told_of(sys._getframe(1)))):
        return
    raise PermissionError(f"{event} is refused to a strategy in a process of its own")


def _is_told_of(frame: FrameType | None) -> bool:
    """Say whether a failure is being told: that reads the source for its line."""
    while frame is not None:
        if frame.f_code.co_name == "where_of" and frame.f_code.co_filename.endswith("blame.py"):
            return True
        frame = frame.f_back
    return False
