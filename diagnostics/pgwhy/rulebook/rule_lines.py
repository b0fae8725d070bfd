"""Where in a rule file a key is written: the reader of TOML does not say, and a person looks for a line."""

from __future__ import annotations

import re


class Lines:
    """The lines of one file. A key is looked for as rules are written; one that is written otherwise is not found."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()

    def line(self, key: str) -> int:
        """The line of `title`, `when[2].error.message`, `fix.a.change.set.host`, from 1: that of the longest beginning
        of the key that is found; 0 if none is."""
        parts = key.split(".")
        start, rest = self._section(parts)
        found = start
        for count in range(1, len(rest) + 1):
            name = r"\s*\.\s*".join(map(re.escape, rest[:count]))
            found = self._assignment(name, start) or found
        return found

    def _section(self, parts: list[str]) -> tuple[int, list[str]]:
        """The line of the last header that the key is under, and the rest of the key."""
        numbered = re.fullmatch(r"(\w+)\[(\d+)\]", parts[0])
        if numbered:
            headers = [n for n, line in enumerate(self.lines, 1) if re.match(rf"\[\[\s*{numbered[1]}\s*\]\]", line)]
            number = int(numbered[2])
            start, own = (headers[number - 1] if number <= len(headers) else 0), [numbered[1]]
        else:
            start, own = 0, []
        rest = parts[1:] if numbered else parts
        for count in range(len(rest), 0, -1):
            header = r"\s*\.\s*".join(map(re.escape, (*own, *rest[:count])))
            for number, line in enumerate(self.lines[start:], start + 1):
                if re.match(rf"\[\s*{header}\s*\]", line):
                    return number, rest[count:]
                if numbered and number > start and line.startswith("[["):
                    break
        return start, rest

    def _assignment(self, name: str, start: int) -> int:
        """The line below a header, and before the next one, that assigns to a name; 0 if there is none."""
        for number, line in enumerate(self.lines[start:], start + 1):
            if line.startswith("["):
                return 0
            if re.match(rf"\s*{name}\s*[.=]", line):
                return number
        return 0
