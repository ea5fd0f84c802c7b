"""The exam of a metric: several tapes, read in one piece and in many, twice, under a watch; and what did not hold.

``sit_metric(MyMetric)``, or with a function that makes one of facts. It reads no clock and gives the same report each time. Figures are
held equal to a part in 10^9, for sums of floats in another sequence differ in their last digits. Left out: whether the metric measures
what it says, and what can only be seen from outside its process (``sim.testing.metric_sitting``).
"""

from __future__ import annotations

import copy
import gc
import hashlib
import json
import traceback
import tracemalloc
from collections.abc import Callable, Iterable
from typing import Any

import attrs

from sim.cascade import Stretch
from sim.cascade.stretch import rows_of
from sim.errors import LimitReached, MetricError
from sim.facts import Facts
from sim.metrics.registry import called, lacks, parameters_of
from sim.plugins import place_of
from sim.scenario.convert import unstructure
from sim.scenario.metric_parameters import structured, table_of
from sim.storage.memory import MemoryPart
from sim.testing.metric_claims import METRIC_CLAIMS, MetricReport
from sim.testing.metric_tapes import ExamTape, bare, large, quiet, sheetless, small
from sim.testing.parting import Outcome, bad_tables, not_json, parting
from sim.testing.patches import Snapshot
from sim.testing.source import readings
from sim.testing.watch import Refused, Watch
from sim.testing.whereabouts import file_of, home_of, where_it_failed

MOST_LINES = 1_000_000
"""Of the metric's own Python, on one tape."""
PIECES = (101,)
"""Entries of a stretch, of the tapes that are too long to be cut at every entry."""
DENSE = 4
MOST_BYTES_AN_ENTRY = 1.0
"""What a metric may keep of every further entry in the same time: eight bytes of every order are four times as much."""
MakeMetric = Callable[[Facts], Any]


