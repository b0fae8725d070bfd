"""Named repairs of broken input. Each fixes the text, which is then read again as the first one was.

A repair is only offered: rules name it in a fix, the engine tries it. Where the broken value is no part of a text
(`PGHOST`, `PGOPTIONS`), the setting is fixed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from pgwhy.secret import Secret
from pgwhy.target import provider
from pgwhy.target.dialects import near_name, syntax, traits, uri
from pgwhy.target.dialects.detection import pieces, understand
from pgwhy.target.editing import of_text
from pgwhy.target.endpoint_naming import OptionMistake, option_mistake, plain_options
from pgwhy.target.host_spelling import clean_host
from pgwhy.target.model import PLACEHOLDER, CannotChange, Setting, Source, SourceKind, Target
from pgwhy.target.parameters import drivers
from pgwhy.target.problem import ProblemCode
from pgwhy.values import replace

Repair = Callable[[Target], Target]

BY_A_FIX = Source(SourceKind.FIX, "this fix")


def _text(rewrite: Callable[[str], str]) -> Repair:
    def repair(target: Target) -> Target:
        return read_again(target, rewrite(target.written.text.reveal() if target.written else ""))

    return repair


def read_again(target: Target, text: str) -> Target:
    """The same target with another text. Raises `CannotChange` if it is the same text, or if there was none."""
    if target.written is None or target.again is None or text == target.written.text.reveal():
        raise CannotChange("there is nothing to fix here")
    fresh = target.again(text)
    secrets = tuple(dict.fromkeys((*target.secrets, *fresh.secrets)))
    return replace(fresh, candidates=target.candidates, secrets=secrets)


def taken_raw(target: Target, raw: tuple[str, ...]) -> Target:
    """The target as intended, where these characters are all that is raw in the password, and its reader takes them.

    Node's URL reader ends the login at the last @, and several readers leave a % alone that begins no byte.
    """
    if any(RAW.get(problem.code, "") not in raw for problem in target.problems):
        return target
    return repaired(target, "percent-encode-password")


RAW = {ProblemCode.PASSWORD_AT_SIGN: "@", ProblemCode.PASSWORD_PERCENT: "%", ProblemCode.PASSWORD_SLASH: "/"}
"""The character that a problem of libpq's reading is about."""


def _in_own_syntax(target: Target) -> Target:
    """A URL as the one string that the file's client reads."""
    from pgwhy.target import forms
    from pgwhy.target.dialects.of_clients import other_syntax

    dialect = other_syntax(target.driver)
    if dialect is None or target.written is None:
        raise CannotChange("there is nothing to fix here")
    parsed = uri.parse(target.written.text.reveal())
    if parsed.foreign:
        raise CannotChange(f"{', '.join(parsed.foreign)} cannot be carried over")
    try:
        return read_again(target, forms.write(forms.FORMS[dialect], parsed.values))
    except forms.CannotCarry as why:
        raise CannotChange(str(why)) from None


def misspelt(target: Target) -> dict[str, str]:
    """Parameters that this syntax does not have → the nearest that it has. If that is set too, libpq takes the later.

    Besides libpq's own syntaxes, each driver has settings of its own in them, which are spelt rightly.
    """
    written = target.written
    module = syntax(written.dialect) if written else None
    if written is None or module is None or target.problems:
        return {}  # what is around a text, or broken in it, is repaired first
    foreign = module.parse(written.text.reveal()).foreign
    unknown = (name for name in foreign if traits(written.dialect).of_libpq or not drivers(name))
    near = {name: near_name(written.dialect, name)[0] for name in unknown}
    return {name: right for name, right in near.items() if right}


def _rightly_spelt(target: Target) -> Target:
    text = target.written.text.reveal() if target.written else ""
    for name, right in misspelt(target).items():
        text = re.sub(rf"(?:^|(?<=[?&;\s])){re.escape(name)}(?=\s*=)", right, text, count=1)
    return read_again(target, text)


def _option_decoded(target: Target) -> Target:
    if "options" not in target.settings:
        raise CannotChange("no options are set")
    return _set(target, {"options": re.sub("%3D", "=", target.value("options") or "", flags=re.IGNORECASE)})


def _option_plain(target: Target) -> Target:
    endpoint = provider.recognise(target.hosts[0].name).endpoint if target.hosts else ""
    options = target.value("options") or ""
    if not endpoint and option_mistake(options) is OptionMistake.EMPTY:
        raise CannotChange("the host name names no endpoint")
    if option_mistake(options) is OptionMistake.NONE:
        raise CannotChange("there is nothing to fix here")
    return _set(target, {"options": plain_options(options, endpoint)})


def _host_cleaned(target: Target) -> Target:
    hosts = target.value("host") or ""
    if clean_host(hosts) == hosts:
        raise CannotChange("there is nothing to fix here")
    return _set(target, {"host": clean_host(hosts)})


def _port_split(target: Target) -> Target:
    host, colon, port = (target.value("host") or "").partition(":")
    if not colon:
        raise CannotChange("the host has no port behind it")
    return _set(target, {"host": host, "port": port})


def _service_address(target: Target) -> Target:
    services = target.services
    if services is None:
        raise CannotChange("no Compose file says where Postgres is")
    port = target.value("port") or "5432"
    return _set(target, {"host": services.server, **({"port": services.inside} if port != services.inside else {})})


