"""The rules: what each says, and which of them hold in a run.

A rule is data (rules/**/*.toml; rules/README.md tells how to write one): loading runs no code, so a team can keep its
own. The built-in ones come from their compiled form where it is current; a file that is not in it is read strictly.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from pgwhy import shipped
from pgwhy.facts import Observations, Vocabulary
from pgwhy.rulebook import compiled
from pgwhy.rulebook.compiled import RuleError as RuleError
from pgwhy.rulebook.compiled import RuleFile, RuleProblem, Said
from pgwhy.rulebook.conditions import Answer, FactCache, any_of
from pgwhy.rulebook.index import Index, index_of
from pgwhy.rulebook.match import Match
from pgwhy.rulebook.rule import Rule, rule_of
from pgwhy.shipped.digest import sha256
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Rulebook:
    """All rules, in the order of their ids."""

    rules: tuple[Rule, ...]
    digest: str
    """SHA-256, hex, over every rule's id and bytes: which rules a report was made with."""

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    def __getitem__(self, id: str) -> Rule:
        return self._by_id[id]

    def __contains__(self, id: str) -> bool:
        return id in self._by_id

    def ask(self, observations: Observations) -> tuple[Match, ...]:
        """Every rule that says yes or cannot tell, in the order of their ids."""
        facts = FactCache(observations)
        held = []
        for rule in self.rules:
            answer = any_of(rule.when, facts)
            if answer is not Answer.NO:
                held.append(Match(rule, answer, facts))
        return tuple(held)

    def matches(self, observations: Observations) -> tuple[Match, ...]:
        """Every rule that says yes, in the order of their ids: what `ask` says, and much sooner where little is known.

        An error text alone is asked of by hundreds of words and by few facts, and a backlog has many such texts.
        """
        facts = FactCache(observations)
        known = observations.known
        if known not in self._plans:
            self._plans[known] = index_of(self.rules, known)
        return tuple(Match(self.rules[number], Answer.YES, facts) for number in self._plans[known].matches(facts))

    @cached_property
    def _plans(self) -> dict[frozenset[str], Index]:
        return {}

    @cached_property
    def _by_id(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.rules}


def load(
    vocabulary: Vocabulary | Callable[[], Vocabulary], *folders: Path, repairs: Collection[str] | None = None
) -> Rulebook:
    """The built-in rules, and those of more folders. Raises `RuleError` as `from_folders`.

    A rulebook is made once in a process, and again only if a file changed. Of the built-in files only what the file
    system says of them is compared; those of other folders are read each time, and compared by their bytes.
    """
    ours = shipped.built_in()
    with _LOADING:  # who asks at the same time waits for the one that is being made
        theirs, problems = compiled.of_folders(folder for folder in folders if folder.resolve() != ours.resolve())
        read = tuple((file.id, file.place, file.hash) for file in theirs)
        key = compiled.state(ours), read, vocabulary, None if repairs is None else frozenset(repairs)
        made = None if problems else _LOADED.pop(key, None)
        if made is None:
            files, wrong = compiled.of_folders([ours])
            known = compiled.compiled()
            made = from_files(vocabulary, [*files, *theirs], [*wrong, *problems], repairs=repairs, known=known)
        _LOADED[key] = made  # last, for the first is the one to go
        if len(_LOADED) > MOST_LOADED:
            del _LOADED[next(iter(_LOADED))]
    return made


MOST_LOADED = 8
"""Rulebooks that a process keeps."""
_LOADING = allocate_lock()
_LOADED: dict[Hashable, Rulebook] = {}


def from_folders(
    vocabulary: Vocabulary | Callable[[], Vocabulary],
    *folders: Path,
    repairs: Collection[str] | None = None,
    known: Mapping[str, Mapping[str, Any]] | None = None,
) -> Rulebook:
    """The rules of these folders. `RuleError` names everything that is wrong with any of the files.

    `repairs` are the names that a change's `repair` may have (`None`: any). `known` says what files of these hashes
    hold; every other file is parsed and checked, and only then is the vocabulary asked for.
    """
    return from_files(vocabulary, *compiled.of_folders(folders), repairs=repairs, known=known)


def from_files(
    vocabulary: Vocabulary | Callable[[], Vocabulary],
    files: Iterable[RuleFile],
    problems: Iterable[RuleProblem] = (),
    *,
    repairs: Collection[str] | None = None,
    known: Mapping[str, Mapping[str, Any]] | None = None,
) -> Rulebook:
    """As `from_folders`, of files that were read already; `problems` are those of reading them."""
    said: dict[str, tuple[RuleFile, Mapping[str, Any]]] = {}
    problems = list(problems)
    for file in files:
        if len(problems) > RuleError.SHOWN:
            raise RuleError(problems)
        if file.id in said:
            problems.append(RuleProblem(file.path, "", f"{said[file.id][0].path} has this id already: choose another"))
            continue
        try:
            data = known.get(file.hash) if known else None
            if data is None:
                data = _parsed(file, vocabulary, repairs)
        except RuleError as error:
            problems.extend(error.problems)
        else:
            said[file.id] = file, data
    if not problems:
        problems.extend(_unknown_superseded(said))
    if problems:
        raise RuleError(problems)
    rules = tuple(rule_of(*said[id]) for id in sorted(said))
    digest = sha256("".join(f"{id} {_sha256(*said[id])}\n" for id in sorted(said)).encode())
    return Rulebook(rules, digest.hexdigest())


def _sha256(file: RuleFile, data: Mapping[str, Any]) -> str:
    return data.sha256 if isinstance(data, Said) else file.sha256


def _parsed(
    file: RuleFile, vocabulary: Vocabulary | Callable[[], Vocabulary], repairs: Collection[str] | None
) -> Mapping[str, Any]:
    from pgwhy.rulebook import rule_file  # the compiled form does without

    return rule_file.read(file, vocabulary if isinstance(vocabulary, Vocabulary) else vocabulary(), repairs)


def _unknown_superseded(said: Mapping[str, tuple[RuleFile, Mapping[str, Any]]]) -> Iterator[RuleProblem]:
    for id, (file, data) in said.items():
        for other in data.get("supersedes", ()):
            if other == id:
                yield RuleProblem(file.path, "supersedes", "a rule cannot supersede itself")
            elif other not in said:
                from pgwhy.terminal.spelling import did_you_mean  # only for somebody who made a mistake

                yield RuleProblem(file.path, "supersedes", f'no rule "{other}"{did_you_mean(other, said)}')