@attrs.define
class MetricExam:
    """One sitting."""

    make: MakeMetric
    before: Snapshot = attrs.field(factory=Snapshot.take)
    report: MetricReport = attrs.field(init=False)
    _cls: type[Any] = attrs.field(init=False, default=object)
    _watch: Watch = attrs.field(init=False)
    _is_stuck: bool = attrs.field(init=False, default=False)
    """It did not come to an end: further tapes would only take as long."""

    def sit(self) -> MetricReport:
        """Return what came of it."""
        if self._has_shape():
            for claim, found, line in readings(self._cls):
                self.report.add(claim, "read its file", f"{found} in line {line}", f"{file_of(self._cls)}:{line}")
            self._examine()
            for seen in self._watch.seen.values():
                self.report.add(seen.claim, "watched it read a tape", seen.what, seen.where)
        for name in self.before.changed():
            self.report.add("patches", "compared the simulator's names before and after", f"{name} is another one now")
        self.report.findings.sort(key=lambda each: list(METRIC_CLAIMS).index(each.claim))
        return self.report

    def _has_shape(self) -> bool:
        made_of: Any = getattr(self.make, "func", self.make)
        name = getattr(made_of, "__name__", "the metric")
        self.report, self._watch = MetricReport(name), Watch("")
        try:
            self._cls = made_of if isinstance(made_of, type) else type(self.make(bare().facts))
        except Exception as failure:  # A stranger's code: whatever it raises is told.
            self.report.add("shape", "made it of facts", f"it raises {type(failure).__name__}: {failure}")
            return False
        missing = list(lacks(self._cls))
        for found in missing[:1]:
            self.report.add("shape", "looked at the class", found, place_of(self._cls))
        self._watch = Watch(home_of(self._cls), most_lines=MOST_LINES)
        return not missing

    def _examine(self) -> None:
        self._read_parameters()
        whole = small()
        first = self._live(whole, whole.whole(), "life", is_watched=True)
        if first is None:
            return
        self._judge(first, whole)
        self._asked_again(whole, first)
        self._cut(whole, first, (1,))
        for tape, claim in ((bare(), "bare"), (sheetless(), "bare"), (ExamTape("a tape without entries", whole.facts, {}, 0), "empty")):
            found = None if self._is_stuck else self._live(tape, tape.whole() if tape.last_seq else _nothing(), claim)
            if found is not None:
                self._judge(found, tape)
        # Larger tapes are for what the small ones do not show.
        for tape in (large(), quiet()) if self.report.has_passed else ():
            found = None if self._is_stuck else self._live(tape, tape.whole(), "life", is_watched=tape.last_seq < 4_000)
            if found is not None:
                self._judge(found, tape)
                self._cut(tape, found, PIECES)
        if not self.report.is_about("life"):
            self._weigh()

    def _read_parameters(self) -> None:
        """See whether its parameters can be written and read."""
        tried, facts = "its parameters written as a command line would say them, and read again", bare().facts
        names = [each.name for each in parameters_of(self._cls)]
        try:
            made = self._cls(facts)
            written = unstructure(table_of(self._cls)(**{name: getattr(made, name) for name in names}))
            again = self._cls(facts, **structured(self._cls, written, called(self._cls)))
        except Exception as failure:  # A stranger's code: whatever it raises is told.
            self.report.add("parameters", tried, f"they do not read back: {failure}", place_of(self._cls))
            return
        for name in names:
            if getattr(made, name) != getattr(again, name):
                found = f"{name} reads back as {getattr(again, name)!r}, not {getattr(made, name)!r}"
                self.report.add("parameters", tried, found, place_of(self._cls))

    def _live(self, tape: ExamTape, pieces: Iterable[Stretch], claim: str, is_watched: bool = False, how: str = "") -> Outcome | None:
        """Let it read a tape; return None, with a finding, when it raises. What it reads must be afterwards as it was."""
        facts, kept, at = copy.deepcopy(tape.facts), [], place_of(self._cls)

        def read() -> Outcome:
            metric = opened(self.make(facts), tape)
            for stretch in pieces:
                kept.append(stretch)
                metric.take(stretch)
            return Outcome.of(metric)

        try:
            outcome = self._watched(read) if is_watched else self._watch.run(read, is_metered=claim != "cuts")
        except (Exception, SystemExit) as failure:  # A stranger's code: whatever it raises is told.
            self._note_raised(failure, claim, f"{tape.said}{how}")
            return None
        if facts != tape.facts:
            self.report.add(
                "mutation", f"compared the facts before and after it read {tape.said}", "the facts changed", place_of(self._cls)
            )
        if is_watched and (changed := next(filter(None, map(changed_of, kept)), "")):
            self.report.add("mutation", f"compared what it was handed before and after it read {tape.said}", changed, at)
        return outcome

    def _watched(self, read: Callable[[], Outcome]) -> Outcome:
        with self._watch.watching():
            return self._watch.run(read)

    def _note_raised(self, failure: BaseException, claim: str, said: str) -> None:
        where = where_it_failed(failure, self._watch.own, place_of(self._cls))
        trace = "".join(traceback.format_exception(failure))
        if isinstance(failure, Refused):
            return  # The watch has seen it.
        if isinstance(failure, LimitReached):
            self._is_stuck = True
            self.report.add("lines", f"read {said}", f"it ran more than {MOST_LINES} lines of its own", where, trace)
        elif isinstance(failure, ValueError) and "read-only" in str(failure):
            self.report.add("mutation", f"read {said}", f"it writes into a column: {failure}", where, trace)
        else:
            self.report.add(claim, f"read {said}", f"it raises {type(failure).__name__}: {failure}", where, trace)

    def _judge(self, found: Outcome, tape: ExamTape) -> None:
        """Look at figures and tables."""
        for claim, told in (("json", not_json(found.figures)), ("tables", bad_tables(found.tables))):
            if told:
                self.report.add(claim, f"read {tape.said}", told, place_of(self._cls))
        if found.parting and not self.report.is_about("json"):
            self.report.add("twice", f"read {tape.said}, and asked twice", f"asked again it says otherwise: {found.parting}")

    def _asked_again(self, tape: ExamTape, first: Outcome) -> None:
        again = self._live(tape, tape.whole(), "twice", how=" a second time")
        if again is not None and (told := parting(first, again)):
            self.report.add("twice", f"read {tape.said} twice", told, place_of(self._cls))

    def _cut(self, tape: ExamTape, whole: Outcome, sizes: Iterable[int]) -> None:
        for size in sizes:
            if self._is_stuck:
                return
            how = f" in stretches of {size} entries" if size > 1 else " cut at every entry"
            cut = self._live(tape, tape.cut(size), "cuts", how=how)
            if cut is not None and (told := parting(whole, cut)):
                self.report.add("cuts", f"read {tape.said} in one piece, and{how}", told, place_of(self._cls))

    def _weigh(self) -> None:
        """See whether it keeps more where more is quoted and traded: a quiet minute once, and the same several times over in a minute."""
        tape = quiet()
        before, sizes = 0, []
        was_tracing = tracemalloc.is_tracing()
        tracemalloc.start()
        try:
            metric = opened(self.make(tape.facts), tape)
            for slot, times in enumerate((1, 1, DENSE)):
                minute = tape.times_over(times, slot, before)
                before += times * tape.last_seq
                metric.take(minute)
                metric.take(Stretch(MemoryPart(before + 1, before, {})))  # What is kept of the last stretch alone is no growth.
                del minute
                gc.collect()
                sizes.append(tracemalloc.get_traced_memory()[0])
        except (Exception, SystemExit):  # The same minute again and again is no market: what it raises is not held against it.
            return
        finally:
            if not was_tracing:
                tracemalloc.stop()
        more = (sizes[2] - sizes[1]) - (sizes[1] - sizes[0])
        each = more / ((DENSE - 1) * tape.last_seq)
        if each > MOST_BYTES_AN_ENTRY:
            tried = f"read {tape.said} three times, ten minutes apart, the third of them {DENSE} times over in one minute"
            found = f"it keeps {each:.1f} bytes of every further entry, {MOST_BYTES_AN_ENTRY:g} at most are allowed"
            self.report.add("memory", tried, found, place_of(self._cls))


