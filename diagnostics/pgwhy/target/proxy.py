"""The HTTP proxy that the environment names, and whether the client spoken for goes through it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from pgwhy.client import Client
from pgwhy.target.model import Host

VARIABLES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
_PORTS = {"http": 80, "https": 443}


def named(environment: Mapping[str, str], host: str, variables: Iterable[str] = VARIABLES) -> tuple[str, Host] | None:
    """The first of these variables that names a proxy for this host, and the proxy; `None` where none does.

    NO_PROXY lists hosts and domains for which none is used (curl(1), "Environment").
    """
    excluded = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    for entry in (each.strip().lstrip("*").lstrip(".").lower() for each in excluded.split(",")):
        if excluded.strip() == "*" or (entry and (f".{host}".lower()).endswith(f".{entry}")):
            return None
    for variable in variables:
        text = environment.get(variable, "")
        if not text:
            continue
        try:
            parts = urlsplit(text if "://" in text else f"http://{text}")
            port = parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            continue
        if parts.hostname and port:
            return variable, Host(parts.hostname, port)
    return None


def of_client(client: Client, environment: Mapping[str, str], host: str) -> Host | None:
    """The proxy through which the client itself goes to this host; `None` where it goes by itself.

    One whose proxy wants TLS of its own (`https://`) is left out: nobody here speaks to it.
    """
    if not client.proxy_variables or (client.proxy_switch and environment.get(client.proxy_switch) != "1"):
        return None
    found = named(environment, host, client.proxy_variables)
    if found is None or environment[found[0]].lower().startswith("https:"):
        return None
    return found[1]
