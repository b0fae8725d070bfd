"""C: the strings that Postgres, libpq, PgBouncer and C extensions raise, whatever function they are given to.

A call is looked for by its name (`ereport`'s `errmsg`, libpq's `libpq_append_conn_error`, PgBouncer's
`disconnect_client`, `rb_raise`, `php_error_docref` ...), and its first string is the message. Strings side by side are
one, and a macro between two of them is a value.

Not looked for: what is only said for debugging; internal errors (`elog`, `errmsg_internal`), which nobody should meet;
details and hints, which come with the message that they explain; a lone word, which is a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

CALLS = (
    # Postgres' server and Pgpool-II
    "errmsg",
    "errmsg_plural",
    "write_stderr",
    "pool_error",
    "auth_failed",
    "pg_GSS_error",
    "pg_SSPI_error",
    "GUC_check_errdetail",
    "GUC_check_errmsg",
    # libpq
    "libpq_gettext",
    "libpq_append_conn_error",
    "libpq_append_error",
    "libpq_ngettext",
    "pqInternalNotice",
    "appendPQExpBufferStr",
    "appendPQExpBuffer",
    "printfPQExpBuffer",
    "actx_error",
    "report_type_mismatch",
    "oauth_parse_set_error",
    "oauth_json_set_error",
    "actx_error_internal",
    "actx_error_str",
    # PgBouncer and Odyssey
    "disconnect_client",
    "disconnect_server",
    "disconnect_client_sqlstate",
    "send_pooler_error",
    "slog_error",
    "kill_pool_logins",
    "kill_pool_logins_server_error",
    "log_error",
    "log_warning",
    "fatal",
    "die",
    "od_frontend_error",
    "od_frontend_fatal",
    "od_frontend_errorf",
    "od_backend_error",
    "od_error",
    "od_gerror",
    "kiwi_be_write_error",
    "kiwi_be_write_error_fatal",
    "od_frontend_error_fwd",
    # psqlODBC
    "CC_set_error",
    "CC_set_errornumber",
    "CC_log_error",
    "SC_set_error",
    "CC_set_error_if_not_set",
    "DC_set_error",
    # Ruby and PHP
    "rb_raise",
    "pg_raise_conn_error",
    "rb_exc_new2",
    "rb_str_new_cstr",
    "rb_warn",
    "rb_warning",
    "php_error_docref",
    "zend_argument_value_error",
    "zend_value_error",
    "zend_throw_error",
    "PHP_PQ_ERROR",
    "pdo_pgsql_error_msg",
    "pdo_raise_impl_error",
    "zend_throw_exception_ex",
    "zend_throw_exception",
)
_DEBUG = re.compile(r"\b(?:ereport|elog)\s*\(\s*(?:DEBUG\d?|COMMERROR_DEBUG)\b")
_CALL = re.compile(r"\b(?:errstr\s*=\s*gettext_noop|" + "|".join(CALLS) + r")\s*\(")
# libpq has this one sentence as a macro, so that programs can compare it.
_NO_PASSWORD = re.compile(r'#define\s+PQnoPasswordSupplied\s+"([^"]+)"')
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"', re.DOTALL)
_VALUE = re.compile(
    r"%(?:\d+\$)?[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?(?:hh|h|ll|l|z|j|t|q)?[diouxXeEfgGcspm]"
    r"|%I64[du]|%PRI[A-Za-z0-9]+"
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "0": ""}


def strings(source: str, path: str) -> Iterator[str]:
    """Every message of a C file."""
    source = _without_comments(source)
    for debug in reversed([*_DEBUG.finditer(source)]):
        opened = source.index("(", debug.start()) + 1
        source = source[:opened] + source[opened + len(_arguments(source, opened)) :]
    yield from (_said(found[1]) for found in _NO_PASSWORD.finditer(source))
    for call in _CALL.finditer(source):
        yield from (text for text in _messages(_arguments(source, call.end())) if " " in text)


def _without_comments(source: str) -> str:
    """Without comments; what looks like one within a string stays."""
    return re.sub(
        r'"(?:[^"\\\n]|\\.)*"|' + _COMMENT.pattern,
        lambda found: found[0] if found[0].startswith('"') else " ",
        source,
        flags=re.DOTALL,
    )


def _arguments(source: str, at: int) -> str:
    """What is between the parentheses of a call."""
    depth = 1
    place = at
    end = min(len(source), at + 4000)
    while place < end:
        character = source[place]
        if character == '"':
            found = _STRING.match(source, place)
            place = found.end() if found else place + 1
            continue
        if character == "'":
            place += 4 if source[place + 1 : place + 2] == "\\" else 3
            continue
        depth += (character == "(") - (character == ")")
        if not depth:
            break
        place += 1
    return source[at:place]


def _messages(arguments: str) -> Iterator[str]:
    """Each run of strings with nothing but macros between them."""
    run: list[str] = []
    place = 0
    for found in _STRING.finditer(arguments):
        between = arguments[place : found.start()].strip()
        if run and between and not re.fullmatch(r"[A-Z][A-Za-z0-9_]*", between):
            yield _said("".join(run))
            run = []
        elif run and between:
            run.append("%s" if not between.startswith("PRI") else "d")
        run.append(found[1])
        place = found.end()
    if run:
        yield _said("".join(run))


def _said(literal: str) -> str:
    text = re.sub(r"\\(x[0-9a-fA-F]{1,2}|.)", lambda found: _ESCAPES.get(found[1], ""), literal)
    return _VALUE.sub("{}", text).replace("%%", "%").strip()
