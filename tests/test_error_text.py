"""What a client's text says about the server it tried."""

import pytest

from diagnostics.client import resolve
from diagnostics.error_text import Origin, clean


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ('connection to server at "db.example.com" (192.0.2.7), port 5432 failed: FATAL:  x', "db.example.com"),
        ('could not translate host name "db.internal" to address: Name or service not known', "db.internal"),
        ("Error: getaddrinfo ENOTFOUND db.internal", "db.internal"),
        ("getaddrinfo EAI_AGAIN db.internal, port 5432", "db.internal"),
        ("FATAL:  the database system is starting up", ""),
    ],
)
def test_the_host_that_was_tried_is_read_from_the_text(text, host):
    assert clean(text, Origin.REPORTED).host == host


def test_the_proxys_text_from_psycopg2_names_both_the_client_and_what_it_lacks():
    client = resolve(None, "psycopg2.OperationalError: ERROR:  Endpoint ID is not specified. Either please ...", None)
    assert (client.id, client.sends_sni) == ("psycopg2", False)
