"""The fault files: each is read strictly, and the healthy ones are shown true by a real client."""

from __future__ import annotations

import os
import subprocess
from contextlib import nullcontext
from pathlib import Path

import pytest

from diagnostics.lab import faults, trial
from diagnostics.lab.faults import Fault, FaultError
from diagnostics.lab.world import World
from tests import parts

HEALTHY = [slug for slug in faults.slugs() if slug.startswith("healthy-")]
DEMO = ("no-sni", "plaintext", "wrong-password", "option-contradicts-host")


def test_the_demo_has_its_four_faults() -> None:
    assert [faults.load(slug).expect.cause for slug in DEMO] == [
        "sni-missing",
        "ssl-required",
        "wrong-password",
        "endpoint-mismatch",
    ]


@pytest.mark.parametrize("slug", faults.slugs())
def test_a_fault_expects_the_stage_of_its_cause(slug: str) -> None:
    expect = faults.load(slug).expect
    assert (expect.cause.about.stage if expect.cause else None) == expect.stage
    assert (expect.cause is None) == (slug in HEALTHY)


@pytest.mark.parametrize("slug", faults.slugs())
def test_a_fault_is_diagnosed_as_its_file_expects(slug: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # Settings of whoever runs the lab must not play a part.
    monkeypatch.setenv("PGOPTIONS", "-c no_such_setting=1")
    monkeypatch.setenv("PGSSLMODE", "disable")
    fault = faults.load(slug)
    with World.running(**fault.world) if fault.world else nullcontext(world) as running:
        assert trial.run(fault, running).mistakes == ()


@pytest.mark.parametrize("slug", HEALTHY)
def test_a_healthy_fault_lets_a_real_psql_in(slug: str, world: World) -> None:
    fault = faults.load(slug)
    with World.running(**fault.world) if fault.world else nullcontext(world) as running:
        ran = psql(fault, running)
    assert (ran.returncode, ran.stdout) == (0, "alex\n"), ran.stderr


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        ("plaintext", "ERROR:  connection is insecure (try using `sslmode=require`)"),
        ("wrong-password", "ERROR:  password authentication failed for user 'alex'"),
        (
            "option-contradicts-host",
            "ERROR:  Inconsistent project name inferred from SNI ('ep-cool-darkness-a1b2c3d4') and project option "
            "('ep-old-morning-123456').",
        ),
    ],
)
def test_a_demo_fault_keeps_a_real_psql_out(slug: str, said: str, world: World) -> None:
    ran = psql(faults.load(slug), world)
    assert ran.returncode == 2
    assert said in ran.stderr


def test_an_unknown_fault_names_those_there_are() -> None:
    with pytest.raises(FaultError, match=r"there is no fault 'no-such'; there are: .*wrong-password"):
        faults.load("no-such")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"title": "t", "given": {"tagret": ""}}, "[given] has no key 'tagret'"),
        ({"title": "t", "given": {}, "worlds": {}}, "the file has no key 'worlds'"),
        ({"title": "t", "given": {}, "world": {"endpoint": {"wake": 1}}}, "world.endpoint has no key 'wake'"),
        ({"title": "t", "given": {}, "expect": {"cause": "sni-mising"}}, "'sni-mising' is not a valid Cause"),
    ],
)
def test_a_mistake_in_a_fault_file_is_named(content: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError) as raised:
        faults.read("mistaken", content)
    assert complaint in str(raised.value)


def test_what_the_user_has_does_not_show_the_password(world: World) -> None:
    given = faults.prepare(faults.load("healthy-environment"), world)
    assert world.password.reveal() not in repr(given)


def psql(fault: Fault, world: World) -> subprocess.CompletedProcess[str]:
    """What psql says to the fault's target."""
    given = faults.prepare(fault, world)
    program = parts.psql(parts.system_postgres())
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **given.environment}
    target = [] if given.target is None else [given.target.reveal()]
    query = "select current_user"
    return subprocess.run(
        [program, "-XAtc", query, *target], env=environment, capture_output=True, text=True, timeout=20, cwd=Path("/")
    )
