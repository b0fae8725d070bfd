"""Many targets, from one place or from many: one run each, and what those that fail have in common.

`lists` reads which targets there are, `dispatch` gives them out to an executor (`local`: a process for each core;
`cluster`: the workers of Dask) within the limits for each host, `run` makes the answer of one, `summary` and `places`
say what the answers have in common, and `pages` show it. There is one ladder: each target gets the run that `pgwhy
check` makes.
"""
