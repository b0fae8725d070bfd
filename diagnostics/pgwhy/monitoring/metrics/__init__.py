"""`pgwhy exporter`: the answers as numbers for Prometheus, in the way of its blackbox_exporter.

`families` turns an answer into metrics, `catalogue` has the targets by name, `probing` makes the runs that are asked
for, and `web` answers Prometheus.
"""
