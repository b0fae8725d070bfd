"""What a client's text says, in whatever language and wrapping."""

import inspect
import json
import re
from pathlib import Path

import pytest

from pgwhy.client import resolve
from pgwhy.error_text import Origin, clean, translations
from pgwhy.error_text.translations import in_english


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ('connection to server at "db.example.com" (192.0.2.7), port 5432 failed: FATAL:  x', "db.example.com"),
        ('could not translate host name "db.internal" to address: Name or service not known', "db.internal"),
        ("Error: getaddrinfo ENOTFOUND db.internal", "db.internal"),
        ("getaddrinfo EAI_AGAIN db.internal, port 5432", "db.internal"),
        ("FATAL:  the database system is starting up", ""),
        ("nc: bad address 'shop-db'", "shop-db"),
    ],
)
def test_the_host_that_was_tried_is_read_from_the_text(text, host):
    assert clean(text, Origin.REPORTED).host == host


def test_the_proxys_text_from_psycopg2_names_both_the_client_and_what_it_lacks():
    client = resolve(None, "psycopg2.OperationalError: ERROR:  Endpoint ID is not specified. Either please ...", None)
    assert (client.id, client.sends_sni) == ("psycopg2", False)


def _filled(template: str, names: list[str]) -> str:
    each = iter(names)
    return PLACEHOLDER.sub(lambda _: next(each), template)


PLACEHOLDER = re.compile(r"%(?:\d\$)?[a-z]")
TRANSLATIONS = json.loads((Path(translations.__file__).with_name("translations.json")).read_text("utf-8"))


LANGUAGES = sorted({language for several in TRANSLATIONS.values() for language in several})


def _translated(language):
    """Every translation into a language with names in place, and what it is in English."""
    for english, languages in TRANSLATIONS.items():
        for translation in languages.get(language, ()):
            places = PLACEHOLDER.findall(translation)
            numbers = [place[1] if "$" in place else str(number) for number, place in enumerate(places, 1)]
            wanted = _filled(english, [f"name{n}" if str(n) in numbers else "" for n in range(1, 20)])
            yield _filled(translation, [f"name{n}" for n in numbers]), wanted


def _squeezed(text):
    return "".join(text.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_is_read_as_the_english_message_with_its_names_in_place(language):
    wrong = {
        text: read for text, wanted in _translated(language) if _squeezed(read := in_english(text)) != _squeezed(wanted)
    }
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_that_a_terminal_broke_anywhere_is_read_all_the_same(language):
    for number, (text, wanted) in enumerate(_translated(language)):
        place = 1 + number % max(1, len(text) - 1)
        broken = f"{text[:place]}\n    {text[place:]}"
        if "name" not in text[max(0, place - 6) : place + 6] and not _is_open(text, place):
            assert _squeezed(in_english(broken)) == _squeezed(wanted), broken


def _is_open(text, place):
    """A name at an end of the message, which goes no further than its line."""
    return place < len("name1") + 2 or ("name" in text[-7:] and place > len(text) - 7)


@pytest.mark.parametrize(
    ("text", "english"),
    [
        (
            "Verbindung zum Server auf »db« (::1), Port 5432 fehlgeschlagen: FATAL:  kein pg_hba.conf-Eintrag für "
            "Host »192.0.2.9«, Benutzer »u«, Datenbank »d«, keine Verschlüsselung",
            'connection to server at "db" (::1), port 5432 failed: FATAL:  no pg_hba.conf entry for host "192.0.2.9", '
            'user "u", database "d", no encryption',
        ),
        (
            "konnte Hostnamen »h« nicht in Adresse übersetzen: Der Name oder der Dienst ist nicht bekannt",
            'could not translate host name "h" to address: Name or service not known',
        ),
        (
            'connection to server at "h" (::1), port 5432 failed: FATALE:  il database "x" non esiste',
            'connection to server at "h" (::1), port 5432 failed: FATAL:  database "x" does not exist',
        ),
    ],
)
def test_messages_within_and_behind_a_translated_message_are_put_into_english_too(text, english):
    assert in_english(text) == english


@pytest.mark.parametrize(
    "text",
    [
        'psql: error: connection to server at "db" (::1), port 5432 failed: FATAL:  role "x" does not exist',
        'could not translate host name "h" to address: Name or service not known',
        "Error: connect ECONNREFUSED 127.0.0.1:5432",
    ],
)
def test_an_english_text_is_read_without_the_translations(monkeypatch, text):
    monkeypatch.setattr(translations, "known", lambda: pytest.fail("they are read"))
    assert clean(text, Origin.REPORTED).message == text


def test_the_translations_are_the_same_without_their_compiled_form(monkeypatch, tmp_path):
    translations.compile_file(file=tmp_path / "compiled.bin")
    monkeypatch.setattr(translations, "COMPILED", tmp_path / "compiled.bin")
    compiled = inspect.unwrap(translations.known)()
    monkeypatch.setattr(translations, "COMPILED", tmp_path / "missing.bin")
    fresh = inspect.unwrap(translations.known)()
    assert [tuple(row) for row in compiled.rows] == [tuple(row) for row in fresh.rows]
    assert compiled.filed == fresh.filed


def test_a_translated_message_is_read_in_english_and_the_given_text_is_kept():
    said = clean("FATAL:  Passwort-Authentifizierung für Benutzer »alex« fehlgeschlagen", Origin.REPORTED)
    assert said.message == 'FATAL:  password authentication failed for user "alex"'
    assert "fehlgeschlagen" in (said.given or "")


def test_a_name_in_quotation_marks_does_not_reach_into_the_next_sentence():
    said = clean('FATAL:  role "a" may do nothing\nERROR:  type "b" does not exist', Origin.REPORTED)
    assert (said.says, said.also_says) == ("query-failed", ("query-failed",))


def test_a_line_in_json_from_a_container_is_read_as_its_author_meant_it():
    said = clean('web-1  | {"msg": "FATAL: role \\"alex\\" does not exist\\nhint"}', Origin.REPORTED)
    assert 'role "alex" does not exist\nhint' in (said.message or "")


def test_a_text_that_needs_no_unwrapping_is_given_once():
    assert clean("FATAL:  the database system is starting up", Origin.REPORTED).given == ""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('FATAL:  password authentication failed for user "alex"', "ERROR:  connection is insecure"),
        ("SSL error: certificate verify failed", 'FATAL:  no pg_hba.conf entry for host "192.0.2.9", no encryption'),
    ],
)
def test_of_two_attempts_at_one_server_the_first_answer_counts(first, second):
    place = 'connection to server at "db.example.com" (192.0.2.7), port 5432 failed: '
    assert clean(f"{place}{first}\n{place}{second}", Origin.REPORTED).message == place + first


