"""Targets that are examined again and again: events for a person (`watching`), numbers for Prometheus (`metrics`).

`visits` makes the runs, which are those of a fleet, and keeps logins rare where a password is refused.
"""
