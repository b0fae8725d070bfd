"""A secret that stands in every text of a report, in any encoding, is in no format that leaves."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgwhy.cli.options import FORMATS
from pgwhy.cli.output import Terminal, rendered
from pgwhy.redaction import HIDDEN, Redactor, SecretFound
from pgwhy.redaction.texts import with_texts
from tests.redaction.test_redaction import ENCODINGS, readable, secrets
from tests.report.scenarios import SLUGS, recorded
from tests.sampling import examples


@settings(max_examples=examples(40), deadline=None)
@given(
    slug=st.sampled_from(SLUGS),
    secret=secrets,
    encoding=st.sampled_from(sorted(ENCODINGS)),
    width=st.sampled_from([40, 80, 160]),
    verbose=st.booleans(),
)
@pytest.mark.parametrize("format", FORMATS)
def test_a_planted_secret_is_in_no_format(format, slug, secret, encoding, width, verbose):
    planted = ENCODINGS[encoding](secret)
    redactor = Redactor([secret])
    report = redactor.clean_value(with_texts(recorded(slug), lambda text: f"{text} {planted}"))
    text = rendered(report, format, Terminal(width=width), verbose)
    assert planted not in text and json.dumps(planted)[1:-1] not in text
    assert not readable(secret, text)
    redactor.check(text)


def test_what_is_planted_would_be_seen_without_the_redactor():
    report = with_texts(recorded("wrong-password"), lambda text: f"{text} Tr0ub4dor+3")
    for format in FORMATS:
        text = rendered(report, format, Terminal(), verbose=True)
        assert "Tr0ub4dor+3" in text
        with pytest.raises(SecretFound):
            Redactor(["Tr0ub4dor+3"]).check(text)


def test_a_secret_in_a_text_is_replaced_and_the_rest_stays():
    report = with_texts(recorded("wrong-password"), lambda text: text.replace("authentication", "Tr0ub4dor+3"))
    text = rendered(Redactor(["Tr0ub4dor+3"]).clean_value(report), "text", Terminal(), verbose=False)
    assert f"password {HIDDEN} failed for user 'alex'" in text
