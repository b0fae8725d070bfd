"""Build hook: writes the compiled form of the rules into wheel and checkout; see pgwhy/rulebook/compiled.py."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COMPILED = "diagnostics/pgwhy/rules-compiled.json"


class CompileRules(BuildHookInterface):
    """Runs for `pip install .`, `pip install -e .` and `python -m build`."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        # By its path: the package itself cannot be imported, as nothing that it needs is installed here.
        spec = importlib.util.spec_from_file_location("compiled", root / "diagnostics/pgwhy/rulebook/compiled.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.compile_folder(root / "rules", root / COMPILED)
        build_data["artifacts"].append(COMPILED)  # git ignores it, and hatchling leaves out what git ignores
