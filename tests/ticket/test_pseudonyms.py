"""Pseudonyms: what is hidden, what stays readable, and that nothing is left in any text of a report."""

from dataclasses import replace
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgwhy.probes import VOCABULARY
from pgwhy.report import document
from pgwhy.report.document import from_json, to_json
from pgwhy.ticket.pseudonyms import BadKeyFile, Key, pseudonymous, with_names
from tests.report.scenarios import SLUGS, recorded

KEY = Key(bytes(32))


def with_fact(slug, record, **facts):
    told = to_json(recorded(slug))
    told["observations"].setdefault(record, {}).update(facts)
    return from_json(told, VOCABULARY)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_report_stays_one_and_means_the_same(slug):
    report = recorded(slug)
    hidden = pseudonymous(report, KEY)
    assert hidden.verdict.cause == report.verdict.cause
    assert from_json(to_json(hidden), VOCABULARY).verdict == hidden.verdict


@pytest.mark.parametrize("slug", SLUGS)
def test_no_public_address_is_left(slug):
    text = document.to_text(pseudonymous(recorded(slug), KEY))
    addresses = {word for word in text.replace('"', " ").replace(",", " ").split() if word.count(".") == 3}
    for word in addresses:
        try:
            address = ip_address(word)
        except ValueError:
            continue
        assert address.is_loopback or address.is_private or address.is_unspecified, word


def test_names_inside_an_edit_and_inside_a_sentence_are_found():
    report = with_fact("sni-missing-elsewhere", "error", message="no EP-COOL-DARKNESS-A1B2C3D4 here")
    report = replace(report, extra={"project": {"folder": "x/ep-cool-darkness-a1b2c3d4/y"}})
    text = document.to_text(pseudonymous(report, KEY)).lower()
    assert "ep-cool-darkness" not in text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("could not connect to db7.acme-corp.internal, tried replica.acme.io", "acme"),
        ("cannot read /home/kowalski/.pgpass", "kowalski"),
        ("cannot read C:\\Users\\kowalski\\app.conf", "kowalski"),
        ("dyld: /Users/kowalski/lib/libpq.5.dylib", "kowalski"),
        ('FATAL: role "kowalski" does not exist', "kowalski"),
        ("password authentication failed for user 'kowalski'", "kowalski"),
        ('FATAL: database "acmeshop" does not exist', "acmeshop"),
        ("host=db user=kowalski dbname=acmeshop", "kowalski"),
        ("host=db user=kowalski dbname=acmeshop", "acmeshop"),
        ("application_name=acmeworker", "acmeworker"),
        ("options=-csearch_path%3Dacmetenant", "acmetenant"),
        ("search_path=acmetenant,public", "acmetenant"),
        ('role "kowalski" is missing, and kowalski again', "kowalski"),
    ],
)
def test_a_name_that_no_fact_holds_is_found_by_where_it_stands(text, name):
    report = with_fact("healthy-neon", "error", message=text)
    shown = document.to_text(pseudonymous(report, KEY))
    assert name not in shown.lower()


def test_application_name_and_overridden_values_are_replaced():
    report = recorded("healthy-neon")
    told = {"value": "acmeworker", "source": "x", "overrode": [{"value": "acmecron", "source": "y"}]}
    shown = document.to_text(pseudonymous(replace(report, target={**report.target, "application_name": told}), KEY))
    assert "acmeworker" not in shown and "acmecron" not in shown


def test_a_name_that_is_a_word_of_our_own_is_replaced_as_a_name_only():
    report = with_fact("healthy-neon", "target", user="server")
    report = with_fact_of(report, "error", message='the server refused user "server"')
    said = pseudonymous(report, KEY).observations.get("error.message")
    assert said.startswith('the server refused user "role-')


def test_a_role_is_found_as_a_word_and_not_inside_one():
    report = with_fact("healthy-neon", "target", user="ana")
    report = with_fact_of(report, "error", message="ana may not; banana stays; ana's too")
    said = pseudonymous(report, KEY).observations.get("error.message")
    assert "banana" in said and not said.startswith("ana")


def with_fact_of(report, record, **facts):
    told = to_json(report)
    told["observations"].setdefault(record, {}).update(facts)
    return from_json(told, VOCABULARY)


@settings(deadline=None)  # the first example pays for what is imported
@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_an_address_keeps_its_family_and_whether_it_is_private(address):
    report = with_fact("healthy-neon", "error", message=f"no answer from {address} (5432)")
    said = pseudonymous(report, KEY).observations.get("error.message").removeprefix("no answer from ").split(" ")[0]
    shown = ip_address(said)
    assert shown.version == address.version
    if address.is_loopback or address.is_unspecified or address.is_multicast:
        assert shown == address
    elif address.version == 4:
        assert shown != address or address in (shown,)
        assert shown.is_private


def test_a_key_file_is_read_back_as_it_was():
    key = Key.new()
    key.names["role-1"] = "alex"
    assert Key.read(key.text()) == key


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "pgwhy/pseudonyms/2", "key": "", "names": {}}'])
def test_what_is_no_key_file_is_refused(text):
    with pytest.raises(BadKeyFile):
        Key.read(text)


def test_an_answer_is_read_with_the_names_by_whoever_has_the_key():
    key, report = Key(bytes(32)), recorded("lab-no-sni")
    real = str(report.observations.get("target.host"))
    hidden = str(pseudonymous(report, key).observations.get("target.host"))
    again = Key.read(key.text())
    assert with_names(f"Is {hidden.upper()} yours? We see {hidden}.", again) == f"Is {real} yours? We see {real}."
    assert with_names(f"x{hidden}", again) == f"x{hidden}"
    assert with_names("nothing", Key.new()) == "nothing"
