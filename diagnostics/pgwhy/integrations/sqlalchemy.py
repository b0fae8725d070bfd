"""SQLAlchemy: an engine whose connection fails says why, as a note of the exception (`pip install pgwhy[sqlalchemy]`).

from pgwhy.integrations.sqlalchemy import explain_failures
explain_failures(engine)            # an Engine or an AsyncEngine
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import event

from pgwhy.incident.on_failure import note

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine import ExceptionContext
    from sqlalchemy.ext.asyncio import AsyncEngine


def explain_failures(engine: Engine | AsyncEngine, *, timeout_s: float = 10.0, login: bool = True) -> None:
    """From now on. Statements that fail on an open connection cost one comparison.

    A pool meets the same failure with each request: the engine's target is checked once in five minutes, and explained
    from the text in between. SQLAlchemy tells of what the driver raises as its own; asyncpg lets a refused connection
    pass as an OSError, for which there is `pgwhy_on_failure`.
    """

    def failed(context: ExceptionContext) -> None:
        if context.connection is not None and not context.is_disconnect:
            return
        raised = context.sqlalchemy_exception or context.original_exception
        if isinstance(raised, Exception) and context.engine is not None:
            url = context.engine.url.render_as_string(hide_password=False)
            note(raised, url, timeout_s=timeout_s, login=login, again=False)

    event.listen(getattr(engine, "sync_engine", engine), "handle_error", failed)
