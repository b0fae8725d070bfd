"""What rules/README.md says of the rules and of what a change may do, generated from the rules and the list itself."""

from __future__ import annotations

from pgwhy.authoring.pages.generated import mark
from pgwhy.progress import Stage
from pgwhy.rulebook import allowance
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.rule import Rule
from pgwhy.rulebook.wording import unworded

BEGIN = mark("the rules", " below")
ALLOWED = mark("diagnostics/pgwhy/rulebook/allowance.py", " this table")
ALLOWED_END = "<!-- end of the table -->"


def table(rulebook: Rulebook) -> str:
    """Markdown: every rule by stage, with its cause and title. Facts in titles stand as `<their-name>`."""
    lines = [f"{len(rulebook)} rules.", ""]
    for stage in Stage:
        rules = [rule for rule in rulebook if rule.stage is stage]
        if rules:
            lines += [
                f"### {stage.value}",
                "",
                "| rule | cause | what it says |",
                "|---|---|---|",
                *map(_row, rules),
                "",
            ]
    return "\n".join(lines)


def refreshed(rulebook: Rulebook, text: str) -> str:
    """A page with its catalogue replaced; what is above the mark stays, but for the table of what a change may do."""
    above = text.partition(BEGIN)[0]
    before, mark, rest = above.partition(ALLOWED)
    if mark:
        above = f"{before}{ALLOWED}\n\n{allowed()}\n{ALLOWED_END}{rest.partition(ALLOWED_END)[2]}"
    return f"{above}{BEGIN}\n\n{table(rulebook)}"


def allowed() -> str:
    """What a change may do, as a table."""
    rows = ["| a change | can be |", "|---|---|"]
    rows += [f"| `set`: `{name}` | {_values(values)} |" for name, values in allowance.SET.items()]
    rows += [
        f"| `{key}` | {_values(values)} |"
        for key, values in (
            ("remove", allowance.REMOVE),
            ("add_option", allowance.ADD_OPTION),
            ("drop_option", allowance.DROP_OPTION),
        )
    ]
    rows += [
        f"| `password` | {', '.join(f'`{word}`' for word in allowance.PASSWORD)} |",
        "| `repair` | a name in `diagnostics/pgwhy/target/editing/repair.py` |",
    ]
    return "\n".join(rows) + "\n"


def _values(values: allowance.Allowed) -> str:
    told = [f"`{word}`" for word in (*values.words, *values.templates)]
    return ", ".join([*told, *([f"what matches `{values.pattern}` as a whole"] if values.pattern else [])])


def _row(rule: Rule) -> str:
    cause = rule.cause.value if rule.cause else rule.severity.value
    return f"| [{rule.id}]({rule.id}.toml) | {cause} | {_cell(rule)} |"


def _cell(rule: Rule) -> str:
    return unworded(rule.title).replace("|", "\\|").replace("<", "&lt;")
