"""The probes in the order in which a client passes the stages. Adding one = its module, and its name in `PROBES`.

One that decides how a stage goes is named as `record` in the stage's row (`pgwhy.progress`), too.
"""

from __future__ import annotations

from pgwhy.client import ClientFacts
from pgwhy.error_text import ErrorText
from pgwhy.facts import Record, Vocabulary
from pgwhy.probes import (
    authentication,
    compose,
    database_port,
    dns,
    environment,
    http_proxy,
    session,
    settings,
    startup,
    tcp,
    tls,
    token,
    web,
)
from pgwhy.progress import Stage
from pgwhy.target.facts import TargetFacts

PROBES = (
    settings.PROBE,
    token.PROBE,
    environment.PROBE,
    compose.PROBE,
    dns.PROBE,
    tcp.PROBE,
    tls.PROBE,
    startup.PROBE,
    authentication.PROBE,
    authentication.HERE,
    session.PROBE,
    web.PROBE,
    database_port.PROBE,
    http_proxy.PROBE,
)

_GIVEN: tuple[tuple[type[Record], Stage], ...] = (
    (TargetFacts, Stage.CONFIG),
    (ClientFacts, Stage.CONFIG),
    (ErrorText, Stage.CLIENT),
)
"""Records that no probe makes, and the stage that each is about."""
VOCABULARY = Vocabulary((*(record for record, _ in _GIVEN), *(probe.record for probe in PROBES)))
"""Every fact that a rule may ask for."""
STAGE_OF = {record.name: stage for record, stage in (*_GIVEN, *((probe.record, probe.stage) for probe in PROBES))}
"""The stage that each record is about."""
