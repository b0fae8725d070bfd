"""docs/rules: the manual page of every rule as Markdown, one page a stage, and an index by cause and by code."""

from __future__ import annotations

from collections.abc import Iterator

from pgwhy.authoring.pages.generated import mark
from pgwhy.causes import Cause, FixKind
from pgwhy.manual import topics
from pgwhy.progress import Stage
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.rule import Rule

_GENERATED = mark("rules/")


def pages(rulebook: Rulebook) -> dict[str, str]:
    """File name in docs/rules → its contents."""
    stages = {
        f"{stage.value}.md": _stage(stage, [rule for rule in rulebook if rule.stage is stage])
        for stage in Stage
        if any(rule.stage is stage for rule in rulebook)
    }
    return {"README.md": _index(rulebook), **stages}


def link(rule: Rule) -> str:
    """Where the file of a rule is, from docs/rules."""
    return f"{rule.stage}.md#{rule.id.replace('/', '')}"


def _index(rulebook: Rulebook) -> str:
    lines = [
        _GENERATED,
        "# What pgwhy knows",
        "",
        f"{len(rulebook)} rules, the same that `pgwhy rules ID` and `pgwhy explain ID` show. One page a stage, in the",
        "order in which a client passes them:",
        "",
    ]
    lines += [
        f"- [{stage.value}]({stage.value}.md): {number} rules"
        for stage in Stage
        if (number := sum(rule.stage is stage for rule in rulebook))
    ]
    lines += ["", "## By cause", "", "| cause | what it means | rules |", "|---|---|---|"]
    for cause in Cause:
        if rules := [rule for rule in rulebook if rule.cause is cause]:
            lines.append(f"| {cause.value} | {escaped(cause.about.meaning)} | {_links(rules)} |")
    lines += ["", "## By code", "", "Codes that stand in error texts, and the rules that ask for them.", ""]
    lines += ["| code | rules |", "|---|---|"]
    lines += [f"| `{code}` | {_links(rules)} |" for code, rules in topics.codes(rulebook).items()]
    return "\n".join(lines) + "\n"


def _links(rules: list[Rule]) -> str:
    return ", ".join(f"[{rule.id}]({link(rule)})" for rule in rules)


def _stage(stage: Stage, rules: list[Rule]) -> str:
    lines = [_GENERATED, f"# {stage.value}", ""]
    lines += [f"- [{rule.id}]({link(rule)}): {escaped(topics.title(rule.title))}" for rule in rules]
    for rule in rules:
        lines += ["", *_rule(topics.page(rule))]
    return "\n".join(lines) + "\n"


def _rule(page: topics.Page) -> Iterator[str]:
    rule = page.rule
    cause = f"cause: {rule.cause}; " if rule.cause else ""
    yield f"## {rule.id}"
    yield ""
    yield f"**{escaped(page.title)}**"
    yield ""
    yield f"{rule.severity}; {cause}who acts: {rule.owner}; waiting helps: {rule.retry}"
    yield ""
    yield from paragraphs(page.because)
    for number, fix in enumerate(page.fixes, 1):
        kind = "" if fix.kind is FixKind.REPAIR else f" ({fix.kind})"
        yield ""
        yield f"**Fix {number}: {escaped(fix.title)}**{kind}"
        if fix.steps:
            yield ""
            yield from paragraphs(fix.steps)
        if fix.caution:
            yield ""
            yield from paragraphs(f"Caution: {fix.caution}")
    yield ""
    yield "<details><summary>It holds where</summary>"
    yield ""
    yield "```text"
    for number, block in enumerate(page.conditions):
        yield from ["or"] if number else []
        yield from (f"  {condition}" for condition in block)
    yield "```"
    yield ""
    yield "</details>"
    if rule.references:
        yield ""
        yield " · ".join(f"<{url}>" for url in rule.references)


def paragraphs(text: str) -> Iterator[str]:
    """Paragraphs, items and commands of a worded text: Markdown wants an empty line before each of the first kind."""
    before, inside = "", False
    for line in text.splitlines():
        kind = "command" if line.startswith(" " * 4) else "item" if line[:2] == "- " or line[:1].isdigit() else "text"
        if before and (kind != before or kind == "text"):
            yield ""
        # A command of an item is indented by three more, or Markdown would read it as the item's text.
        yield f"{'   ' if inside else ''}{line}" if kind == "command" else escaped(line)
        before, inside = kind, kind == "item" or (kind == "command" and inside)


def escaped(text: str) -> str:
    """A text in which Markdown finds no marks of its own."""
    for special in ("\\", "*", "$", "|", "<"):
        text = text.replace(special, f"\\{special}")
    return text
