"""What is fuzzed: one module for each reader of foreign bytes. Adding a target = its module and its name here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from hypothesis import strategies as st

from pgwhy.values import dataclass

NAMES = (
    "wire",
    "handshake",
    "certificates",
    "name_servers",
    "https",
    "connections",
    "dialects",
    "rules",
    "reports",
    "tickets",
    "documents",
    "manifests",
    "texts",
    "repeated_texts",
    "secrets",
)
CORPUS = Path(__file__).parents[3] / "fixtures" / "fuzz"
"""A folder for each target: a few well-formed inputs, and each input that a target once did not answer as it should."""


@dataclass(frozen=True)
class Target:
    """A reader of foreign bytes, and what must hold for it."""

    name: str
    attempt: Callable[[bytes], None]
    """Read the bytes as pgwhy does. Raises what is documented nowhere, or `invariants.Broken`."""
    seeds: Callable[[], Iterator[bytes]]
    """Well-formed inputs, not too large."""
    inputs: Callable[[], st.SearchStrategy[bytes]]
    """Inputs for hypothesis."""

    @property
    def corpus(self) -> list[Path]:
        """The files of its folder in fixtures/fuzz."""
        return sorted((CORPUS / self.name).iterdir())


def target(name: str) -> Target:
    """The target of this name."""
    module = import_module(f"tests.fuzz.targets.{name}")
    return Target(name, module.attempt, module.seeds, module.inputs)
