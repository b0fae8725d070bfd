"""`with pgwhy_on_failure(): ...`: an exception about a connection leaves the block with the page as a note."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from pgwhy.incident.exceptions import driver_of, text_of

if TYPE_CHECKING:
    from pgwhy.incident.investigation import Incident
    from pgwhy.target.model import Target

NOTED = "_pgwhy_noted"
"""An exception passes several blocks and hooks, and is looked at once."""


class pgwhy_on_failure:
    """A context manager, for `with` and for `async with`. The exception itself goes on as it is.

    `target` is what `diagnose` takes; `None`: what the environment and `.env` say, and of several variables the one
    whose host the error names. Nothing at all happens, or is imported, while the block works. After an exception that
    is about something else nothing is opened either. A target is logged in to once in five minutes at most.
    """

    def __init__(
        self,
        target: str | Target | None = None,
        *,
        timeout_s: float = 10.0,
        login: bool = True,
        client: str | None = None,
    ) -> None:
        self._target = target
        self._timeout_s = timeout_s
        self._login = login
        self._client = client

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if isinstance(error, Exception):
            note(error, self._target, timeout_s=self._timeout_s, login=self._login, client=self._client)

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, at)


def note(
    error: Exception,
    target: str | Target | None = None,
    *,
    timeout_s: float = 10.0,
    login: bool = True,
    client: str | None = None,
    again: bool = True,
) -> Incident | None:
    """Add the page to an exception, as a note that its traceback shows; `None` where it is about no connection.

    Never raises: a mistake of ours must not take the place of the exception.
    """
    if getattr(error, NOTED, False):
        return None
    try:
        incident = incident_of(error, target, timeout_s=timeout_s, login=login, client=client, again=again)
        if incident is not None:
            error.add_note("\n" + incident.page())
            setattr(error, NOTED, True)
    except Exception as mistake:
        error.add_note(f"pgwhy: this is a bug in pgwhy, not in your connection: {type(mistake).__name__}")
        return None
    return incident


def incident_of(
    error: BaseException,
    target: str | Target | None = None,
    *,
    timeout_s: float = 10.0,
    login: bool = True,
    client: str | None = None,
    again: bool = True,
) -> Incident | None:
    """What `investigation.investigate` makes of an exception. Raises `UnknownClient`."""
    from pgwhy import target as targets
    from pgwhy.incident.investigation import investigate
    from pgwhy.machine import Machine
    from pgwhy.target.model import Target
    from pgwhy.target.reading.in_command import in_command

    machine = Machine.here()

    def find(host: str, port: str) -> Target | None:
        if isinstance(target, Target):
            return target
        return targets.read(target, machine) if target is not None else in_command((), machine, host, port)

    return investigate(
        text_of(error),
        find,
        machine,
        client=client or driver_of(error),
        timeout_s=timeout_s,
        login=login,
        again=again,
        hint=": name it, pgwhy_on_failure(target)",
    )
