"""What the exam claims of a metric, a sentence each, and what would mend a claim that does not hold."""

from typing import Any

import attrs

from sim.testing.claims import Finding

METRIC_CLAIMS: dict[str, str] = {
    "shape": "it is an attrs class made of facts, with take(stretch), figures() and perhaps tables(name)",
    "parameters": "its parameters have defaults, which can be written on a command line and read back",
    "life": "it reads the tape of a market and says its figures",
    "empty": "it says its figures of a tape without entries",
    "bare": "it says its figures of a tape without venues, pools and feeds, and of one without balance sheets",
    "json": "its figures are ready for JSON",
    "tables": "its tables are rectangular: columns of one length, of numbers, text, claims and what is missing",
    "twice": "the same tape gives the same figures and tables, and asking twice gives them again",
    "cuts": "a tape in one piece and the same cut anywhere give the same figures and tables",
    "hash_order": "another process, with other hashes and addresses, gives the same figures and tables",
    "memory": "it keeps no more where more is quoted and traded in the same time",
    "lines": "it comes to an end",
    "mutation": "it changes nothing of what it reads: neither columns nor rows nor facts",
    "clock": "it reads no clock but the tape's at_ns",
    "dice": "it draws from no dice",
    "addresses": "it depends on no address and no hash",
    "files": "it touches no files",
    "network": "it opens no connections",
    "processes": "it starts no threads and no processes",
    "peeks": "it looks at nothing but what it is handed",
    "patches": "it changes nothing of the simulator or of Python",
    "survival": "it leaves the exam's process alive, and lets it end",
}
"""By the name that ``--only`` takes, in the sequence in which they are told."""

METRIC_REMEDIES: dict[str, str] = {
    "parameters": "give fields types of sim.units, whole numbers, text or claims; what it keeps in mind are fields with init=False",
    "empty": "a median, a maximum and a division need something: say None where there was nothing",
    "bare": "go over facts.venues, facts.pools, facts.feeds and facts.sheets: there may be none",
    "json": "give int(...) and float(...) of numpy's numbers, None for what is not a number, text as keys",
    "tables": "give a value to every column in every row; None is a value",
    "twice": "keep state in fields of the instance, and work figures out without using them up",
    "cuts": "keep what stood at the end of a stretch for the next: the last quote, what is still open; sums exactly, with integers",
    "hash_order": "iterate over lists and dicts, or over sorted(...), never over a set",
    "memory": "fold: keep sums, counts and what is still open, not every quote and order",
    "lines": "end its loop, and work on columns with numpy where entries are many",
    "mutation": "copy what it wants to change: columns.copy(), list(rows)",
    "clock": "instants are on the tape: at_ns",
    "dice": "a figure that needs dice draws from a stream of sim.streams, seeded by a parameter",
    "addresses": "use numbers the tape gives: parties, places, seq",
    "files": "give it what it needs as parameters",
    "network": "a figure must not depend on who answers",
    "processes": "reckon in take and figures",
    "patches": "leave other modules as they are",
}
"""What would do, by claim."""


@attrs.define
class MetricReport:
    """What came of a metric's exam."""

    name: str
    findings: list[Finding] = attrs.field(factory=list)

    @property
    def has_passed(self) -> bool:
        """Nothing was found."""
        return not self.findings

    def add(self, claim: str, tried: str, found: str, where: str = "", trace: str = "") -> None:
        """Add a finding, unless the claim has been broken already: the first is told."""
        if not self.is_about(claim):
            self.findings.append(Finding(claim, tried, found, where, METRIC_REMEDIES.get(claim, ""), trace))

    def is_about(self, claim: str) -> bool:
        """Say whether a claim was found broken."""
        return any(each.claim == claim for each in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return {"metric": self.name, "passed": self.has_passed, "findings": [attrs.asdict(each) for each in self.findings]}
