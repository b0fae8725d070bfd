"""Broken input: what is said of it, what the client would read, and that each named repair mends it."""

from __future__ import annotations

import pytest

from pgwhy.target import CannotChange, Change, apply, edit, facts_of, libpq_parameters, read
from pgwhy.target.editing.repair import REPAIRS
from pgwhy.target.problem import ProblemCode as P
from tests.target.machines import MARKER, machine

HOST = "ep-cool-darkness-123456.us-east-2.aws.neon.tech"
GOOD = f"postgresql://alex:{MARKER}@{HOST}/neondb"
TAIL = "?sslmode=require&channel_binding=require"
MENDED = {"user": "alex", "host": HOST, "dbname": "neondb"}
BOTH = {"sslmode": "require", "channel_binding": "require"}

# text, problems, repair, settings after it, password after it, a part of the edit
TABLE = [
    (
        f"psql '{GOOD}{TAIL}'",
        [P.WRAPPED_IN_COMMAND],
        "unwrap-command",
        MENDED | BOTH,
        MARKER,
        '"psql \'" at the beginning',
    ),
    (f"psql {GOOD}{TAIL}", [P.WRAPPED_IN_COMMAND, P.AMPERSAND_LOST], "unwrap-command", MENDED | BOTH, MARKER, "quotes"),
    (
        f'export DATABASE_URL="{GOOD}"',
        [P.WRAPPED_IN_COMMAND],
        "unwrap-command",
        MENDED,
        MARKER,
        "'export DATABASE_URL=\"' at the beginning",
    ),
    (
        f"DATABASE_URL={GOOD}",
        [P.WRAPPED_IN_COMMAND],
        "unwrap-command",
        MENDED,
        MARKER,
        '"DATABASE_URL=" at the beginning',
    ),
    (f"PGPASSWORD={MARKER} psql {GOOD}", [P.WRAPPED_IN_COMMAND], "unwrap-command", MENDED, MARKER, "PGPASSWORD=PASS"),
    (f'psql "host={HOST} password={MARKER}"', [P.WRAPPED_IN_COMMAND], "unwrap-command", {"host": HOST}, MARKER, "psql"),
    (f"'{GOOD}'", [P.QUOTED], "unquote", MENDED, MARKER, 'remove "\'" at the beginning and "\'" at the end'),
    (f"\u201c{GOOD}\u201d", [P.QUOTED], "unquote", MENDED, MARKER, "\u201c"),
    (f'"host={HOST} password={MARKER}"', [P.QUOTED], "unquote", {"host": HOST}, MARKER, "'\"' at the beginning"),
    (f" {GOOD}", [P.SURROUNDING_SPACE], "trim", MENDED, MARKER, "the white space at the beginning"),
    (f"{GOOD}\n", [P.SURROUNDING_SPACE], "trim", MENDED, MARKER, "the line break at the end"),
    (f"\ufeff{GOOD}", [P.BYTE_ORDER_MARK], "remove-byte-order-mark", MENDED, MARKER, "byte order mark"),
    (GOOD.replace("postgresql", "postgresq"), [P.WRONG_SCHEME], "postgres-scheme", MENDED, MARKER, "`postgresq://` → "),
    (GOOD.replace("postgresql", "POSTGRES"), [P.WRONG_SCHEME], "postgres-scheme", MENDED, MARKER, "`POSTGRES://` → "),
    (
        GOOD.replace("postgresql://", "postgres:/"),
        [P.WRONG_SCHEME],
        "postgres-scheme",
        MENDED,
        MARKER,
        "`postgres:/` → ",
    ),
    (
        GOOD.removeprefix("postgresql://"),
        [P.SCHEME_MISSING],
        "add-scheme",
        MENDED,
        MARKER,
        "at the very beginning of the connection string put `postgresql://`",
    ),
    (f"{HOST}/neondb", [P.SCHEME_MISSING], "add-scheme", {"host": HOST, "dbname": "neondb"}, None, "`postgresql://`"),
    (
        GOOD.replace(MARKER, f"p@{MARKER}"),
        [P.PASSWORD_AT_SIGN],
        "percent-encode-password",
        MENDED,
        f"p@{MARKER}",
        "`%40`",
    ),
    (
        GOOD.replace(MARKER, f"p/{MARKER}"),
        [P.PASSWORD_SLASH],
        "percent-encode-password",
        MENDED,
        f"p/{MARKER}",
        "`%2F`",
    ),
    (
        GOOD.replace(MARKER, f"5%{MARKER}"),
        [P.PASSWORD_PERCENT],
        "percent-encode-password",
        MENDED,
        f"5%{MARKER}",
        "`%25`",
    ),
    (
        GOOD.replace(MARKER, f"@%/{MARKER}#?:"),
        [P.PASSWORD_AT_SIGN, P.PASSWORD_SLASH, P.PASSWORD_PERCENT],
        "percent-encode-password",
        MENDED,
        f"@%/{MARKER}#?:",
        "`%25` for `%`, `%40` for `@`, `%23` for `#`, `%3F` for `?`, `%2F` for `/`",
    ),
    (
        GOOD.replace(MARKER, f"%40@{MARKER}"),
        [P.PASSWORD_AT_SIGN],
        "percent-encode-password",
        MENDED,
        f"@@{MARKER}",
        "write `%40` for `@`",
    ),
    (
        GOOD.replace("alex", "al@ex"),
        [P.PASSWORD_AT_SIGN],
        "percent-encode-password",
        MENDED | {"user": "al@ex"},
        MARKER,
        "role",
    ),
    (
        f"postgresql+psycopg2://alex:p@{MARKER}@{HOST}/neondb",
        [P.PASSWORD_AT_SIGN],
        "percent-encode-password",
        MENDED,
        f"p@{MARKER}",
        "`%40`",
    ),
    (
        f"jdbc:postgresql://alex:p@{MARKER}@{HOST}/neondb?sslmode=require",
        [P.JDBC_USERINFO],
        "jdbc-fields",
        MENDED | {"sslmode": "require"},
        f"p@{MARKER}",
        "append `&user=alex&password=PASSWORD_HERE`",
    ),
    (
        f'psql "jdbc:postgresql://{HOST}/neondb?user=alex&password={MARKER}&channelBinding=require"',
        [P.WRAPPED_IN_COMMAND, P.JDBC_PREFIX_FOR_LIBPQ],
        "strip-jdbc-prefix",
        MENDED | {"channel_binding": "require"},
        MARKER,
        f"`postgresql://alex:PASSWORD_HERE@{HOST}/neondb?channel_binding=require`",
    ),
    (
        f"{GOOD}?sslmode=require?channel_binding=require",
        [P.DOUBLE_QUESTION_MARK],
        "second-question-mark",
        MENDED | BOTH,
        MARKER,
        "`&`",
    ),
    (
        f"{GOOD}&sslmode=require",
        [P.QUESTION_MARK_MISSING],
        "first-question-mark",
        MENDED | {"sslmode": "require"},
        MARKER,
        "`?`",
    ),
    (
        f"{GOOD}?options=endpoint=ep-x&sslmode=require",
        [P.RAW_EQUALS_IN_OPTION],
        "encode-option-equals",
        MENDED | {"options": "endpoint=ep-x", "sslmode": "require"},
        MARKER,
        "`options=endpoint=ep-x` → `options=endpoint%3Dep-x`",
    ),
    (GOOD.replace(HOST, f"https://{HOST}"), [P.HOST_IS_URL], "host-from-url", MENDED, MARKER, "remove `https://`"),
    (
        f"host=https://{HOST}/ user=alex",
        [P.HOST_IS_URL],
        "host-from-url",
        {"host": HOST, "user": "alex"},
        None,
        f"host={HOST}",
    ),
    (
        f"host={GOOD} sslmode=require",
        [P.HOST_IS_URL],
        "host-from-url",
        MENDED | {"sslmode": "require"},
        MARKER,
        f"`host={HOST}`",
    ),
    (
        "host=h:6000 user=alex",
        [P.HOST_WITH_PORT],
        "split-host-port",
        {"host": "h", "port": "6000", "user": "alex"},
        None,
        "port=6000",
    ),
    (
        f"host=h password={MARKER} sslmode=require&channel_binding=require",
        [P.AMPERSAND_IN_KEYWORDS],
        "ampersands-to-spaces",
        {"host": "h"} | BOTH,
        MARKER,
        "a space in place of each `&`",
    ),
    (
        "host=h options=endpoint%3Dep-x",
        [P.ENCODED_EQUALS_IN_KEYWORDS],
        "decode-option-equals",
        {"host": "h", "options": "endpoint=ep-x"},
        None,
        "→ `options=endpoint=ep-x`",
    ),
    (
        f"options=-c jit=off -c geqo=on host=h password={MARKER}",
        [P.UNQUOTED_SPACE],
        "quote-options",
        {"options": "-c jit=off -c geqo=on", "host": "h"},
        MARKER,
        "`options='-c jit=off -c geqo=on'`",
    ),
    (
        f"host=h password={MARKER} {MARKER}",
        [P.UNQUOTED_SPACE],
        "quote-options",
        {"host": "h"},
        f"{MARKER} {MARKER}",
        "single quotes",
    ),
]


