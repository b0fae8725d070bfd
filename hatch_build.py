"""Build hook: writes the compiled form of the rules into wheel and checkout; see pgwhy/rulebook/compiled.py."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COMPILED = "diagnostics/pgwhy/rules-compiled.json"


class CompileRules(BuildHookInterface):
    """Runs for `pip install .`, `pip install -e .` and `python -m build`."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        # Nothing that the package needs is installed here. What compiles the rules asks for the standard library only.
        sys.path.insert(0, str(root / "diagnostics"))
        try:
            from pgwhy.rulebook import compiled

            compiled.compile_folder(root / "rules", root / COMPILED)
        finally:
            sys.path.remove(str(root / "diagnostics"))
        build_data["artifacts"].append(COMPILED)  # git ignores it, and hatchling leaves out what git ignores
