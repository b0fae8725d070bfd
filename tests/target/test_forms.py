"""Every form: what it writes is read back the same, and what it has no place for is refused by name."""

from __future__ import annotations

import os
from io import StringIO

import pytest
from dotenv import dotenv_values
from hypothesis import HealthCheck, given, settings

from pgwhy.target.forms import FORMS, CannotCarry, dotenv, lacking, write
from tests.sampling import examples
from tests.target.generated import targets
from tests.target.reading_back import read

EXAMPLES = int(os.environ.get("PGWHY_GENERATED_TARGETS", "10000"))
"""Generated targets over all forms together."""


@pytest.mark.parametrize("name", sorted(FORMS))
def test_what_is_written_is_read_back(name: str) -> None:
    form, carried = FORMS[name], 0

    @settings(
        max_examples=examples(-(-EXAMPLES // len(FORMS))),
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(targets())
    def every(values: dict[str, str]) -> None:
        nonlocal carried
        lacks = lacking(form, values)
        if lacks:
            with pytest.raises(CannotCarry, match=lacks[0]):
                write(form, values)
            values = {key: value for key, value in values.items() if key not in lacks}
        if not lacking(form, values) and values:
            carried += 1
            assert read(form, write(form, values)) == values

    every()
    assert carried > 0, "this form carried nothing"


@settings(max_examples=examples(300), deadline=None, database=None)
@given(targets())
def test_another_reader_of_dotenv_reads_the_same(values: dict[str, str]) -> None:
    for form in (FORMS["environment"], FORMS["dotenv"]):
        carried = {key: value for key, value in values.items() if key not in lacking(form, values)}
        text = write(form, carried)
        theirs = dotenv_values(stream=StringIO(text), interpolate=True)
        assert theirs == {name: variable.value for name, variable in dotenv.parse(text, {}).items()}
