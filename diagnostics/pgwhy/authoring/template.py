"""A rule file to begin with: right as it is, but for the lines that only its author can fill in."""

from __future__ import annotations

import re
from pathlib import Path

from pgwhy.causes import Cause, FixKind, Owner, Severity
from pgwhy.progress import Stage

BLANK = "FILL IN"
"""Marks every line that the author has to write; the linter names each line that still has it."""


class BadId(ValueError):
    """What is wrong with the id of a new rule, as a sentence for its author."""


def create(id: str, folder: Path) -> Path:
    """Write the template of a rule into a folder of rules; its path. `BadId`, and `OSError` from writing."""
    path = folder / f"{id}.toml"
    text = template(id)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise BadId(f"{path} is there already") from None
    return path


def template(id: str) -> str:
    """The text of the template. `BadId` for an id that no rule may have."""
    stage, _, name = id.partition("/")
    if not re.fullmatch(r"[a-z0-9-]+(/[a-z0-9-]+)*", id):
        raise BadId(f'"{id}" is no id: small letters, digits and hyphens, as in startup/endpoint-not-specified')
    if stage not in set(Stage) or not name:
        raise BadId(f"a rule is in the folder of its stage, {'/x, '.join(Stage)}/x: {Stage.STARTUP}/{name or stage}")
    causes = [cause for cause in Cause if cause.about.stage == stage]
    return _TEMPLATE.format(
        id=id,
        blank=BLANK,
        cause=causes[0],
        causes=_comment(causes),
        severities=" · ".join(Severity),
        owners=" · ".join(Owner),
        kinds=" · ".join(FixKind),
    )


def _comment(words: list[Cause]) -> str:
    lines, line = [], "#"
    for word in words:
        if len(line) + len(word) > 110:
            lines.append(line)
            line = "#"
        line += f" {word}"
    return "\n".join([*lines, line])


_TEMPLATE = '''\
# {id}: the path is the rule's id, and the file name names the problem.
# Lines that begin with # are for you: delete them when you have read them. Everything that says {blank} is yours to
# write. Try it:    pgwhy rules test FILE      and before you send it:    pgwhy rules lint --rules DIR

# What is wrong, in at most 72 characters, as the rest of "It fails because ...": small letter, no full stop.
title      = "{blank}: what is wrong"
# {blank}: keep this cause, or choose another; `pgwhy explain CAUSE` tells what one means. Those of this stage:
{causes}
cause      = "{cause}"
severity   = "error"      # {severities}
owner      = "client"     # who has to act: {owners}
# What the person who reads this does not know yet: one to three whole sentences. {{record.fact}} becomes its value.
because    = """
{blank}: why this happens.
"""
# Rules that are not told where this one holds: supersedes = ["startup/closed"]
references = ["https://example.com/"]    # {blank}: the page that documents it

# It holds where all lines of a block hold; write several blocks, and any of them is enough. A fact that nobody
# observed makes its line "cannot tell". `pgwhy schema` lists the facts; an error text is one of them.
[[when]]
error.message = {{ contains = "{blank}: the words of the message that never change" }}

# Where pgwhy can read the message, ask what it says: that holds in every language and in whatever it is wrapped in.
# [[when]]
# error.says    = "password-rejected"
# error.speaker = "server"

# [[when]]
# startup.answer        = ["error", "closed"]
# target.endpoint_named = false

# The best fix first. `change` and `expect` let pgwhy try it: expect is no before the change and yes after it.
[fix.first]
kind   = "repair"         # {kinds}
title  = "{blank}: what to do"
steps  = "{blank}: how to do it, to the letter."
# for    = {{ client.family = "libpq" }}              # for whom it is; left out: for everybody
# change = {{ set = {{ sslmode = "require" }} }}        # or remove, add_option, drop_option, repair, password
# expect = {{ authentication.outcome = "ok" }}
# caution = "Its price, if it has one."

# A case that says yes. With it, this rule has to come first of all rules that hold.
[[example]]
name = "{blank}: who saw it where"
[example.given]
error.message = "FATAL: {blank}: the words of the message that never change (SQLSTATE XX000)"

# A near miss: it looks much like it, and is something else.
[[example]]
name   = "{blank}: what it could be mistaken for"
expect = "no"
[example.given]
error.message = "{blank}: a message that is similar and means another thing"
'''
