"""A vocabulary of a few facts and rule folders of a few lines, so that a test shows everything that it depends on."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from pgwhy.error_text import ErrorText
from pgwhy.facts import Record, Vocabulary, derived, fact
from pgwhy.values import dataclass


class Trust(StrEnum):
    TRUSTED = "trusted"
    EXPIRED = "expired"


@dataclass(frozen=True)
class SmallTarget(Record):
    name: ClassVar[str] = "target"

    host: str | None = fact("the host")
    port: int | None = fact("the port")
    problems: tuple[str, ...] | None = fact("what is wrong with the text")

    @derived
    def endpoint(self) -> str | None:
        """the first label of the host"""
        return None if self.host is None else self.host.partition(".")[0]


@dataclass(frozen=True)
class SmallTls(Record):
    name: ClassVar[str] = "tls"

    sni_sent: bool | None = fact("a server name was sent")
    trust: Trust | None = fact("what the chain is worth")
    expires_in_days: float | None = fact("days until the certificate expires")


VOCABULARY = Vocabulary((SmallTarget, SmallTls, ErrorText))


def write_rule(folder: Path, id: str, when: str, *, rest: str = "", **keys: str) -> Path:
    """A rule file that is right but for what the test changes: `keys` replace or (empty) remove lines at the top."""
    top = {
        "title": '"it is broken"',
        "cause": '"certificate-expired"',
        "severity": '"error"',
        "owner": '"server"',
        "because": '"It says so."',
        **keys,
    }
    lines = [f"{key} = {value}" for key, value in top.items() if value]
    path = folder / f"{id}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    blocks = "".join(f"[[when]]\n{block.strip()}\n" for block in when.split("\nor\n") if block.strip())
    path.write_text("\n".join(lines) + f"\n{blocks}{rest}\n", encoding="utf-8")
    return path
