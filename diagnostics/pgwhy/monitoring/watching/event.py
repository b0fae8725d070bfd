"""What `pgwhy watch` tells: `pgwhy/event/1`, an object a line. Keys are added, and none changes its meaning."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

SCHEMA = "pgwhy/event/1"
Event = dict[str, Any]


class Kind(StrEnum):
    """What happened to a target."""

    ONSET = "onset"
    """It fails, and did not before, or fails in the first round."""
    CHANGE = "change"
    """It still fails, in another way."""
    RECOVERY = "recovery"
    """It works again; `down_s` and `shape` say how it was."""
    FLAPPING = "flapping"
    """It comes and goes. Until `steady`, its onsets and recoveries have `"flapping": true` and are not posted."""
    STEADY = "steady"
    DEGRADED = "degraded"
    """It works, and some of its addresses accept no connection: `dead_addresses`; also when these change."""
    RESTORED = "restored"
    """All of its addresses do again."""
    SLOW = "slow"
    """Start-up and login take several times as long as usual, for more than one round."""
    NORMAL = "normal"
    """They do no longer."""
    COLD_START = "cold-start"
    """One round was slow in start-up and login alone, and the next one was not: a compute that had to wake."""


class Shape(StrEnum):
    """What a failure looked like."""

    OUTAGE = "outage"
    COLD_START = "cold start"
    """A server or compute that was starting, and was up in the next round."""


def line(event: Event) -> str:
    """As JSON Lines, with its line break."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False) + "\n"
