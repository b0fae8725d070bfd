"""Passwords that nobody told us, found by where they stand: in a URL, after `password=`, in a .pgpass line ...

Whatever stands in such a place is replaced, whether it is a secret of this run or not. What is plainly the text of a
template (`<password>`, `[YOUR-PASSWORD]`, `****`, `$PGPASSWORD`) stays: seeing it is how one notices it.
"""

from __future__ import annotations

import re

from diagnostics.hidden import PLACEHOLDER
from diagnostics.values import dataclass

HIDDEN = PLACEHOLDER


def hide_by_pattern(text: str) -> str:
    """The text with PASSWORD_HERE in every place where a password stands."""
    lower = text.lower()
    for place in _PLACES:
        if any(sign in lower for sign in place.signs):
            text = re.sub(place.pattern, _replace, text)
    return text


def is_placeholder(text: str) -> bool:
    """The text is what a template has in the place of a password, perhaps with the endpoint before it."""
    return re.fullmatch(_TEMPLATE, text) is not None


@dataclass(frozen=True)
class _Place:
    signs: tuple[str, ...]
    """Lower case; without any of them the pattern cannot match. Most texts have none, and cost nothing."""
    pattern: str
    """Its group `secret` is what goes."""


def _replace(match: re.Match[str]) -> str:
    secret = match.group("secret")
    # An edit stands in back quotes, and its end belongs to the sentence.
    if not secret or is_placeholder(secret.rstrip("`")):
        return match.group()
    start, end = match.span("secret")
    whole = match.group()
    return whole[: start - match.start()] + HIDDEN + whole[end - match.start() :]


_TEMPLATE = (
    rf"(?i:(?:(?:endpoint|project)(?:=|%3d)[\w-]+(?:[;$]|%3b|%24))?{HIDDEN}"
    rf"|[*.•]+|x{{3,}}|<[\w -]+>|\[[\w -]+\]|\{{\{{?[\w .-]+\}}?\}}|\$\{{?\w+\}}?|%\w+%"
    r"|(?:your|my|the)[-_ ]?(?:db|database|postgres)?[-_ ]?password)"
)
_WORD = r"(?:pass(?:word|wd|phrase)?|pwd|pgpassword|sslpassword|secret|api[_-]?key|access[_-]?token)"
_PLACES = (
    # scheme://user:password@host. Up to the last @ before the path; a raw / or ? or quote in the password after that.
    _Place(
        ("://",),
        r"""(?x) ://[^\s:/?\#@"']* : (?P<secret>
            [^\s/?\#"'<>`]+(?=@) | [^\s/?\#]+(?=@) | [^\s@]{1,500}(?=@) )""",
    ),
    # user:password@host.domain or user:password@host/database, without a scheme.
    _Place(
        ("@",),
        r"""(?x) (?<![\w/:@.%+-]) [A-Za-z_][\w.%+-]* : (?P<secret>[^\s:@/"'<>]+)
            @ (?= [\w-]+ (?: \.[\w.-]+ | (?: :\d+ )? / ) )""",
    ),
    # password=..., PGPASSWORD=..., "password": "...", password: '...', pwd:...
    _Place(
        ("pass", "pwd", "secret", "key", "token"),
        rf"""(?x) (?<![\w.]) (?i: [\w.]*? {_WORD} ) (?: \s* =>? \s* | ["'] \s* : \s* | : (?=\S) | : \s+ (?=["']) )
            (?: " (?P<q2>) | ' (?P<q1>) )?
            (?P<secret> (?(q2) (?: [^"\\] | \\. )+ | (?(q1) (?: [^'\\] | \\. | '' )+
            | (?: <[\w -]+> | \[[\w -]+\] | [^\s&;,"')]+ ) ) ) )""",
    ),
    # A line of its own, as a prompt or YAML has it; in the middle of a sentence a colon says nothing.
    _Place(
        ("password", "pwd"),
        r"""(?xim) ^ [ \t-]{0,80} (?:[\w.]*_)? (?: password | pwd ) (?: \ for\ user\ \S+ )? : [ \t]+
            (?P<secret>\S+) \s* $""",
    ),
    # The endpoint in the password (neon.com/docs/connect/connection-errors, workaround D); not a list of settings.
    _Place(
        ("endpoint", "project"),
        r"""(?xi) (?: endpoint | project ) (?: = | %3d ) [\w-]+ (?: [;$] | %3b | %24 )
            (?! [a-z\ _]+ = ) (?P<secret> [^\s@&"'`]+ )""",
    ),
    # A line of .pgpass: host:port:database:user:password.
    _Place(
        (":5432:", ":*:", ":6432:", ":6543:"),
        r"(?m)^[^\s:]+:(?:\d+|\*):[^:\n]*:(?:[^:\\\n]|\\.)*:(?P<secret>\S.*)$",
    ),
    # Generated passwords and API keys of Neon; verifiers that are as good as a password.
    _Place(("npg_", "napi_"), r"(?P<secret>\b(?:npg|napi)_[A-Za-z0-9]{6,})"),
    _Place(("scram-sha-256$",), r"(?P<secret>SCRAM-SHA-256\$\d+:[^\s\"']+)"),
    _Place(("md5",), r"(?P<secret>\bmd5[0-9a-f]{32}\b)"),
    _Place(("basic ", "bearer "), r"(?i:\b(?:basic|bearer)\s+)(?P<secret>[A-Za-z0-9+/_.=-]{8,})"),
)