@pytest.mark.parametrize(("text", "problems", "repair", "after", "password", "told"), TABLE)
def test_a_broken_text_is_told_and_mended(
    text: str, problems: list[P], repair: str, after: dict[str, str], password: str | None, told: str
) -> None:
    broken = read(text, machine())
    assert [problem.code for problem in broken.problems] == problems
    assert repair in {problem.repair for problem in broken.problems}
    change = Change(repair=repair)
    repaired = apply(broken, change)
    assert repaired.problems == ()
    assert libpq_parameters(repaired) == after
    assert (repaired.password.reveal() if repaired.password else None) == password
    said = edit(broken, change)
    assert told in said.text
    assert said.connection_string == (repaired.written.masked if repaired.written else "")
    for shown in (repr(broken), repr(repaired), repr(facts_of(broken)), said.text, said.connection_string):
        assert MARKER not in shown
    assert (
        password is None
        or MARKER in {s.reveal() for s in repaired.secrets}
        or password in {s.reveal() for s in repaired.secrets}
    )


def test_every_repair_is_tried_here() -> None:
    # What needs a file is tried in tests/target/files: test_compose.py, test_own_syntax.py.
    assert set(REPAIRS) - {"service-address", "client-syntax"} == {repair for _, _, repair, *_ in TABLE} | {
        repair for _, repair, *_ in VALUES
    }


