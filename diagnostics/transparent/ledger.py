"""When a target was last logged in to for `pgwhy run`, so that a crash loop does not become a storm of logins."""

from __future__ import annotations

import hashlib
import math
import os
import time
from pathlib import Path

from diagnostics.machine import Machine
from diagnostics.target.model import Target

INTERVAL_S = 300


def may_log_in(target: Target, machine: Machine) -> bool:
    """Nobody has been told so for this target in the last `INTERVAL_S` seconds; whoever is told so has taken the turn.

    False as well where nothing can be remembered, as in a container that may write nowhere.
    """
    folder = _folder(machine)
    if folder is None:
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(folder / _name(target), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return False
    try:
        _lock(file)
        now = time.time()
        if 0 <= now - _moment(os.read(file, 32)) < INTERVAL_S:
            return False
        os.lseek(file, 0, os.SEEK_SET)
        os.truncate(file, 0)
        os.write(file, f"{math.floor(now)}".encode())
    except OSError:
        return False
    finally:
        os.close(file)
    return True


def _moment(written: bytes) -> float:
    """Seconds since the epoch; long ago where nothing is written yet, or was cut short."""
    try:
        return float(written)
    except ValueError:
        return -math.inf


def _folder(machine: Machine) -> Path | None:
    named = machine.environment.get("LOCALAPPDATA" if machine.platform == "win32" else "XDG_CACHE_HOME", "")
    if named:
        return Path(named) / "pgwhy" / "logins"
    return machine.home / ".cache" / "pgwhy" / "logins" if machine.home else None


def _name(target: Target) -> str:
    """One file for each server, role and database. The password is no part of it, in no form."""
    hosts = ",".join(f"{host.name}:{host.hostaddr}:{host.port}" for host in target.hosts)
    told = "\0".join((hosts, target.value("user") or "", target.value("dbname") or ""))
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:24]


def _lock(file: int) -> None:
    """Of several processes at the same moment, one after the other. Released when the file is closed."""
    try:
        import fcntl  # not on Windows, where two at the same moment may both get a turn
    except ImportError:
        return
    fcntl.flock(file, fcntl.LOCK_EX)
