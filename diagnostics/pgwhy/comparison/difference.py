"""Two runs side by side: where they part, which facts differ, and the rule that explains it. Pure.

"It works on my laptop and not in CI" is answered by the first stage at which the runs part, and by what differs there
or before. What differs from run to run of one machine (times, ports, addresses of one pool) is told apart from that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pgwhy.facts import Vocabulary, to_plain
from pgwhy.finding import Finding, Report
from pgwhy.probes import STAGE_OF
from pgwhy.progress import Stage, row
from pgwhy.values import dataclass, replace


@dataclass(frozen=True)
class Difference:
    """One fact that the two runs saw differently."""

    fact: str
    meaning: str
    """What the fact says; empty where only a newer version knows it."""
    stage: Stage
    left: Any
    """As JSON holds it; `None`: that run did not observe it."""
    right: Any
    explains: bool = False
    """The explaining rule rests on it."""
    follows: bool = False
    """It comes after the parting: a later stage, or something that only one run got to see."""


@dataclass(frozen=True)
class Comparison:
    """What two runs have in common, and what not."""

    parts: bool
    """They end differently: another status, another cause, or another stage."""
    stage: Stage | None
    """The first stage at which they go different ways; `None`: they do not."""
    differences: tuple[Difference, ...]
    """Those that can matter, in the order of the stages; those on which the explaining rule rests first, and those that
    only follow from the others last."""
    incidental: tuple[Difference, ...]
    """Those that do not: each run has its own."""
    explained_by: Finding | None
    """The first error of the run that fails where the other one gets further; `None`: no rule explains it."""
    failing: str = ""
    """`left` or `right`: the run that it is about; empty without one."""


def compare(left: Report, right: Report, vocabulary: Vocabulary) -> Comparison:
    """Of two reports, saved or fresh."""
    finding, failing = _explaining(left, right)
    evidence = {each.fact for each in finding.evidence} if finding else set()
    matter: list[Difference] = []
    incidental: list[Difference] = []
    for difference in _differences(left, right, vocabulary, evidence):
        same = _essence(difference.fact, difference.left) == _essence(difference.fact, difference.right)
        (incidental if same or _is_incidental(difference.fact, left, right) else matter).append(difference)
    stage = _parting(left, right)
    matter = [replace(each, follows=_follows(each, stage)) for each in matter]
    matter.sort(key=lambda each: (not each.explains, each.follows, each.stage.order))
    ends = [(run.verdict.status, run.verdict.cause, run.verdict.stage) for run in (left, right)]
    return Comparison(
        parts=ends[0] != ends[1],
        stage=stage,
        differences=tuple(matter),
        incidental=tuple(incidental),
        explained_by=finding,
        failing=failing,
    )


def _parting(left: Report, right: Report) -> Stage | None:
    """The first stage whose outcome differs; else that of the verdicts, where only a rule tells them apart."""
    for stage in Stage:  # one that a run did not come to parts nobody: an earlier one did
        for path in row(stage).outcomes:
            told = [run.observations.get(path) for run in (left, right)]
            if None not in told and told[0] != told[1]:
                return stage
    stopped = [run.verdict.stage for run in (left, right)]
    if stopped[0] == stopped[1]:
        return None
    return min((stage for stage in stopped if stage is not None), key=lambda stage: stage.order)


def _follows(difference: Difference, parting: Stage | None) -> bool:
    if difference.explains or parting is None:
        return False
    unseen = difference.left is None or difference.right is None
    return unseen or difference.stage.order > parting.order


def _explaining(left: Report, right: Report) -> tuple[Finding | None, str]:
    """The error of one run that the other one does not have. Of two that fail, that of the one that stops earlier."""
    causes = {"left": left.verdict.cause, "right": right.verdict.cause}
    if causes["left"] == causes["right"]:
        return None, ""
    stops = {name: run.verdict.stage for name, run in (("left", left), ("right", right)) if run.verdict.cause}
    failing = min(stops, key=lambda name: (stops[name] or Stage.CLIENT).order)
    run = left if failing == "left" else right
    return next((finding for finding in run.findings if finding.rule == run.verdict.rule), None), failing


def _differences(left: Report, right: Report, vocabulary: Vocabulary, evidence: set[str]) -> Iterator[Difference]:
    sides = [{name: dict(facts) for name, facts in run.observations.plain().items()} for run in (left, right)]
    for record in dict.fromkeys((*sides[0], *sides[1])):
        names = dict.fromkeys((*sides[0].get(record, {}), *sides[1].get(record, {})))
        for name in names:
            path = f"{record}.{name}"
            values = [to_plain(side.get(record, {}).get(name)) for side in sides]
            if values[0] != values[1]:
                fact = vocabulary.facts.get(path)
                stage = STAGE_OF.get(record, Stage.CONFIG)
                yield Difference(path, fact.meaning if fact else "", stage, values[0], values[1], path in evidence)


def _is_incidental(path: str, left: Report, right: Report) -> bool:
    record, _, name = path.partition(".")
    if name in ("local", "request_id", "expires_in_days") or name.endswith(("_ms", "_offset_s")):
        return True
    if record in ("error", "authentication") and name in ("address", "port"):
        return True  # where one connection of a client went; what the target says is a fact of its own
    if name in ("addresses", "address") or path in _OF_ADDRESSES:
        return _one_pool(left, right)
    return False


def _one_pool(left: Report, right: Report) -> bool:
    """Both reached the same server under other addresses: the same certificate, or as many addresses that answer."""
    chains = [run.observations.get("tls.chain") for run in (left, right)]
    if all(chains):
        return bool(to_plain(chains[0][0]) == to_plain(chains[1][0]))
    outcomes = [(run.observations.get("dns.outcome"), run.observations.get("tcp.outcome")) for run in (left, right)]
    return outcomes[0] == outcomes[1]


def _essence(path: str, value: Any) -> Any:
    """A value without what each run has its own of; of a list of records, the records in any order."""
    if isinstance(value, list):
        parts = [_essence(path, item) for item in value]
        return sorted(parts, key=repr) if any(isinstance(item, dict) for item in value) else parts
    if isinstance(value, dict):
        return {
            key: _essence(path, item)
            for key, item in value.items()
            if key not in _EACH_ITS_OWN and not key.endswith("_ms")
        }
    return value


_EACH_ITS_OWN = frozenset(("ms", "local", "address", "addresses", "port"))
"""Keys inside a list of records."""
_OF_ADDRESSES = frozenset(("tcp.attempts", "dns.hosts", "dns.answers", "dns.hosts_file_addresses"))
