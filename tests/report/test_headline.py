"""The summary of a client without SNI says how to name the client, behind the sentence of its rule."""

import pytest

from pgwhy import explain
from pgwhy.engine import reports
from pgwhy.report.headline import USUAL_REASON
from pgwhy.report.text import page

RULES = reports.all_rules()
MESSAGE = "ERROR:  Endpoint ID is not specified. Either please upgrade the postgres client library (libpq)"


@pytest.mark.parametrize("id", ["startup/endpoint-not-specified", "startup/endpoint-hidden-by-channel-binding"])
def test_the_rules_say_the_sentence_that_the_page_goes_on_from(id: str) -> None:
    assert USUAL_REASON in " ".join(RULES[id].because.split())


def test_an_unknown_client_is_asked_for_right_behind_it() -> None:
    text = " ".join(page(explain(MESSAGE)).split())
    assert f"{USUAL_REASON}To check another client, add --client NAME." in text
