"""What a Compose file says of its Postgres service. `files.services` reads it."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from pgwhy.secret import Secret
from pgwhy.values import dataclass

if TYPE_CHECKING:
    from pgwhy.target.model import Target

THIS_MACHINE = ("localhost", "127.0.0.1", "::1", "[::1]")


class PasswordBeside(StrEnum):
    """Whether the password of a connection is the one that its Postgres service is given."""

    SAME = "same"
    DIFFERENT = "different"
    DOLLAR = "dollar"
    """They differ in nothing but `$$`, which Compose reads as one `$`."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, repr=False)
class Services:
    """The one Postgres service of a Compose file. It holds a secret."""

    file: str
    server: str
    """The name of the service, which is its host name for the others."""
    inside: str
    """The port on which it listens, for the others."""
    published: str
    """The port of this machine that leads to it; empty if none does, or several do."""
    role: str
    """The role that it makes when its data are new; empty if that is not known."""
    database: str
    """The database that it makes then; empty if that is not known."""
    password: Secret | None
    keeps_data: bool
    """A volume keeps its data, and with them the roles and passwords of the first start."""
    asking: str = field(default="")
    """The service whose setting the connection is; empty if it is of another file."""
    names: frozenset[str] = field(default=frozenset())
    """Every host name that a service, an alias or an entry of `extra_hosts` has."""
    own_network: bool = field(default=True)
    """The asking service is in the network of the file, and nothing outside of the file is in it."""

    def of_password(self, password: Secret | None) -> PasswordBeside:
        """Whether this password is the one in the file."""
        if password is None or self.password is None:
            return PasswordBeside.UNKNOWN
        given, told = password.reveal(), self.password.reveal()
        if given == told:
            return PasswordBeside.SAME
        same = given.replace("$$", "$") == told.replace("$$", "$")
        return PasswordBeside.DOLLAR if same else PasswordBeside.DIFFERENT


def may_be_beside(target: Target) -> bool:
    """The target is a server on this machine, which a Compose file beside it may publish."""
    return len(target.hosts) == 1 and target.hosts[0].name in THIS_MACHINE
