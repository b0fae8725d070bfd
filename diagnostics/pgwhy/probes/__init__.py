"""The probes in the order in which a client passes the stages. Adding one = its module, and its name in `PROBES`."""

from __future__ import annotations

from pgwhy.client import ClientFacts
from pgwhy.error_text import ErrorText
from pgwhy.facts import Vocabulary
from pgwhy.probes import authentication, dns, environment, session, settings, startup, tcp, tls, web
from pgwhy.target.facts import TargetFacts

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
