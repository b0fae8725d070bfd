"""Regular expressions that are compiled when they are first used.

A module names its patterns at its top, and a run needs few of them. To compile all those of an error text took a cold
start 20 ms, and those of a target 10, while `python -c pass` takes 12.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def lazy(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """`re.compile(source, flags)`, to be called by its own methods: `re.sub(lazy(...), ...)` would not know it."""
    return cast("re.Pattern[AnyStr]", _Lazy(source, flags))


class _Lazy:
    def __init__(self, source: Any, flags: int) -> None:
        self._given = source, flags

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there yet: from then on the method is found as an attribute of its own."""
        found = self.__dict__[name] = getattr(re.compile(*self._given), name)
        return found
