"""Regular expressions that are compiled when they are first used.

A module names its patterns at its top, and a run needs few of them. To compile all those of an error text took a cold
start 20 ms, while `python -c pass` takes 12.
"""

from __future__ import annotations

import re
from typing import Any, cast


def lazy(source: str, flags: int = 0) -> re.Pattern[str]:
    """`re.compile(source, flags)`, to be called by its own methods: `re.sub(lazy(...), ...)` would not know it."""
    return cast("re.Pattern[str]", _Lazy(source, flags))


class _Lazy:
    def __init__(self, source: str, flags: int) -> None:
        self._given = source, flags

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there yet: from then on the method is found as an attribute of its own."""
        found = self.__dict__[name] = getattr(re.compile(*self._given), name)
        return found
