"""Secrets that nobody told us: every detector finds its own, and leaves ordinary text alone, in linear time."""

# ruff: noqa: E501  texts as they are pasted
from __future__ import annotations

import base64
import itertools
import json
import time

import pytest

from pgwhy.redaction import Redactor, detectors
from pgwhy.secret import PLACEHOLDER, is_placeholder
from tests import harmless_texts
from tests.secret_texts import ENCODED, PASTED, PLACES, SENTENCES, SHAPED


def test_every_detector_has_its_examples() -> None:
    shown = {name.partition(",")[0] for name in (*PLACES, *SHAPED, *ENCODED)}
    tested_here = {"url with spaces", "scheme of authorization"}
    assert {detector.name for detector in detectors.DETECTORS} - tested_here == shown


@pytest.mark.parametrize("kind", PLACES)
def test_a_secret_is_found_by_its_place(kind: str) -> None:
    for text in PLACES[kind]:
        for secret, wrap in itertools.product(
            PASTED, (str, lambda told: json.dumps({"msg": told}), lambda told: json.dumps(json.dumps([told])))
        ):
            cleaned = Redactor().clean(wrap(text.replace("§§", secret)))
            assert secret not in cleaned and PLACEHOLDER in cleaned, wrap(text)


@pytest.mark.parametrize("kind", SHAPED)
def test_a_secret_is_found_by_its_shape(kind: str) -> None:
    secret = SHAPED[kind]
    for sentence in SENTENCES:
        for text in (sentence.format(secret), json.dumps({"msg": sentence.format(secret)})):
            cleaned = Redactor().clean(text)
            assert secret[-12:] not in cleaned and PLACEHOLDER in cleaned


@pytest.mark.parametrize("kind", ENCODED)
def test_base64_of_a_manifest_is_found(kind: str) -> None:
    for secret in PASTED:
        encoded = base64.b64encode(secret.encode()).decode()
        assert encoded not in Redactor().clean(ENCODED[kind].replace("§§", encoded))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ('{"password": "ab\\"cdTAIL"}', '{"password": "PASSWORD_HERE"}'),
        ('{\\"password\\": \\"ab\\\\\\"cdTAIL\\", \\"x\\": 1}', '{\\"password\\": \\"PASSWORD_HERE\\", \\"x\\": 1}'),
        ("password='it''sTAIL' x", "password='PASSWORD_HERE' x"),
        ("password='it\\'sTAIL' x", "password='PASSWORD_HERE' x"),
        ('password="ends with \\\\" TAIL', 'password="PASSWORD_HERE" TAIL'),
        ("user=a&password=x&yTAIL&sslmode=require", "user=a&password=PASSWORD_HERE&sslmode=require"),
        ("Password=x;yTAIL=1;SSL Mode=Require", "Password=PASSWORD_HERE;SSL Mode=Require"),
        ("password=x#yTAIL host=h", "password=PASSWORD_HERE host=h"),
        ("postgresql://u:[realTAIL]@h.example.com/d", "postgresql://u:PASSWORD_HERE@h.example.com/d"),
        ("postgresql://u:my passTAIL@h.example.com/d", "postgresql://u:PASSWORD_HERE@h.example.com/d"),
        ("password=[hunter2]", "password=PASSWORD_HERE"),
        ("it said Bearer abc123def456ghi", "it said Bearer PASSWORD_HERE"),
    ],
)
def test_a_secret_is_hidden_to_its_end(text: str, cleaned: str) -> None:
    assert Redactor().clean(text) == cleaned


@pytest.mark.parametrize(
    "text", ["[YOUR-PASSWORD]", "<password>", "****", "$PGPASSWORD", "${x}", "PASSWORD_HERE", "{db_password}"]
)
def test_a_template_is_no_secret(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["[hunter2]", "<Tr0ub4dor>", "{qx7z}", "$ecret99", "%a%"])
def test_brackets_alone_make_no_template(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.promise("harmless-texts-kept", 600, 6000)
def test_ordinary_texts_keep_their_words(inputs: int) -> None:
    redactor = Redactor()
    torn = [text for text in harmless_texts.texts(inputs) if redactor.clean(text) != text]
    assert len(torn) <= inputs // 100, torn[:5]


@pytest.mark.sampled(by=lambda piece: {len(piece) > 5})
@pytest.mark.parametrize(
    "piece",
    ["password=", "password", "a:", "://a:", "postgres://a:b", "\\", 'password="\\"', "@", "eyJ", "x" * 50 + "=", "key: ",
     "-----BEGIN PRIVATE KEY-----", "('a', ", "name: token value: ", "kind: Secret\n a: ", "host ", "secret ", "[", "&sig="],
)  # fmt: skip
def test_the_time_grows_with_the_length_of_the_text_only(piece: str) -> None:
    """Ten times the text, and far less than a hundred times the time; the processor's, of the best of three."""

    def cost(characters: int) -> float:
        text = piece * (characters // len(piece))
        best = 1e9
        for _ in range(3):
            begin = time.process_time()
            detectors.hide(text)
            best = min(best, time.process_time() - begin)
        return best

    assert cost(100_000) < 40 * max(cost(10_000), 0.002)
