"""No text, however broken, lets a secret out: not in settings, problems, facts, edits or the masked text."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pgwhy.target import CannotChange, Change, edit, facts_of, libpq_parameters, masked, read
from pgwhy.target.editing.repair import REPAIRS
from tests.sampling import examples
from tests.target.machines import MARKER, machine

SECRET = st.lists(
    st.sampled_from([MARKER, "@", "/", "%", "?", "#", ":", "&", "=", ";", "'", " ", "%40"]), max_size=4
).map(lambda parts: "".join([*parts, MARKER]))
BEFORE = st.sampled_from(
    ["", "psql '", '"', " ", "\ufeff", "export DATABASE_URL=", "DATABASE_URL='", "$ psql ", "jdbc:"]
)
AFTER = st.sampled_from(["", "'", '"', "\n", " ", " -c 'select 1'", ";"])
SHAPES = st.sampled_from(
    [
        "postgresql://alex:{0}@ep-x.us-east-2.aws.neon.tech/db?sslmode=require&channel_binding=require",
        "postgres://alex:{0}@localhost",
        "postgresq://alex:{0}@h.example.com:5432/db",
        "postgresql://al@ex:{0}@h.example.com/db?sslmode=require?a=b",
        "postgresql://alex:{0}@h.example.com:5432x/db",
        "postgresql://alex:{0}@https://h.example.com/db",
        "alex:{0}@h.example.com/db",
        "jdbc:postgresql://alex:{0}@h.example.com/db?ssl=true",
        "postgresql+psycopg2://alex:{0}@h.example.com/db",
        "mysql://alex:{0}@h/db",
        "https://alex:{0}@h/db",
    ]
)


def everything(text: str, environment: dict[str, str] | None = None) -> str:
    """All that may be shown of a target, its repairs included."""
    target = read(text, machine(environment))
    shown = [repr(target), repr(facts_of(target)), repr(libpq_parameters(target)), repr(masked(target))]
    shown += [target.written.masked if target.written else ""]
    for repair in REPAIRS:
        try:
            said = edit(target, Change(repair=repair))
        except CannotChange as reason:
            shown.append(str(reason))
        else:
            shown += [said.text, said.connection_string]
    return "\n".join(shown)


@settings(max_examples=examples(500), deadline=None)
@given(SHAPES, SECRET, BEFORE, AFTER)
@example("postgresql://alex:{0}@localhost", f"{MARKER}@/{MARKER}", "", "")
def test_a_password_in_a_url_is_never_shown(shape: str, secret: str, before: str, after: str) -> None:
    assert MARKER not in everything(before + shape.format(secret) + after)


KEYWORDS = st.sampled_from(
    [
        "host=h password={0}{1}",
        "password={0} {1} host=h",
        "host=h sslpassword='{0}' user=u{1}",
        "Host=h;Password={0};{1}",
        "host=h passwd={0} {1}",
    ]
)


@settings(max_examples=examples(300), deadline=None)
@given(
    KEYWORDS,
    SECRET.filter(lambda text: ";" not in text and "'" not in text and " " not in text),
    st.sampled_from(["", " ", "&sslmode=require", " user=u", "'", "x y"]),
    BEFORE,
)
def test_a_password_among_keywords_is_never_shown(shape: str, secret: str, tail: str, before: str) -> None:
    assert MARKER not in everything(before + shape.format(secret, tail))


@pytest.mark.parametrize(
    "text",
    [
        f"jdbc:postgresql://h/d?user=u&password={MARKER}&sslpassword={MARKER}",
        f"postgresql://u@h/d?password={MARKER}&sslpassword={MARKER}&oauth_client_secret={MARKER}&passwd={MARKER}",
        f"postgresql://h/d?api_token={MARKER}",
        f"Host=h;SSL Password={MARKER};PWD='{MARKER}",
        f"some words password: {MARKER} and more",
    ],
)
def test_other_secrets_are_not_shown_either(text: str) -> None:
    assert MARKER not in everything(text)


def test_secrets_of_the_environment_are_known_to_redaction_and_not_shown() -> None:
    environment = {"PGPASSWORD": MARKER, "PGHOST": f"postgresql://u:{MARKER}2@h/d"}
    assert MARKER not in everything("dbname=d", environment)
    hidden = {secret.reveal() for secret in read("dbname=d", machine(environment)).secrets}
    assert {MARKER, MARKER + "2"} <= hidden


def test_the_written_and_the_decoded_form_are_both_known_to_redaction() -> None:
    target = read(f"postgresql://u:a%40{MARKER}@h", machine())
    assert {secret.reveal() for secret in target.secrets} == {f"a%40{MARKER}", f"a@{MARKER}"}