def test_attempts_at_different_addresses_all_count():
    text = "\n".join(
        f'connection to server at "db" ({address}), port 5432 failed: x' for address in ("::1", "127.0.0.1")
    )
    assert clean(text, Origin.REPORTED).message == text


@pytest.mark.parametrize(
    ("text", "sqlstate"),
    [
        ("Database Connection Error: 28P01", "28P01"),
        ("('ERROR', '42846', 'cannot cast type xml to date')", "42846"),
        ('fields: [(83, "FATAL"), (67, "28000")]', "28000"),
        ("worker '42846' exited", ""),
        ("Error: 12345 rows were read", ""),
    ],
)
def test_a_sqlstate_is_read_where_a_driver_prints_the_fields_alone(text, sqlstate):
    assert clean(text, Origin.REPORTED).sqlstate == sqlstate


def test_attempts_are_told_apart_when_a_terminal_broke_the_line():
    head = 'connection to server at "db.example.com" (192.0.2.7), port 5432'
    text = f"{head}\nfailed: FATAL: no such role\n{head}\nfailed: FATAL: no encryption"
    assert clean(text, Origin.REPORTED).message.endswith("no such role")


@pytest.mark.parametrize(
    ("text", "is_another"),
    [
        ("Error: connect ECONNREFUSED 127.0.0.1:6379", True),
        ("curl: (7) Failed to connect to example.com port 443: Connection refused", True),
        ("Error: connect ECONNREFUSED 127.0.0.1:5432", False),
        ("Sequelize with mysql2 and pg installed: connect ECONNREFUSED 192.0.2.7:5432", False),
        ("Connection refused", False),
        ("SQLSTATE[HY000] [2002] Connection refused (Connection: mysql, SQL: select 1)", True),
        ("SQLSTATE[08006] [7] Connection refused (Connection: pgsql, SQL: select 1)", False),
        ("Permission denied (publickey).", True),
        ("Could not load file or assembly 'X, PublicKeyToken=0'", False),
        ('connect() failed (111) while connecting to upstream, upstream: "http://127.0.0.1:3001/api"', True),
        ('Get "https://api.example.com/v1": dial tcp 192.0.2.7:443: connect: connection refused', True),
    ],
)
def test_a_text_about_another_service_is_told_from_one_about_postgres(text, is_another):
    assert clean(text, Origin.REPORTED).about_another_service is is_another


@pytest.mark.parametrize(
    ("text", "client"),
    [
        ("PrismaClientInitializationError: Can't reach database server at `db.example.com`:`5432`", "prisma"),
        ("Error: write CONNECT_TIMEOUT db.example.com:5432", "postgres-js"),
        (
            "Error: connect ECONNREFUSED 192.0.2.7:5432\n    at /srv/node_modules/pg-pool/index.js:45:11",
            "node-postgres",
        ),
        ("failed to connect to `host=db.example.com user=alex`: hostname resolving error", "pgx"),
        ("pq: sorry, too many clients already", "lib-pq"),
        ("** (Postgrex.Error) ssl not available", "postgrex"),
        ("error returned from database: role does not exist", "sqlx"),
        ("SQLSTATE[08006] [7] connection refused", "php-pdo"),
        ('libpq: failed (FATAL:  role "alex" does not exist)', "libpq"),
    ],
)
def test_the_driver_that_speaks_is_told_by_its_words(text, client):
    assert resolve(None, text, None).id == client