def _host_from_url(target: Target) -> Target:
    written = target.written
    if written and traits(written.dialect).login_in_front:
        text = written.text.reveal()
        return read_again(target, uri.URL_AS_HOST.sub(r"\1", text, count=1))
    url = _host_setting(target)
    inner = understand(url)
    if inner.values.get("host"):
        wanted = {n: v for n, v in inner.values.items() if n == "host" or target.value(n) is None}
        repaired = _set(target, wanted)
        password = inner.private.get("password")
        if repaired.password is None and password and password.reveal() != PLACEHOLDER:
            repaired = replace(repaired, password=password, password_source=BY_A_FIX)
        return repaired
    found = re.match(r"[A-Za-z][A-Za-z0-9+.\-]*://(?:[^/@]*@)?([^/:?#]+)", url)
    if not found:
        raise CannotChange("no host name can be seen in that URL")
    return _set(target, {"host": found[1]})


def _host_setting(target: Target) -> str:
    """The host field with whatever secret it holds, which `settings` does not have."""
    setting = target.settings.get("host")
    if setting is None:
        raise CannotChange("no host is set")
    written, machine = target.written, target.machine
    module = syntax(written.dialect) if written and setting.source == written.source else None
    if written and module:
        return module.parse(written.text.reveal()).values.get("host", "")
    return machine.environment.get("PGHOST", setting.value) if machine else setting.value


def _set(target: Target, values: dict[str, str]) -> Target:
    """These settings fixed where they are: in the text, or where no text has them as settings."""
    old = {name: target.settings.get(name) for name in values}
    if all(setting and setting.value == values[name] for name, setting in old.items()):
        raise CannotChange("there is nothing to fix here")
    written = target.written
    module = syntax(written.dialect) if written else None
    text = written.text.reveal() if written else ""
    in_text = module and all(
        setting is None or (written and setting.source == written.source) for setting in old.values()
    )
    if module and in_text and text:
        for name, value in values.items():
            text = module.put(text, name, value)
        return read_again(target, text)
    settings = {name: Setting(value, BY_A_FIX) for name, value in values.items()}
    names = {name for name in ("host", "port", "options") if name in values}
    problems = tuple(p for p in target.problems if not (names and p.repair in _OF_SETTINGS))
    return replace(target.with_settings(**settings), problems=problems)


_OF_SETTINGS = ("split-host-port", "service-address", "host-from-url", "decode-option-equals")

_ALWAYS = (
    "percent-encode-password",
    "strip-jdbc-prefix",
    "right-parameter-name",
    "clean-host",
    "plain-endpoint-option",
)
# These have a use where libpq reads the text, for a client that is stricter than libpq or reads no JDBC URL, and where
# what is wrong is no problem of the text.


def repaired(target: Target, name: str) -> Target:
    """The target after a repair.

    Raises `CannotChange` if there is no such repair, nothing for it to fix, or no telling where the password ends.
    """
    if name not in REPAIRS:
        raise CannotChange(f"there is no repair called {name}")
    if name not in _ALWAYS and name not in (problem.repair for problem in target.problems):
        raise CannotChange("there is nothing to fix here")
    repaired = REPAIRS[name](target)
    secrets = tuple(secret for secret in target.secrets if secret.reveal() not in _of_misspelt(target, name))
    if _pieces_shown(repaired, secrets) - _pieces_shown(target, secrets):
        # The repaired text is read in another way, and a part of what was a password is now a host or a database.
        raise CannotChange("it cannot be told where the password ends: percent-encode the password first")
    return repaired


def _of_misspelt(target: Target, repair: str) -> Collection[str]:
    """Values that were kept back only because nobody knew what they are, and that their right names show."""
    if repair != "right-parameter-name" or target.written is None:
        return ()
    right = misspelt(target)
    module = syntax(target.written.dialect)
    foreign = module.parse(target.written.text.reveal()).foreign if module else {}
    return {foreign[name] for name in right if name in target.foreign}


def _pieces_shown(target: Target, secrets: tuple[Secret, ...]) -> set[str]:
    """Pieces of secrets, as the characters of a URL cut them up, that stand in what the target shows of itself."""
    shown = [s.value for s in (*target.settings.values(), *target.foreign.values())]
    shown.append(target.written.masked if target.written else "")
    return {piece for piece in pieces(secrets) if any(piece in text for text in shown)}


REPAIRS: dict[str, Repair] = {
    "unwrap-command": _text(of_text.unwrapped),
    "unquote": _text(of_text.unwrapped),
    "trim": _text(of_text.unwrapped),
    "remove-byte-order-mark": _text(of_text.unwrapped),
    "percent-encode-password": _text(of_text.percent_encoded),
    "jdbc-fields": _text(of_text.login_to_fields),
    "strip-jdbc-prefix": _text(of_text.from_jdbc),
    "client-syntax": _in_own_syntax,
    "postgres-scheme": _text(of_text.scheme_mended),
    "add-scheme": _text(of_text.with_scheme),
    "second-question-mark": _text(of_text.marks_joined),
    "first-question-mark": _text(of_text.mark_inserted),
    "ampersands-to-spaces": _text(of_text.spaced),
    "encode-option-equals": _text(of_text.equals_encoded),
    "quote-options": _text(of_text.tail_quoted),
    "right-parameter-name": _rightly_spelt,
    "decode-option-equals": _option_decoded,
    "split-host-port": _port_split,
    "service-address": _service_address,
    "clean-host": _host_cleaned,
    "plain-endpoint-option": _option_plain,
    "host-from-url": _host_from_url,
}
"""Every repair by the name that problems and rules give it; called through `repaired`."""
