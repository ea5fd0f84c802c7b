"""What the exam claims of a strategy, a sentence each, and how a claim that does not hold is told."""

from collections.abc import Mapping

import attrs

CLAIMS: dict[str, str] = {
    "shape": "it is an attrs class with wakes_on and decide(news, desk)",
    "parameters": "its parameters, written out, read back the same",
    "determinism": "the same news, sights and dice give the same commands",
    "copies": "a copy made on the way goes on alike",
    "hash_order": "another process, with other hashes and addresses, gives the same commands",
    "ordinary": "it lives an ordinary life",
    "flood": "it survives a flood of news",
    "silence": "it survives silence: sources that show nothing",
    "reverts": "it survives that all its txs revert",
    "block_order": "it survives the news of a block in another order",
    "empty_balances": "it survives having nothing",
    "halted_venue": "it survives a halted venue",
    "frozen_oracle": "it survives a frozen oracle",
    "commands": "it answers with commands whose fields hold what they say",
    "reach": "it sends to places it is connected to, from accounts it has",
    "queries": "it asks its desk a bounded number of times in one decision",
    "too_many_commands": "it answers with a bounded number of commands",
    "lines": "it runs a bounded number of lines in one decision",
    "memory": "it takes a bounded amount of memory",
    "clock": "it reads no clock but desk.now",
    "dice": "it draws from no dice but desk.dice",
    "addresses": "it depends on no address and no hash",
    "files": "it touches no files",
    "network": "it opens no connections",
    "processes": "it starts no threads and no processes",
    "peeks": "it looks at nothing but what its desk shows",
    "mutation": "it changes nothing that it is shown",
    "patches": "it changes nothing of the simulator or of Python",
    "survival": "it leaves the exam's process alive, and lets it end",
}
"""By the name that ``--only`` takes, in the sequence in which they are told."""


@attrs.frozen
class Finding:
    """A claim that does not hold."""

    claim: str
    tried: str
    """What the exam did."""
    found: str
    where: str
    """File and line; empty where there is none."""
    remedy: str = ""
    trace: str = ""
    """Python's own account of what was raised."""

    def lines(self, claims: Mapping[str, str] = CLAIMS) -> list[str]:
        """Return it in words, a line each."""
        said = [f"{self.claim}: {claims[self.claim]}", f"  tried   {self.tried}", f"  found   {self.found}"]
        said += [f"  where   {self.where}"] if self.where else []
        return said + ([f"  mend    {self.remedy}"] if self.remedy else [])


REMEDIES: dict[str, str] = {
    "determinism": "keep state in fields of the instance, and know START by news.kind",
    "copies": "keep state in fields that can be copied: no generators, files or lambdas",
    "hash_order": "iterate over lists and dicts, or over sorted(...), never over a set",
    "reach": "take places from desk.connections, and accounts below desk.accounts",
    "queries": "ask once and keep the answer: nothing changes during a decision",
    "too_many_commands": "send fewer; what is left can be sent when WakeMe rings",
    "lines": "end its loop",
    "memory": "keep less: what is old can be forgotten",
    "clock": "there is desk.now",
    "dice": "there is desk.dice",
    "addresses": "use numbers the desk gives: parties, places, seq",
    "files": "give it what it needs as parameters; --allow-files lets it read and write",
    "network": "a run must not depend on who answers",
    "processes": 'decide in decide; isolate = "process" runs the whole strategy in a process of its own',
    "peeks": "use desk's public names; a run in a process of its own shows nothing else",
    "mutation": "copy what it wants to change",
    "patches": "leave other modules as they are",
    "commands": "give whole numbers, and commands of sim.commands",
    "parameters": "take parameters as they are given: converters that change a value run again when it is read back",
}
"""What would do, by claim."""
