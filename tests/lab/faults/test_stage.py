"""Faults on their stages: who is there, what the user has, and that nothing is left."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from pgwhy.lab.faults import fault_file, trial
from pgwhy.lab.faults.fault import Fault
from pgwhy.lab.faults.matrix import Matrix
from pgwhy.lab.faults.stage import Scene, missing, staged
from pgwhy.lab.network.namespace import is_permitted
from pgwhy.lab.world import World
from tests import parts

POSTGRES = "host=127.0.0.1 port={postgres_port} user={role} password={password} dbname={database}"


def fault(target: str = POSTGRES, tier: str = "loopback", **others: Any) -> Fault:
    given = {"target": target, **others.pop("given", {})}
    return fault_file.read("a-fault", {"title": "t", "tier": tier, "given": given, **others})


def refusal(stage: Scene) -> str:
    assert stage.given.target
    try:
        with psycopg.connect(stage.given.target.reveal()) as connection:
            connection.execute("select 1")
    except psycopg.Error as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("postgres", "target", "said"),
    [
        ({"roles": {"sleeper": "NOLOGIN"}}, POSTGRES.replace("{role}", "sleeper"), "not permitted to log in"),
        ({"sql": ["alter role {role} connection limit 0"]}, POSTGRES, "too many connections for role"),
        ({"settings": {"max_connections": "4"}, "held": 1}, POSTGRES, "remaining connection slots are reserved"),
        ({"standby": True}, f"{POSTGRES} target_session_attrs=read-write", "session is read-only"),
        ({"standby": True, "settings": {"hot_standby": "off"}}, POSTGRES, "not accepting connections"),
    ],
)
def test_a_postgres_is_broken_as_the_file_says(postgres: dict[str, Any], target: str, said: str) -> None:
    with staged(fault(target, world={"postgres": postgres})) as stage:
        assert said in refusal(stage)


def test_a_password_of_the_files_own_is_the_roles(world: World) -> None:
    with staged(fault(world={"password": "p@ss/w%rd'\"\\"})) as stage:
        assert stage.values["encoded_password"] == "p%40ss%2Fw%25rd%27%22%5C"
        place = POSTGRES.replace("password={password} ", "").format_map(stage.values)
        psycopg.connect(place, password=stage.values["password"]).close()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, ""),
        ({"max_client_conn": 1, "held": 1}, "no more connections allowed (max_client_conn)"),
        # Whoever holds the only connection has to get it within this time as well, also on a busy machine.
        ({"default_pool_size": 1, "query_wait_timeout": 3, "held": 1}, "query_wait_timeout"),
    ],
)
def test_a_real_pgbouncer_stands_before_postgres(world: World, settings: dict[str, Any], said: str) -> None:
    bounced = fault(POSTGRES.replace("postgres_port", "pgbouncer_port"), world={"pgbouncer": settings})
    parts.permitted(missing(bounced))
    with staged(bounced, world) as stage:
        told = refusal(stage)
        assert said in told and bool(said) == bool(told)


def test_doors_have_ports_of_their_own_and_nobody_is_at_the_closed_one(world: World) -> None:
    doors = [{"kind": "closes-at-once"}, {"kind": "forward", "behind": "postgres"}]
    with staged(fault(POSTGRES.replace("postgres_port", "door_port_2"), world={"doors": doors}), world) as stage:
        assert refusal(stage) == ""
        closed = psycopg.conninfo.make_conninfo(stage.given.target.reveal(), port=stage.values["closed_port"])
        with pytest.raises(psycopg.OperationalError, match="Connection refused"):
            psycopg.connect(closed)


def test_a_missing_program_is_named() -> None:
    assert missing(fault(world={"needs": ["no-such-program"]})) == "no-such-program not on this machine (make parts)"


def test_in_a_namespace_the_user_meets_the_world_by_name_with_a_lent_postgres(world: World) -> None:
    parts.permitted(is_permitted())
    healthy = fault("postgresql://{role}:{password}@{host}/{database}?sslmode=require", "namespace")
    with staged(healthy, world) as stage:
        ran = stage.run(["sh", "-c", 'pwd; grep nameserver /etc/resolv.conf; echo "$HOME"'])
        assert ran.stdout == f"{stage.home}\nnameserver 10.77.0.53\n{stage.home}\n"
        assert trial.diagnose(stage).mistakes == ()
        assert stage.way_in[0].endswith("nsenter")


def test_who_was_only_late_is_tried_again_alone() -> None:
    quick = fault(world={}, expect={"limit_s": 0.001})
    with Matrix(workers=1) as matrix:
        started = matrix.start([quick])["a-fault"]
        again = matrix.judged(started)
    assert started.result().is_only_late
    assert again is not started.result()
