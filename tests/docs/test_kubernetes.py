"""The recipes of docs/kubernetes.md, in a network of their own: a read-only root, no HOME, a user without rights."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from pgwhy.lab.faults import faults
from pgwhy.lab.faults.stage import Scene, missing, staged
from tests import parts
from tests.docs.test_examples import blocks

USER = 65532
# Who made this checkout may have put it where others cannot look: he may read everything, and still write nothing.
# Only inside of the pod's own mounts is the root read-only.
POD = """
mount --make-rprivate / && for at in $(cut -d' ' -f2 /proc/mounts | grep -vE '^/(proc|sys|dev)(/|$)') /dev/shm; do
    mount -o remount,bind,ro "$at" 2>/dev/null; done
touch "$0/probe" 2>/dev/null && { echo "the root can be written" >&2; exit 99; }
exec setpriv --reuid=%d --regid=%d --clear-groups --inh-caps=-all,+dac_read_search \
    --ambient-caps=-all,+dac_read_search --bounding-set=-all,+dac_read_search \
    -- env -i PATH="%s:/usr/bin:/bin" DATABASE_URL="$DATABASE_URL" "$@"
"""


@pytest.fixture(scope="module")
def pod(world) -> Iterator[Scene]:
    """A healthy server, and a network side from which it is reached."""
    parts.network_namespace()
    parts.permitted("" if os.geteuid() == 0 else "a pod with another user needs root")
    fault = faults.load("healthy-alias")
    parts.permitted(missing(fault))
    with staged(fault, world) as scene:
        yield scene


def run(pod: Scene, command: list[str], uri: str | None = None):
    script = POD % (USER, USER, Path(sys.executable).parent)
    uri = pod.given.target.reveal() if uri is None else uri
    inside = ["unshare", "--mount", "sh", "-c", script, str(pod.home), *command]
    return pod.run(inside, {"DATABASE_URL": uri})


def containers() -> Iterator[list[str]]:
    """The command of each container and probe of the page."""
    for block in blocks("kubernetes.md", "yaml"):
        told = yaml.safe_load(block)
        if "spec" in told:
            yield ["pgwhy", *told["spec"]["template"]["spec"]["containers"][0]["args"]]
        elif "initContainers" in told:
            yield ["pgwhy", *told["initContainers"][0]["args"]]
        else:
            yield told["startupProbe"]["exec"]["command"]


COMMANDS = list(containers())


def test_the_user_has_no_rights_and_no_home(pod):
    told = run(pod, ["sh", "-c", "id -u; env; touch /tmp/x"])
    assert told.stdout.splitlines()[0] == str(USER) and "HOME" not in told.stdout
    assert told.status != 0 and "Read-only file system" in told.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=["job", "init", "probe"])
def test_each_container_connects_and_says_why_not(pod, command):
    well = run(pod, command)
    assert well.status == 0, well.stdout + well.stderr
    uri = re.sub(r"@[^/]+/", "@no-such-service/", pod.given.target.reveal())
    told = run(pod, [word if word != "60" else "1" for word in command], uri)
    assert told.status == 1 and told.stdout.startswith("FAILS"), told.stdout + told.stderr
    assert len(told.stdout.splitlines()) == 1 if "-q" in command else len(told.stdout.splitlines()) > 5


def test_a_debug_container_reads_the_settings_of_the_one_that_fails(pod):
    (line,) = [block for block in blocks("kubernetes.md", "sh") if "kubectl debug" in block]
    words = shlex.split(line.replace("\\\n", " "))
    command = words[words.index("--") + 1 :]
    # In a pid namespace of its own the application is process 1, as in the pod.
    inner = command[-1].replace("pgwhy env:DATABASE_URL", "pgwhy --json env:DATABASE_URL")
    application = "unset PWD; env -u DATABASE_URL sh -c " + shlex.quote(inner)
    told = run(pod, ["sh", "-c", application])
    assert told.status == 1 and json.loads(told.stdout)["verdict"]["status"] == "fails"
    mounted = ["unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", f"{application}; exit $?"]
    uri = pod.given.target.reveal()
    reached = pod.run(mounted, {"DATABASE_URL": uri, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"})
    assert reached.status == 0 and json.loads(reached.stdout)["verdict"]["status"] == "connects", reached.stderr
