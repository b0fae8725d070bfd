"""The probes in the order in which a client passes the stages. Adding one = its module, and its name in `PROBES`."""

from __future__ import annotations

from diagnostics.client import ClientFacts
from diagnostics.error_text import ErrorText
from diagnostics.facts import Vocabulary
from diagnostics.probes import authentication, dns, environment, session, settings, startup, tcp, tls, web
from diagnostics.target.facts import TargetFacts

PROBES = (
    settings.PROBE,
    environment.PROBE,
    dns.PROBE,
    tcp.PROBE,
    tls.PROBE,
    startup.PROBE,
    authentication.PROBE,
    authentication.HERE,
    session.PROBE,
    web.PROBE,
)

VOCABULARY = Vocabulary((TargetFacts, ClientFacts, ErrorText, *(probe.record for probe in PROBES), authentication.Here))
"""Every fact that a rule may ask for."""
