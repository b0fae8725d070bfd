"""What a run would open, without opening any of it: `--plan`."""

from __future__ import annotations

from collections.abc import Iterable

from pgwhy import error_text
from pgwhy import target as targets
from pgwhy.engine import reports
from pgwhy.engine.diagnosis import Request
from pgwhy.engine.observation import before
from pgwhy.error_text import Origin
from pgwhy.facts import Observations
from pgwhy.network import Network
from pgwhy.probes.settings import NOTHING


def connections(request: Request) -> tuple[str, ...]:
    """Which names, connections and logins a run would open, a line each. Opens none."""
    from pgwhy.engine import outlook  # for this alone, as the next line
    from pgwhy.network.stream import is_ip_literal, is_socket_path

    target, options = request.target, request.options
    if not target.hosts or any(problem.code in NOTHING for problem in target.problems):
        return ("nothing: no host could be read from the target",)
    named = [h.name for h in target.hosts if h.name and not (h.hostaddr or is_ip_literal(h.name.strip("[]")))]
    named = [name for name in dict.fromkeys(named) if not is_socket_path(name)]
    lines = [f"look up {name} with getaddrinfo" for name in named]
    if asked := next((name for name in named if name.lower() != "localhost"), ""):
        lines += list(_questions(asked, request))
    for host in target.hosts:
        place = host.hostaddr or host.name
        if place and not is_socket_path(place):
            lines.append(f"connect to {place} port {host.port}, every address once, without sending anything")
        else:
            lines.append(f"connect to the Unix socket for port {host.port} in {place or 'its usual folder'}")
    lines.append("negotiate TLS with SNI and without, on the first address that answers: 2 connections, 3 at most")
    lines.append("send a start-up message and read its first answer: up to 4 connections, no password")
    if options.login:
        most = f"at most {Network.MAX_EXCHANGES} password exchanges"
        lines.append(f"log in as the client spoken for, and once for each fix tried: {most}")
        lines += outlook.of_the_password(target, request.client, request.machine)
        if request.verify:
            lines += outlook.of_fixes(reports.all_rules(request.rules))
        lines.append("run one read-only query about the session")
    else:
        lines.append("no login (--no-login)")
    if options.web is not False:
        when = "" if options.web else ", only if the database port does not answer"
        lines.append(f"ask the provider's own port 443 for this endpoint (Neon only){when}")
    return (*lines, *_trials(request))


def _trials(request: Request) -> Iterable[str]:
    """What the fixes of the user's further rules would try. Raises `RuleError`."""
    if not request.rules or not request.verify:
        return ()
    from pgwhy.engine.trials import trials

    target = targets.as_taken(request.target, request.client.raw_in_password)
    known = Observations({record.name: record for record in before(target, request.client)})
    if request.error is not None:
        known = known.with_record(error_text.clean(request.error, Origin.REPORTED))
    return trials(reports.all_rules(request.rules), known, login=request.options.login)


def _questions(name: str, request: Request) -> Iterable[str]:
    """What the dns probe would ask each resolver about the first name."""
    from pgwhy.network.resolve import configured_resolvers
    from pgwhy.probes.dns.resolvers import PUBLIC

    for resolver in configured_resolvers(request.machine.resolver_file):
        random = ", and for two random names that cannot exist" if request.options.wildcard_check else ""
        yield f"ask the resolver {resolver} for {name} (A, AAAA){random}"
    for given in request.options.compare_dns:
        for compared in PUBLIC if given == "public" else (given,):
            yield f"ask the resolver {compared} for {name} (A, AAAA), for comparison"
