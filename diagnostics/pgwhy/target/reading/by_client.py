"""The target as the client spoken for reads it. A text is read as libpq reads it first; this is where others differ.

What each does is data (`client/clients.toml`), measured with the real drivers where they run (docs/drivers.md). Where
nothing is known of a client, it reads as libpq does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwhy.client import Client, DefaultHost, HostForm, HostParameter
from pgwhy.secret import Secret
from pgwhy.target.dialects import Dialect, percent, syntax, traits, uri_parts
from pgwhy.target.model import Setting, Source, SourceKind, Target
from pgwhy.target.problem import Problem, ProblemCode
from pgwhy.values import replace

PLACES = ("host", "port")


def as_read_by(target: Target, client: Client) -> Target:
    """The target with this client's own way of reading. Settings that it would not read are `foreign`; what it cannot
    read is a `Problem` that says so (`Problem.refused`).
    """
    if client.family in ("libpq", None):
        return target
    if target.written is None or not _reads_texts_of(client, target.written.dialect):
        return target
    read = _without_empty_sslmode(_with_own_places(_with_own_login(target, client), client), client)
    read = _with_default_host(_with_own_database(_with_own_password(read, target, client), client), client)
    read = replace(read, problems=(*read.problems, *_host_problems(read, client)))
    again = target.again
    return replace(read, again=(lambda text: as_read_by(again(text), client)) if again else None)


def _reads_texts_of(client: Client, dialect: Dialect) -> bool:
    """Its habits are about this syntax, or there is no text and only defaults count."""
    return not traits(dialect).module or dialect.value in set(client.syntaxes)


def _with_own_login(target: Target, client: Client) -> Target:
    """Raw characters in the password that this client accepts are no problem; one that ends it too early is."""
    raw = client.raw_in_password
    if raw is None or not _is_uri(target):
        return target
    found = uri_parts.raw_in_login(_text(target))
    if any(character not in raw for character in found):
        only_here = [character for character in found if character not in raw and character in _FINE_FOR_LIBPQ]
        from pgwhy.target.editing.repair import RAW  # for a broken text only, as below

        left = (problem for problem in target.problems if RAW.get(problem.code) not in raw)
        return replace(target, problems=(*_told_in_one(client, only_here), *left))
    if not target.problems:
        return target
    from pgwhy.target.editing.repair import taken_raw

    return taken_raw(target, raw)


_FINE_FOR_LIBPQ = "#?["


def _told_in_one(client: Client, characters: list[str]) -> Iterator[Problem]:
    if not characters:
        return
    pairs = " and ".join(f"{character} has to be written {percent.encode(character)}" for character in characters)
    what = f"{client.title} cannot read a raw {' or '.join(characters)} in the password: {pairs}"
    yield Problem(ProblemCode.PASSWORD_SLASH, what, "percent-encode-password", refused=True)


def _with_own_places(target: Target, client: Client) -> Target:
    """Without the host and port that the client does not read among the parameters, or in a service file."""
    written = target.written
    module = syntax(written.dialect) if written else None
    if written is None or module is None or target.again is None:
        return target
    passed_over = (*client.ignored_parameters, *client.forwarded_parameters, *client.refused_parameters)
    dropped = [name for name in ("service",) if name in passed_over and name in target.settings]
    if _is_query(target) and client.host_parameter not in (HostParameter.WINS, None):
        dropped += [name for name in PLACES if _among_the_parameters(target, name)]
    if not dropped:
        return target
    text = _text(target)
    for name in dropped:
        text = module.drop(text, name)
    other = target.again(text)
    settings = dict(other.settings)
    foreign = dict(target.foreign)
    for name in dropped:
        setting = target.settings[name]
        kept = client.host_parameter is HostParameter.FALLBACK and not _is_in_front(other, name, written.source)
        if name == "service" or kept:
            settings[name] = setting
        elif client.host_parameter is HostParameter.FORWARDED:
            foreign[name] = setting
    return replace(
        target,
        settings=settings,
        foreign=foreign,
        password=other.password,
        password_source=other.password_source,
        problems=tuple(problem for problem in target.problems if problem in other.problems),
    )


def _is_in_front(target: Target, name: str, source: Source) -> bool:
    setting = target.settings.get(name)
    return setting is not None and setting.source == source


def _among_the_parameters(target: Target, name: str) -> bool:
    setting, written = target.settings.get(name), target.written
    return bool(written and setting and setting.source == written.source) and bool(
        re.search(rf"[?&]{name}=", _text(target))
    )


def _without_empty_sslmode(target: Target, client: Client) -> Target:
    if client.empty_sslmode_is_default and target.value("sslmode") == "":
        return target.with_settings(sslmode=None)
    return target


def _with_own_password(target: Target, given: Target, client: Client) -> Target:
    """The password as a URL spells it, where the client sends it like that."""
    written = uri_parts.login(_text(given)) if _is_uri(given) else None
    if client.decodes_password is not False or written is None or ":" not in written:
        return target
    password = Secret(percent.encode(written.partition(":")[2], keep=_AS_IT_IS))
    return replace(target, password=password, secrets=(*target.secrets, password))


_AS_IT_IS = "%!$&'()*+,"
"""What WHATWG's URL leaves alone in a password, besides letters, digits and -._~ (its userinfo percent-encode set)."""


