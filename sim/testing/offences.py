"""What a strategy must not do while it decides, and by which sign Python tells of it.

Two signs: a call of a function written in C (``sys.setprofile`` names the function, however it was imported), and an audit event
(``sys.addaudithook``; PEP 578), which can also be refused. Each maps to a claim of the exam and to words for what was done.
"""

from typing import Any

CLOCK_MODULE = "time"
CLOCKS = (
    *("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "process_time_ns"),
    *("thread_time", "thread_time_ns", "clock_gettime", "clock_gettime_ns", "localtime", "gmtime", "ctime", "strftime", "asctime"),
)
TODAY = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "now", "utcnow", "today")
WALKERS = {("gc", "get_objects"), ("gc", "get_referrers"), ("gc", "get_referents"), ("sys", "_getframe"), ("sys", "_current_frames")}
TRACERS = {("sys", "settrace"), ("sys", "setprofile"), ("sys", "addaudithook"), ("_signal", "signal"), ("sys", "setrecursionlimit")}


def offence_of_call(function: Any, is_own: bool) -> tuple[str, str] | None:
    """Return the claim that a call of a C function breaks, and what was done; None for one that is harmless.

    ``is_own``: it is called by the strategy's own file, not by a library on its behalf.
    """
    module, name = getattr(function, "__module__", None) or "", getattr(function, "__qualname__", "")
    owner = getattr(function, "__self__", None)
    if module == CLOCK_MODULE and name in CLOCKS:
        return "clock", f"it reads the clock with time.{name}"
    if isinstance(owner, type) and owner.__module__ == "datetime" and name in TODAY:
        return "clock", f"it reads the clock with {owner.__qualname__}.{name.rpartition('.')[2]}"
    if any(each.__module__ == "random" for each in type(owner).__mro__):
        return "dice", f"it draws from random ({name})"
    if (module, name) in (("posix", "urandom"), ("nt", "urandom"), ("posix", "getrandom")):
        return "dice", f"it draws from os.{name}"
    if module == "_thread" and name.startswith("start_"):
        return "processes", "it starts a thread"
    if is_own and module == "builtins" and name in ("id", "hash"):
        return "addresses", f"it calls {name}(), which another process answers otherwise"
    if is_own and (module, name) in WALKERS:
        return "peeks", f"it looks around with {module}.{name}"
    if is_own and (module, name) in TRACERS:
        return "patches", f"it calls {module.strip('_')}.{name}"
    return None
