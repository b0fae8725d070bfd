"""Reading `clients.toml`: a client by its name and version, or by what an error text gives away."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

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
from pgwhy.shipped import tables
from pgwhy.values import replace


class UnknownClient(LookupError):
    """No client of that name; `nearest` is the one whose spelling is nearest, or `None`."""

    def __init__(self, name: str, nearest: str | None, known: tuple[str, ...]) -> None:
        hint = f"did you mean {nearest}?" if nearest else "known are: " + ", ".join(known)
        super().__init__(f"no client is called {name!r}; {hint}")
        self.nearest = nearest


def resolve(named: str | None, error_text: str | None, target_driver: str | None) -> Client:
    """Whose failure is it? What the user named, else what the error text gives away, else what the string names.

    `named` is `NAME` or `NAME@VERSION`. Raises `UnknownClient`. Without any of the three: libpq on this machine.
    """
    spoken = _from_error(error_text) if error_text else None
    if named:
        name, _, version = named.partition("@")
        client = _from_table(name.strip(), version.strip() or None, named=True, guessed=False)
        if client.sends_sni is None and spoken is not None:
            # Where the table cannot tell of this client, the text that it printed can.
            return replace(client, sends_sni=spoken.sends_sni)
        return client
    if spoken is not None:
        return spoken
    if target_driver and _known(target_driver):
        return _from_table(target_driver, None, named=False, guessed=True)
    return LIBPQ_HERE


def without_sni(client: Client) -> Client:
    """The same client, taken to send no SNI: for experiments about a failure that only this explains."""
    return replace(client, sends_sni=False, sni_modes=())


def names() -> tuple[str, ...]:
    """The names that `--client` takes, aliases left out."""
    return tuple(name for name in _table() if name != SIGNATURE)


SIGNATURE = "signature"
"""The one key of `clients.toml` that is no client: what error texts give away."""
OF_THE_TABLE = ("aliases", "versioned_apart", "version", "unknown")
"""Keys of an entry that say how to read it, and are no habits."""


def _from_error(text: str) -> Client | None:
    folded = text.casefold()
    for signature in _table()[SIGNATURE]:
        first, *others = signature["contains"]
        if first not in folded:  # asked by itself, as it is the end of nearly all of them
            continue
        if all(word in folded for word in others) and not any(word in folded for word in signature.get("lacks", ())):
            habits = _typed(signature.get("habits", {}))
            if signature["client"] == "unknown":
                return Client(id="unknown", title="your client", guessed=True, **habits)
            client = _from_table(signature["client"], None, named=False, guessed=True)
            return replace(client, **habits)
    return None


def _from_table(name: str, version: str | None, *, named: bool, guessed: bool) -> Client:
    key = _known(name)
    if key is None:
        from pgwhy.terminal.spelling import nearest

        every = [*names(), *(alias for entry in names() for alias in _table()[entry].get("aliases", ()))]
        raise UnknownClient(name, nearest(name, every) or None, names())
    if name.casefold() in _table()[key].get("versioned_apart", ()):
        version = None  # of a framework or a binding: which version of the driver is beneath it, nobody said
    habits = _habits(key, version)
    return Client(id=key, version=version, named=named, guessed=guessed, **_typed(habits))


def _habits(key: str, version: str | None) -> dict[str, Any]:
    """An entry over that of the driver that it is built on, with what holds for this version of it."""
    entry = _table()[key]
    # Which version of the driver a program brings along is not known, so of that only what holds for the newest.
    habits = _habits(entry["driver"], None) if "driver" in entry else {}
    habits = {k: v for k, v in habits.items() if k not in ("sni_since", *entry.get("unknown", ()))}
    habits |= {k: v for k, v in entry.items() if k not in OF_THE_TABLE}
    for block in entry.get("version", ()):
        if version is not None and _number(version) < _number(block["below"]):
            lists = {k: [*habits.get(k, []), *v] for k, v in block.items() if k.endswith("_parameters")}
            habits |= {k: v for k, v in block.items() if k != "below"} | lists
    return habits


def _known(name: str) -> str | None:
    wanted = name.casefold()
    for key, entry in _table().items():
        if key != SIGNATURE and (wanted == key or wanted in entry.get("aliases", ())):
            return key
    return None


_WORDS: dict[str, Any] = {
    "kind": ClientKind,
    "channel_binding": ChannelBinding,
    "unknown_parameters": UnknownParameters,
    "addresses": Addresses,
    "roots": Roots,
    "default_host": DefaultHost,
    "host_parameter": HostParameter,
    "refused_hosts": HostForm,
    "syntaxes": SettingsStyle,
    "workarounds": Workaround,
    "way": Way,
}


def _typed(habits: dict[str, Any]) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for key, value in habits.items():
        word = _WORDS.get(key, lambda same: same)
        typed[key] = tuple(word(each) for each in value) if isinstance(value, list) else word(value)
    return typed


def _number(version: str) -> tuple[int, ...]:
    """`5.7.4` → (5, 7, 4). Trailing words are dropped (`3.2.4-beta`); without any digit: empty, below everything."""
    digits = []
    for part in version.lstrip("vV").split("."):
        head = "".join(c for c in part[:9] if c.isdecimal()) if part[:1].isdecimal() else ""
        if not head:
            break
        digits.append(int(head))
    return tuple(digits)


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tables.read(Path(__file__).with_name("clients.toml"))
