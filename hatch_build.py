"""Build hook: writes the compiled form of rules, messages, translations and tables into wheel and checkout.

See compiled.py of pgwhy/rulebook, catalogue.py and translations.py of pgwhy/error_text and tables.py of pgwhy/shipped.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COMPILED = ("rules", "messages", "translations", "tables")


class CompileRules(BuildHookInterface):
    """Runs for `pip install .`, `pip install -e .` and `python -m build`."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        # Nothing that the package needs is installed here. What compiles them asks for the standard library only.
        sys.path.insert(0, str(root / "diagnostics"))
        try:
            from pgwhy.error_text import catalogue, translations
            from pgwhy.rulebook import compiled
            from pgwhy.shipped import tables

            compiled.compile_folder(root / "rules")
            catalogue.compile_folder(root / "rules" / "messages")
            translations.compile_file()
            tables.compile_tables()
        finally:
            sys.path.remove(str(root / "diagnostics"))
        # git ignores them, and hatchling leaves out what git ignores.
        build_data["artifacts"].extend(f"diagnostics/pgwhy/{name}-compiled.bin" for name in COMPILED)
