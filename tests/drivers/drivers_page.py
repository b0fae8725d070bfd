"""docs/drivers.md: what every driver does about SNI, channel binding and certificates, as it was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pgwhy.authoring.pages.generated import mark
from pgwhy.snippets.stacks import STACKS
from pgwhy.target.forms import FORMS
from tests.drivers import addresses, ways
from tests.drivers.addresses import SITUATIONS, Reached
from tests.drivers.clients import DRIVERS
from tests.drivers.ways import STRINGS, Way

_BINDS = {"p": "yes", "y": "could", "n": "no", "": "not on 5432"}


def page(measured: Mapping[str, Any]) -> str:
    """The page as Markdown, from the content of fixtures/drivers/measured.json."""
    return "\n".join(_lines(measured)) + "\n"


def _lines(measured: Mapping[str, Any]) -> Iterator[str]:
    yield mark("fixtures/drivers/measured.json")
    yield "# What Postgres drivers do"
    yield ""
    yield "Measured in the lab: a gateway that routes by SNI as Neon's does, with every name and every port as they are"
    yield "in the world. The gateway wrote down what each driver showed of itself. CI measures all of it again."
    yield ""
    yield "## Drivers, with a connection string"
    yield ""
    yield "- **SNI**: under `sslmode=require` it says the host name in the TLS handshake."
    yield "- **binds**: it uses channel binding (SCRAM-SHA-256-PLUS) without being asked to."
    yield "- **`channel_binding=`**: what becomes of it in the string. *Forwarded* means to the server, which refuses"
    yield "  it unless a proxy drops it, as Neon's does."
    yield "- **TLS unasked**: it encrypts when the string says nothing of it."
    yield "- **`require` checks**: under `sslmode=require` it refuses a certificate that it does not know."
    yield "- **`verify-full`**: connects with `sslmode=verify-full&sslrootcert=FILE` in the string."
    yield ""
    yield from _table(
        ("driver", "SNI", "binds", "`channel_binding=`", "TLS unasked", "`require` checks", "`verify-full`"),
        (
            (
                DRIVERS[id].speaks_as.replace("@", " "),
                _yes(each["sni"]),
                _BINDS[each["binding"]],
                each["parameter"],
                _yes(each["encrypts"]),
                _yes(each["require_verifies"]),
                _yes(each["verify_full"]),
            )
            for id, each in measured["drivers"].items()
        ),
    )
    yield ""
    yield from _ways(ways.recorded())
    yield from _addresses(addresses.recorded())
    yield ""
    yield "## Stacks, with the snippet that pgwhy prints"
    yield ""
    yield "Each snippet was taken from `pgwhy snippets --for STACK` as printed, put into a minimal real program and run"
    yield "against the gateway. *Read back*: the form can be read with `--from`, and gives the same settings again, as"
    yield "`tests/target/test_forms.py` shows for generated targets. *Checks*: without the authority in the machine's"
    yield "roots it stayed away."
    yield ""
    yield from _table(
        ("stack", "version", "read back", "connected on", "SNI", "binds", "checks"),
        (
            (
                f"{STACKS[name].title} (`{name}`)",
                each["version"],
                _yes(STACKS[name].form in FORMS),
                measured["connected_on"][name],
                "not on 5432" if each["sni"] is None else _yes(each["sni"]),
                _BINDS[each["binding"]],
                _yes(each["verifies"]),
            )
            for name, each in measured["stacks"].items()
        ),
    )
    yield ""
    rest = [f"{stack.title} (`{name}`)" for name, stack in STACKS.items() if name not in measured["stacks"]]
    yield f"Written and not run: {', '.join(rest)}."
    yield "There is no .NET where this is tested: its string is checked by its grammar alone."


def _ways(went: Mapping[str, Mapping[str, Way]]) -> Iterator[str]:
    yield "## Odd strings, and where each driver goes"
    yield ""
    yield "Each driver was given each string of `fixtures/drivers/strings.toml`, and a server wrote down who came."
    yield "`pgwhy --client` goes the same way (`tests/drivers/test_ways.py`). *Nowhere*: it refuses the string, or"
    yield "looks for a host that does not exist."
    yield ""
    for name, string in STRINGS.items():
        yield f"**{string['title']}**: `{string['uri']}`"
        yield ""
        yield from _together({driver: _way(answers[name]) for driver, answers in went.items()})


def _together(said: Mapping[str, str]) -> Iterator[str]:
    """Who does the same on one line, the most first. `said` is by driver."""
    together: dict[str, list[str]] = {}
    for driver, words in said.items():
        together.setdefault(words, []).append(DRIVERS[driver].speaks_as.replace("@", " "))
    for words, drivers in sorted(together.items(), key=lambda item: -len(item[1])):
        yield f"- {words}: {'all' if len(together) == 1 else ', '.join(drivers)}"
    yield ""


def _came_to(addresses: Reached) -> str:
    return ", then ".join(f"`{each}`" if each[0].isdigit() else each for each in addresses) or "none"


def _addresses(came: Mapping[str, Mapping[str, Reached]]) -> Iterator[str]:
    yield "## Names with several addresses, and which of them each driver comes to"
    yield ""
    yield "Each driver was given a name with two addresses (`fixtures/drivers/addresses.toml`), and a server wrote down"
    yield "to which of them it came. `pgwhy --client` reckons with the same (`tests/drivers/test_addresses.py`)."
    yield "*None*: it failed, or was still waiting after a few seconds. libpq 12 and 13 were measured below psycopg,"
    yield "which tries the next address after each failure, even after a wrong password."
    yield ""
    for name, situation in SITUATIONS.items():
        yield f"**{situation['title']}**"
        yield ""
        yield from _together({driver: _came_to(reached[name]) for driver, reached in came.items()})


def _way(way: Way) -> str:
    """In words, as far as a driver was seen."""
    if way.place is None:
        return "nowhere"
    told = [f"`{way.place}`", _TLS[way.tls or ""]]
    if way.sni is not None:
        told.append(f"SNI `{way.sni}`" if way.sni else "no SNI")
    if way.user:
        told.append(f"role `{way.user}`, database `{way.database}`")
        told.append(f"password `{way.password}`" if way.password else "no password")
    told += [f"sends `{name}={value}` to the server" for name, value in way.parameters]
    return ", ".join(part for part in told if part)


_TLS = {"never": "without TLS", "if possible": "TLS if the server has it", "always": "only with TLS", "": ""}


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
