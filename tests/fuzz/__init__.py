"""Whatever bytes come from outside, what reads them keeps its promises.

`make fuzz` tries each target of `tests/fuzz/targets` for its share of an hour, with two engines: hypothesis, whose
inputs are well-formed and damaged, and atheris, which follows the branches of the code. `test_corpus.py` tries every
input of fixtures/fuzz again in each run of the tests.
"""
