"""How a repair is told: what the user has to do to his own text, without a secret in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from pgwhy.target.dialects import percent, query, traits, uri, uri_parts
from pgwhy.target.dialects.wrappers import peel
from pgwhy.target.editing import phrases
from pgwhy.target.editing.repair import misspelt
from pgwhy.target.editing.steps import Append, Replace, Say, Step, Write
from pgwhy.target.model import PLACEHOLDER, Target
from pgwhy.target.problem import ProblemCode

Phrase = Callable[[Target, Target], list[Step]]
"""The broken target and the fixed one → steps."""


def of_repair(name: str, broken: Target, repaired: Target) -> list[Step]:
    """The steps of a repair, each naming its place."""
    return _PHRASES[name](broken, repaired)


def _place(target: Target) -> str:
    return str(target.written.source) if target.written else "the settings"


def _masked(target: Target) -> str:
    return target.written.masked if target.written else ""


def _peeled(broken: Target, repaired: Target) -> list[Step]:
    text = _masked(broken)
    inner = peel(text)
    around = []
    front, behind = text[: inner.start], text[inner.end :]
    if front.strip("\ufeff \t\r\n"):
        around.append(f"{_marked(front.strip())} at the beginning")
    elif front:
        around.append(
            "the byte order mark at the beginning" if "\ufeff" in front else "the white space at the beginning"
        )
    if behind.strip():
        around.append(f"{_marked(behind.strip())} at the end")
    elif behind:
        around.append("the line break at the end" if "\n" in behind else "the white space at the end")
    what = " and ".join(around) or "what does not belong to it at the beginning and the end"
    lines: list[Step] = [Say(f"remove {what} of {_place(broken)}")]
    if any(problem.code is ProblemCode.AMPERSAND_LOST for problem in broken.problems):
        lines.append(Say("in a shell put single quotes around the URL"))
    return lines


def _marked(text: str) -> str:
    """Not in back quotes, which stand around what is to be written."""
    return f"'{text}'" if '"' in text else f'"{text}"'


def _encoded(broken: Target, repaired: Target) -> list[Step]:
    text = broken.written.text.reveal() if broken.written else ""
    of = traits(broken.written.dialect if broken.written else None)
    if of.query and not of.login_in_front:
        return [Say(f"in the password of {_place(broken)} write `%25` for `%`")]
    start = text.find("://") + 3
    written = uri_parts.login(text) if of.login_in_front else None
    written = text[start : text.find("@", start)] if written is None else written
    colon = written.find(":")
    where = "the role and the password" if "@" in written[: max(colon, 0)] else "the password"
    stray = ["%"] if percent.STRAY.search(written) else []
    raw = [*stray, *(character for character in uri_parts.IN_PASSWORDS if character in written)]
    pairs = ", ".join(f"`{quote(c, safe='')}` for `{c}`" for c in raw)
    return [Say(f"in {where} of {_place(broken)} write {pairs}")]


def _fields(broken: Target, repaired: Target) -> list[Step]:
    text = _masked(repaired)
    fields = [text[s:e] for s, e in query.pieces(text) if text[s:e].startswith(("user=", "password="))]
    before = "&" if len(query.pieces(text)) > len(fields) else "?"
    return [
        Say(f"in {_place(broken)} remove role and password with the @ in front of the host"),
        Append(f"{before}{'&'.join(fields)}", f"it, with your password in place of {PLACEHOLDER}"),
    ]


def _whole(broken: Target, repaired: Target) -> list[Step]:
    shape = _masked(repaired)
    password = f", with your password in place of {PLACEHOLDER}" if PLACEHOLDER in shape else ""
    return [Write(f"write this instead{password}:", shape)]


def _scheme(broken: Target, repaired: Target) -> list[Step]:
    old, new = _masked(broken).strip(), _masked(repaired)
    prefix = new[: new.find("://") + 3]
    if new.endswith(old.removeprefix("//")):
        return [Write(f"at the very beginning of {_place(broken)} put", prefix)]
    shown = re.match(r"(?:jdbc:)?[A-Za-z0-9+.\-]*:/{0,2}", old)
    return [Replace(f"in {_place(broken)}", shown[0] if shown else "", prefix)]


def _marks(broken: Target, repaired: Target) -> list[Step]:
    return [Say(f"in {_place(broken)} write `&` in place of the second `?`")]


def _first_mark(broken: Target, repaired: Target) -> list[Step]:
    return [Say(f"in {_place(broken)} write `?` in place of the first `&`")]


def _spaces(broken: Target, repaired: Target) -> list[Step]:
    return [Write(f"in {_place(broken)} write a space in place of each", "&")]


def _equals(broken: Target, repaired: Target) -> list[Step]:
    old, new = _masked(broken), _masked(repaired)
    pairs = zip(query.pieces(old), query.pieces(new), strict=False)
    changed = [(old[a:b], new[c:d]) for (a, b), (c, d) in pairs if old[a:b] != new[c:d]]
    return [Replace(f"in {_place(broken)}", before, after) for before, after in changed]


def _right_names(broken: Target, repaired: Target) -> list[Step]:
    return [Replace(f"in {_place(broken)}", f"{name}=", f"{right}=") for name, right in misspelt(broken).items()]


def _quotes(broken: Target, repaired: Target) -> list[Step]:
    names = [name for name in repaired.settings if repaired.value(name) != broken.value(name) and broken.value(name)]
    if "options" in names:
        lead = f"in {_place(broken)} put quotes around the value of options:"
        return [Write(lead, f"options='{repaired.value('options')}'")]
    return [Say(f"in {_place(broken)} put single quotes around the value with the space in it")]


def _settings(broken: Target, repaired: Target) -> list[Step]:
    lines: list[Step] = []
    second = uri.URL_AS_HOST.search(_masked(broken))
    rewritten = broken.written if repaired.written != broken.written else None
    if second and rewritten and traits(rewritten.dialect).login_in_front:
        return [Write(f"in {_place(broken)} remove", second[2])]
    for name in ("host", "port", "user", "dbname", "options"):
        before, after = broken.settings.get(name), repaired.settings.get(name)
        if after and (before is None or before.value != after.value):
            lines.append(phrases.of_setting(broken, name, after.value))
    return lines


def _address(broken: Target, repaired: Target) -> list[Step]:
    """Host and port as one, where the text has them so."""
    of = traits(broken.written.dialect if broken.written else None)
    if not of.login_in_front or broken.written == repaired.written:
        return _settings(broken, repaired)
    before, after = (uri_parts.places(_masked(target)) for target in (broken, repaired))
    return [Replace(f"in {_place(broken)}", before, after)]


_PHRASES: dict[str, Phrase] = {
    "unwrap-command": _peeled,
    "unquote": _peeled,
    "trim": _peeled,
    "remove-byte-order-mark": _peeled,
    "percent-encode-password": _encoded,
    "jdbc-fields": _fields,
    "strip-jdbc-prefix": _whole,
    "client-syntax": _whole,
    "postgres-scheme": _scheme,
    "add-scheme": _scheme,
    "second-question-mark": _marks,
    "first-question-mark": _first_mark,
    "ampersands-to-spaces": _spaces,
    "encode-option-equals": _equals,
    "quote-options": _quotes,
    "right-parameter-name": _right_names,
    "decode-option-equals": _settings,
    "split-host-port": _settings,
    "clean-host": _settings,
    "plain-endpoint-option": _settings,
    "host-from-url": _settings,
    "service-address": _address,
}
