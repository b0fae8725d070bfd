"""The start-up messages as bytes: what PostgreSQL's "Message Formats" says, and what a stranger may send instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgwhy.network import wire

WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)


def test_ssl_request_is_the_eight_bytes_of_the_manual() -> None:
    assert bytes.fromhex("0000000804d2162f") == wire.SSL_REQUEST


def test_a_start_up_message_is_read_back_as_it_was_written() -> None:
    sent = wire.startup_message({"user": "alex", "options": "endpoint=ep-x"})
    assert int.from_bytes(sent[:4], "big") == len(sent)
    read = wire.read_startup(sent[4:])
    assert (read.major, read.minor) == (3, 0)
    assert read.parameters == {"user": "alex", "options": "endpoint=ep-x"}


@given(st.dictionaries(WORDS, WORDS, max_size=6))
def test_any_parameters_survive_the_way(parameters: dict[str, str]) -> None:
    assert wire.read_startup(wire.startup_message(parameters)[4:]).parameters == parameters


@given(st.binary(max_size=200))
def test_any_first_packet_is_read_or_refused(body: bytes) -> None:
    try:
        wire.read_startup(body)
    except wire.WireError as error:
        assert str(error)


def test_a_nul_in_a_parameter_is_refused_with_its_name() -> None:
    with pytest.raises(wire.WireError, match="'user'"):
        wire.startup_message({"user": "a\0b"})


def test_error_fields_come_by_their_letters() -> None:
    sent = wire.error_response({"S": "ERROR", "C": "XX000", "M": "no"})
    kind, length = wire.split_header(sent[:5])
    assert (kind, length) == (b"E", len(sent) - 5)
    assert wire.error_fields(sent[5:]) == {"S": "ERROR", "C": "XX000", "M": "no"}


def test_a_server_that_cannot_fork_sends_bare_text() -> None:
    assert wire.error_fields(b"\ncould not fork new process\n\0")["M"].strip() == "could not fork new process"


@pytest.mark.parametrize("header", [b"HTTP/", b"E\x00\x00\x00\x03", b"R\x7f\xff\xff\xff", b"\x15\x03\x03\x00\x02"])
def test_what_is_no_message_is_refused_before_its_length_is_believed(header: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.split_header(header)


def test_sasl_mechanisms_are_read_in_order() -> None:
    sent = wire.authentication_sasl(("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"))
    assert wire.read_authentication(sent[5:]) == (wire.Auth.SASL, ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"))
