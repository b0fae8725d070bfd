"""Build hook: writes the compiled form of rules and messages into wheel and checkout.

See pgwhy/rulebook/compiled.py and pgwhy/error_text/catalogue.py.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COMPILED = ("diagnostics/pgwhy/rules-compiled.json", "diagnostics/pgwhy/messages-compiled.json")


class CompileRules(BuildHookInterface):
    """Runs for `pip install .`, `pip install -e .` and `python -m build`."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        # Nothing that the package needs is installed here. What compiles them asks for the standard library only.
        sys.path.insert(0, str(root / "diagnostics"))
        try:
            from pgwhy.error_text import catalogue
            from pgwhy.rulebook import compiled

            for compiler, source, file in zip(
                (compiled, catalogue), (root / "rules", root / "rules" / "messages"), COMPILED, strict=True
            ):
                compiler.compile_folder(source, root / file)
        finally:
            sys.path.remove(str(root / "diagnostics"))
        build_data["artifacts"].extend(COMPILED)  # git ignores it, and hatchling leaves out what git ignores
