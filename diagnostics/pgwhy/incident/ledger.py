"""When a target was last logged in to for `pgwhy run`, so that a crash loop does not become a storm of logins.

What is kept is a file that only its owner may read: a random key, and for each server with its role and database when
it was logged in to, and twelve bits of a keyed hash of all settings with the password. So a password or a setting that
was changed is tried at once, `MOST` of them in an interval; and from the file, which has the key, nobody can tell a
password: one guess in 4096 fits it. What is older than the interval is dropped with the next turn, and with the last of
it the key.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from pgwhy.machine import Machine
from pgwhy.target.model import Target
from pgwhy.values import dataclass

INTERVAL_S = 300
MOST = 3
"""Different passwords or settings for one server, role and database that are tried in an interval."""
_LARGEST = 1 << 20
"""Bytes of the file; a larger one is none of ours."""
_NAME = "logins.json"


@dataclass(frozen=True)
class _Turn:
    at: int
    """Seconds since the epoch."""
    what: str
    """Twelve bits of the hash, as three hexadecimal digits."""


def may_log_in(target: Target, machine: Machine) -> bool:
    """This very target was not logged in to in the last `INTERVAL_S` seconds; from now on it was.

    Where nothing can be written, as in a container, this process alone remembers.
    """
    for folder in _folders(machine):
        try:
            with _opened(folder) as file:
                kept = os.read(file, _LARGEST)
                answer, kept = _turn(target, kept, time.time())
                if answer:
                    os.lseek(file, 0, os.SEEK_SET)
                    os.truncate(file, 0)
                    os.write(file, kept)
                return answer
        except OSError:
            continue
    with _LOCK:
        answer, _REMEMBERED[0] = _turn(target, _REMEMBERED[0], time.time())
        return answer


_LOCK = Lock()
_REMEMBERED = [b""]
"""What the file would have."""


def _turn(target: Target, kept: bytes, now: float) -> tuple[bool, bytes]:
    """Whether there is a turn, and what is to be kept then."""
    key, places = _read(kept, now)
    place = _hash(key, _place(target))[:16]
    turns = places.get(place, [])
    what = _hash(key, _whole(target))[:3]
    if len(turns) >= MOST or any(turn.what == what for turn in turns):
        return False, kept
    places[place] = [*turns, _Turn(int(now), what)]
    told = {name: [[turn.at, turn.what] for turn in turns] for name, turns in places.items()}
    return True, json.dumps({"key": key.hex(), "turns": told}).encode()


def _read(kept: bytes, now: float) -> tuple[bytes, dict[str, list[_Turn]]]:
    """The key and what still counts. Where nothing does, or the file was cut short, there is a new key."""
    try:
        told: Any = json.loads(kept)
        key = bytes.fromhex(told["key"])
        places = {
            str(place): [_Turn(int(at), str(what)) for at, what in turns if 0 <= now - at < INTERVAL_S]
            for place, turns in told["turns"].items()
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        key, places = b"", {}
    places = {place: turns for place, turns in places.items() if turns}
    return (key, places) if places and len(key) == 32 else (secrets.token_bytes(32), {})


def _hash(key: bytes, words: list[str]) -> str:
    text = "\0".join(f"{len(word)}:{word}" for word in words)
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def _place(target: Target) -> list[str]:
    hosts = ",".join(f"{host.name}:{host.hostaddr}:{host.port}" for host in target.hosts)
    return [hosts, target.value("user") or "", target.value("dbname") or ""]


def _whole(target: Target) -> list[str]:
    settings = {**target.foreign, **target.settings}
    words = [f"{name}={setting.value}" for name, setting in sorted(settings.items())]
    words += [f"{name}={secret.reveal()}" for name, secret in sorted(target.private.items())]
    return [*words, target.password.reveal() if target.password else ""]


def _folders(machine: Machine) -> Iterator[Path]:
    """Where it may be kept: with what a user's programs remember (XDG), or else until the user logs out."""
    variables = machine.environment
    if machine.platform == "win32":
        names = [variables.get("LOCALAPPDATA", "")]
    else:
        home = str(machine.home / ".local/state") if machine.home else ""
        names = [variables.get("XDG_STATE_HOME") or home, variables.get("XDG_RUNTIME_DIR", "")]
    yield from (Path(name) / "pgwhy" for name in names if name and Path(name).is_absolute())


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """The file, made where it is missing, and ours alone until it is closed. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    file = os.open(folder / _NAME, flags, 0o600)
    try:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode) or about.st_size > _LARGEST:
            raise OSError(f"{folder / _NAME} is not a file of pgwhy")
        if hasattr(os, "fchmod"):
            os.fchmod(file, 0o600)
        _lock(file)
        yield file
    finally:
        os.close(file)


def _lock(file: int) -> None:
    """Of several processes at the same moment, one after the other. Released when the file is closed."""
    try:
        import fcntl  # not on Windows, where two at the same moment may both get a turn
    except ImportError:
        return
    fcntl.flock(file, fcntl.LOCK_EX)
