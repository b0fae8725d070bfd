"""Modules that are imported with the first thing that is asked of them.

For a module that a package speaks of in many functions, and that most runs never ask: an error text is read only where
something fails. A single function imports for itself.

    if TYPE_CHECKING:
        from pgwhy.error_text import deciding
    else:
        deciding = later("pgwhy.error_text.deciding")
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def later(name: str) -> Any:
    """The module of this name."""
    return _Later(name)


class _Later:
    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there yet: from then on it is found as an attribute of its own."""
        found = self.__dict__[name] = getattr(import_module(self._name), name)
        return found
