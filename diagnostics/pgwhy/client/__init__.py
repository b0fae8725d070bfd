"""Which client fails, and what it can do: the run speaks for this one.

`clients.toml` holds the habits of each driver, program and service as data, each with its source. The client is what
the user named (`--client`), what the error text gives away (`--error`), what the string names for certain, or libpq on
this machine.
"""

from __future__ import annotations

from pgwhy.client.facts import ClientFacts, facts_of, habits_alone
from pgwhy.client.habits import (
    LIBPQ_HERE,
    Addresses,
    ChannelBinding,
    Client,
    ClientKind,
    DefaultHost,
    HostForm,
    HostParameter,
    Roots,
    SettingsStyle,
    UnknownParameters,
    Way,
    Workaround,
)
from pgwhy.client.table import UnknownClient, names, resolve, without_sni

__all__ = [
    "LIBPQ_HERE",
    "Addresses",
    "ChannelBinding",
    "Client",
    "ClientFacts",
    "ClientKind",
    "DefaultHost",
    "HostForm",
    "HostParameter",
    "Roots",
    "SettingsStyle",
    "UnknownClient",
    "UnknownParameters",
    "Way",
    "Workaround",
    "facts_of",
    "habits_alone",
    "names",
    "resolve",
    "without_sni",
]
