"""The format of the fault files, and what the user of a fault has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pgwhy.lab.faults import fault_file, faults, record
from pgwhy.lab.faults.fault import Printed
from pgwhy.lab.faults.faults import FaultError
from pgwhy.lab.faults.stage import staged
from pgwhy.lab.network.packets import Filter, FilterAction
from pgwhy.lab.world import World

GIVEN: dict[str, Any] = {"title": "t", "given": {"target": "x"}}
NAMESPACE = GIVEN | {"tier": "namespace"}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"title": "t", "given": {"tagret": ""}}, "[given] has no key 'tagret'; it has: target, environment"),
        ({"title": "t"}, "the file needs [given]"),
        ({"given": {}}, "the file needs title"),
        (GIVEN | {"worlds": {}}, "the file has no key 'worlds'"),
        (GIVEN | {"tier": "moon"}, "'moon' is not a valid Tier; there are: loopback, namespace"),
        (GIVEN | {"world": {"endpoint": {"wake": 1}}}, "world.endpoint has no key 'wake'"),
        (GIVEN | {"world": {"endpoint": {"refuse_with": "no"}}}, "world.endpoint.refuse_with has no 'no'; it has: ip-"),
        (GIVEN | {"world": {"endpoint": {"backend": "x"}}}, "world.endpoint.backend is one of closed, door, not 'x'"),
        (GIVEN | {"world": {"endpoint": {"refuse_at": "home"}}}, "'home' is not a valid Place"),
        (GIVEN | {"world": {"doors": [{"kind": "gopher"}]}}, "no door is of the kind 'gopher'; there are: http, ssh"),
        (GIVEN | {"world": {"doors": [{"kind": "http", "port": 80}]}}, "on loopback a door's port is an ephemeral one"),
        (GIVEN | {"network": {}}, '[network] needs tier = "namespace"'),
        (NAMESPACE | {"network": {"filters": [{"port": 1}]}}, "a filter needs a verdict: drop, reset"),
        (NAMESPACE | {"network": {"hosts": {}, "names": []}}, "[network] has hosts and names"),
        (NAMESPACE | {"network": {"names": [{"names": {"a": {"habit": "slow"}}}]}}, "'slow' is not a valid Habit"),
        (GIVEN | {"expect": {"cause": "sni-mising"}}, "'sni-mising' is not a valid Cause"),
        (
            GIVEN | {"expect": {"cause": "sni-missing", "stage": "tls"}},
            "expect.stage is tls, and that of sni-missing is",
        ),
        (GIVEN | {"expect": {"cause": "sni-missing", "cannot_tell": True}}, "has a cause and says cannot_tell"),
    ],
)
def test_a_mistake_in_a_fault_file_is_named(content: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError) as raised:
        fault_file.read("mistaken", content)
    assert complaint in str(raised.value)


def test_an_unknown_fault_names_those_there_are() -> None:
    with pytest.raises(FaultError, match=r"there is no fault 'no-such'; there are: .*wrong-password"):
        faults.load("no-such")


def test_a_fault_without_a_cause_connects_unless_it_says_that_it_cannot_be_told() -> None:
    assert fault_file.read("a", GIVEN).expect.status == "connects"
    assert fault_file.read("a", GIVEN | {"expect": {"cannot_tell": True}}).expect.status == "fails"


def test_what_a_file_shows_by_itself_need_not_be_named_as_needed() -> None:
    dropping = NAMESPACE | {"network": {"filters": [{"verdict": "drop"}]}}
    assert fault_file.read("a", dropping).needs == ("nft",)
    assert fault_file.read("a", dropping).wiring.breaks == (Filter(FilterAction.DROP),)
    assert fault_file.read("a", GIVEN | {"world": {"pgbouncer": {}}}).needs == ("pgbouncer",)


def test_an_unknown_placeholder_is_named(world: World) -> None:
    fault = fault_file.read("a", {"title": "t", "given": {"target": "host={hots}"}})
    with pytest.raises(FaultError, match=r"a: a text has a placeholder 'hots'; there are: role, password"):
        faults.given(fault, faults.prepare(fault, world))


def test_what_the_user_has_does_not_show_the_password(world: World) -> None:
    fault = faults.load("healthy-environment")
    given = faults.given(fault, faults.prepare(fault, world))
    assert world.password.reveal() in given.environment["PGPASSWORD"]
    assert world.password.reveal() not in repr(given)


def test_files_are_in_the_home_with_their_rights(world: World) -> None:
    files = {".pgpass": {"text": "*:*:*:*:{password}", "mode": "0644"}, ".postgresql/root.crt": "x"}
    fault = fault_file.read("a", {"title": "t", "given": {"files": files}})
    with staged(fault, world) as stage:
        assert (stage.home / ".pgpass").read_text() == f"*:*:*:*:{world.password.reveal()}"
        assert (stage.home / ".pgpass").stat().st_mode & 0o777 == 0o644
        assert stage.run(["sh", "-c", "pwd; cat $HOME/.postgresql/root.crt"]).stdout == f"{stage.home}\nx"


def test_what_a_client_printed_is_kept_without_secrets_and_replaces_what_was_there(
    world: World, tmp_path: Path
) -> None:
    fault = faults.load("wrong-password")
    with staged(fault, world) as stage:
        secret, port = stage.values["wrong_password"], stage.values["port"]
        seen = record.masked(f'said "{secret}" on {port}', stage)
    assert seen == 'said "PASSWORD_HERE" on {port}'
    file = tmp_path / "fault.toml"
    file.write_text('title = "t"\n[given]\ntarget = "x"\n\n[expect]\ncause = "wrong-password"\nstage = "auth"\n')
    for text in ("first", 'second """ \\ [x]\n\x1b[1m'):
        record.keep(file, Printed("psql 15", text))
        kept = fault_file.read("fault", _toml(file)).seen
        assert kept == Printed("psql 15", f"{text}\n")
    assert file.read_text().count("[seen]") == 1


def _toml(file: Path) -> dict[str, Any]:
    import tomllib

    return tomllib.loads(file.read_text(encoding="utf-8"))