def _with_own_database(target: Target, client: Client) -> Target:
    """The database as the URL spells it, where the client leaves its percent-encoding alone."""
    setting, written = target.settings.get("dbname"), target.written
    if client.decodes_database is not False or not _is_uri(target) or setting is None or written is None:
        return target
    if setting.source != written.source:
        return target
    path = uri_parts.path(_text(target))
    return (
        target.with_settings(dbname=replace(setting, value=path)) if percent.decode(path) == setting.value else target
    )


def _with_default_host(target: Target, client: Client) -> Target:
    if client.default_host is not DefaultHost.LOCALHOST or target.value("host") or target.value("hostaddr"):
        return target
    source = Source(SourceKind.DEFAULT, f"{client.title}'s default")
    return target.with_settings(host=Setting("localhost", source))


def _host_problems(target: Target, client: Client) -> Iterator[Problem]:
    if any(problem.refused for problem in target.problems):
        return
    for form in _forms(target, client):
        if form in client.refused_hosts:
            what = f"{client.title} cannot connect with this string: {_WORDS[form]}"
            yield Problem(ProblemCode.HOST_NOT_READ, what, refused=True)
            return


def _forms(target: Target, client: Client) -> Iterator[HostForm]:
    hosts = target.hosts
    if any(host.name.startswith("/") for host in hosts):
        yield HostForm.SOCKET
    if len(hosts) > 1:
        yield HostForm.SEVERAL
    if not _is_uri(target):
        return
    text = _text(target)
    places = uri_parts.places(text)
    if re.search(r":\d+,|,.*:\d+\Z", places):
        yield HostForm.SEVERAL_WITH_PORTS
    if not places and uri_parts.login(text) is not None:
        yield HostForm.MISSING_BEHIND_LOGIN
    host = target.settings.get("host")
    if host is None or host.source.kind is SourceKind.DEFAULT:
        yield HostForm.MISSING
    if places.startswith("["):
        yield HostForm.IPV6
    if "%" in places:
        yield HostForm.ENCODED


_WORDS = {
    HostForm.MISSING: "it names no host",
    HostForm.MISSING_BEHIND_LOGIN: "behind the @ is no host",
    HostForm.IPV6: "it cannot read an IPv6 address in a URL",
    HostForm.ENCODED: "it does not decode %2F in the place of the host",
    HostForm.SOCKET: "it cannot use a Unix socket",
    HostForm.SEVERAL: "it cannot read a list of hosts",
    HostForm.SEVERAL_WITH_PORTS: "it cannot read a list of hosts that have ports",
}


def _is_uri(target: Target) -> bool:
    return target.written is not None and target.written.dialect is Dialect.URI


def _is_query(target: Target) -> bool:
    return target.written is not None and traits(target.written.dialect).query


def _text(target: Target) -> str:
    return target.written.text.reveal() if target.written else ""