VALUES = [
    ("host=h sslmod=require", "right-parameter-name", {"sslmode": "require"}),
    (
        "Host=localhost;Port=5432;Usernme=alex;Database=d;SSL Mod=Require;Pooling=false",
        "right-parameter-name",
        {"host": "localhost", "user": "alex", "sslmode": "require"},
    ),
    ("host=ep-x.us-east-2.aws.neon.tech. user=alex", "clean-host", {"host": "ep-x.us-east-2.aws.neon.tech"}),
    ("host=db\u200b.acme.example,b\u00ad. user=alex", "clean-host", {"host": "db.acme.example,b"}),
    ("host=ep-x.us-east-2.aws.neon.tech options=endpoint=", "plain-endpoint-option", {"options": "endpoint=ep-x"}),
    ("host=h options='-c endpoint=ep-x -c jit=off'", "plain-endpoint-option", {"options": "endpoint=ep-x -c jit=off"}),
    ("host=h options='--project=ep-x'", "plain-endpoint-option", {"options": "endpoint=ep-x"}),
    ('host=h options="endpoint=ep-x"', "plain-endpoint-option", {"options": "endpoint=ep-x"}),
]


@pytest.mark.parametrize(("text", "repair", "after"), VALUES)
def test_a_value_that_is_wrong_in_a_text_that_reads_well(text: str, repair: str, after: dict[str, str]) -> None:
    target = read(text, machine())
    assert target.problems == ()
    assert after.items() <= libpq_parameters(apply(target, Change(repair=repair))).items()


