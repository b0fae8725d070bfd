"""What a reviewer would say of the rules, beyond what reading them strictly says already.

`python -m pgwhy.authoring.lint` reads every file strictly, prints all remarks, and writes nothing. Exit status 1 with
remarks.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pgwhy import redaction, shipped
from pgwhy.authoring import client_table, corpus, coverage, plain_words
from pgwhy.authoring.template import BLANK
from pgwhy.causes import Severity
from pgwhy.engine.explanation import explain
from pgwhy.error_text.says import Says
from pgwhy.facts import Vocabulary
from pgwhy.rulebook.book import Rulebook, RuleError, from_folders
from pgwhy.rulebook.conditions import WORDS, Answer, FactCache
from pgwhy.rulebook.rule import Example, Rule, RuleFix
from pgwhy.values import dataclass

TITLE_CHARACTERS = 72


@dataclass(frozen=True)
class Remark:
    """One thing that a reviewer would say."""

    path: Path
    key: str
    says: str

    def __str__(self) -> str:
        return f"{self.path}: {self.key}: {self.says}"


def lint(rulebook: Rulebook, vocabulary: Vocabulary) -> list[Remark]:
    """Every remark, in the order of the rules' ids. Each example is put to the whole rulebook."""
    return [remark for rule in rulebook for remark in remarks_of(rule, rulebook, vocabulary)]


def remarks_of(rule: Rule, rulebook: Rulebook, vocabulary: Vocabulary) -> list[Remark]:
    """Every remark about one rule of the rulebook."""
    return [Remark(rule.path, key, says) for key, says in _rule(rule, rulebook, vocabulary)]


def example_remarks(rule: Rule, example: Example, rulebook: Rulebook, vocabulary: Vocabulary) -> list[str]:
    """What is wrong with an example: it gets another answer than expected, or another rule is told first."""
    observations = vocabulary.observations(example.given)
    held = {each.rule.id: each for each in rulebook.ask(observations)}.get(rule.id)
    answer = held.answer if held else Answer.NO
    if answer is not example.expect:
        because = f" ({', '.join(held.missing)} not given)" if held and held.missing else ""
        return [f"the rule says {_said(answer)}{because}, expected is {_said(example.expect)}"]
    if example.expect is not Answer.YES:
        return []
    findings = explain(observations, rulebook).findings
    if not findings:
        hidden = {h.rule: h.behind for h in explain(observations, rulebook).hidden}
        return [f"the rule holds and is hidden behind {hidden[rule.id]}"]
    if findings[0].rule != rule.id:
        return [f"{findings[0].rule} is told first"]
    return []


def unwritten(rule: Rule) -> list[int]:
    """The lines of its file, from 1, that are as the template has them."""
    lines = rule.path.read_text(encoding="utf-8").splitlines()
    return [number for number, line in enumerate(lines, 1) if BLANK in line]


def asks_words(rule: Rule) -> bool:
    """It looks for words in an error text, in place of what the text says."""
    return any(test.path == MESSAGE for test in rule.asks)


def asks_a_text_alone(rule: Rule) -> bool:
    """It can hold where nothing is known but an error text."""
    return any(all(test.path.startswith(_OF_A_TEXT) for test in block.tests) for block in rule.when)


def _seen_by_probes(because: str) -> list[str]:
    """What it says about this machine or the server outside of a sentence with a fact, which would be left out."""
    sentences = re.split(r"(?<=[.!?])\s+", " ".join(because.split()))
    return [found[0] for each in sentences if "{" not in each for found in _SEEN_BY_PROBES.finditer(each)]


def unasked(rulebook: Rulebook) -> list[Says]:
    """The words of statements that no rule asks for, and that should lead to a cause."""
    asked = {item for rule in rulebook for test in rule.asks if test.path in _SAYS for item in test.items}
    return [word for word in Says if word not in asked and word not in _WITHOUT_A_RULE]


