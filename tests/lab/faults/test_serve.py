"""The servers of a network of our own, brought up from a description."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from pgwhy.lab.impostors import other_servers, tls_impostors
from pgwhy.lab.network.cable import CLIENT, CLIENT6, RESOLVERS, SERVERS, SERVERS6
from pgwhy.lab.network.namespace import Namespace, NamespaceError, is_permitted
from tests import parts

TARGET = "postgresql://{role}:{password}@{host}/{database}?sslmode=verify-full&sslrootcert={root_certificate}"
NAMES = {"hosts": [*RESOLVERS], "names": {"{host}": {"addresses": [SERVERS[0], SERVERS6[0]]}}}


@pytest.fixture(autouse=True)
def _permitted() -> None:
    parts.permitted(is_permitted())


def test_a_world_is_met_by_name_and_sees_where_its_clients_come_from() -> None:
    refusing = {"fault": {"world": {"endpoint": {"refuse_with": "ip-not-allowed"}}, "given": {"target": TARGET}}}
    gateway = {"hosts": [SERVERS[0], SERVERS6[0]]}
    direct = {"kind": "forward", "behind": "postgres", "hosts": [SERVERS[1]]}
    with Namespace(resolvers=RESOLVERS, hosts={"db.internal": SERVERS[1]}) as network:
        served = network.serve({**refusing, "gateway": gateway, "names": [NAMES], "doors": [direct]})
        said = select(network, served["target"]).stderr
        assert f"This IP address {CLIENT6} is not allowed" in said or f"This IP address {CLIENT} is not allowed" in said
        behind = served["target"].replace(served["host"], "db.internal").replace("verify-full", "prefer")
        assert select(network, behind) == (0, "alex\n", "")


def test_every_impostor_can_be_named() -> None:
    kinds = [*other_servers.Impostor, *tls_impostors.TlsKind, "full-backlog", "web"]
    doors = [{"kind": kind, "hosts": [SERVERS[0]], "port": 5000 + number} for number, kind in enumerate(kinds)]
    with Namespace() as network:
        assert network.serve({"doors": doors})["doors"] == [door["port"] for door in doors]


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ({"doors": [{"kind": "gopher", "hosts": ["10.77.0.1"]}]}, "no door is of the kind 'gopher'"),
        ({"doors": [{"kind": "forward", "behind": "gateway", "hosts": ["10.77.0.1"]}]}, "there is no 'gateway'"),
        ({"names": [{"hosts": ["10.77.0.53"], "names": {"a": {"habit": "slow"}}}]}, "'slow' is not a valid Habit"),
        ({"fault": {"given": {}, "wolrd": {}}}, "the file has no key 'wolrd'"),
    ],
)
def test_a_mistake_in_the_description_is_named(spec: dict[str, Any], complaint: str) -> None:
    with Namespace() as network, pytest.raises(NamespaceError) as raised:
        network.serve(spec)
    assert complaint in str(raised.value)


def test_nothing_is_left_when_standard_input_is_closed() -> None:
    with Namespace() as network:
        spec = network.folder / "spec.json"
        spec.write_text(json.dumps(world()), encoding="utf-8")
        program = network.start([sys.executable, "-m", "pgwhy.lab.faults.serve", spec])
        folder = Path(json.loads(program.said)["root_certificate"]).parent
        assert folder.is_dir()
        program.stop()
        assert not folder.exists()


def world(**others: Any) -> dict[str, Any]:
    return {"fault": {"given": {"target": TARGET}}, **others}


def select(network: Namespace, target: str) -> Any:
    return network.run([parts.psql(parts.system_postgres()), "-XAtc", "select current_user", target])
