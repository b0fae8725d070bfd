"""Which of the statements of a text counts, in a written order.

1. In a text about another service nothing counts, unless a program of Postgres' own speaks in it. A sentence that any
   program can print counts only in a text that shows Postgres, or that is little else: who asks about "timeout expired"
   alone, asks about Postgres.
2. A wrapper's own sentence, the beginning of an attempt, and "Internal error" say nothing beside anything else.
3. An error inside a session is none of connecting, so what was said while connecting goes before it; and a server's
   own start is not its client's.
4. Of several attempts the one that got furthest decides, for it shows what the nearer ones would meet next. Drivers
   that try TLS first try again without it: that the server wants encryption is then about the second attempt, and goes
   behind what the first one met later than that.
5. In an attempt what says only that something failed goes behind what says why. Then the innermost speaker is
   believed: `Speaker` has the order; of a sentence that any program can print it is not known who speaks, unless the
   text shows the driver, pool or ORM otherwise. Of one speaker, a code goes behind a sentence, which says more; a
   SQLSTATE also behind a sentence of a pooler or proxy, for each of them may have sent it.
6. Among equals the one that says most in its own words, then the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from pgwhy.error_text import other_service
from pgwhy.error_text.says import Says
from pgwhy.error_text.statements import Reading, Statement, read
from pgwhy.error_text.words import Phase, Speaker


@lru_cache(maxsize=16)  # each fact of a text asks
def counting(text: str) -> tuple[Statement, ...]:
    """The statements of a text that count, the decisive one first. Empty: nothing is known of this text."""
    reading = read(text)
    found = [each for each in reading.statements if not each.is_generic]
    general = [each for each in reading.statements if each.is_generic]
    by_postgres = any(_is_by_postgres(each) for each in found)
    if reading.statements and is_about_another_service(text):
        found, general = [each for each in found if each.says == Says.ANOTHER_SERVICE], []
    if general:
        shows = by_postgres or other_service.speaks_of_postgres(reading.text)
        found += [each for each in general if shows or _is_all(each, reading)]
    if len(found) > 1:
        furthest = _furthest(found)
        found.sort(key=lambda each: _rank(each, furthest, reading.programs))
        if _wants_encryption(found[0]) and (first := _met_behind_tls(found)):
            found.remove(first)
            found.insert(0, first)
    return tuple(found)


def is_about_another_service(text: str) -> bool:
    """The text is about another service than Postgres, and no program of Postgres' own speaks in it."""
    reading = read(text)
    return other_service.is_meant(reading.text) and not any(map(_is_by_postgres, reading.statements))


def _is_by_postgres(each: Statement) -> bool:
    told = each.says not in _SAYS_LITTLE and not each.is_code and not each.is_generic
    return told and each.speaker in _POSTGRES_ALONE


def line(text: str) -> str:
    """The line of the text in which the decisive statement is, or its lines as one; empty if nothing is known."""
    said = counting(text)
    if not said:
        return ""
    whole = read(text).text
    start, end = whole.rfind("\n", 0, said[0].start) + 1, whole.find("\n", said[0].end)
    return " ".join(whole[start : end if end >= 0 else None].split())


def _is_all(each: Statement, reading: Reading) -> bool:
    """The sentence is most of the text."""
    return 2 * len(each.words) >= len(" ".join(reading.text.split()))


def _rank(each: Statement, furthest: int, shown: frozenset[str]) -> tuple[bool, int, bool, bool, int, bool, int, int]:
    speaker = _SPEAKERS[each.speaker]
    if each.is_code:
        speaker = max(speaker, _SPEAKERS[Speaker.PROXY])
    elif each.is_generic and each.program not in shown:
        speaker = max(speaker, _SPEAKERS[Speaker.UNKNOWN]) if speaker >= _SPEAKERS[Speaker.DRIVER] else speaker
    return (
        each.says in _SAYS_LITTLE,
        _PHASES[each.phase],
        each.attempt != furthest,
        each.says in _WITHOUT_A_REASON,
        speaker,
        each.is_code,
        -each.letters,
        each.start,
    )


def _furthest(found: Iterable[Statement]) -> int:
    """The attempt in which a connection came furthest; of several the first."""
    telling = [each for each in found if each.says not in _SAYS_LITTLE]
    return max(telling, key=lambda each: (each.says.stage.order, -each.attempt)).attempt if telling else 0


def _wants_encryption(each: Statement) -> bool:
    """The server refuses an attempt because it was not encrypted."""
    if each.says in (Says.NO_HBA_ENTRY, Says.HBA_REJECTS):
        return any(words in each.hole("detail") for words in ("no encryption", "SSL off"))
    return each.says is Says.TLS_REQUIRED


def _met_behind_tls(found: Iterable[Statement]) -> Statement | None:
    """What another attempt met, which had TLS: the client's trust in the server, or its login."""
    return next(
        (
            each
            for each in found
            if not each.is_code and (each.says in _BEHIND_TLS or each.hole("detail").startswith(("SSL on", "SSL enc")))
        ),
        None,
    )


_POSTGRES_ALONE = (Speaker.SERVER, Speaker.POOLER, Speaker.PROXY, Speaker.DRIVER)
_BEHIND_TLS = frozenset(
    (
        Says.PASSWORD_REJECTED,
        Says.ROLE_MISSING,
        Says.METHOD_UNSUPPORTED,
        Says.CLIENT_CERTIFICATE_NEEDED,
        Says.CLIENT_CERTIFICATE_UNUSABLE,
        Says.CERTIFICATE_UNTRUSTED,
        Says.CERTIFICATE_SELF_SIGNED,
        Says.CERTIFICATE_ROOT_UNKNOWN,
        Says.CERTIFICATE_EXPIRED,
        Says.CERTIFICATE_NAME,
        Says.CERTIFICATE_REFUSED,
    )
)
_SAYS_LITTLE = frozenset((Says.ATTEMPT, Says.CONNECTION_FAILED, Says.PROXY_FAILED))
_WITHOUT_A_REASON = frozenset(
    (
        Says.CERTIFICATE_REFUSED,
        Says.TLS_FAILED,
        Says.TLS_ALERT,
        Says.SERVER_UNREACHABLE,
        Says.POOLER_CANNOT_CONNECT,
        Says.LOGIN_TIMED_OUT,
    )
)
"""By their own meaning: no nearer reason is told."""
_PHASES = {
    Phase.LOGIN: 0,
    Phase.CONNECTING: 0,
    Phase.SETTINGS: 0,
    Phase.SESSION: 1,
    Phase.POOL: 1,
    Phase.SERVER_START: 2,
}
_SPEAKERS = {speaker: rank for rank, speaker in enumerate(Speaker)}
