"""What `pgwhy rules test` and `pgwhy rules lint` say of rule files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pgwhy.authoring import rehearsal
from pgwhy.authoring.lint import remarks_of, unwritten
from pgwhy.authoring.rehearsal import Rehearsed
from pgwhy.manual import why_not_page as page
from pgwhy.manual.why_not import why_not
from pgwhy.probes import VOCABULARY
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.compiled import RuleError, files
from pgwhy.rulebook.conditions import WORDS, Answer
from pgwhy.target.editing.repair import REPAIRS


def tested(paths: tuple[Path, ...], rules: Rulebook, width: int) -> tuple[str, bool]:
    """The page, and whether all is well. A rule that is there already is replaced by the file of its id."""
    try:
        rules = rehearsal.with_files(rules, paths, VOCABULARY, REPAIRS)
    except RuleError as error:
        return f"{error}\n", False
    ids = [rehearsal.rule_id(path) for path in paths]
    lines: list[str] = []
    good = True
    for id in ids:
        lines.append(id)
        done = rehearsal.rehearse(id, rules, VOCABULARY)
        if not done:
            lines.append("  it has no example yet")
        for each in done:
            lines += _example(each, rules, width)
        if blank := unwritten(rules[id]):
            lines.append(f"  FILL IN  in {len(blank)} line{'s' * (len(blank) != 1)}, from line {blank[0]} on")
        good = good and bool(done) and not any(each.remarks for each in done)
    upset = rehearsal.disturbed(ids, rules, VOCABULARY)
    for each in upset:
        lines.append(f'{each.rule.id}, example "{each.example.name}":')
        lines += [f"  WRONG  {remark}" for remark in each.remarks]
    others = sum(len(rule.examples) for rule in rules if rule.id not in ids)
    if not upset:
        lines.append(f"The {others} examples of the other {len(rules) - len(ids)} rules are answered as before.")
    return "\n".join(lines) + "\n", good and not upset


def linted(paths: tuple[Path, ...], folders: tuple[Path, ...], rules: Rulebook) -> tuple[str, bool]:
    """The remarks, one a line, and whether there are none. Without files or folders: of the built-in rules."""
    try:
        paths = (*paths, *(file.path for folder in folders for file in files(folder)))
        if paths:
            rules = rehearsal.with_files(rules, paths, VOCABULARY, REPAIRS)
    except RuleError as error:
        return f"{error}\n", False
    chosen = [rules[id] for id in dict.fromkeys(map(rehearsal.rule_id, paths))] if paths else list(rules)
    remarks = [str(remark) for rule in chosen for remark in remarks_of(rule, rules, VOCABULARY)]
    examples = sum(len(rule.examples) for rule in chosen)
    many = f"{len(chosen)} rule{'s' * (len(chosen) != 1)}, {examples} examples, {len(remarks)} remarks"
    return "\n".join([*remarks, many]) + "\n", not remarks


def _example(done: Rehearsed, rules: Rulebook, width: int) -> Iterator[str]:
    expected = next(word for word, answer in WORDS.items() if answer is done.example.expect).replace("-", " ")
    yield f"  {'WRONG' if done.remarks else 'ok':<5}  {expected:<11}  {done.example.name}"
    for remark in done.remarks:
        yield f"         {remark}"
    if done.remarks:
        told = why_not(done.rule, VOCABULARY.observations(done.example.given), rules)
        if told.answer is not done.example.expect or told.answer is not Answer.YES:
            yield from _indented(page.blocks(told, width - 9))


def _indented(lines: Iterable[str]) -> Iterator[str]:
    yield from (f"         {line}" if line else "" for line in lines)
