"""Reads a fault file, `fixtures/faults/<slug>.toml`, strictly. The format is described in fixtures/README.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pgwhy.causes import Cause
from pgwhy.finding import Status
from pgwhy.lab.authority import CertificateFault
from pgwhy.lab.faults import tables
from pgwhy.lab.faults.fault import LIMIT_S, Expected, Fault, Printed, Tier, Wiring, Written
from pgwhy.lab.neon import messages
from pgwhy.lab.network.bridge import Link
from pgwhy.lab.network.cable import Side
from pgwhy.lab.network.packets import Filter, FilterAction, Route, Way
from pgwhy.progress import Stage

_PARTS = ("gateway", "postgres", "pgbouncer")
_EXPECTED = ("cause", "rule", "stage", "fix", "advances", "offers", "also", "cannot_tell", "warns", "status", "limit_s")
_OF_ENDPOINT = ("refuse_with", "refuse_at", "access_s", "wake_s", "certificate")
_BEHIND = {"backend": {"closed": "closed_port", "door": "door_port"}, "pooler": {"pgbouncer": "pgbouncer_port"}}
"""A field of `Endpoint`, the words for what may be there, and the placeholder of its port."""


def read(slug: str, content: Mapping[str, Any]) -> Fault:
    """A fault from the content of its file. Raises `ValueError` for a mistake in it, with the key and what there is."""
    tables.only(content, ("title", "tier", "world", "network", "given", "seen", "expect"), "the file")
    tier = tables.word(Tier, content.get("tier", "loopback"), "tier")
    world, given = tables.table(content, "world"), tables.table(content, "given", needed=True)
    if "network" in content and tier is Tier.LOOPBACK:
        raise ValueError('[network] needs tier = "namespace"')
    tables.only(world, ("password", "needs", "endpoint", "gateway", "postgres", "pgbouncer", "doors"), "[world]")
    tables.only(given, ("target", "environment", "client", "error", "options", "files"), "[given]")
    pgbouncer, wiring = world.get("pgbouncer"), _wiring(tables.table(content, "network"))
    needs = tables.texts(world, "needs", "[world]")
    needs += ("pgbouncer",) if pgbouncer is not None else ()
    needs += ("nft",) if any(isinstance(each, Filter) for each in wiring.breaks) else ()
    return Fault(
        slug=slug,
        title=tables.text(content, "title", "the file", needed=True),
        target=tables.text(given, "target", "[given]") if "target" in given else None,
        environment=tables.text_table(given, "environment"),
        client=tables.text(given, "client", "[given]") if "client" in given else None,
        error=tables.text(given, "error", "[given]") if "error" in given else None,
        options=tables.texts(given, "options", "[given]"),
        files={name: _written(name, file) for name, file in tables.table(given, "files").items()},
        endpoint=_endpoint(tables.table(world, "endpoint")),
        behind=_behind(tables.table(world, "endpoint")),
        world=_postgres(tables.table(world, "postgres")) | _gateway(tables.table(world, "gateway")) | _password(world),
        pgbouncer=None if pgbouncer is None else _pgbouncer(pgbouncer),
        doors=tuple(_door(each, tier) for each in world.get("doors", ())),
        needs=tuple(dict.fromkeys(needs)),
        tier=tier,
        wiring=wiring,
        seen=_seen(tables.table(content, "seen")) if "seen" in content else None,
        expect=_expected(tables.table(content, "expect")),
        content=content,
    )


def _expected(given: Mapping[str, Any]) -> Expected:
    tables.only(given, _EXPECTED, "[expect]")
    cause = tables.word(Cause, given["cause"], "expect.cause") if "cause" in given else None
    stage = tables.word(Stage, given["stage"], "expect.stage") if "stage" in given else None
    cannot_tell = given.get("cannot_tell", False)
    if cause and cannot_tell:
        raise ValueError("[expect] has a cause and says cannot_tell")
    own = cause.about.stage if cause else None
    if cause and (stage is None) != (own is None):
        raise ValueError(f"expect.stage is {stage}, and that of {cause} is {own}")
    if stage and own and stage.order < own.order:
        raise ValueError(f"expect.stage is {stage}, and that of {cause} is {own}")
    usual = Status.FAILS if cause or cannot_tell else Status.CONNECTS
    return Expected(
        cause=cause,
        stage=stage,
        status=tables.word(Status, given.get("status", usual), "expect.status"),
        rule=tables.text(given, "rule", "[expect]") if "rule" in given else None,
        fix=tables.text(given, "fix", "[expect]") if "fix" in given else None,
        advances=tables.text(given, "advances", "[expect]") if "advances" in given else None,
        offers=tables.text(given, "offers", "[expect]") if "offers" in given else None,
        also=tuple(tables.word(Cause, each, "expect.also") for each in given.get("also", ())),
        warns=tuple(tables.word(Cause, each, "expect.warns") for each in given.get("warns", ())),
        limit_s=float(given.get("limit_s", LIMIT_S)),
    )


def _endpoint(given: Mapping[str, Any]) -> dict[str, Any]:
    tables.only(given, (*_OF_ENDPOINT, *_BEHIND), "world.endpoint")
    fields = {key: value for key, value in given.items() if key in _OF_ENDPOINT}
    if "refuse_with" in fields:
        if fields["refuse_with"] not in messages.ON_DEMAND:
            known = ", ".join(messages.ON_DEMAND)
            raise ValueError(f"world.endpoint.refuse_with has no {fields['refuse_with']!r}; it has: {known}")
        fields["refuse_with"] = messages.ON_DEMAND[fields["refuse_with"]]
    if "refuse_at" in fields:
        where = tables.word(messages.Place, fields.pop("refuse_at"), "world.endpoint.refuse_at")
        fields["refuse_with"] = replace(fields["refuse_with"], place=where)
    if "certificate" in fields:
        fields["certificate"] = tables.word(CertificateFault, fields["certificate"], "world.endpoint.certificate")
    return fields


def _behind(given: Mapping[str, Any]) -> dict[str, str]:
    for key, ports in _BEHIND.items():
        if key in given and given[key] not in ports:
            raise ValueError(f"world.endpoint.{key} is one of {', '.join(ports)}, not {given[key]!r}")
    return {field: ports[given[field]] for field, ports in _BEHIND.items() if field in given}


def _postgres(given: Mapping[str, Any]) -> dict[str, Any]:
    place = "world.postgres"
    tables.only(given, ("tls", "hba", "settings", "roles", "sql", "held", "standby"), place)
    fields = dict(given)
    if "tls" in given:
        fields["tls"] = tables.word(CertificateFault, given["tls"], f"{place}.tls")
    for key in ("hba", "sql"):
        if key in given:
            fields[key] = tables.texts(given, key, place)
    for key in ("settings", "roles"):
        if key in given:
            fields[key] = tables.text_table(given, key)
    return fields


def _gateway(given: Mapping[str, Any]) -> dict[str, Any]:
    tables.only(given, ("default_name",), "world.gateway")
    return dict(given)


def _password(world: Mapping[str, Any]) -> dict[str, Any]:
    return {"password": tables.text(world, "password", "[world]")} if "password" in world else {}


def _pgbouncer(given: Mapping[str, Any]) -> dict[str, Any]:
    """Its settings, `databases` and `held`; which settings there are PgBouncer knows, and says."""
    if "databases" in given:
        tables.text_table(given, "databases")
    return dict(given)


def _door(given: Mapping[str, Any], tier: Tier) -> Mapping[str, Any]:
    from pgwhy.lab.faults import doors

    tables.only(
        given, ("kind", "behind", "certificate_names", "idle_limit_s", "hosts", "port", "ports"), "[[world.doors]]"
    )
    kind = tables.text(given, "kind", "[[world.doors]]", needed=True)
    if kind not in doors.KINDS:
        raise ValueError(f"no door is of the kind {kind!r}; there are: {', '.join(doors.KINDS)}")
    if "behind" in given and given["behind"] not in _PARTS:
        raise ValueError(f"a door's `behind` is one of {', '.join(_PARTS)}, not {given['behind']!r}")
    if "port" in given and tier is Tier.LOOPBACK:
        raise ValueError("on loopback a door's port is an ephemeral one: {door_port}")
    return dict(given)


def _wiring(given: Mapping[str, Any]) -> Wiring:
    keys = ("gateway", "hosts", "names", "resolvers", "resolver_options", "hosts_file", "filters", "routes", "link")
    tables.only(given, (*keys, "ipv6"), "[network]")
    if "hosts" in given and "names" in given:
        raise ValueError("[network] has hosts and names: one of them says what the name servers know")
    filters = [_filter(each) for each in given.get("filters", ())]
    routes = [_route(each) for each in given.get("routes", ())]
    return Wiring(
        gateway=tables.texts(given, "gateway", "[network]") if "gateway" in given else None,
        hosts={name: tuple(found) for name, found in given["hosts"].items()} if "hosts" in given else None,
        names=tuple(_names(each) for each in given["names"]) if "names" in given else None,
        resolvers=tables.texts(given, "resolvers", "[network]") if "resolvers" in given else None,
        resolver_options=tables.text(given, "resolver_options", "[network]"),
        hosts_file=tables.text_table(given, "hosts_file"),
        breaks=(*filters, *routes),
        link=_link(tables.table(given, "link")) if "link" in given else None,
        ipv6=given.get("ipv6", True),
    )


def _names(given: Mapping[str, Any]) -> Mapping[str, Any]:
    # It needs dnspython, which costs a tenth of a second.
    from pgwhy.lab.network.name_server import Habit

    tables.only(given, ("hosts", "names", "otherwise", "tcp", "port"), "network.names")
    for name in (*tables.table(given, "names").values(), tables.table(given, "otherwise")):
        tables.only(name, ("addresses", "alias", "habit", "delay_s"), "a name of network.names")
        tables.word(Habit, name.get("habit", "answer"), "habit")
    return dict(given)


def _filter(given: Mapping[str, Any]) -> Filter:
    keys = ("verdict", "port", "address", "family", "longer_than", "side", "from_server")
    tables.only(given, keys, "network.filters")
    words: Mapping[str, Callable[[Any], Any]] = {
        "verdict": lambda word: tables.word(FilterAction, word, "network.filters verdict"),
        "side": lambda word: tables.word(Side, word, "network.filters side"),
    }
    if "verdict" not in given:
        raise ValueError(f"a filter needs a verdict: {', '.join(FilterAction)}")
    return Filter(**{key: words.get(key, lambda same: same)(value) for key, value in given.items()})


def _route(given: Mapping[str, Any]) -> Route:
    tables.only(given, ("way", "to"), "network.routes")
    return Route(
        tables.word(Way, given.get("way"), "network.routes way"),
        tables.text(given, "to", "network.routes", needed=True),
    )


def _link(given: Mapping[str, Any]) -> Link:
    tables.only(given, ("round_trip_ms", "loss_percent", "seed"), "network.link")
    return Link(**given)


def _written(name: str, given: Any) -> Written:
    if isinstance(given, str):
        return Written(given)
    if not isinstance(given, Mapping):
        raise ValueError(f"given.files {name!r} must be a text, or a table with text and mode")
    tables.only(given, ("text", "mode"), f"given.files {name!r}")
    return Written(tables.text(given, "text", f"given.files {name!r}"), int(str(given.get("mode", "0600")), 8))


def _seen(given: Mapping[str, Any]) -> Printed:
    tables.only(given, ("client", "text"), "[seen]")
    return Printed(
        tables.text(given, "client", "[seen]", needed=True), tables.text(given, "text", "[seen]", needed=True)
    )
