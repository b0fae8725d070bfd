"""INI files: `[section]`, `name = value` or `name: value`, `;` and `#` comments, and values over indented lines.

As Python's configparser reads them (docs.python.org, "Supported INI File Structure"), which alembic.ini and airflow.cfg
have; Grafana's, Gitea's and PgBouncer's are the same but for quotes, which are taken off where they are around a whole
value.
"""

from __future__ import annotations

import re

from pgwhy.target.files.entry import Entry


def read(text: str) -> list[list[Entry]]:
    """Names keep their spelling. A value before the first section has no section in its path."""
    found: dict[tuple[str, ...], Entry] = {}
    section: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    position = 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        start, position = position, position + len(line)
        stripped = line.strip()
        if not stripped or stripped[0] in ";#":
            continue
        if header := _SECTION.match(line):
            section, last = (header["name"].strip(),), ()
        elif last and line[0] in " \t":
            before = found[last]
            value = f"{before.value}\n{stripped}" if before.value else stripped
            end = start + len(line.rstrip())
            found[last] = Entry(last, value, before.line, (before.span[0], end) if before.span else None)
        elif setting := _SETTING.match(line):
            last = (*section, setting["name"].strip())
            span = (start + setting.start("value"), start + setting.end("value"))
            found[last] = Entry(last, _unquoted(setting["value"]), number, span)
    return [list(found.values())]


def _unquoted(value: str) -> str:
    if len(value) >= 6 and value.startswith('"""') and value.endswith('"""'):
        return value[3:-3]  # as Grafana has it for a password with # or ;
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'`" else value


_SECTION = re.compile(r"\s*\[(?P<name>[^\]\n]+)\]\s*(?:[;#].*)?$")
_SETTING = re.compile(r"\s*(?P<name>[^=:\s;#][^=:\n]*?)\s*[=:]\s*(?P<value>.*?)(?:\s+[;#].*)?\s*$")
