"""A change, and the same change as something to do to the user's own text."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgwhy.machine import Machine
from pgwhy.target import CannotChange, Change, Target, apply, edit, libpq_parameters, masked, read
from pgwhy.target.editing import steps
from pgwhy.target.model import PLACEHOLDER, SourceKind
from tests.sampling import examples
from tests.target.machines import MARKER, machine

HOST = "ep-x-pooler.us-east-2.aws.neon.tech"
URI = f"postgresql://u:{MARKER}@{HOST}/d"
HERE = machine()
OPTION = Change(add_option="endpoint=ep-x-pooler")
REQUIRE = Change(set=(("sslmode", "require"),))


@pytest.mark.parametrize(
    ("text", "change", "lines"),
    [
        (URI, OPTION, ["append `?options=endpoint%3Dep-x-pooler` to the connection string"]),
        (URI + "?a=b", OPTION, ["append `&options=endpoint%3Dep-x-pooler` to the connection string"]),
        (URI + "?", OPTION, ["append `options=endpoint%3Dep-x-pooler` to the connection string"]),
        (
            URI + "?options=-c%20jit%3Doff",
            OPTION,
            ["in the connection string: `options=-c%20jit%3Doff` → `options=-c%20jit%3Doff%20endpoint%3Dep-x-pooler`"],
        ),
        (
            URI + "?options=endpoint%3Dep-x&sslmode=require",
            Change(drop_option="endpoint="),
            ["remove `options=endpoint%3Dep-x&` from the connection string"],
        ),
        (
            URI + "?options=endpoint%3Dep-x",
            Change(drop_option="endpoint=", add_option="endpoint=ep-x-pooler"),
            ["in the connection string: `options=endpoint%3Dep-x` → `options=endpoint%3Dep-x-pooler`"],
        ),
        (
            URI + "?sslmode=disable&channel_binding=require",
            Change(set=(("sslmode", "require"),), remove=("channel_binding",)),
            [
                "remove `&channel_binding=require` from the connection string",
                "in the connection string: `sslmode=disable` → `sslmode=require`",
            ],
        ),
        (
            URI + "?pgbouncer=true",
            Change(remove=("pgbouncer",)),
            ["remove `?pgbouncer=true` from the connection string"],
        ),
        (
            URI,
            Change(set=(("host", "ep-x.us-east-2.aws.neon.tech"),)),
            [f"the host in the connection string: `{HOST}` → `ep-x.us-east-2.aws.neon.tech`"],
        ),
        (URI, Change(set=(("port", "6000"),)), [f"the port in the connection string: `{HOST}` → `{HOST}:6000`"]),
        (
            URI,
            Change(password="endpoint-form"),
            ["in the connection string, directly before the password, put `endpoint%3Dep-x-pooler%3B`"],
        ),
        ("host=h user=u", OPTION, ["append ` options=endpoint=ep-x-pooler` to the connection string"]),
        (
            "host=h options='-c jit=off'",
            OPTION,
            ["in the connection string: `options='-c jit=off'` → `options='-c jit=off endpoint=ep-x-pooler'`"],
        ),
        (
            "host=h sslmode=prefer user=u",
            Change(remove=("sslmode",)),
            ["remove `sslmode=prefer` from the connection string"],
        ),
        (
            "jdbc:postgresql://h/d?channelBinding=require&user=u",
            Change(set=(("channel_binding", "disable"), ("connect_timeout", "30"))),
            [
                "in the connection string: `channelBinding=require` → `channelBinding=disable`",
                "append `&connectTimeout=30` to the connection string",
            ],
        ),
        (
            f"Host={HOST};Password={MARKER};SSL Mode=Prefer",
            Change(set=(("sslmode", "verify-full"),), add_option="endpoint=ep-x-pooler"),
            [
                "in the connection string: `SSL Mode=Prefer` → `SSL Mode=VerifyFull`",
                "append `;Options=endpoint=ep-x-pooler` to the connection string",
            ],
        ),
        (
            f"postgresql+asyncpg://u:{MARKER}@h/d?ssl=prefer",
            Change(set=(("sslmode", "require"),), add_option="endpoint=ep-x-pooler"),
            [
                "in the connection string: `ssl=prefer` → `ssl=require`",
                "pass `connect_args={'server_settings': {'options': 'endpoint=ep-x-pooler'}}` to create_engine",
            ],
        ),
    ],
)
def test_the_edit_is_said_in_the_syntax_of_the_text(text: str, change: Change, lines: list[str]) -> None:
    said = edit(read(text, HERE), change)
    assert said.text.splitlines() == lines
    assert MARKER not in said.connection_string
    if "create_engine" not in said.text:
        assert_same(read(said.connection_string.replace(PLACEHOLDER, MARKER), HERE), apply(read(text, HERE), change))


def assert_same(written: Target, changed: Target) -> None:
    assert libpq_parameters(written) == libpq_parameters(changed)
    assert written.foreign.keys() == changed.foreign.keys()
    assert written.password == changed.password


NAMES = st.sampled_from(
    ["sslmode", "options", "connect_timeout", "channel_binding", "application_name", "host", "port"]
)
VALUES = st.text(alphabet="abz09 =-_.%&'\\;:/é", min_size=1, max_size=10).map(str.strip).filter(bool)
BASES = st.sampled_from(
    [
        URI,
        URI + "?sslmode=require&options=-c%20jit%3Doff",
        f"host=h user=u password='{MARKER}' options='-c jit=off'",
        f"jdbc:postgresql://h:1/d?user=u&password={MARKER}&sslmode=prefer&ApplicationName=x",
        f'Host=h;Username=u;Password="{MARKER}";Options="a;b";Application Name=x',
        f"postgresql+psycopg2://u:{MARKER}@h:1/d?sslmode=prefer",
    ]
)


@settings(max_examples=examples(300), deadline=None)
@given(BASES, st.dictionaries(NAMES, VALUES, min_size=1, max_size=3))
def test_the_corrected_string_says_what_the_experiment_tried(text: str, values: dict[str, str]) -> None:
    # Hosts and ports are words, and Npgsql reads some values as enumerations: both take what such values look like.
    plain = {"host": "new.example.com", "port": "6000", "channel_binding": "require", "sslmode": "verify-full"}
    change = Change(set=tuple((name, plain.get(name, value)) for name, value in values.items()))
    target = read(text, HERE)
    said = edit(target, change)
    assert_same(read(said.connection_string.replace(PLACEHOLDER, MARKER), HERE), apply(target, change))
    assert MARKER not in said.text + said.connection_string


def test_what_a_variable_sets_is_changed_in_the_environment() -> None:
    target = read(URI, machine({"PGSSLMODE": "disable"}))
    said = edit(target, REQUIRE)
    assert said.text == "in the environment (PGSSLMODE=disable now) run `export PGSSLMODE=require`"
    windows = read(URI, machine({"PGSSLMODE": "disable"}, platform="win32"))
    assert "`$env:PGSSLMODE = 'require'`" in edit(windows, REQUIRE).text
    assert edit(windows, Change(remove=("sslmode",))).text == "in the environment run `Remove-Item Env:PGSSLMODE`"


def test_removing_removes_from_every_source() -> None:
    target = read(URI + "?sslmode=prefer", machine({"PGSSLMODE": "disable"}))
    change = Change(remove=("sslmode",))
    assert "sslmode" not in libpq_parameters(apply(target, change))
    assert edit(target, change).text.splitlines() == [
        "remove `?sslmode=prefer` from the connection string",
        "in the environment run `unset PGSSLMODE`",
    ]


def test_a_target_of_variables_is_edited_as_variables() -> None:
    environment = {"PGHOST": HOST, "PGUSER": "u", "PGPASSWORD": MARKER, "PGOPTIONS": "-c jit=off"}
    target = read(None, machine(environment))
    said = edit(
        target, Change(add_option="endpoint=ep-x-pooler", set=(("sslmode", "require"),), password="endpoint-form")
    )
    assert said.text.splitlines() == [
        "in PGPASSWORD (environment), directly before the password, put `endpoint=ep-x-pooler;`",
        "in the environment run `export PGSSLMODE=require`",
        "in the environment (PGOPTIONS=-c jit=off now) run `export PGOPTIONS='-c jit=off endpoint=ep-x-pooler'`",
    ]
    assert MARKER not in said.connection_string
    with pytest.raises(CannotChange, match="connection string"):
        edit(target, Change(set=(("keepalives", "0"),)))


def test_a_dotenv_is_edited_line_by_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"# mine\nDATABASE_URL={URI}?sslmode=prefer\nPGCONNECT_TIMEOUT=2\n")
    target = read(None, machine(folder=tmp_path))
    change = Change(set=(("sslmode", "require"), ("connect_timeout", "30")), add_option="a=b")
    assert edit(target, change).text.splitlines() == [
        "in .env line 2 (DATABASE_URL): `sslmode=prefer` → `sslmode=require`",
        "in .env line 3: `PGCONNECT_TIMEOUT=2` → `PGCONNECT_TIMEOUT=30`",
        "append `&options=a%3Db` to .env line 2 (DATABASE_URL)",
    ]
    (tmp_path / ".env").write_text("PGHOST=h\nPGSSLMODE=disable\n")
    said = edit(read(None, machine(folder=tmp_path)), Change(remove=("sslmode",), add_option="-c jit=off"))
    assert said.text.splitlines() == [
        "delete line 2 of .env: `PGSSLMODE=disable`",
        'add to .env: `PGOPTIONS="-c jit=off"`',
    ]


def test_a_service_file_is_edited_in_its_section(tmp_path: Path) -> None:
    file = tmp_path / ".pg_service.conf"
    file.write_text("[prod]\nhost=h\nsslmode=disable\n")
    target = read(None, machine({"PGSERVICE": "prod"}, home=tmp_path))
    assert edit(target, Change(set=(("sslmode", "require"),), add_option="a=b")).text.splitlines() == [
        f"in {file} line 3: `sslmode=disable` → `sslmode=require`",
        "in the service file, section [prod], add the line `options=a=b`",
    ]


def test_a_changed_value_comes_from_the_fix_and_beat_the_users() -> None:
    changed = apply(read(URI + "?sslmode=disable", HERE), REQUIRE)
    assert changed.settings["sslmode"].source.kind is SourceKind.FIX
    assert masked(changed)["sslmode"]["overrode"] == [{"value": "disable", "source": "the connection string"}]


def test_the_endpoint_form_changes_the_password_and_tells_redaction() -> None:
    changed = apply(read(URI, HERE), Change(password="endpoint-form"))
    assert changed.password is not None
    assert changed.password.reveal() == f"endpoint=ep-x-pooler;{MARKER}"
    assert changed.password in changed.secrets
    npgsql = edit(read(f"Host={HOST};Password={MARKER}", HERE), Change(password="endpoint-form"))
    assert npgsql.connection_string == f'Host={HOST};Password="endpoint=ep-x-pooler;{PLACEHOLDER}"'


def test_where_no_semicolon_is_taken_a_dollar_stands_between_endpoint_and_password() -> None:
    change = Change(password="endpoint-form-dollar", remove=("channel_binding",))
    given = read(URI + "?channel_binding=require", HERE)
    changed = apply(given, change)
    assert changed.password is not None
    assert changed.password.reveal() == f"endpoint=ep-x-pooler${MARKER}"
    assert changed.password in changed.secrets
    assert edit(given, change).text.splitlines() == [
        "in the connection string, directly before the password, put `endpoint%3Dep-x-pooler%24`",
        "remove `?channel_binding=require` from the connection string",
    ]


@pytest.mark.parametrize(
    ("around", "word", "step"),
    [
        ("endpoint=ep-x;{}", "plain-form", "delete the password up to and including its first ; or $"),
        *(
            (brackets, "without-brackets", "delete the first and the last character of the password, its brackets")
            for brackets in ("[{}]", "<{}>", "{{{}}}")
        ),
    ],
)
def test_what_is_around_the_password_is_taken_away_again(around: str, word: str, step: str) -> None:
    given = read(f"postgresql://u:{quote(around.format(MARKER))}@{HOST}/d", HERE)
    changed = apply(given, Change(password=word))
    assert changed.password is not None
    assert changed.password.reveal() == MARKER
    assert changed.password in changed.secrets
    assert edit(given, Change(password=word)).text == f"in the connection string, {step}"


@pytest.mark.parametrize(
    ("text", "change"),
    [
        (URI, Change()),
        (URI, Change(password="plain-form")),
        (URI, Change(password="without-brackets")),
        (f"postgresql://u:[YOUR-PASSWORD]@{HOST}/d", Change(password="without-brackets")),
        (URI, Change(remove=("sslmode",))),
        (URI, Change(drop_option="endpoint=")),
        (URI + "?options=endpoint%3Dep-x-pooler", OPTION),
        (URI, Change(set=(("password", "x"),))),
        (URI, Change(repair="no-such-repair")),
        (f"postgresql://u:{MARKER}@db.example.com/d", Change(password="endpoint-form")),
        (f"postgresql://u@{HOST}/d", Change(password="endpoint-form")),
    ],
)
def test_a_change_that_changes_nothing_says_so(text: str, change: Change) -> None:
    for make in (apply, edit):
        with pytest.raises(CannotChange) as raised:
            make(read(text, HERE), change)
        assert MARKER not in str(raised.value)


def test_a_machine_is_not_shown_with_its_environment() -> None:
    here: Machine = machine({"PGPASSWORD": MARKER})
    assert MARKER not in repr(read("host=h", here))


def test_two_settings_to_append_are_one_piece_with_one_question_mark() -> None:
    both = Change(set=(("sslmode", "verify-full"), ("sslrootcert", "system")))
    assert (
        edit(read(URI, HERE), both).text == "append `?sslmode=verify-full&sslrootcert=system` to the connection string"
    )


def test_what_a_variable_sets_leaves_the_string_as_it_is_for_the_next_line() -> None:
    both = Change(set=(("sslmode", "verify-full"), ("sslrootcert", "system")))
    assert edit(read(URI, machine({"PGSSLMODE": "disable"})), both).text.splitlines() == [
        "in the environment (PGSSLMODE=disable now) run `export PGSSLMODE=verify-full`",
        "append `?sslrootcert=system` to the connection string",
    ]


def test_a_setting_that_is_there_already_is_no_change() -> None:
    with pytest.raises(CannotChange, match="says so already"):
        edit(read(URI + "?sslmode=require", HERE), REQUIRE)


def test_two_pieces_to_append_to_one_place_are_one():
    first, second = steps.Append("?a=b", "X"), steps.Append("&c=d", "X")
    assert steps.joined([first, second, steps.Append("e", "Y")]) == (
        steps.Append("?a=b&c=d", "X"),
        steps.Append("e", "Y"),
    )