@pytest.mark.parametrize(
    ("password", "mistake"),
    [
        ("endpoint=ep-x;" + MARKER, "none"),
        ("endpoint=;" + MARKER, "empty"),
        (" endpoint=ep-x;" + MARKER, "space"),
        ("endpoint= ep-x;" + MARKER, "space"),
        ("endpoint=ep-x.us-east-2.aws.neon.tech;" + MARKER, "whole-host"),
        ("endpoint=ep-x$" + MARKER, "none"),
        ("endpoint=ep-x$a;" + MARKER, "dollar"),
        (MARKER, "none"),
    ],
)
def test_the_endpoint_in_front_of_the_password_can_be_misspelt(password: str, mistake: str) -> None:
    facts = facts_of(read(None, machine({"PGPASSWORD": password, "PGHOST": "h"})))
    assert facts.password_form_mistake == mistake
    assert MARKER not in repr(facts)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", P.EMPTY),
        (" \n", P.EMPTY),
        ("undefined", P.LITERAL_PLACEHOLDER),
        ("${DATABASE_URL}", P.LITERAL_PLACEHOLDER),
        ("process.env.DATABASE_URL", P.LITERAL_PLACEHOLDER),
        ("<connection string>", P.LITERAL_PLACEHOLDER),
        ("https://console.neon.tech/app/projects/cool-darkness-1", P.CONSOLE_URL),
        (f"mysql://alex:{MARKER}@h/db", P.WRONG_SCHEME),
        (f"postgresql://alex:{MARKER}@h:54x/db", P.PORT_INVALID),
        (f"postgresql://alex:{MARKER}@h:70000/db", P.PORT_INVALID),
        ("jdbc:postgresql://h:x/db", P.PORT_INVALID),
        (f"postgresql://alex:{MARKER}@h/db?sslmode", P.UNREADABLE),
        (f"postgresql://alex:{MARKER}@[::1/db", P.UNREADABLE),
        ("no connection string at all", P.UNREADABLE),
        (f"host=h password='{MARKER}", P.UNREADABLE),
    ],
)
def test_what_only_the_user_can_mend_has_no_repair(text: str, code: P) -> None:
    target = read(text, machine())
    assert [(problem.code, problem.repair) for problem in target.problems] == [(code, None)]
    assert MARKER not in repr(target)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://u:p@h/db?application_name=me@home",
        "postgresql://u:p#?;$:@h/db",
        "postgresql://%2Fvar%2Frun:5/db",
        "postgresql:///db?host=/tmp",
        "postgresql://u:p@h/db  ",
        "host = 'h' options='-c a=b -c d=e'",
        "options=endpoint=ep-x host=h",
        "jdbc:postgresql:db",
    ],
)
def test_what_is_merely_unusual_is_no_problem(text: str) -> None:
    assert read(text, machine()).problems == ()


def test_a_raw_at_sign_leaves_what_libpq_makes_of_it_without_the_secret_part() -> None:
    target = read(f"postgresql://alex:p@{MARKER}@{HOST}/neondb", machine())
    assert target.value("host") == f"PASSWORD_HERE@{HOST}"
    assert target.password is not None and target.password.reveal() == "p"
    slash = read(f"postgresql://alex:p/{MARKER}@{HOST}/neondb", machine())
    assert libpq_parameters(slash) == {
        "host": "alex",
        "port": "PASSWORD_HERE",
        "dbname": f"PASSWORD_HERE@{HOST}/neondb",
    }


def test_problems_of_variables_are_mended_where_they_are_set() -> None:
    target = read(None, machine({"PGHOST": "h:6000", "PGOPTIONS": "endpoint%3Dep-x"}))
    assert [problem.code for problem in target.problems] == [P.HOST_WITH_PORT, P.ENCODED_EQUALS_IN_KEYWORDS]
    split = edit(target, Change(repair="split-host-port"))
    assert split.text.splitlines() == [
        "in the environment (PGHOST=h:6000 now) run `export PGHOST=h`",
        "in the environment run `export PGPORT=6000`",
    ]
    assert libpq_parameters(apply(target, Change(repair="decode-option-equals")))["options"] == "endpoint=ep-x"
    url = read(None, machine({"PGHOST": GOOD}))
    assert MARKER not in repr(url)
    repaired = apply(url, Change(repair="host-from-url"))
    assert libpq_parameters(repaired) == MENDED
    assert repaired.password is not None and repaired.password.reveal() == MARKER


@pytest.mark.parametrize("repair", sorted(REPAIRS))
def test_a_repair_of_what_is_not_broken_says_so(repair: str) -> None:
    with pytest.raises(CannotChange):
        apply(read(GOOD, machine()), Change(repair=repair))
    with pytest.raises(CannotChange):
        apply(read(None, machine()), Change(repair=repair))
