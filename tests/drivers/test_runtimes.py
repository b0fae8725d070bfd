"""Which variables lead the serverless driver through an HTTP proxy: as it was measured, so `clients.toml` has it."""

from __future__ import annotations

import pytest

from pgwhy import client as clients
from tests.drivers import runtimes

CLIENTS = {"node": "neon-serverless", "bun": "neon-bun", "deno": "neon-deno"}


@pytest.mark.parametrize("runtime", runtimes.recorded())
def test_a_runtime_reads_the_variables_that_are_told_of_it(runtime: str) -> None:
    client = clients.resolve(CLIENTS[runtime.partition(" ")[0]], None, None)
    seen = runtimes.recorded()[runtime]
    assert set(client.proxy_variables or ()) == set(seen["with the switch"])
    assert bool(client.proxy_switch) == (seen["alone"] != seen["with the switch"])
    assert not client.proxy_switch or not seen["alone"]