MESSAGE = "error.message"
_OF_A_TEXT = ("error.", "client.")
_SEEN_BY_PROBES = re.compile(
    r"\bfrom (?:here|this machine|this network)\b|\bthis machine (?:connects|reaches|sees|gets|can|cannot)\b"
    r"|\bcan be seen\b|\b(?:port|server|host) (?:now )?answers (?:here|now|this)\b"
    r"|\bpgwhy (?:sees|saw|reached|connected)\b",
    re.IGNORECASE,
)
_SAYS = ("error.says", "error.also_says")
_WITHOUT_A_RULE = (Says.CONNECTION_FAILED, Says.ATTEMPT, Says.QUERY_FAILED)
"""They lead to no cause of their own."""


Remarks = Iterator[tuple[str, str]]
"""Key and sentence."""


def _rule(rule: Rule, rulebook: Rulebook, vocabulary: Vocabulary) -> Remarks:
    for number in unwritten(rule):
        yield f"line {number}", f"still says {BLANK}"
    yield from _title("title", rule.title)
    if not re.search(r"[.!?:][\"')]*$|\}$", rule.because.strip()):
        yield "because", "is at least one whole sentence"
    if asks_a_text_alone(rule):
        yield from (("because", f'"{seen}": only a probe sees that') for seen in _seen_by_probes(rule.because))
    if not rule.references:
        yield "references", "missing: where is this documented?"
    for reference in rule.references:
        if not reference.startswith("https://"):
            yield "references", f"{reference} is no https address"
    yield from _supersedes(rule, rulebook)
    if rule.words_because and not asks_words(rule):
        yield "words_because", f"it does not ask {MESSAGE}: delete the reason"
    for number, block in enumerate(rule.when, 1):
        for test in block.tests:
            if test.path not in vocabulary:
                yield f"when[{number}].{test.path}", "no such fact"
    if rule.severity is Severity.ERROR and not rule.fixes:
        yield "fix", "missing: an error tells what to do; a fix without a change says it in its steps"
    for fix in rule.fixes:
        yield from _fix(rule, fix, vocabulary)
    for key, text in _texts(rule):
        for word in _BARE_PLACEHOLDER.findall(text) if key.endswith(("because", "steps")) else ():
            yield key, f"{word} is printed unchanged: a fact is written {{record.fact}}"
        yield from ((key, remark) for remark in plain_words.remarks(text))
        filled = _A_FACT.sub("db", text)
        if redaction.Redactor().clean(filled) != filled:
            yield key, "reads like a password, and a part of it would be hidden: say it otherwise"
    yield from _examples(rule, rulebook, vocabulary)


def _texts(rule: Rule) -> Remarks:
    """Every text of a rule that a person reads, by its key."""
    yield from (("title", rule.title), ("because", rule.because))
    for fix in rule.fixes:
        for part, text in (("title", fix.title), ("steps", fix.steps), ("caution", fix.caution)):
            yield f"fix.{fix.id}.{part}", text


def _supersedes(rule: Rule, rulebook: Rulebook) -> Remarks:
    for id in rule.supersedes:
        other = rulebook[id]
        if rule.id in other.supersedes:
            yield "supersedes", f"{id} supersedes this rule in turn: where both hold, neither is told"
        if _SEVERITIES.index(other.severity) < _SEVERITIES.index(rule.severity):
            yield "supersedes", f"hides {id}, which is worse ({other.severity.value})"


def _fix(rule: Rule, fix: RuleFix, vocabulary: Vocabulary) -> Remarks:
    key = f"fix.{fix.id}"
    yield from _title(f"{key}.title", fix.title)
    if fix.change is None and not fix.steps.strip():
        yield f"{key}.steps", "missing: without a change, somebody must be told what to do"
    for part, text in (("title", fix.title), ("steps", fix.steps), ("caution", fix.caution)):
        spaced = " ".join(text.split())
        for found in _TLS_OFF.finditer(spaced):
            if not _WARNS.search(spaced[max(0, found.start() - 40) : found.start()]):
                yield f"{key}.{part}", f'advises to weaken TLS: "{found[0]}"'
    positive = [vocabulary.observations(e.given) for e in rule.examples if e.expect is Answer.YES]
    if fix.applies and positive and all(fix.applies.answer(FactCache(seen)) is Answer.NO for seen in positive):
        yield key, "is offered in no example that says yes"