def _nothing() -> list[Stretch]:
    return [Stretch(MemoryPart(1, 0, {}))]


def opened(metric: Any, tape: ExamTape) -> Any:
    """Return a metric that was handed the accounts that came in bulk, if it wants them."""
    if callable(opens := getattr(metric, "open", None)):
        opens(tape.listed)
    return metric


def changed_of(stretch: Stretch) -> str:
    """Say what of a stretch is other than it was; empty where nothing is."""
    for record, columns in stretch._read.items():
        fresh = Stretch(stretch.part).columns(record)
        if list(columns) != list(fresh) or any(len(columns[name]) != len(fresh[name]) for name in fresh):
            return f"the columns of {record.__name__} are others now"
    for records, rows in stretch._rows.items():
        if sorted(rows) != sorted(row for record in records for row in rows_of(record, Stretch(stretch.part).columns(record))):
            return f"the rows of {', '.join(record.__name__ for record in records)} are others now"
    return ""


def sit_metric(make: MakeMetric) -> MetricReport:
    """Return the report of an exam of a metric's class, or of a function that makes one of facts. Cost: a second or two."""
    return MetricExam(make).sit()


def check_metric(make: MakeMetric) -> None:
    """Examine a metric's class, or what a function makes of facts. Raises MetricError with every claim that does not hold."""
    report = sit_metric(make)
    if not report.has_passed:
        said = [f"{report.name}: {each.claim}: {each.found}{f' (at {each.where})' if each.where else ''}" for each in report.findings]
        raise MetricError("\n".join(said))


def said_by_metric(make: MakeMetric) -> str:
    """Return a digest of everything a metric says of the tapes: equal in every process. What it raises ends a tape."""
    digest, watch = hashlib.sha256(), Watch("", most_lines=MOST_LINES)
    for tape in (small(), bare()):

        def read(tape: ExamTape = tape) -> Outcome:
            metric = opened(make(tape.facts), tape)
            for stretch in tape.cut(101):
                metric.take(stretch)
            return Outcome.of(metric)

        try:
            found = watch.run(read)
            digest.update(json.dumps([found.figures, found.tables], default=str).encode())
        except (Exception, SystemExit) as failure:
            digest.update(type(failure).__name__.encode())
    return digest.hexdigest()
