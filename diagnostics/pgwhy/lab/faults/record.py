"""What a real client prints to a fault, and keeping that in the fault's file."""

from __future__ import annotations

import re
from pathlib import Path

from pgwhy.lab.faults.fault import Printed
from pgwhy.lab.faults.real_clients import RealClient
from pgwhy.lab.faults.stage import Scene

_LIMIT_S = 25.0
_PORTS = ("port", "postgres_port", "pgbouncer_port", "closed_port")
_SECTION = re.compile(r'^\[seen\]\nclient = "[^\n]*"\ntext = """\n.*?"""\n\n?', re.MULTILINE | re.DOTALL)


def printed(stage: Scene, client: RealClient) -> Printed:
    """Run the client to its end. What changes from run to run is replaced by its placeholder, the password is gone."""
    target = _handed_over(stage)
    environment = {**client.environment, **({"DATABASE_URL": target} if target else {})}
    ran = stage.run(client.line(target), environment, _LIMIT_S)
    text = (ran.stdout + ran.stderr).rstrip("\n")
    if ran.status is None:
        text += f"\n(nothing more within {_LIMIT_S:.0f} s)"
    return Printed(client.title, masked(text.strip("\n"), stage), ran.status == 0)


def _handed_over(stage: Scene) -> str | None:
    """What a program hands to its driver: the text itself that is behind `env:NAME`, `@file` or DATABASE_URL."""
    environment = stage.given.environment
    target = stage.given.target.reveal() if stage.given.target else environment.get("DATABASE_URL")
    if target and target.startswith("env:"):
        return environment.get(target[4:])
    if target and target.startswith("@"):
        file = stage.home / target[1:]
        return file.read_text(encoding="utf-8").removesuffix("\n") if file.exists() else None
    return target


def masked(text: str, stage: Scene) -> str:
    """The text without what is secret, or belongs to this run alone."""
    values = stage.values
    for name in ("password", "encoded_password", "wrong_password"):
        text = text.replace(values[name], "PASSWORD_HERE")
    for name in ("root_certificate", "socket_folder", "home"):
        if values[name]:
            text = text.replace(values[name], f"{{{name}}}")
    for name in (*_PORTS, *(name for name in values if name.startswith("door_port"))):
        if values.get(name, "5432") != "5432":
            text = re.sub(rf"\b{values[name]}\b", f"{{{name}}}", text)
    return text.replace(values["endpoint"], "{endpoint}")


def filled(text: str, stage: Scene) -> str:
    """A text of `[seen]` as the client would print it on this stage. Other braces are the client's own."""
    for name, value in stage.values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def keep(file: Path, seen: Printed) -> None:
    """Write `[seen]` into a fault's file, in the place of an earlier one, else before `[expect]`."""
    text = file.read_text(encoding="utf-8")
    literal = seen.text.replace("\\", "\\\\").replace('"""', '""\\"').replace("\x1b", "\\u001b")
    section = f'[seen]\nclient = "{seen.client}"\ntext = """\n{literal}\n"""\n'
    if _SECTION.search(text):
        after = _SECTION.sub(lambda _: section + "\n", text)
    elif "\n[expect]\n" in text:
        after = text.replace("\n[expect]\n", f"\n{section}\n[expect]\n", 1)
    else:
        after = f"{text.rstrip()}\n\n{section}"
    file.write_text(f"{after.rstrip()}\n", encoding="utf-8")