def _examples(rule: Rule, rulebook: Rulebook, vocabulary: Vocabulary) -> Remarks:
    expected = [example.expect for example in rule.examples]
    if Answer.YES not in expected:
        yield "example", "missing: a case that says yes"
    if Answer.NO not in expected:
        yield "example", 'missing: a near miss, with expect = "no"'
    names = [example.name for example in rule.examples]
    for number, example in enumerate(rule.examples, 1):
        if names.count(example.name) > 1:
            yield f"example[{number}].name", "is there twice"
        for says in example_remarks(rule, example, rulebook, vocabulary):
            yield f'example[{number}] "{example.name}"', says


def _title(key: str, title: str) -> Remarks:
    if len(title) > TITLE_CHARACTERS:
        yield key, f"has {len(title)} characters; {TITLE_CHARACTERS} fit on the page"
    if title.endswith("."):
        yield key, "ends with a full stop"
    first = title.split()[0] if title.split() else ""
    if first[:1].isupper() and first.rstrip(",:'s") not in _NAMES and not re.search(r".[A-Z0-9_]", first):
        yield key, "begins with a capital letter, and is part of a sentence"


def _said(answer: Answer) -> str:
    return next(word for word, each in WORDS.items() if each is answer)


_SEVERITIES = list(Severity)
_NAMES = frozenset(
    ("Neon", "Postgres", "Docker", "Prisma", "Azure", "Supabase", "Vercel", "Kubernetes", "Windows", "Java", "Kerberos")
)
_BARE_PLACEHOLDER = re.compile(r"(?<!\$)(?<!\{)\{[a-z_]+\}(?!\})")
_A_FACT = re.compile(r"\{[a-z_]+\.[a-z0-9_]+\}")
_TLS_OFF = re.compile(
    r"sslmode ?= ?[\"']?(?:disable|allow|prefer)\b"
    r"|\b(?:turn|switch)(?:ing)? (?:off (?:tls|ssl)|(?:tls|ssl)(?: \w+)? off)"
    r"|\bdisabl(?:e|ing) (?:tls|ssl|certificate|the certificate|encryption)|rejectUnauthorized ?[:=] ?false"
    r"|NODE_TLS_REJECT_UNAUTHORIZED ?= ?[\"']?0|Trust ?Server ?Certificate ?= ?true|sslmode ?= ?no-verify"
    r"|verify ?= ?False",
    re.IGNORECASE,
)
# Before it within 40 characters: the text warns of it, or says what to move away from.
_WARNS = re.compile(
    r"\b(?:never|not|no|n't|without|instead of|from|rather than|remove|drop|replace|change|says?|unlike)\b[^.]*$",
    re.IGNORECASE,
)


def main(arguments: Sequence[str] = ()) -> int:
    """Lint the built-in rules and write nothing; with `--corpus PATH` also read a corpus."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m pgwhy.authoring.lint", description=main.__doc__)
    parser.add_argument("--corpus", type=Path, metavar="PATH", help="JSON Lines of error texts with their causes")
    chosen = parser.parse_args(arguments)
    from pgwhy.probes import VOCABULARY  # the one caller that does not get it as an argument
    from pgwhy.target.editing.repair import REPAIRS

    folder = shipped.built_in()
    try:
        client_table.check()
        rulebook = from_folders(VOCABULARY, folder, repairs=frozenset(REPAIRS))
        checkout = folder.parent if (folder.parent / "tests").is_dir() else None
        coverage.read(folder, rulebook, coverage.fault_slugs(), checkout)
    except RuleError as error:
        print(error)
        return 1
    remarks = lint(rulebook, VOCABULARY)
    for remark in remarks:
        print(remark)
    if chosen.corpus:
        with chosen.corpus.open(encoding="utf-8") as lines:
            print("\n".join(corpus.page(corpus.score(lines, rulebook))))
    by_words = [rule for rule in rulebook if asks_words(rule)]
    without_reason = sum(not rule.words_because for rule in by_words)
    print(f"{len(by_words)} rules ask {MESSAGE}, {without_reason} of them without words_because")
    if silent := unasked(rulebook):
        print(f"{len(silent)} words of statements are asked by no rule: {', '.join(silent)}")
    print(f"{len(rulebook)} rules, {sum(len(rule.examples) for rule in rulebook)} examples, {len(remarks)} remarks")
    return 1 if remarks else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
