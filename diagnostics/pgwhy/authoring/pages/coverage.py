"""docs/coverage.md: every documented failure with the rule that finds it and what proves that, each with its link."""

from __future__ import annotations

from collections.abc import Iterator

from pgwhy.authoring.coverage import Coverage, Row
from pgwhy.authoring.pages.generated import mark
from pgwhy.authoring.pages.handbook import escaped

GENERATED = mark("rules/coverage.toml")


def page(coverage: Coverage) -> str:
    """The page as Markdown. Links lead to the files themselves, from the folder docs/."""
    rules = len({rule for row in coverage.rows for rule in row.rules})
    faults = len({fault for row in coverage.rows for fault in row.faults})
    lines = [
        GENERATED,
        "# Every documented failure, and what finds it",
        "",
        f"{len(coverage.rows)} rows, found by {rules} rules, proved by {faults} faults that the lab breaks for real and"
        " by the examples of the rules.",
        "A fault is run by `pgwhy lab run NAME`; an example is put to the whole rulebook by `pytest tests/rules`.",
    ]
    for part in coverage.parts:
        lines += ["", f"## {part.title}", "", part.about, "", "| what | rule | proof |", "|---|---|---|"]
        lines += [_line(row) for row in coverage.rows if row.part == part.id]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    # A gotcha keeps the number that docs/neon.md, 5, has for it.
    name = row.id.partition("/")[2]
    mark = f"**{name}** " if name.startswith("G-") else ""
    documented = f" ([page]({row.page}))" if row.page else ""
    rules = ", ".join(f"[{rule}](../rules/{rule}.toml)" for rule in row.rules)
    return f"| {mark}{escaped(row.says)}{documented} | {rules} | {'; '.join(_proofs(row))} |"


def _proofs(row: Row) -> Iterator[str]:
    for fault in row.faults:
        yield f"[{fault}](../fixtures/faults/{fault}.toml)"
    for rule, name in row.examples:
        yield f"[{escaped(name)}](../rules/{rule}.toml)"
    for test in row.tests:
        file, _, name = test.partition("::")
        yield f"[{name}](../{file})"
