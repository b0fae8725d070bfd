"""What only a process of our own may do to itself for the sake of its speed; nothing here changes what a run finds.

Each line was measured with `python -m benchmarks.check`, where a whole `python -c pass` takes 12 ms.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, NoReturn


def hasten() -> None:
    """To be called before anything large is imported."""
    keep_everything()
    sys.setswitchinterval(0.0005)  # libpq and the probes do not wait 5 ms for a thread that imports
    _import_when_needed("psycopg")  # 45 ms: only its `pq` is needed
    if sys.platform != "win32":  # there the package itself tells the system where its libraries are
        _import_when_needed("psycopg_binary")  # 15 ms: it looks up its own version


def keep_everything() -> None:
    """15 ms: what is imported stays, and looking for garbage in it is in vain."""
    gc.set_threshold(100_000)


def leave(status: int) -> NoReturn:
    """End now: 30 ms, in which the interpreter would take everything apart. Lookups that hang are left behind."""
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):  # `None` where it was closed before we came
            stream.flush()
    except OSError:
        sys.exit(status)  # the interpreter knows what to say of an output that is gone
    os._exit(status)


def _import_when_needed(package: str) -> None:
    """Import a package's modules without the package itself, which follows when something else in it is asked for."""
    import importlib.util  # `pgwhy explain` logs in nowhere, and does without

    spec = importlib.util.find_spec(package)
    if spec is None or spec.loader is None or package in sys.modules:
        return
    loader, module = spec.loader, importlib.util.module_from_spec(spec)

    def missing(name: str) -> Any:
        try:
            return import_module(f"{package}.{name}")
        except ModuleNotFoundError:
            vars(module).pop("__getattr__", None)
            loader.exec_module(module)
            return getattr(module, name)

    found: Callable[[str], Any] = missing
    vars(module)["__getattr__"] = found
    sys.modules[package] = module
