"""A process that is spoken with line by line: one line to it, one line from it, in turn.

It is held to a limit of memory and of computing time, and to the patience of whoever waits for it. What it may do on its own computer
(files, connections) only its operating system can say. Left out: Windows, which has neither the limits nor the pipes.
"""

import contextlib
import os
import resource
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial

import attrs

from sim.errors import Unresponsive

PATIENCE = 60
"""Seconds of wall time in which nothing comes, after which the run is given up."""
MEMORY = 4 * 2**30
"""Bytes of address space."""
PROCESSOR_SECONDS = 3_600
"""Of computing, over its life."""
MOST_LINE = 64 * 2**20
"""Bytes of one line."""


class Ended(Exception):
    """The process ended, or speaks without end."""


@attrs.define(eq=False, repr=False)
class Process:
    """One process and both its pipes."""

    popen: "subprocess.Popen[bytes]"
    patience: int = PATIENCE
    _heard: bytearray = attrs.field(factory=bytearray)

    @classmethod
    def start(cls, program: tuple[str, ...], patience: int = PATIENCE) -> "Process":
        """Start a program. Raises OSError where there is none."""
        popen = subprocess.Popen(
            program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": "0"},
            preexec_fn=_hold,
            start_new_session=True,  # Ctrl-C is for the run, which ends it.
        )
        for pipe in (popen.stdin, popen.stdout):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)
        return cls(popen, patience)

    def exchange(self, line: str) -> str:
        """Say a line and return the next that is said. Raises Ended, and Unresponsive after too long a silence."""
        assert self.popen.stdin is not None
        rest = memoryview(f"{line}\n".encode())
        while rest:
            _, writable = self._wait(is_writing=True)
            if writable:
                try:
                    rest = rest[os.write(self.popen.stdin.fileno(), rest) :]
                except BrokenPipeError:
                    raise self._ended() from None
        while (end := self._heard.find(b"\n")) < 0:
            self._wait(is_writing=False)
        said = bytes(self._heard[:end])
        del self._heard[: end + 1]
        return said.decode(errors="replace")

    def close(self) -> None:
        """End the process."""
        for pipe in (self.popen.stdin, self.popen.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # The other end may be gone; what was left to flush is nobody's.
                    pipe.close()
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()

    def _wait(self, is_writing: bool) -> tuple[bool, bool]:
        """Wait until there is something to read (and take it in) or room to write; return which."""
        stdin, stdout = self.popen.stdin, self.popen.stdout
        assert stdin is not None and stdout is not None
        readable, writable, _ = select.select([stdout], [stdin] if is_writing else [], [], self.patience)
        if not readable and not writable:
            raise Unresponsive(f"it has said nothing for {self.patience} s")
        if readable:
            self._take(stdout.fileno())
        return bool(readable), bool(writable)

    def _take(self, pipe: int) -> None:
        more = os.read(pipe, 2**20)
        if not more:
            raise self._ended()
        self._heard += more
        if len(self._heard) > MOST_LINE:
            raise Ended(f"it said more than {MOST_LINE} bytes at once")

    def _ended(self) -> Exception:
        code: int = self.popen.wait()
        if code == -signal.SIGXCPU:
            return Unresponsive(f"it computed for more than {PROCESSOR_SECONDS} s")
        return Ended(f"its process was ended by {signal.Signals(-code).name}" if code < 0 else f"its process ended with code {code}")


def python(module: str) -> tuple[str, ...]:
    """Return the program that runs a module with this Python."""
    return (sys.executable, "-m", module)


def _hold() -> None:
    """Hold the process that is about to begin to its limits."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))


Starter = Callable[[], Process]
"""Makes a process, again for each fork."""


def starter(program: tuple[str, ...], patience: int = PATIENCE) -> Starter:
    """Return what starts a program."""
    return partial(Process.start, program, patience)
